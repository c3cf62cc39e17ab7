"""Counting what customers used: calls and remote sessions, and their correction."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.commands import UNKNOWN, record_change
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Done, Outcome, Refused
from bot.cases.states import ALIVE, TITLES
from bot.cases.threshold import notify
from bot.drawing import post_line, post_record
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.ledger import following
from bot.store.notes import Note
from bot.store.work import Work
from quotas.counting import balance_on
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal
from quotas.programme import Programme, QuotaTerms


@dataclass(frozen=True, slots=True)
class Use:
    """One call or remote session: of which quota, by which contact, when and how long.

    `key` names this one record, so that a form sent twice counts once.
    """

    key: str
    quota: str
    contact: str
    start: datetime
    minutes: int
    summary: str


def countable(programme: Programme, case: Case) -> tuple[QuotaTerms, ...]:
    """Return the quotas whose uses are recorded as they happen: those no request reserves."""
    day = case.opened_at.date()
    reserved = {c.quota for c in programme.categories.on(day).value if c.kind == "quota_request"}
    return tuple(
        terms.on(day).value for name, terms in programme.quotas.items() if name not in reserved
    )


def record_entry(
    work: Work, letters: Letters, entry: LedgerEntry, action: str, actor: Actor
) -> LedgerEntry | Refusal:
    """Write an entry as the terms let it, from whatever face: the one way people count.

    It is audited, the card of its case shows the new count, and the member is told of thresholds.
    The same `key` again returns what was written the first time and does nothing more. Raise
    `LookupError` without such a contract.
    """
    case = work.cases.lock(entry.case_number) if entry.case_number else None
    contract = work.contracts.lock(entry.support_number)
    if contract is None:
        raise LookupError(f"no contract {entry.support_number}")
    known = work.ledger.of_key(entry.key) is not None
    written = work.ledger.record(entry, letters.programmes[contract.programme])
    if known or isinstance(written, Refusal):
        return written
    _audit(work, written, actor)
    if case is not None:
        redrawn(work, case, action, actor)
    notify(work, letters, written, case, actor.at)
    return written


def record_use(work: Work, letters: Letters, number: str, use: Use, actor: Actor) -> Outcome:
    """Count one use in the contract year of its day; the same use again counts nothing.

    Refused in the terms' words when they block it. What is left stands in the card's thread.
    """
    case = work.cases.lock(number)
    programme = letters.programmes.get(case.programme) if case else None
    why = _why_not(case)
    if case is None or programme is None or why is not None:
        return Refused(why or UNKNOWN)
    if work.ledger.of_key(use.key) is not None:
        return Done(case)
    around = _around(work, case, programme, use)
    if isinstance(around, Refused):
        return around
    entry = replace(_entry(case, programme, use, actor), reason=around)
    written = record_entry(work, letters, entry, "use_recorded", actor)
    if isinstance(written, Refusal):
        return Refused(f"{written.japanese}。")
    _told(work, case, programme, written, use)
    return Done(work.cases.get(number) or case)


def _why_not(case: Case | None) -> str | None:
    """Return why nothing can be counted for a case, or None when it can."""
    if case is None:
        return UNKNOWN
    if case.support_number is None:
        return "契約が特定されていない案件には記録できません。先に契約と関連付けてください。"
    if case.state not in ALIVE:
        return f"{TITLES[case.state]}の案件です。先に「再開」してください。"
    return None


def _entry(case: Case, programme: Programme, use: Use, actor: Actor) -> LedgerEntry:
    day = use.start.date()
    return LedgerEntry(
        id=0,
        support_number=case.support_number or "",
        quota=use.quota,
        kind=Kind.CONSUME,
        units=1,
        charged_on=day,
        on=day,
        recorded_at=actor.at,
        key=use.key,
        actor=actor.id,
        case_number=case.number,
        contact=use.contact,
        minutes=use.minutes,
        article=programme.quotas[use.quota].on(day).article,
    )


def _around(work: Work, case: Case, programme: Programme, use: Use) -> str | Refused:
    """Say in which other use this one took place, where the terms tie it to one of its day."""
    day = use.start.date()
    terms = programme.quotas[use.quota].on(day).value
    if terms.during is None:
        return ""
    entries = work.ledger.entries(case.support_number or "")
    undone = {entry.refers_to for entry in entries if entry.kind is Kind.REVERSE}
    found = [
        entry.id
        for entry in entries
        if (entry.quota, entry.kind, entry.on) == (terms.during, Kind.CONSUME, day)
        and entry.id not in undone
    ]
    outer = programme.quotas[terms.during].on(day).value.title
    if not found:
        why = (
            f"{terms.title}は{outer}の通話中に行うものです。先に{day}の{outer}を記録してください。"
        )
        return Refused(why, "quota")
    return f"{outer} #{found[-1]} の通話中"


def reverse_use(work: Work, letters: Letters, entry: int, reason: str, actor: Actor) -> Outcome:
    """Undo a recorded use by adding its opposite; the reason stands in the statement."""
    before = work.ledger.entry(entry)
    case = work.cases.lock(before.case_number) if before and before.case_number else None
    if before is None or case is None:
        return Refused(UNKNOWN)
    if not reason.strip():
        return Refused("取り消しの理由を入力してください。")
    done = work.ledger.of_key(f"reverse:{entry}")
    if done is not None and (done.actor, done.reason) != (actor.id, reason.strip()):
        return Refused(f"記録 #{entry} はすでに取り消されています。")
    back = following(before, Kind.REVERSE, key=f"reverse:{entry}", actor=actor.id, at=actor.at)
    back = replace(back, reason=reason.strip(), article=before.article)
    written = record_entry(work, letters, back, "use_reversed", actor)
    if isinstance(written, Refusal):
        return Refused(f"{written.japanese}。")
    line = f"↩ 記録 #{entry} を取り消しました（理由：{reason.strip()}）。"
    post_line(work, case, f"reversed:{entry}", line, actor.at)
    return Done(work.cases.get(case.number) or case)


def counted(work: Work, case: Case, action: str, entry: LedgerEntry, actor: Actor) -> Outcome:
    """Audit what was written to the ledger for a case, and let its card show the new count."""
    _audit(work, entry, actor)
    return redrawn(work, case, action, actor)


def _audit(work: Work, entry: LedgerEntry, actor: Actor) -> None:
    work.audit.add(
        AuditEvent(
            actor.at,
            actor.id,
            "ledger",
            case_number=entry.case_number,
            support_number=entry.support_number,
            after={"entry": entry.id, "kind": entry.kind, "quota": entry.quota},
        )
    )


def redrawn(work: Work, case: Case, action: str, actor: Actor) -> Outcome:
    """Count one change of a case that only its ledger has, so that its card is drawn again."""
    changed = work.cases.change(case.number, case.version, actor.at)
    if changed is None:
        return Refused("案件が同時に変更されました。もう一度操作してください。")
    record_change(work, action, case, changed, actor)
    return Done(changed)


def is_long(terms: QuotaTerms, entry: LedgerEntry) -> bool:
    """Tell whether one use took longer than the terms' guideline; it counts once all the same."""
    guideline, minutes = terms.guideline_minutes, entry.minutes
    return guideline is not None and minutes is not None and minutes > guideline


def _told(work: Work, case: Case, programme: Programme, entry: LedgerEntry, use: Use) -> None:
    """Keep the summary as a note, and say in the thread what is left and what was too long."""
    terms = programme.quota_on(entry.quota, entry.charged_on)
    contract = work.contracts.find(entry.support_number)
    entries = work.ledger.entries(entry.support_number)
    left = balance_on(contract, programme, entry.quota, entries, entry.on) if contract else None
    rest = f"、残り{left.remaining}{terms.unit}" if left and left.remaining is not None else ""
    over = f" ⚠ 目安の{terms.guideline_minutes}分を超えています。" if is_long(terms, entry) else ""
    within = f"、{entry.reason}" if entry.reason else ""
    line = f"📞 {terms.title}を記録しました（#{entry.id}、{use.minutes}分{rest}{within}）。{over}"
    post_record(work, case, entry.id, line, entry.recorded_at)
    text = f"{terms.title} {use.minutes}分（{use.contact}）\n{use.summary}"
    note = Note(case.number, entry.recorded_at, "call", entry.actor, text, f"ledger:{entry.id}")
    work.notes.add(note)
