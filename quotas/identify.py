"""Which contract a message is about: the number it quotes, or the case it goes on with."""

from dataclasses import replace
from datetime import date

from quotas import marks
from quotas.answer import first_answer_due
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contact, Contract
from quotas.decision import Decision, Reason
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.programme import Channel
from quotas.questions import FORGED_REFERENCE, SEVERAL_NUMBERS
from quotas.request import NumberSeen, Position
from quotas.trust import is_trusted

AT_HEAD = frozenset({Position.HEAD, Position.FORM})


def contact_named(hearing: Hearing, contract: Contract, day: date) -> Contact | None:
    """Return the sender as contact of `contract` registered on `day`: by address or FAX number."""
    sender = hearing.request.sender
    by_address = contract.contact_of(sender, day)
    if by_address or hearing.request.channel is not Channel.FAX:
        return by_address
    digits = _digits(sender.partition("@")[0])
    registered = contract.contacts_on(day)
    return next((c for c in registered if c.fax and digits and _digits(c.fax) == digits), None)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def identify(hearing: Hearing) -> Hearing | Decision:
    """Find the contract; an inexact number counts only when its contract names the sender."""
    believed = _believed(hearing)
    if believed:
        return _chosen(hearing, believed)
    contract = _contract_of_case(hearing)
    if contract is not None:
        detail = f"案件の返信のため番号は不要です（{contract.support_number}）"
        return hearing.found("number", "by_case", detail, contract=contract)
    return _unidentified(hearing)


def _believed(hearing: Hearing) -> dict[str, NumberSeen]:
    """Return the existing numbers that may be believed, the preferred first."""
    found = dict[str, NumberSeen]()
    for seen in hearing.request.numbers:
        contract = _contract(hearing, seen.number)
        if contract and (seen.exact or contact_named(hearing, contract, hearing.today)):
            found.setdefault(seen.number, seen)
    return found


def _contract(hearing: Hearing, number: str) -> Contract | None:
    contract = hearing.facts.contracts.get(number)
    return contract if contract and contract.programme == hearing.facts.programme.id else None


def _contract_of_case(hearing: Hearing) -> Contract | None:
    case = hearing.facts.case
    contract = _contract(hearing, case.support_number) if case and case.support_number else None
    named = contract and contact_named(hearing, contract, hearing.today)
    return contract if named else None


def _unidentified(hearing: Hearing) -> Decision:
    stray = _stray_case(hearing)
    if stray is not None:
        return _goes_on(hearing, stray)
    article = hearing.facts.programme.number.article
    label = hearing.facts.programme.number.labels[0]
    reference = hearing.facts.forged_reference
    if reference is not None:
        hearing = hearing.marked(marks.FORGED_REFERENCE)
    if reference is not None and not hearing.request.numbers:
        return _forged(hearing, reference)
    if not hearing.request.numbers:
        outcome = Outcome(
            Reason.NUMBER_MISSING,
            "number",
            f"{label}がどこにも書かれていません",
            article,
            awaits=Awaited.NUMBER,
        )
        return conclude(hearing, outcome)
    written = "、".join(seen.written for seen in hearing.request.numbers)
    detail = f"該当する契約がありません（{written}）"
    return conclude(hearing, Outcome(Reason.NUMBER_UNKNOWN, "number", detail, article))


def _stray_case(hearing: Hearing) -> str | None:
    """Return the case without contract that the sender has opened and goes on with."""
    case = hearing.facts.case
    if case is None or case.support_number is not None or not is_trusted(hearing, None):
        return None
    return case.number if hearing.request.sender.casefold() in case.contacts else None


def _goes_on(hearing: Hearing, number: str) -> Decision:
    joined = replace(hearing, case_number=number)
    detail = f"契約が未確認の案件{number}の続きです"
    return conclude(joined, Outcome(Reason.FOLLOW_UP, "thread", detail))


def _forged(hearing: Hearing, reference: str) -> Decision:
    """Let a person look, unanswered: who sends a wrong reference and no number is nobody known."""
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "thread",
        f"番号がなく、案件の参照（{reference}）も一致しません",
        question=FORGED_REFERENCE.format(reference=reference),
        due=first_answer_due(hearing),
        reply=False,
    )
    return conclude(hearing, outcome)


def _chosen(hearing: Hearing, believed: dict[str, NumberSeen]) -> Hearing | Decision:
    contracts = hearing.facts.contracts
    naming = [n for n in believed if contact_named(hearing, contracts[n], hearing.today)]
    preferred = _at_head_against_quotes(naming, believed)
    if len(preferred) > 1:
        return _several(hearing, preferred)
    number = preferred[0] if preferred else next(iter(believed))
    return _identified(hearing, contracts[number], believed[number])


def _at_head_against_quotes(naming: list[str], believed: dict[str, NumberSeen]) -> list[str]:
    """Let a number at the head outweigh those that only stand in quoted text."""
    own = [number for number in naming if believed[number].position is not Position.QUOTE]
    at_head = len(own) == 1 and believed[own[0]].position in AT_HEAD
    return own if at_head else naming


def _several(hearing: Hearing, numbers: list[str]) -> Decision:
    question = SEVERAL_NUMBERS.format(numbers="、".join(numbers))
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "number",
        f"登録担当者である契約の番号が{len(numbers)}つあります",
        hearing.facts.programme.number.article,
        question=question,
        due=first_answer_due(hearing),
        reply=is_trusted(hearing, None),
    )
    return conclude(hearing, outcome)


def _identified(hearing: Hearing, contract: Contract, seen: NumberSeen) -> Hearing:
    terms = hearing.facts.programme.number
    in_thread = hearing.facts.case is not None or hearing.facts.waiting is not None
    at_head = seen.position in AT_HEAD or not terms.head_required or in_thread
    notes = [] if at_head else [marks.NUMBER_NOT_AT_HEAD]
    notes += [] if seen.exact else [marks.NUMBER_INEXACT]
    detail = f"「{seen.written}」を{contract.support_number}と読みました（位置: {seen.position}）"
    found = hearing.found(
        "number",
        "found" if at_head else "not_at_head",
        detail,
        terms.article,
        contract=contract,
        remind_head=not at_head,
    )
    return found.marked(*notes)
