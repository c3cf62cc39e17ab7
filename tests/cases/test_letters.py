"""Replies and licence keys without any face, on both databases, also by two people at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Barrier
from typing import TypeVar

import pytest

from bot.cases import approval, erasing, judgement, override, reissue, reply
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.outbox import is_sealed
from bot.sealing import Seal
from bot.settings import RepliesSettings
from bot.store import Store, Work
from bot.store.cases import Case, NewCase
from bot.store.outbox import OutboxItem
from quotas.contract import Contract
from quotas.ledger import Kind, LedgerEntry
from tests.cases.rooms import BOX, HANAKO, NOW, SATO, TARO, letters, member, now_of

T = TypeVar("T")
DAX = "DX-1234-5678"
KEY = "KEY-ONE"


@pytest.fixture
def desk() -> Letters:
    """Give what letters are made with, for desknets-dax."""
    box = replace(BOX, name="dax", programme="desknets-dax", address="dax@desk.example")
    return replace(letters(), boxes={"dax": box})


def register(store: Store) -> Contract:
    """Register a contract with one contact."""
    contract = replace(member(store, SATO, number=DAX), programme="desknets-dax")
    with store.work() as work:
        work.contracts.put([contract], NOW)
    return contract


def open_case(store: Store, *, reserved: bool = False, **changes: object) -> Case:
    """Open a case of the contact that asks for a licence key."""
    register(store)
    new = NewCase(
        "desknets-dax",
        "email",
        "dax",
        "再発行のお願い",
        "dax-licence",
        NOW,
        support_number=DAX,
        contact=SATO.email,
        contact_name=SATO.name,
        category="licence_reissue",
    )
    with store.work() as work:
        number = work.cases.open(replace(new, **changes))  # type: ignore[arg-type] # checked at run time
        if reserved:
            work.ledger.append(entry(Kind.RESERVE, f"r:{number}", case_number=number))
    return now_of(store, number)


def entry(kind: Kind, key: str, **more: object) -> LedgerEntry:
    """Return an entry of the re-issue quota."""
    day = NOW.date()
    made = LedgerEntry(0, DAX, "licence_reissue", kind, 1, day, day, NOW, key, "desk")
    return replace(made, **more)  # type: ignore[arg-type] # names are checked at run time


def kinds(store: Store, number: str) -> list[str]:
    """Return the kinds of a case's ledger entries."""
    with store.reading() as work:
        return [str(e.kind) for e in work.ledger.of_case(number)]


def mails(store: Store, number: str) -> list[OutboxItem]:
    """Return the mails of a case."""
    with store.reading() as work:
        return [item for item in work.outbox.of_case(number) if item.kind == "mail"]


def text_of(raw: bytes) -> str:
    """Return the text of a mail."""
    return str(message_from_bytes(raw, policy=policy.default).get_content())


def seen(case: Case) -> Seen:
    """Return a case as it stands on a screen."""
    return Seen(case.number, case.version)


def at_once(store: Store, *does: Callable[[Work], T]) -> list[T]:
    """Let several people act in transactions that begin together."""
    start = Barrier(len(does))

    def one(do: Callable[[Work], T]) -> T:
        start.wait()
        with store.work() as work:
            return do(work)

    with ThreadPoolExecutor(len(does)) as pool:
        return list(pool.map(one, does))


def drafted(store: Store, desk: Letters, case: Case, actor: Actor) -> int:
    """Draft a reply; return its row."""
    with store.work() as work:
        made = reply.draft(work, desk, seen(case), reply.Written(f"{actor.id}の回答"), actor)
    assert isinstance(made, reply.Draft)
    return made.item


def confirming(desk: Letters, case: Case, item: int, actor: Actor) -> Callable[[Work], Outcome]:
    """Return what confirms a draft."""
    return lambda work: reply.confirm(work, desk, seen(case), item, actor)


def letting_go(case: Case, item: int, actor: Actor) -> Callable[[Work], Outcome]:
    """Return what approves a colleague's reply."""
    return lambda work: approval.approve(work, seen(case), item, actor)


def test_of_two_who_answer_at_once_one_reply_goes(store: Store, desk: Letters) -> None:
    """Their transactions run together: one is told who was first."""
    case = open_case(store)
    drafts = {actor: drafted(store, desk, case, actor) for actor in (HANAKO, TARO)}
    confirms = [confirming(desk, case, item, actor) for actor, item in drafts.items()]
    outcomes = at_once(store, *confirms)
    assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "Done"]
    with store.work() as work:
        for item in drafts.values():
            reply.release(work, item, NOW + timedelta(hours=2))
    assert sorted(item.state for item in mails(store, case.number)) == ["queued", "withdrawn"]


