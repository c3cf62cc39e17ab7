"""Writing to a customer: drafted, shown as it will be sent, held for a moment, then released."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.cases.commands import UNKNOWN, last_actor, record_change
from bot.cases.letter import Letter, Letters, outgoing, write
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.states import AT_WORK, TITLES, CaseState
from bot.clock import Clock
from bot.drawing import post_held, post_line
from bot.jobs import Handler
from bot.outbox import deliver_soon
from bot.store import Store
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.job_table import Job
from bot.store.notes import Note
from bot.store.work import Work
from quotas.decision import Reply

RELEASE_JOB = "reply.release"
"""The kind of job that ends the holding of one reply; its argument is ``item``."""
HELD_FOR = timedelta(seconds=30)
DRAFT_KEPT = timedelta(hours=1)


def draft(
    work: Work, letters: Letters, seen: Seen, text: str, actor: Actor
) -> tuple[int, Letter] | Conflict | Refused:
    """Compose the mail that would be sent and keep it; return its outbox row and the letter.

    What is shown to the operator is this very mail; it is forgotten when nobody confirms it.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not text.strip():
        return Refused("本文を入力してください。")
    letter = write(
        work, letters, case, Reply("case_reply", "", {"text": text, "operator": None}), actor.at
    )
    if isinstance(letter, Refused):
        return letter
    row = outgoing(letter, case, f"case_reply:{letter.message_id}", actor.at)
    item = work.outbox.add(replace(row, state="held", payload={"draft_of": actor.id}))
    if item is None:
        return Refused("下書きを保存できませんでした。もう一度お試しください。")
    work.jobs.defer(RELEASE_JOB, {"item": item}, actor.at + DRAFT_KEPT)
    return item, letter


def confirm(work: Work, seen: Seen, item: int, actor: Actor) -> Outcome:
    """Send a draft in 30 seconds unless it is taken back; the case then waits for the customer.

    The second of two operators who answer at once is stopped here.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    row = work.outbox.get(item)
    if row is None or row.state != "held" or (row.payload or {}).get("draft_of") != actor.id:
        return Refused("この下書きはすでに送信されたか、破棄されています。")
    due = actor.at + HELD_FOR
    work.outbox.amend(item, {"by": actor.id, "due": due.isoformat()})
    work.jobs.defer(RELEASE_JOB, {"item": item}, due)
    assignee = case.assignee or actor.id
    changed = work.cases.change(
        case.number,
        case.version,
        actor.at,
        state=str(CaseState.WAITING),
        assignee=assignee,
        snoozed_until=None,
    )
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, "reply", case, changed, actor)
    post_held(work, changed, item, actor.at)
    return Done(changed)


def take_back(work: Work, item: int, actor: Actor) -> Outcome:
    """取り消す: keep a held reply from leaving; the case is at work again."""
    row = work.outbox.get(item)
    case = work.cases.lock(row.case_number) if row and row.case_number else None
    if row is None or case is None:
        return Refused(UNKNOWN)
    if row.state != "held" or not work.outbox.withdraw(item):
        return Refused("このメールはすでに送信されたため、取り消せません。")
    changed = work.cases.change(
        case.number, case.version, actor.at, state=str(CaseState.CLAIMED), resolved_at=None
    )
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, "reply_taken_back", case, changed, actor)
    post_line(work, changed, f"taken_back:{item}", "↩ 返信の送信を取り消しました。", actor.at)
    return Done(changed)


def release(work: Work, item: int, now: datetime) -> None:
    """End the holding of one row: a confirmed reply is queued when due, a mere draft forgotten."""
    row = work.outbox.get(item)
    if row is None or row.state != "held":
        return
    payload = row.payload or {}
    if "due" not in payload:
        if now >= row.created_at + DRAFT_KEPT:
            work.outbox.withdraw(item)
        return
    if now < datetime.fromisoformat(payload["due"]) or not work.outbox.release(item, now):
        return
    deliver_soon(work, now)
    number, author = row.case_number or "", str(payload["by"])
    work.audit.add(AuditEvent(now, author, "reply_sent", case_number=number, detail=f"#{item}"))
    work.notes.add(Note(number, now, "reply", author, f"件名：{row.subject}", f"outbox:{item}"))


def checked(work: Work, seen: Seen) -> Case | Conflict | Refused:
    """Lock the case and return it if it is at work and still as the actor saw it."""
    case = work.cases.lock(seen.number)
    if case is None:
        return Refused(UNKNOWN)
    if case.version != seen.version:
        return Conflict(case, by=last_actor(work, case))
    if case.state not in AT_WORK | {CaseState.APPROVAL}:
        return Refused(f"{TITLES[case.state]}の案件です。先に「再開」してください。")
    return case


def handlers(store: Store, clock: Clock) -> Mapping[str, Handler]:
    """Return the job that releases held replies, for the runner."""

    async def run(jobs: Sequence[Job]) -> None:
        for job in jobs:
            item = int(job.args["item"])
            await store.run(partial(release, item=item, now=clock()))

    return {RELEASE_JOB: Handler(run)}
