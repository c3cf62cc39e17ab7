"""`decide` is total and pure, explains itself, and hands on only what the templates know."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotas.conclusion import ENDINGS
from quotas.contract import Status
from quotas.decide import decide
from quotas.decision import Decision, Reason, State
from quotas.facts import Awaited, Sent
from quotas.ledger import Kind
from quotas.programme import Channel
from quotas.reply_values import VALUES
from quotas.request import Authentication, Policy, Position, Verdict
from tests.quotas.builders import (
    NUMBERS,
    REISSUE,
    TOKYO,
    Scene,
    case,
    contract,
    entry,
    period,
    scene,
    seen,
    used,
    waiting,
)

PLAIN = (str, int, bool, date, datetime, type(None))
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                REISSUE,
                "再発行をお願いします。",
                "あと何回できますか。",
                "エラーになります。",
                "操作方法を教えてください。",
                "お電話をください。",
                "解約したい。",
                "担当者変更",
                "更新の見積",
                "改造した。",
                "プロテクターが破損、交換をお願いします。",
                "リモートサポートをお願いします。",
                "\n",
                "お客様コード：X-1",
            ]
        ),
        max_size=4,
    ).map("".join),
)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    programme = draw(st.sampled_from(sorted(NUMBERS)))
    start = draw(st.sampled_from([date(2024, 2, 29), date(2025, 6, 1), date(2026, 6, 2)]))
    until = draw(st.sampled_from([date(2026, 6, 1), date(2026, 6, 2), date(2029, 2, 28)]))
    periods = (
        [period(start, until, draw(st.sampled_from(list(Status)[:2])))] if start < until else []
    )
    held = contract(programme, *periods)
    at = draw(
        st.datetimes(datetime(2026, 5, 30), datetime(2026, 6, 3), timezones=st.just(TOKYO))  # noqa: DTZ001  # zone is drawn
    )
    ledger = draw(st.sampled_from([[], used(3), [entry(Kind.RESERVE)]]))
    made = scene(draw(TEXTS), held, at=at, ledger=ledger)
    numbers = draw(
        st.lists(
            st.builds(
                seen,
                st.sampled_from([held.support_number, "ZZ-9999-9999"]),
                st.sampled_from(Position),
                exact=st.booleans(),
            ),
            max_size=2,
        )
    )
    changed = made.with_(
        sender=draw(
            st.sampled_from(["sato@aoba.example", "x@evil.example", "", "a@b@c", "mailer-daemon@x"])
        ),
        subject=draw(st.text(max_size=30)),
        numbers=tuple(numbers),
        channel=draw(st.sampled_from(Channel)),
        policy=draw(st.sampled_from(Policy)),
        authentication=Authentication(draw(st.sampled_from(Verdict)), "x"),
        lossy=draw(st.booleans()),
        bounce=draw(st.sampled_from([None, None, None, "5.1.1"])),
        automatic=draw(st.sampled_from([None, None, None, "list"])),
    )
    return changed.knowing(
        case=draw(
            st.sampled_from([None, None, case(), case(support_number=None), case(category="gone")])
        ),
        waiting=draw(st.sampled_from([None, None, *(waiting(awaits=a) for a in Awaited)])),
        sent=draw(st.sampled_from([Sent(), Sent(today=5)])),
        forged_reference=draw(st.sampled_from([None, None, "C-1"])),
        duplicate_of=draw(st.sampled_from([None, None, None, 1])),
    )


def check(decision: Decision) -> None:
    assert decision.trace
    assert decision.trace[-1].result in {str(decision.reason), "withheld"}
    assert decision.reason in ENDINGS
    if decision.reply:
        names = {value.name for value in VALUES[decision.reason]}
        assert set(decision.reply.values) == names
        assert decision.reply.template == str(decision.reason)
        plain(decision.reply.values)
    if decision.state is State.ANSWERED:
        assert decision.reply
    visible = decision.reply or decision.queue or decision.challenge
    silent = decision.state in {State.DUPLICATE, State.BOUNCE, State.AUTOMATIC}
    assert bool(visible) is not silent
    if decision.charge:
        assert decision.reason is Reason.REISSUE_REQUESTED
        assert decision.contact
    if decision.reason is Reason.ASK_OPERATOR:
        assert decision.question
        assert decision.queue


def plain(value: Any) -> None:
    if isinstance(value, dict):
        for each in value.values():  # pyright: ignore[reportUnknownVariableType]  # any dict
            plain(each)
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]  # any list
            plain(each)
    else:
        assert type(value) in PLAIN, value


@settings(max_examples=400, deadline=None)
@given(scenes())
def test_every_message_comes_to_one_explained_decision(made: Scene) -> None:
    decision = made.decision
    check(decision)
    assert decide(made.request, made.facts) == decision


def test_every_reason_that_replies_says_what_it_may_speak_of() -> None:
    silent = {Reason.DUPLICATE, Reason.BOUNCE, Reason.AUTOMATIC_MAIL, Reason.QUARANTINED}
    assert set(VALUES) == set(Reason) - silent
    assert set(ENDINGS) == set(Reason) - {Reason.QUARANTINED}


@pytest.mark.parametrize("unit", ["お客様コード：", "再発行をお願いします。", "a" * 50, "再", "\n"])
def test_a_giant_text_is_decided_in_no_time(unit: str) -> None:
    check(scene(unit * 20_000).decision)


def test_the_customers_words_are_not_handed_on() -> None:
    secret = "ここだけの話"
    decision = scene(f"{REISSUE}\n{secret}").with_(sender_name=secret).decision
    assert decision.reply
    assert secret not in str(decision.reply.values)
