"""How a hearing ends: the decision for a reason, with state, card and reply by one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quotas import marks
from quotas.answer import first_answer_due, values_of
from quotas.decision import CaseStep, Charge, Decision, Reason, Reply, State
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.ledger import Balance
from quotas.questions import LOSSY_QUESTION
from quotas.withholding import why_no_reply

STRAYS = "strays"


@dataclass(frozen=True, slots=True)
class Ending:
    """What a reason means for the message, the case, the operators and the sender."""

    state: State
    case: CaseStep
    card: bool
    reply: bool = True


_SERVED = Ending(State.ANSWERED, CaseStep.OPEN, card=True)
_TOLD = Ending(State.ANSWERED, CaseStep.NONE, card=False)

ENDINGS: Mapping[Reason, Ending] = {
    Reason.DUPLICATE: Ending(State.DUPLICATE, CaseStep.NONE, card=False, reply=False),
    Reason.BOUNCE: Ending(State.BOUNCE, CaseStep.NONE, card=False, reply=False),
    Reason.AUTOMATIC_MAIL: Ending(State.AUTOMATIC, CaseStep.NONE, card=False, reply=False),
    Reason.NUMBER_MISSING: Ending(State.WAITING, CaseStep.NONE, card=False),
    Reason.NUMBER_UNKNOWN: Ending(State.ANSWERED, CaseStep.NONE, card=True),
    Reason.SENDER_UNREGISTERED: _SERVED,
    Reason.SENDER_UNAUTHENTICATED: Ending(State.ROUTED, CaseStep.OPEN, card=True, reply=False),
    Reason.FOLLOW_UP: Ending(State.ROUTED, CaseStep.JOIN, card=True, reply=False),
    Reason.CONTRACT_NOT_STARTED: _TOLD,
    Reason.CONTRACT_ENDED: _TOLD,
    Reason.NOT_COVERED: _TOLD,
    Reason.CHANNEL_NOT_ACCEPTED: _TOLD,
    Reason.QUOTA_STATEMENT: _TOLD,
    Reason.FACTS_MISSING: Ending(State.WAITING, CaseStep.OPEN, card=False),
    Reason.ACCEPTED: _SERVED,
    Reason.NUMBER_NOT_AT_HEAD: _SERVED,
    Reason.REISSUE_REQUESTED: _SERVED,
    Reason.QUOTA_EXHAUSTED: _SERVED,
    Reason.CALL_REQUESTED: _SERVED,
    Reason.REMOTE_SUPPORT_REQUESTED: _SERVED,
    Reason.CONTACT_CHANGE_REQUESTED: _SERVED,
    Reason.RENEWAL_QUESTION: _SERVED,
    Reason.ASK_OPERATOR: _SERVED,
}
"""Every reason `decide` can come to."""

NEVER_ON_LOSSY_TEXT = frozenset(
    {
        Reason.NUMBER_MISSING,
        Reason.NUMBER_UNKNOWN,
        Reason.SENDER_UNREGISTERED,
        Reason.CONTRACT_NOT_STARTED,
        Reason.CONTRACT_ENDED,
        Reason.NOT_COVERED,
        Reason.CHANNEL_NOT_ACCEPTED,
        Reason.FACTS_MISSING,
        Reason.REISSUE_REQUESTED,
        Reason.QUOTA_EXHAUSTED,
    }
)
"""What would refuse or charge: never done by itself on a text that wasn't read without loss."""