def test_of_two_who_approve_at_once_one_reply_goes_once(store: Store, desk: Letters) -> None:
    """The second approver is told, and there is one mail, held once."""
    desk = replace(desk, replies=RepliesSettings(second_person=("dax-licence",)))
    case = open_case(store)
    item = drafted(store, desk, case, HANAKO)
    with store.work() as work:
        assert isinstance(reply.confirm(work, desk, seen(case), item, HANAKO), Done)
    case = now_of(store, case.number)
    boss = Actor("slack:U0BOSS", NOW, lead=True)
    outcomes = at_once(store, letting_go(case, item, TARO), letting_go(case, item, boss))
    assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "Done"]
    assert [row.state for row in mails(store, case.number)] == ["held"]
    with store.reading() as work:
        actions = [e.action for e in work.audit.of_case(case.number)]
    assert actions.count("reply_approved") == 1


def test_a_reply_for_approval_is_no_request_beyond_the_limit(store: Store, desk: Letters) -> None:
    """Both wait in one state: granting the one must not reserve a unit for the other."""
    desk = replace(desk, replies=RepliesSettings(second_person=("dax-licence",)))
    case = open_case(store)
    item = drafted(store, desk, case, HANAKO)
    with store.work() as work:
        reply.confirm(work, desk, seen(case), item, HANAKO)
        now = work.cases.get(case.number)
        assert now is not None
        assert isinstance(override.grant(work, desk, seen(now), TARO), Refused)
    assert kinds(store, case.number) == []


def approving(desk: Letters, case: Case, actor: Actor) -> Callable[[Work], Outcome]:
    """Return what grants the key of a case."""
    return lambda work: reissue.approve(work, desk, seen(case), reissue.Grant(KEY), actor)


def test_of_two_who_grant_at_once_one_key_goes(store: Store, desk: Letters) -> None:
    """One unit, one sealed mail."""
    case = open_case(store, reserved=True)
    outcomes = at_once(store, approving(desk, case, HANAKO), approving(desk, case, TARO))
    assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "Done"]
    assert kinds(store, case.number) == ["reserve", "consume"]
    (mail,) = mails(store, case.number)
    assert is_sealed(mail)
    assert KEY in text_of(Seal(desk.office.key).open(mail.raw or b""))


def test_a_key_is_erased_when_its_time_is_over(store: Store, desk: Letters) -> None:
    """Only sealed mails that have not left; ordinary ones keep their bytes."""
    case = open_case(store, reserved=True)
    with store.work() as work:
        approving(desk, case, HANAKO)(work)
    drafted(store, desk, now_of(store, case.number), HANAKO)
    keep = timedelta(days=7)
    with store.work() as work:
        assert erasing.erase_old(work, keep, NOW + keep - timedelta(seconds=1)) == 0
        assert erasing.erase_old(work, keep, NOW + keep) == 1
        assert erasing.erase_old(work, keep, NOW + keep) == 0
    key, other = mails(store, case.number)
    assert (key.raw, key.state) == (None, "failed")
    assert other.raw


@pytest.mark.parametrize("command", ["approve", "refuse"])
def test_nothing_about_a_request_goes_to_an_address_not_registered(
    store: Store, desk: Letters, command: str
) -> None:
    """A key goes to a registered contact; withdrawing needs no mail and is still possible."""
    case = open_case(store, reserved=True, contact="mallory@evil.example")
    with store.work() as work:
        outcome = (
            approving(desk, case, HANAKO)(work)
            if command == "approve"
            else reissue.refuse(work, desk, seen(case), "理由", HANAKO)
        )
        assert isinstance(outcome, Refused)
        assert "登録担当者ではない" in outcome.why
        assert isinstance(reissue.withdraw(work, desk, seen(case), "誤り", HANAKO), Done)
    assert kinds(store, case.number) == ["reserve", "release"]
    assert mails(store, case.number) == []


QUESTION = "第14条の対象外です。数えますか。"


def judge(store: Store, desk: Letters, case: Case, *, counts: bool) -> Outcome:
    """Decide what the terms leave open."""
    with store.work() as work:
        judged = judgement.Judgement(counts, "故障の証明を確認")
        return judgement.judge(work, desk, seen(case), judged, HANAKO)


