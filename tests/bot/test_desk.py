"""The one path of a message: what is taken in is decided once, and recorded whole or not at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import desk as desk_module
from bot.house import House
from bot.store.ledger_proof import prove
from quotas.decide import decide
from quotas.decision import Decision, Reason, State
from quotas.facts import Facts
from quotas.request import Request
from tests.bot.houses import REISSUE, Hands, Post, mail, open_desk, write_settings


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def house(tmp_path: Path, database_url: str, clock: Hands) -> Iterator[House]:
    opened = open_desk(write_settings(tmp_path, database_url), clock)
    yield opened
    opened.close()


@pytest.fixture
def post(house: House) -> Post:
    return Post(house)


def test_a_covered_question_opens_a_case_with_receipt_and_card(post: Post, house: House) -> None:
    (message,) = post.take(mail("DX-1024-7731\nスケジュールの操作方法を教えてください。"))
    (decision,) = post.desk.decide_now([message])
    assert decision.reason is Reason.ACCEPTED
    stored = post.stored(message)
    assert stored.case_number == "C2026-000001"
    with house.store.reading() as work:
        receipt, card = work.outbox.of_case("C2026-000001")
    assert (receipt.kind, receipt.recipient) == ("mail", "sato@aoba.example.co.jp")
    assert "C2026-000001" in (receipt.subject or "")
    assert card.kind == "slack"


def test_a_message_is_decided_once_however_often_its_job_runs(post: Post, house: House) -> None:
    ids = post.take(mail("DX-1024-7731\n" + REISSUE))
    assert len(post.desk.decide_now(ids)) == 1
    assert post.desk.decide_now(ids) == []
    with house.store.reading() as work:
        assert len(work.ledger.entries("DX-1024-7731")) == 1
        assert len([i for i in work.outbox.listed() if i.kind == "mail"]) == 1


def test_the_same_arrival_twice_is_stored_once(post: Post, house: House) -> None:
    raw = mail("DX-1024-7731\n操作について")
    arrival = post._arrival(raw)
    first = post.desk.take([arrival])
    assert post.desk.take([arrival]) == [None]
    assert first != [None]
    assert house.store.reading().__enter__().messages.counts() == {"received": 1}


def test_the_same_message_by_another_way_is_a_duplicate_and_silent(
    post: Post, house: House
) -> None:
    raw = mail("DX-1024-7731\n" + REISSUE)
    again = b"Received: from relay.example by mx.desk.example\r\n" + raw
    assert [d.reason for d in post.put(raw, again)] == [Reason.REISSUE_REQUESTED, Reason.DUPLICATE]
    assert [d.reason for d in post.put(again)] == [Reason.DUPLICATE]
    with house.store.reading() as work:
        assert len(work.ledger.entries("DX-1024-7731")) == 1
        assert len([i for i in work.outbox.listed() if i.kind == "mail"]) == 1


def test_two_messages_with_one_message_id_are_two_messages(post: Post) -> None:
    first = mail("DX-1024-7731\nスケジュールの操作について")
    second = mail("DX-1024-7731\nアドレス帳の操作について", subject="別の質問")
    reasons = [d.reason for d in post.put(first, second)]
    assert reasons == [Reason.ACCEPTED, Reason.ACCEPTED]


def test_four_reissues_in_one_batch_give_three_grants_and_one_refusal(
    post: Post, house: House
) -> None:
    raws = [
        mail("DX-1024-7731\n" + REISSUE, message_id=f"<{n}@aoba.example.co.jp>", subject=f"依頼{n}")
        for n in range(4)
    ]
    reasons = [d.reason for d in post.put(*raws)]
    assert reasons == [Reason.REISSUE_REQUESTED] * 3 + [Reason.QUOTA_EXHAUSTED]
    with house.store.reading() as work:
        assert prove(work.connection) == []


def test_the_last_unit_asked_for_at_the_same_time_is_given_once(
    post: Post, house: House, tmp_path: Path, clock: Hands
) -> None:
    def ask(number: int) -> bytes:
        subject = f"依頼{number}"
        message_id = f"<{number}@aoba.example.co.jp>"
        return mail("DX-1024-7731\n" + REISSUE, message_id=message_id, subject=subject)

    post.put(ask(1), ask(2))
    other = open_desk(tmp_path / "desk.toml", clock)
    third, fourth = post.take(ask(3)), post.take(ask(4))
    with ThreadPoolExecutor(2) as pool:
        decided = [
            pool.submit(post.desk.decide_now, third),
            pool.submit(Post(other).desk.decide_now, fourth),
        ]
        reasons = sorted(d.reason for each in decided for d in each.result())
    other.close()
    assert reasons == [Reason.QUOTA_EXHAUSTED, Reason.REISSUE_REQUESTED]
    with house.store.reading() as work:
        assert sum(e.units for e in work.ledger.entries("DX-1024-7731")) == 3


def test_a_message_without_number_is_taken_up_when_the_number_arrives(
    post: Post, house: House, clock: Hands
) -> None:
    (waiting,) = post.take(mail("スケジュールの操作方法を教えてください。"))
    (missing,) = post.desk.decide_now([waiting])
    assert (missing.reason, missing.state) == (Reason.NUMBER_MISSING, State.WAITING)
    with house.store.reading() as work:
        (asked,) = work.outbox.answering(waiting)
    clock.forward(hours=1)
    (answer,) = post.take(
        mail(
            "DX-1024-7731\n",
            subject="Re: お問い合わせ",
            message_id="<2@aoba.example.co.jp>",
            headers=f"In-Reply-To: {asked.message_id}\n",
        )
    )
    (decision,) = post.desk.decide_now([answer])
    assert decision.reason is Reason.ACCEPTED
    first, second = post.stored(waiting), post.stored(answer)
    assert first.state == second.state
    assert first.case_number == second.case_number == "C2026-000001"
    assert first.taken_up_by == answer


def test_poison_ends_in_quarantine_and_the_next_message_is_handled(
    post: Post, house: House, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = decide

    def fragile(request: Request, facts: Facts) -> Decision:
        if request.subject == "毒":
            raise RuntimeError("no way to decide this")
        return honest(request, facts)

    monkeypatch.setattr(desk_module, "decide", fragile)
    bad, good = post.take(
        mail("DX-1024-7731\n操作について", subject="毒"),
        mail("DX-1024-7731\n操作について", subject="良"),
    )
    for _ in range(desk_module.MOST_ATTEMPTS):
        post.desk.decide_now([bad, good])
        clock.forward(minutes=1)
    assert post.stored(good).reason == Reason.ACCEPTED
    ended = post.stored(bad)
    assert (ended.state, ended.cause) == ("quarantined", "processing_failed")
    assert "no way to decide this" in (ended.detail or "")
    with house.store.reading() as work:
        assert work.outbox.answering(bad) == []

    monkeypatch.setattr(desk_module, "decide", honest)
    with house.store.work() as work:
        work.messages.reopen(bad)
    assert [d.reason for d in post.desk.decide_now([bad])] == [Reason.ACCEPTED]


def test_a_message_that_cannot_be_read_is_quarantined_with_its_cause(post: Post) -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(990)
    )
    (message,) = post.take(b"From: <a@example.jp>\r\n" + deep)
    post.desk.decide_now([message])
    stored = post.stored(message)
    assert (stored.state, stored.cause) == ("quarantined", "over_limit")


def test_what_was_recorded_is_whole_or_not_there(
    post: Post, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("bot.store.messages.Messages.finish", cut)
    post.put(mail("DX-1024-7731\n" + REISSUE))
    with house.store.reading() as work:
        assert work.ledger.entries("DX-1024-7731") == ()
        assert work.outbox.listed() == []
        assert work.cases.counts() == {}


def test_explain_writes_nothing(post: Post, house: House, clock: Hands) -> None:
    box = house.settings.mailboxes[0]
    explained = post.desk.explain(mail("DX-1024-7731\n" + REISSUE), box, clock())
    assert explained.decision.reason is Reason.REISSUE_REQUESTED
    assert explained.rendered is not None
    with house.store.reading() as work:
        assert work.messages.counts() == {}
        assert work.ledger.entries("DX-1024-7731") == ()
