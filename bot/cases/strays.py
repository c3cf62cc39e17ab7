"""Messages that belong to no case: those in quarantine, and those whose number nobody knows."""

from dataclasses import dataclass

from bot.cases.outcome import Actor, Outcome, Refused, Told
from bot.deciding import decide_soon
from bot.store.audit import AuditEvent
from bot.store.messages import StoredMessage
from bot.store.work import Work
from quotas.decision import Reason, State

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Strays:
    """What operators see of them: how many wait in quarantine, the newest of each kind."""

    quarantined: int
    held: tuple[StoredMessage, ...]
    unknown: tuple[StoredMessage, ...]


def strays(work: Work) -> Strays:
    """Return the messages in quarantine and the last ones with a number nobody knows."""
    held = work.messages.by_state(State.QUARANTINED)
    unknown = work.messages.of_reason(Reason.NUMBER_UNKNOWN, SHOWN)
    return Strays(len(held), tuple(held[-SHOWN:][::-1]), tuple(unknown))


def retry(work: Work, message: int, actor: Actor) -> Outcome:
    """Let a quarantined message be handled again, after what was in its way is gone."""
    held = work.messages.lock(message)
    if held is None or held.state != State.QUARANTINED:
        return Refused(f"メッセージ {message} は隔離されていません。すでに再処理されています。")
    work.messages.reopen(message)
    decide_soon(work, message, actor.at)
    before = {"cause": held.cause}
    work.audit.add(AuditEvent(actor.at, actor.id, "retry", message=message, before=before))
    return Told(f"メッセージ {message} をもう一度処理します。")