UNIDENTIFIED = frozenset({Reason.NUMBER_MISSING, Reason.NUMBER_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a guard came to: the `rule` and `detail` of the last step, and what belongs to it.

    `values` are those of the reply besides the ones every reply of its reason has.
    """

    reason: Reason
    rule: str
    detail: str = ""
    article: str = ""
    values: Mapping[str, Any] | None = None
    question: str | None = None
    balance: Balance | None = None
    charge: Charge | None = None
    due: datetime | None = None
    awaits: Awaited | None = None
    challenge: str | None = None
    facts: Mapping[str, str] | None = None
    reply: bool | None = None


def conclude(hearing: Hearing, outcome: Outcome) -> Decision:
    """Return the decision for `outcome`; refusals and charges on lossy text go to a person."""
    if hearing.request.lossy and outcome.reason in NEVER_ON_LOSSY_TEXT:
        return conclude(*_handed_over(hearing, outcome))
    ending = ENDINGS[outcome.reason]
    result = hearing.found(outcome.rule, outcome.reason, outcome.detail, outcome.article)
    wanted = ending.reply if outcome.reply is None else outcome.reply
    result, reply = _reply(result, outcome) if wanted else (result, None)
    queue = _queue(result, outcome.reason) if ending.card or (wanted and not reply) else None
    return Decision(
        reason=outcome.reason,
        state=_state(ending, outcome, wanted=wanted, replied=reply is not None),
        trace=result.trace,
        article=outcome.article,
        support_number=result.contract.support_number if result.contract else None,
        contract=result.contract,
        contact=result.contact,
        category=result.category.name if result.category else None,
        item=result.item,
        balance=outcome.balance,
        charge=outcome.charge,
        reply=reply,
        case=_case(ending, result, withheld=wanted and reply is None),
        case_number=result.case_number,
        queue=queue,
        due=outcome.due,
        question=outcome.question,
        marks=result.marks,
        takes_up=_taken_up(result, outcome.reason),
        challenge=outcome.challenge,
        challenge_values=values_of(result, outcome.reason, None, {}) if outcome.challenge else {},
        awaits=outcome.awaits,
        facts=outcome.facts or {},
    )


def _handed_over(hearing: Hearing, outcome: Outcome) -> tuple[Hearing, Outcome]:
    told = hearing.found(outcome.rule, outcome.reason, outcome.detail, outcome.article)
    question = LOSSY_QUESTION.format(reason=outcome.reason)
    return told.marked(marks.LOSSY), Outcome(
        Reason.ASK_OPERATOR,
        "lossy",
        question,
        question=question,
        due=first_answer_due(hearing),
        facts=outcome.facts,
    )


def _reply(hearing: Hearing, outcome: Outcome) -> tuple[Hearing, Reply | None]:
    withheld = why_no_reply(hearing, outcome.reason)
    if withheld:
        told = hearing.found("reply", "withheld", withheld)
        return told.marked(marks.REPLY_WITHHELD), None
    values = values_of(hearing, outcome.reason, outcome.due, outcome.values or {}, outcome.article)
    return hearing, Reply(str(outcome.reason), hearing.request.sender, values)


def _state(ending: Ending, outcome: Outcome, *, wanted: bool, replied: bool) -> State:
    if wanted:
        return (ending.state if ending.reply else State.ANSWERED) if replied else State.ROUTED
    if outcome.awaits and not ending.reply:
        return State.WAITING
    return State.ROUTED if ending.state is State.ANSWERED else ending.state


def _queue(hearing: Hearing, reason: Reason) -> str:
    if reason in UNIDENTIFIED or hearing.contract is None:
        return STRAYS
    programme = hearing.facts.programme
    category = hearing.category or programme.category(programme.default_category, hearing.day)
    return category.queue


def _case(ending: Ending, hearing: Hearing, *, withheld: bool) -> CaseStep:
    """Return the step for the case: a refusal that wasn't told becomes one, for a person."""
    opens = ending.case is CaseStep.OPEN or (withheld and hearing.contract is not None)
    if opens and ending.case is not CaseStep.JOIN:
        return CaseStep.OPEN if hearing.case_number is None else CaseStep.JOIN
    return ending.case


def _taken_up(hearing: Hearing, reason: Reason) -> int | None:
    if hearing.takes_up is None or reason in UNIDENTIFIED:
        return None
    return hearing.takes_up.message_id
