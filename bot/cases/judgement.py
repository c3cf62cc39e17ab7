"""What the terms leave open about a re-issue: an operator decides whether it counts."""

from dataclasses import dataclass

from bot.cases.commands import last_actor, record_change
from bot.cases.counting import counted
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.override import reservation
from bot.cases.reply import checked
from bot.cases.requests import COUNTED, FREE, is_open, quota_asked
from bot.drawing import post_line
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work
from quotas.ledger import LedgerEntry
from quotas.ledger_check import Refusal

NOTHING_OPEN = "この案件には、回数に数えるかどうかの判断が必要な再発行がありません。"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a re-issue counts, and why; the reason stands in the record."""

    counts: bool
    reason: str


def judge(work: Work, letters: Letters, seen: Seen, judgement: Judgement, actor: Actor) -> Outcome:
    """Decide the terms' question: reserve a unit, or let the re-issue be given without one.

    The question leaves the card; with the answer and the reason it stays as a note.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not is_open(work, letters.programmes.get(case.programme), case):
        return Refused(NOTHING_OPEN)
    if not judgement.reason.strip():
        return Refused("判断の理由を入力してください。")
    entry = _reserved(work, letters, case, actor) if judgement.counts else None
    if isinstance(entry, Refusal):
        return Refused(f"{entry.japanese}。カードの「上限超過を申請する」から申請できます。")
    return _settled(work, case, judgement, entry, actor)


def _reserved(work: Work, letters: Letters, case: Case, actor: Actor) -> LedgerEntry | Refusal:
    programme = letters.programmes[case.programme]
    quota = quota_asked(programme, case) or ""
    return work.ledger.record(reservation(case, quota, actor, "judged"), programme)


def _settled(
    work: Work, case: Case, judgement: Judgement, entry: LedgerEntry | None, actor: Actor
) -> Outcome:
    """Record the answer and take the question from the card."""
    work.audit.add(_event(COUNTED if judgement.counts else FREE, case, actor))
    changed = work.cases.change(case.number, case.version, actor.at, question=None)
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    _told(work, case, judgement, actor)
    if entry is not None:
        return counted(work, changed, "reissue_judged", entry, actor)
    record_change(work, "reissue_judged", case, changed, actor)
    return Done(changed)


def _event(action: str, case: Case, actor: Actor) -> AuditEvent:
    return AuditEvent(
        actor.at, actor.id, action, case_number=case.number, support_number=case.support_number
    )


def _told(work: Work, case: Case, judgement: Judgement, actor: Actor) -> None:
    answer = "回数に数えて再発行" if judgement.counts else "回数に数えずに再発行"
    text = f"確認事項：{case.question}\n判断：{answer}\n理由：{judgement.reason}"
    ref = f"judged:{case.number}:{case.version}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, ref))
    post_line(work, case, ref, f"⚖ {answer}すると判断しました。理由：{judgement.reason}", actor.at)