def test_a_reissue_that_counts_is_reserved_when_it_is_decided(store: Store, desk: Letters) -> None:
    """Then it is consumed like any other; a second decision finds nothing open."""
    case = open_case(store, question=QUESTION)
    assert isinstance(judge(store, desk, case, counts=True), Done)
    assert isinstance(judge(store, desk, case, counts=True), Conflict)
    case = now_of(store, case.number)
    assert isinstance(judge(store, desk, case, counts=False), Refused)
    with store.work() as work:
        assert isinstance(approving(desk, case, HANAKO)(work), Done)
    assert kinds(store, case.number) == ["reserve", "consume"]


def test_a_reissue_that_does_not_count_takes_no_unit_even_for_a_moment(
    store: Store, desk: Letters
) -> None:
    """Until the key goes nothing is written; then a unit is reserved and waived together."""
    case = open_case(store, question=QUESTION)
    assert isinstance(judge(store, desk, case, counts=False), Done)
    assert kinds(store, case.number) == []
    case = now_of(store, case.number)
    with store.work() as work:
        assert isinstance(approving(desk, case, HANAKO)(work), Done)
        case = now_after(work, case)
        assert isinstance(approving(desk, case, TARO)(work), Refused)
    assert kinds(store, case.number) == ["reserve", "waive"]


def now_after(work: Work, case: Case) -> Case:
    """Return a case inside of the work that changes it."""
    found = work.cases.get(case.number)
    assert found is not None
    return found


@pytest.mark.parametrize("command", ["refuse", "withdraw"])
def test_an_uncounted_reissue_can_end_without_a_key(
    store: Store, desk: Letters, command: str
) -> None:
    """Nothing was counted and nothing is; it can't be granted afterwards."""
    case = open_case(store, question=QUESTION)
    judge(store, desk, case, counts=False)
    case = now_of(store, case.number)
    with store.work() as work:
        end = reissue.refuse if command == "refuse" else reissue.withdraw
        assert isinstance(end(work, desk, seen(case), "製品が異なる", HANAKO), Done)
        case = now_after(work, case)
        assert isinstance(approving(desk, case, TARO)(work), Refused)
    assert kinds(store, case.number) == []
    assert len(mails(store, case.number)) == (1 if command == "refuse" else 0)


def test_with_nothing_left_counting_needs_a_second_person(store: Store, desk: Letters) -> None:
    """The refusal says where to ask; not counting is possible without a unit."""
    case = open_case(store, question=QUESTION)
    with store.work() as work:
        for count in range(3):
            work.ledger.append(entry(Kind.CONSUME, f"past:{count}"))
    outcome = judge(store, desk, case, counts=True)
    assert isinstance(outcome, Refused)
    assert "上限超過を申請" in outcome.why
    assert isinstance(judge(store, desk, case, counts=False), Done)
    case = now_of(store, case.number)
    with store.work() as work:
        assert isinstance(approving(desk, case, HANAKO)(work), Done)


def test_a_stranger_is_told_neither_customer_nor_number(store: Store, desk: Letters) -> None:
    """A case linked to a contract by hand may still be a stranger's."""
    case = open_case(store, contact="mallory@evil.example", contact_name=None)
    with store.work() as work:
        made = reply.draft(work, desk, seen(case), reply.Written("ご確認ください。"), HANAKO)
    assert isinstance(made, reply.Draft)
    assert "みどり" not in made.letter.body
    assert DAX not in made.letter.body
    assert "宛先は登録担当者ではありません。" in made.warnings
    known = open_case(store)
    with store.work() as work:
        told = reply.draft(work, desk, seen(known), reply.Written("ご確認ください。"), HANAKO)
    assert isinstance(told, reply.Draft)
    assert "みどり" in told.letter.body


def test_the_desks_own_lines_stand_at_the_foot(store: Store, desk: Letters) -> None:
    """`[desk] signature` is in every letter."""
    office = replace(desk.office, signature="株式会社まどぐち\n東京都千代田区1-1")
    case = open_case(store)
    with store.work() as work:
        written = reply.Written("ご確認ください。")
        made = reply.draft(work, replace(desk, office=office), seen(case), written, HANAKO)
    assert isinstance(made, reply.Draft)
    assert "株式会社まどぐち\n東京都千代田区1-1" in made.letter.body
