"""The fourth programme of docs/terms.md is served like the shipped ones: by its file alone."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from quotas.calendar import BusinessCalendar
from quotas.contract import Contact, Contract, Period, Status
from quotas.decide import decide
from quotas.decision import Decision, Reason
from quotas.facts import Facts
from quotas.ledger import Kind, LedgerEntry
from quotas.programme import Channel
from quotas.request import Authentication, NumberSeen, Policy, Position, Request, Verdict
from quotas.rules import compute
from quotas.terms_file import load_programme
from tests.quotas.fourth_programme import fourth_programme

TOKYO = ZoneInfo("Asia/Tokyo")
TERMS = load_programme(fourth_programme(), "zaiko-cloud.toml")
NUMBER = "ZC-1234-5674"
OLD, NEW = date(2026, 2, 1), date(2027, 2, 1)
VISIT = "訪問サポートをお願いします。\n訪問先: 大阪市北区\n地域: 本土\n"


def contract(status: Status = Status.PAID) -> Contract:
    """Return one of two years, the first begun under the old limit of one visit."""
    return Contract(
        NUMBER,
        TERMS.id,
        "在庫商事",
        periods=(Period(OLD, date(2028, 2, 1), status),),
        contacts=(Contact("佐藤", "sato@customer.example"),),
    )


def visited(*days: date) -> tuple[LedgerEntry, ...]:
    return tuple(
        LedgerEntry(
            id=number,
            support_number=NUMBER,
            quota="onsite_visit",
            kind=Kind.CONSUME,
            units=1,
            charged_on=day,
            on=day,
            recorded_at=datetime(day.year, day.month, day.day, 10, tzinfo=TOKYO),
            key=f"visit-{number}",
            actor="operator",
        )
        for number, day in enumerate(days, start=1)
    )


def decided(
    text: str,
    on: date,
    *,
    channel: Channel = Channel.EMAIL,
    ledger: Sequence[LedgerEntry] = (),
    status: Status = Status.PAID,
) -> Decision:
    request = Request(
        programme=TERMS.id,
        channel=channel,
        mailbox="zaiko",
        received_at=datetime(on.year, on.month, on.day, 10, tzinfo=TOKYO),
        sender="sato@customer.example",
        subject="ご依頼",
        text=f"サポートコード: {NUMBER}\n{text}",
        own_text=f"サポートコード: {NUMBER}\n{text}",
        numbers=(NumberSeen(NUMBER, Position.HEAD, NUMBER),),
        authentication=Authentication(Verdict.PASS, "dmarc=pass"),
        policy=Policy.REQUIRE,
    )
    calendar = BusinessCalendar(TERMS.hours, frozenset(), frozenset())
    facts = Facts(TERMS, calendar, {NUMBER: contract(status)}, tuple(ledger))
    return decide(request, facts)


def test_a_question_is_accepted_and_goes_to_the_programmes_queue() -> None:
    decision = decided("画面の操作を教えてください。", date(2026, 6, 1))
    assert (decision.reason, decision.category) == (Reason.ACCEPTED, "question")
    assert decision.queue == "zaiko"


def test_a_complete_request_takes_a_unit_and_is_due_in_its_own_business_days() -> None:
    decision = decided(VISIT, date(2026, 6, 1))
    assert decision.charge is not None
    assert (decision.charge.quota, decision.charge.units) == ("onsite_visit", 1)
    assert decision.queue == "zaiko-visit"
    # Monday and five business days, Saturday being one: Saturday until 18:30.
    assert decision.due == datetime(2026, 6, 6, 18, 30, tzinfo=TOKYO)


def test_a_request_without_its_facts_is_asked_for_exactly_those() -> None:
    decision = decided("訪問サポートをお願いします。\n訪問先: 大阪市北区\n", date(2026, 6, 1))
    assert decision.reason is Reason.FACTS_MISSING
    assert decision.reply is not None
    assert "訪問先の地域" in str(decision.reply.values)
    assert "訪問先の住所" not in str(decision.reply.values.get("missing", ""))


@pytest.mark.parametrize(
    ("on", "used", "reason"),
    [
        (date(2026, 6, 1), [date(2026, 3, 1)], Reason.QUOTA_EXHAUSTED),
        (date(2027, 1, 31), [date(2026, 3, 1)], Reason.QUOTA_EXHAUSTED),
        (date(2027, 2, 1), [date(2026, 3, 1)], Reason.REISSUE_REQUESTED),
        (date(2027, 6, 1), [date(2027, 2, 1)], Reason.REISSUE_REQUESTED),
        (date(2027, 6, 1), [date(2027, 2, 1), date(2027, 3, 1)], Reason.QUOTA_EXHAUSTED),
    ],
)
def test_a_contract_year_keeps_the_limit_it_began_with(
    on: date, used: list[date], reason: Reason
) -> None:
    """One visit in the year begun on 2026-02-01, two in the one after: the limit rose in April."""
    assert decided(VISIT, on, ledger=visited(*used)).reason is reason


def test_what_the_terms_leave_open_goes_to_a_person_with_the_question() -> None:
    decision = decided(VISIT.replace("本土", "離島"), date(2026, 6, 1))
    assert decision.question == TERMS.questions["visit_to_island"].text
    assert (decision.reason, decision.queue) == (Reason.ASK_OPERATOR, "zaiko-visit")
    assert decision.charge is None


def test_a_visit_in_the_trial_is_left_to_the_operator() -> None:
    decision = decided(VISIT, date(2026, 6, 1), status=Status.FREE)
    assert decision.question == TERMS.questions["visit_in_trial"].text


def test_a_channel_the_programme_does_not_take_is_refused() -> None:
    decision = decided(VISIT, date(2026, 6, 1), channel=Channel.FAX)
    assert decision.reason is Reason.CHANNEL_NOT_ACCEPTED


def test_its_rules_are_computed_by_the_general_calculators() -> None:
    period = compute(TERMS, "first_period", {"order_received": date(2026, 5, 20)})
    assert period.values == {"start": date(2026, 6, 1), "end": date(2027, 5, 31)}
    assert period.article == "第10条"
