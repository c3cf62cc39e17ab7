"""Writing to a customer: drafted, shown as it will be sent, held for a moment, then released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.cases.commands import UNKNOWN, last_actor, record_change
from bot.cases.held import ASKED_BY, asked
from bot.cases.letter import Letter, Letters, addressee_registered, outgoing, write
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.screening import screen, screen_files, speaks_of_files
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
from bot.store.outbox import OutboxItem
from bot.store.work import Work
from mail.message import Attachment
from quotas.decision import Reply

RELEASE_JOB = "reply.release"
"""The kind of job that ends the holding of one reply; its argument is ``item``."""
HELD_FOR = timedelta(seconds=30)
DRAFT_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Written:
    """What an operator wrote: the text between greeting and signature, and files."""

    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail as it would be sent: its outbox row, and what to think of before it is."""

    item: int
    letter: Letter
    warnings: tuple[str, ...]


def draft(
    work: Work, letters: Letters, seen: Seen, written: Written, actor: Actor
) -> Draft | Conflict | Refused:
    """Compose the mail that would be sent and keep it.

    What is shown to the operator is this very mail; it is forgotten when nobody confirms it.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not written.text.strip():
        return Refused("本文を入力してください。")
    refused = screen_written(letters, written)
    if refused is not None:
        return refused
    name = actor.name if letters.replies.operator_name else ""
    reply = Reply("case_reply", "", {"text": written.text, "operator": name or None})
    letter = write(work, letters, case, reply, actor.at, written.files)
    if isinstance(letter, Refused):
        return letter
    row = outgoing(letter, case, f"case_reply:{letter.message_id}", actor.at)
    item = work.outbox.add(replace(row, state="held", payload={"draft_of": actor.id}))
    if item is None:
        return Refused("下書きを保存できませんでした。もう一度お試しください。")
    work.jobs.defer(RELEASE_JOB, {"item": item}, actor.at + DRAFT_KEPT)
    return Draft(item, letter, _warnings(work, case, written, actor.at))


def screen_written(letters: Letters, written: Written) -> Refused | None:
    """Refuse what may not go out: a forbidden word in text or file name, a file not allowed."""
    texts = [written.text, *(file.name for file in written.files)]
    return screen(texts, letters.replies) or screen_files(written.files, letters.replies)


def _warnings(work: Work, case: Case, written: Written, now: datetime) -> tuple[str, ...]:
    promised = None if written.files else speaks_of_files(written.text)
    registered = addressee_registered(work, case.support_number, case.contact, now.date())
    said = [f"本文に「{promised}」とありますが、添付ファイルはありません。"] if promised else []
    return tuple(said if registered else [*said, "宛先は登録担当者ではありません。"])


def confirm(work: Work, letters: Letters, seen: Seen, item: int, actor: Actor) -> Outcome:
    """Send a draft in 30 seconds unless it is taken back; the case then waits for the customer.

    The second of two operators who answer at once is stopped here. In a queue that wants two,
    the draft waits for another person instead.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    row = work.outbox.get(item)
    if row is None or row.state != "held" or (row.payload or {}).get("draft_of") != actor.id:
        return Refused("この下書きはすでに送信されたか、破棄されています。")
    if row.case_number != case.number:
        return Refused("この下書きは別の案件のものです。")
    if case.queue in letters.replies.second_person:
        return _ask_another(work, case, row, actor)
    return hold(work, case, row, author=actor.id, action="reply", actor=actor)


def hold(  # noqa: PLR0913 - keyword-only, each said of this one reply
    work: Work, case: Case, row: OutboxItem, *, author: str, action: str, actor: Actor
) -> Outcome:
    """Hold a reply its 30 seconds; `author` wrote it, `actor` let it go."""
    due = actor.at + HELD_FOR
    work.outbox.amend(row.id, {"by": author, "due": due.isoformat()})
    work.jobs.defer(RELEASE_JOB, {"item": row.id}, due)
    changed = turned(work, case, CaseState.WAITING, action, actor, assignee=author)
    if isinstance(changed, Done):
        post_held(work, changed.case, row.id, actor.at)
    return changed


def _ask_another(work: Work, case: Case, row: OutboxItem, actor: Actor) -> Outcome:
    """Let a reply wait for another person; an earlier one of the case no longer does."""
    for earlier in asked(work, case.number):
        work.outbox.withdraw(earlier.id)
    work.outbox.amend(row.id, {ASKED_BY: actor.id})
    changed = turned(work, case, CaseState.APPROVAL, "reply_submitted", actor, assignee=actor.id)
    if isinstance(changed, Done):
        text = (
            "✍ 返信は別の担当者の承認を待っています。"
            "カードの「返信を確認」から、内容の確認と承認ができます。"
        )
        post_line(work, changed.case, f"reply_submitted:{row.id}", text, actor.at)
    return changed


def turned(  # noqa: PLR0913, PLR0917 - one change of a case with all that is recorded of it
    work: Work, case: Case, state: CaseState, action: str, actor: Actor, assignee: str
) -> Outcome:
    """Bring a case to `state`, recorded as `action`; `assignee` gets one nobody has."""
    changed = work.cases.change(
        case.number,
        case.version,
        actor.at,
        state=str(state),
        assignee=case.assignee or assignee,
        resolved_at=None,
        snoozed_until=None,
    )
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, action, case, changed, actor)
    return Done(changed)


def take_back(work: Work, item: int, actor: Actor) -> Outcome:
    """取り消す: keep a held reply from leaving; the case is at work again."""
    row = work.outbox.get(item)
    case = work.cases.lock(row.case_number) if row and row.case_number else None
    if row is None or case is None:
        return Refused(UNKNOWN)
    if row.state != "held" or not work.outbox.withdraw(item):
        return Refused("このメールはすでに送信されたため、取り消せません。")
    changed = turned(work, case, CaseState.CLAIMED, "reply_taken_back", actor, actor.id)
    if isinstance(changed, Done):
        text = "↩ 返信の送信を取り消しました。"
        post_line(work, changed.case, f"taken_back:{item}", text, actor.at)
    return changed


def release(work: Work, item: int, now: datetime) -> None:
    """End the holding of one row: a confirmed reply is queued when due, a mere draft forgotten.

    One that waits for another person waits on.
    """
    row = work.outbox.get(item)
    payload = (row.payload or {}) if row else {}
    if row is None or row.state != "held" or ASKED_BY in payload:
        return
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
