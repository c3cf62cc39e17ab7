"""The first guards: what is never answered, and what completes a waiting message."""

from quotas import marks
from quotas.answer import first_answer_due
from quotas.conclusion import Outcome, conclude
from quotas.decision import Decision, Reason
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.questions import NO_ONE_SENDER
from quotas.withholding import is_own


def set_duplicates_apart(hearing: Hearing) -> Hearing | Decision:
    """Set the same message again apart: it is kept and counted, and causes nothing."""
    earlier = hearing.facts.duplicate_of
    if earlier is None:
        return hearing
    detail = f"受信済みのメッセージ（{earlier}）と同じものです"
    return conclude(hearing, Outcome(Reason.DUPLICATE, "duplicate", detail))


def set_bounces_apart(hearing: Hearing) -> Hearing | Decision:
    """Set a delivery status notification apart: it is never answered (RFC 3464)."""
    bounce = hearing.request.bounce
    if bounce is None:
        return hearing
    return conclude(hearing, Outcome(Reason.BOUNCE, "bounce", bounce, "RFC 3464"))


def set_automatic_mail_apart(hearing: Hearing) -> Hearing | Decision:
    """Set automatic mail apart: it is never answered (RFC 3834)."""
    automatic = hearing.request.automatic
    if automatic is None:
        return hearing
    return conclude(hearing, Outcome(Reason.AUTOMATIC_MAIL, "automatic", automatic, "RFC 3834"))


def set_own_mail_apart(hearing: Hearing) -> Hearing | Decision:
    """Set mail from the desk's own addresses apart, which would go round for ever."""
    sender = hearing.request.sender
    if not is_own(hearing, sender):
        return hearing
    detail = f"窓口自身のアドレス（{sender}）からのメールです"
    return conclude(hearing, Outcome(Reason.AUTOMATIC_MAIL, "own_address", detail, "RFC 3834"))


def require_one_sender(hearing: Hearing) -> Hearing | Decision:
    """Without exactly one From mailbox nobody is verified and nobody is answered."""
    if hearing.request.sender:
        return hearing
    unclear = hearing.marked(marks.SENDER_UNCLEAR)
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "sender",
        "差出人のアドレスを一つに特定できません",
        question=NO_ONE_SENDER,
        due=first_answer_due(hearing),
        reply=False,
    )
    return conclude(unclear, outcome)


def take_up_waiting(hearing: Hearing) -> Hearing | Decision:
    """Join a number that arrives in the thread to the message that waited for it."""
    waiting = hearing.facts.waiting
    awaited = waiting is not None and waiting.awaits is Awaited.NUMBER
    if waiting is None or not awaited or not hearing.request.numbers:
        return hearing
    joined = hearing.taking_up(waiting, f"{waiting.text}\n{hearing.request.own_text}")
    detail = f"番号待ちのメッセージ（{waiting.message_id}）とあわせて判定します"
    return joined.found("waiting", "taken_up", detail)
