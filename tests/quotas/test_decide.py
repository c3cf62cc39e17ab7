"""What is done about a message: one scene an outcome, with what it causes and what it doesn't."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from quotas import marks
from quotas.contract import Contact, Status
from quotas.decision import CaseStep, Charge, Reason, State
from quotas.facts import Awaited, Sent
from quotas.ledger import Kind
from quotas.programme import Channel
from quotas.request import Policy, Position, Verdict
from tests.quotas.builders import (
    MONDAY,
    REISSUE,
    SATO,
    SATURDAY,
    TOKYO,
    Silence,
    case,
    caused,
    contract,
    entry,
    period,
    scene,
    seen,
    used,
    waiting,
)


class TestNeverAnswered:
    def test_a_duplicate_causes_nothing(self) -> None:
        decision = scene(REISSUE).knowing(duplicate_of=7).decision
        assert (decision.reason, decision.state) == (Reason.DUPLICATE, State.DUPLICATE)
        assert caused(decision) == Silence()

    def test_a_bounce_causes_nothing_here(self) -> None:
        decision = scene(REISSUE).with_(bounce="5.1.1 user unknown").decision
        assert (decision.reason, decision.state) == (Reason.BOUNCE, State.BOUNCE)
        assert caused(decision) == Silence()

    def test_an_out_of_office_notice_causes_nothing(self) -> None:
        decision = scene(REISSUE).with_(automatic="Auto-Submitted: auto-replied").decision
        assert (decision.reason, decision.state) == (Reason.AUTOMATIC_MAIL, State.AUTOMATIC)
        assert caused(decision) == Silence()

    def test_own_mail_come_back_causes_nothing(self) -> None:
        decision = scene(REISSUE).with_(sender="Desk@desk.example").decision
        assert decision.reason is Reason.AUTOMATIC_MAIL
        assert caused(decision) == Silence()

    def test_a_duplicate_of_a_bounce_is_a_duplicate(self) -> None:
        decision = scene().with_(bounce="x", automatic="y").knowing(duplicate_of=1).decision
        assert decision.reason is Reason.DUPLICATE


class TestNumber:
    def test_without_a_number_the_message_waits_and_is_asked_for_it(self) -> None:
        decision = scene(REISSUE).with_(numbers=()).decision
        assert (decision.reason, decision.state) == (Reason.NUMBER_MISSING, State.WAITING)
        assert decision.awaits is Awaited.NUMBER
        assert decision.reply
        assert decision.reply.template == "number_missing"
        assert caused(decision) == Silence(reply=True)
        assert decision.support_number is None

    def test_not_at_the_head_it_is_served_with_a_reminder(self) -> None:
        held = contract()
        decision = scene().with_(numbers=(seen(held.support_number, Position.BODY),)).decision
        assert decision.reason is Reason.NUMBER_NOT_AT_HEAD
        assert decision.reply
        assert decision.reply.values["remind_head"] is True
        assert decision.queue == "dax"
        assert marks.NUMBER_NOT_AT_HEAD in decision.marks

    def test_a_reissue_whose_number_is_in_the_subject_keeps_its_reason(self) -> None:
        decision = scene(REISSUE).with_(numbers=(seen("DX-1024-7731", Position.SUBJECT),)).decision
        assert decision.reason is Reason.REISSUE_REQUESTED
        assert decision.reply
        assert decision.reply.values["remind_head"] is True

    def test_a_programme_that_does_not_ask_for_the_head_reminds_nobody(self) -> None:
        held = contract("dekispart")
        decision = (
            scene(held=held).with_(numbers=(seen(held.support_number, Position.BODY),)).decision
        )
        assert decision.reason is Reason.ACCEPTED
        assert decision.reply
        assert decision.reply.values["remind_head"] is False

    def test_an_unknown_number_goes_to_the_list(self) -> None:
        decision = scene().with_(numbers=(seen("DX-0000-0000"),)).decision
        assert (decision.reason, decision.queue) == (Reason.NUMBER_UNKNOWN, "strays")
        assert decision.case is CaseStep.NONE
        assert decision.contract is None

    def test_strangers_learn_nothing_from_the_difference(self) -> None:
        unknown = scene().with_(sender="x@evil.example", numbers=(seen("DX-0000-0000"),)).decision
        unregistered = scene().with_(sender="x@evil.example").decision
        assert unknown.reply
        assert unregistered.reply
        assert unknown.reply.values == unregistered.reply.values
        assert "青葉" not in str(unregistered.reply)
        assert "7731" not in str(unregistered.reply)

    def test_a_number_of_another_programme_does_not_exist_here(self) -> None:
        other = contract("dekispart")
        stray = scene().knowing(contracts={"DX-1024-7731": other}).decision
        assert stray.reason is Reason.NUMBER_UNKNOWN

    def test_a_misread_number_is_believed_when_its_contract_names_the_sender(self) -> None:
        decision = scene().with_(numbers=(seen("DX-1024-7731", exact=False),)).decision
        assert decision.reason is Reason.ACCEPTED
        assert marks.NUMBER_INEXACT in decision.marks

    def test_a_misread_number_is_unknown_to_everybody_else(self) -> None:
        stranger = scene().with_(sender="x@evil.example")
        decision = stranger.with_(numbers=(seen("DX-1024-7731", exact=False),)).decision
        assert decision.reason is Reason.NUMBER_UNKNOWN

    def test_of_several_contracts_the_one_that_names_the_sender_is_meant(self) -> None:
        mine = contract()
        other = contract(number="DX-2000-0001", contacts=(Contact("他", "x@other.example"),))
        both = {c.support_number: c for c in (mine, other)}
        message = scene().knowing(contracts=both)
        decision = message.with_(numbers=(seen("DX-2000-0001"), seen("DX-1024-7731"))).decision
        assert decision.support_number == "DX-1024-7731"

    def test_two_contracts_that_name_the_sender_are_a_question(self) -> None:
        both = {c.support_number: c for c in (contract(), contract(number="DX-2000-0001"))}
        message = scene(REISSUE).knowing(contracts=both)
        decision = message.with_(numbers=(seen("DX-2000-0001"), seen("DX-1024-7731"))).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.question
        assert "DX-2000-0001" in decision.question
        assert decision.charge is None

    def test_a_number_at_the_head_outweighs_one_in_the_quote(self) -> None:
        both = {c.support_number: c for c in (contract(), contract(number="DX-2000-0001"))}
        numbers = (seen("DX-2000-0001"), seen("DX-1024-7731", Position.QUOTE))
        decision = scene().knowing(contracts=both).with_(numbers=numbers).decision
        assert decision.support_number == "DX-2000-0001"


class TestWaitingForTheNumber:
    def test_the_number_that_arrives_completes_the_message(self) -> None:
        earlier = waiting(received_at=datetime(2026, 5, 29, 17, 0, tzinfo=TOKYO))
        answer = scene("番号を書き忘れました。", at=MONDAY).with_(subject="Re: 再発行の件")
        decision = answer.knowing(waiting=earlier).decision
        assert decision.reason is Reason.REISSUE_REQUESTED
        assert decision.takes_up == 41
        assert decision.charge == Charge("licence_reissue", 1, date(2026, 5, 29), decision.article)
        assert decision.due == datetime(2026, 6, 4, 18, 0, tzinfo=TOKYO)
        assert decision.reply
        assert decision.reply.values["remind_head"] is False

    def test_the_year_that_pays_is_that_of_the_waiting_message(self) -> None:
        held = contract(
            "desknets-dax",
            period(date(2025, 6, 1), date(2026, 6, 1)),
            period(date(2026, 6, 1), date(2027, 6, 1)),
        )
        earlier = waiting(received_at=datetime(2026, 5, 31, 23, 59, tzinfo=TOKYO))
        message = scene("番号です。", held, ledger=used(3, day=date(2025, 7, 1)))
        decision = message.knowing(waiting=earlier).decision
        assert decision.reason is Reason.QUOTA_EXHAUSTED

    def test_an_unknown_number_leaves_it_waiting(self) -> None:
        decision = (
            scene().with_(numbers=(seen("DX-0000-0000"),)).knowing(waiting=waiting()).decision
        )
        assert decision.reason is Reason.NUMBER_UNKNOWN
        assert decision.takes_up is None

    def test_an_answer_without_number_is_asked_once_only_and_then_shown(self) -> None:
        decision = scene().with_(numbers=()).knowing(waiting=waiting()).decision
        assert decision.reason is Reason.NUMBER_MISSING
        assert decision.reply is None
        assert (decision.state, decision.queue) == (State.ROUTED, "strays")


class TestSender:
    def test_somebody_else_is_told_to_go_through_the_contact(self) -> None:
        decision = scene(REISSUE).with_(sender="tanaka@aoba.example").decision
        assert decision.reason is Reason.SENDER_UNREGISTERED
        assert decision.marks == (marks.SENDER_UNREGISTERED,)
        assert (decision.case, decision.queue) == (CaseStep.OPEN, "dax")
        assert decision.charge is None

    @pytest.mark.parametrize(
        ("contact", "reason"),
        [
            (replace(SATO, last=date(2026, 6, 1)), Reason.ACCEPTED),
            (replace(SATO, last=date(2026, 5, 31)), Reason.SENDER_UNREGISTERED),
            (replace(SATO, since=date(2026, 6, 1)), Reason.ACCEPTED),
            (replace(SATO, since=date(2026, 6, 2)), Reason.SENDER_UNREGISTERED),
        ],
    )
    def test_a_contact_is_served_from_the_first_to_the_last_day(
        self, contact: Contact, reason: Reason
    ) -> None:
        assert scene(held=contract(contacts=(contact,))).decision.reason is reason

    def test_the_address_is_compared_without_case(self) -> None:
        assert scene().with_(sender="SATO@Aoba.Example").decision.reason is Reason.ACCEPTED

    def test_without_one_sender_a_person_looks_and_nobody_is_answered(self) -> None:
        decision = scene(REISSUE).with_(sender="").decision
        assert (decision.reason, decision.state) == (Reason.ASK_OPERATOR, State.ROUTED)
        assert caused(decision) == Silence(queue=True, case=True)

    @pytest.mark.parametrize(
        ("policy", "verdict", "served"),
        [
            (Policy.REQUIRE, Verdict.PASS, True),
            (Policy.REQUIRE, Verdict.NONE, False),
            (Policy.REQUIRE, Verdict.FAIL, False),
            (Policy.PREFER, Verdict.NONE, True),
            (Policy.PREFER, Verdict.FAIL, False),
            (Policy.OFF, Verdict.NONE, True),
            (Policy.OFF, Verdict.FAIL, True),
        ],
    )
    def test_the_mailbox_says_how_sure_the_sender_must_be(
        self, policy: Policy, verdict: Verdict, served: bool
    ) -> None:
        decision = scene().unauthenticated(verdict).with_(policy=policy).decision
        expected = Reason.ACCEPTED if served else Reason.SENDER_UNAUTHENTICATED
        assert decision.reason is expected

    def test_unauthenticated_mail_is_not_answered_but_asked_on_file(self) -> None:
        decision = scene(REISSUE).unauthenticated().decision
        assert (decision.reason, decision.state) == (Reason.SENDER_UNAUTHENTICATED, State.WAITING)
        assert decision.reply is None
        assert decision.challenge == "sato@aoba.example"
        assert set(decision.challenge_values) == {"subject", "programme_name", "number_label"}
        assert decision.awaits is Awaited.CONFIRMATION
        assert decision.queue == "dax"
        assert decision.charge is None

    def test_a_mail_known_as_forged_makes_the_desk_write_to_nobody(self) -> None:
        decision = scene(REISSUE).unauthenticated(Verdict.FAIL).decision
        assert decision.reason is Reason.SENDER_UNAUTHENTICATED
        assert decision.state is State.ROUTED
        assert caused(decision) == Silence(queue=True, case=True)

    @pytest.mark.parametrize(
        ("until", "served"), [(date(2026, 6, 1), True), (date(2026, 5, 31), False)]
    )
    def test_a_dated_exception_lets_a_contact_pass(self, until: date, served: bool) -> None:
        excepted = replace(SATO, unauthenticated_until=until)
        decision = scene(held=contract(contacts=(excepted,))).unauthenticated().decision
        assert (decision.reason is Reason.ACCEPTED) is served

    def test_even_then_a_failed_mail_is_not_answered(self) -> None:
        excepted = replace(SATO, unauthenticated_until=date(2026, 6, 1))
        message = scene(held=contract(contacts=(excepted,))).unauthenticated(Verdict.FAIL)
        decision = message.decision
        assert (decision.reason, decision.state) == (Reason.ACCEPTED, State.ROUTED)
        assert decision.reply is None
        assert marks.REPLY_WITHHELD in decision.marks

    def test_a_failed_mail_without_number_is_not_answered_either(self) -> None:
        decision = scene().unauthenticated(Verdict.FAIL).with_(numbers=()).decision
        assert decision.reply is None
        assert (decision.state, decision.queue) == (State.ROUTED, "strays")

    def test_the_answer_from_the_address_on_file_confirms(self) -> None:
        asked = waiting(awaits=Awaited.CONFIRMATION, case_number="C-5")
        decision = scene("はい、私が送りました。").unauthenticated().knowing(waiting=asked).decision
        assert decision.reason is Reason.REISSUE_REQUESTED
        assert (decision.takes_up, decision.case, decision.case_number) == (
            41,
            CaseStep.JOIN,
            "C-5",
        )

    def test_a_denial_confirms_nothing(self) -> None:
        asked = waiting(awaits=Awaited.CONFIRMATION, case_number="C-5")
        answer = scene("心当たりがありません。").unauthenticated().knowing(waiting=asked)
        assert answer.decision.reason is Reason.ASK_OPERATOR
        assert answer.decision.charge is None

    def test_a_forged_reference_confirms_nothing(self) -> None:
        asked = waiting(awaits=Awaited.CONFIRMATION, case_number="C-5")
        answer = scene("はい。").unauthenticated().knowing(waiting=asked, forged_reference="<x>")
        assert answer.decision.reason is Reason.SENDER_UNAUTHENTICATED
        assert answer.decision.takes_up is None

    def test_a_fax_from_a_registered_number_is_its_contacts(self) -> None:
        fax = scene().with_(channel=Channel.FAX, sender="0312345678", policy=Policy.OFF)
        assert fax.decision.contact == SATO


class TestThread:
    def test_a_follow_up_goes_to_its_case_in_silence(self) -> None:
        decision = scene("その後いかがですか。").knowing(case=case()).decision
        assert (decision.reason, decision.state) == (Reason.FOLLOW_UP, State.ROUTED)
        assert (decision.case, decision.case_number, decision.queue) == (
            CaseStep.JOIN,
            "C-100",
            "dax",
        )
        assert decision.reply is None
        assert decision.charge is None

    def test_a_follow_up_needs_no_number(self) -> None:
        decision = scene("ありがとうございます。").with_(numbers=()).knowing(case=case()).decision
        assert decision.reason is Reason.FOLLOW_UP
        assert decision.support_number == "DX-1024-7731"

    def test_the_first_outside_the_hours_gets_a_note(self) -> None:
        late = scene("急ぎです。", at=SATURDAY)
        first = late.knowing(case=case()).decision
        second = late.knowing(case=case(notes_outside_hours_sent=True)).decision
        assert first.reply
        assert first.reply.template == "follow_up"
        assert first.reply.values["outside_hours"] is True
        assert second.reply is None

    def test_a_closed_case_is_opened_again(self) -> None:
        decision = scene("まだ直りません。").knowing(case=case(state="resolved")).decision
        assert decision.reason is Reason.FOLLOW_UP
        assert marks.REOPENED in decision.marks

    def test_a_new_reissue_in_an_old_thread_charges_nothing_but_is_marked(self) -> None:
        decision = scene(REISSUE).knowing(case=case()).decision
        assert decision.reason is Reason.FOLLOW_UP
        assert decision.charge is None
        assert marks.NEW_REQUEST in decision.marks

    def test_a_case_without_contract_goes_on_with_who_opened_it(self) -> None:
        stray = case(support_number=None, contacts=frozenset({"x@other.example"}))
        message = scene("続きです。").with_(numbers=()).knowing(case=stray)
        opener = message.with_(sender="X@other.example")
        assert opener.decision.reason is Reason.FOLLOW_UP
        assert opener.decision.case_number == "C-100"
        assert opener.decision.reply is None
        assert opener.unauthenticated().decision.reason is Reason.NUMBER_MISSING
        assert message.decision.reason is Reason.NUMBER_MISSING

    def test_a_colleague_who_is_no_contact_does_not_get_in(self) -> None:
        decision = scene("私からも。").with_(sender="x@aoba.example").knowing(case=case()).decision
        assert decision.reason is Reason.SENDER_UNREGISTERED
        assert decision.case_number is None

    def test_an_unauthenticated_follow_up_does_not_get_in(self) -> None:
        decision = scene("続きです。").unauthenticated().knowing(case=case()).decision
        assert decision.reason is Reason.SENDER_UNAUTHENTICATED
        assert decision.case_number is None

    def test_a_forged_reference_goes_to_a_person_marked(self) -> None:
        decision = scene(REISSUE).knowing(forged_reference="C-999").decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert marks.FORGED_REFERENCE in decision.marks
        assert decision.case is CaseStep.OPEN
        assert decision.charge is None

    def test_a_forged_reference_without_number_goes_to_a_person_unanswered(self) -> None:
        decision = scene().with_(numbers=()).knowing(forged_reference="C-999").decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert marks.FORGED_REFERENCE in decision.marks
        assert decision.reply is None

    def test_the_case_of_another_contract_is_not_entered(self) -> None:
        decision = scene().knowing(case=case(support_number="DX-2000-0001")).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert marks.FORGED_REFERENCE in decision.marks

    def test_the_missing_facts_complete_the_reissue(self) -> None:
        earlier = waiting(
            awaits=Awaited.FACTS, text="再発行をお願いします。理由：入れ替え", case_number="C-100"
        )
        answer = scene("お客様コード：ABCD-1234\n新サーバ：SRV-02")
        decision = answer.knowing(case=case(category="licence_reissue"), waiting=earlier).decision
        assert decision.reason is Reason.REISSUE_REQUESTED
        assert (decision.case, decision.case_number) == (CaseStep.JOIN, "C-100")
        assert decision.charge
        assert dict(decision.facts) == {
            "customer_code": "ABCD-1234",
            "cause": "customer_convenience",
            "new_server": "SRV-02",
        }

    def test_facts_filled_in_inside_the_quoted_form_count(self) -> None:
        earlier = waiting(awaits=Awaited.FACTS, text="再発行をお願いします。", case_number="C-100")
        quoted = "> お客様コード：ABCD-1234\n> 理由：入替\n> 新サーバ：SRV-02"
        answer = scene("記入しました。").with_(text=f"記入しました。\n{quoted}")
        decision = answer.knowing(case=case(category="licence_reissue"), waiting=earlier).decision
        assert decision.reason is Reason.REISSUE_REQUESTED

    def test_an_empty_form_in_the_quote_adds_nothing(self) -> None:
        earlier = waiting(awaits=Awaited.FACTS, text="再発行をお願いします。", case_number="C-100")
        form = "> お客様コード：\n> サーバ変更の理由（お客様のご都合／ハードウェアの故障）：\n"
        answer = scene("後ほど送ります。").with_(text=f"後ほど送ります。\n{form}")
        decision = answer.knowing(case=case(category="licence_reissue"), waiting=earlier).decision
        assert decision.reason is Reason.FOLLOW_UP

    def test_another_question_meanwhile_is_a_follow_up(self) -> None:
        earlier = waiting(awaits=Awaited.FACTS, text="再発行をお願いします。", case_number="C-100")
        answer = scene("少しお待ちください。")
        decision = answer.knowing(case=case(category="licence_reissue"), waiting=earlier).decision
        assert decision.reason is Reason.FOLLOW_UP
        assert decision.charge is None


class TestReissue:
    def test_complete_with_a_unit_left_it_is_reserved(self) -> None:
        decision = scene(REISSUE, ledger=used(2)).decision
        assert (decision.reason, decision.state) == (Reason.REISSUE_REQUESTED, State.ANSWERED)
        assert decision.charge
        assert (decision.charge.quota, decision.charge.units) == ("licence_reissue", 1)
        assert decision.charge.charged_on == date(2026, 6, 1)
        assert decision.due == datetime(2026, 6, 4, 18, 0, tzinfo=TOKYO)
        assert decision.queue == "dax-licence"
        assert decision.balance
        assert decision.balance.remaining == 0
        assert decision.reply
        assert decision.reply.values["quota"]["remaining"] == 0

    def test_the_fourth_is_refused_with_what_was_used_when(self) -> None:
        decision = scene(REISSUE, ledger=used(3)).decision
        assert decision.reason is Reason.QUOTA_EXHAUSTED
        assert decision.charge is None
        assert decision.queue == "dax-licence"
        assert decision.reply
        assert decision.reply.values["quota"]["resets_on"] == date(2027, 4, 1)
        assert [line["case_number"] for line in decision.reply.values["lines"]] == [
            "C-1",
            "C-2",
            "C-3",
        ]

    def test_open_reservations_count(self) -> None:
        open_ones = [entry(Kind.RESERVE, n) for n in (1, 2, 3)]
        assert scene(REISSUE, ledger=open_ones).decision.reason is Reason.QUOTA_EXHAUSTED

    def test_released_ones_do_not(self) -> None:
        released = [
            *(entry(Kind.RESERVE, n) for n in (1, 2, 3)),
            entry(Kind.RELEASE, 4, refers_to=3),
        ]
        assert scene(REISSUE, ledger=released).decision.reason is Reason.REISSUE_REQUESTED

    def test_other_contracts_do_not_pay(self) -> None:
        foreign = used(3, support_number="DX-2000-0001")
        assert scene(REISSUE, ledger=foreign).decision.reason is Reason.REISSUE_REQUESTED

    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            (date(2027, 3, 31), Reason.QUOTA_EXHAUSTED),
            (date(2027, 4, 1), Reason.REISSUE_REQUESTED),
        ],
    )
    def test_each_year_of_a_longer_contract_has_its_own_three(
        self, day: date, reason: Reason
    ) -> None:
        held = contract("desknets-dax", period(date(2026, 4, 1), date(2029, 4, 1)))
        at = datetime(day.year, day.month, day.day, 11, 0, tzinfo=TOKYO)
        assert scene(REISSUE, held, at=at, ledger=used(3)).decision.reason is reason

    def test_service_before_the_first_period_is_paid_by_the_first_year(self) -> None:
        held = replace(
            contract("desknets-dax", period(date(2026, 7, 1), date(2027, 7, 1), Status.FREE)),
            served_from=date(2026, 5, 20),
        )
        early = scene(REISSUE, held, ledger=used(3, day=date(2026, 5, 21)))
        later = datetime(2026, 7, 1, 11, 0, tzinfo=TOKYO)
        assert early.decision.reason is Reason.QUOTA_EXHAUSTED
        assert early.with_(received_at=later).decision.reason is Reason.QUOTA_EXHAUSTED

    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ("再発行をお願いします。", ["customer_code", "cause", "new_server"]),
            ("再発行をお願いします。理由：入替", ["customer_code", "new_server"]),
            ("再発行をお願いします。\n理由：入替\nお客様コード：ABCD-1234", ["new_server"]),
        ],
    )
    def test_what_is_missing_is_asked_for_and_nothing_else(
        self, text: str, missing: list[str]
    ) -> None:
        decision = scene(text).decision
        assert (decision.reason, decision.state) == (Reason.FACTS_MISSING, State.WAITING)
        assert decision.awaits is Awaited.FACTS
        assert decision.case is CaseStep.OPEN
        assert decision.charge is None
        assert decision.reply
        assert [fact["name"] for fact in decision.reply.values["missing"]] == missing

    def test_a_hardware_failure_is_a_question_and_reserves_nothing(self) -> None:
        text = REISSUE.replace("サーバの入れ替え", "サーバの故障")
        decision = scene(text).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.question
        assert "故障" in decision.question
        assert decision.charge is None

    def test_by_fax_it_is_told_how_and_nothing_is_reserved(self) -> None:
        fax = scene(REISSUE).with_(channel=Channel.FAX, policy=Policy.OFF)
        decision = fax.decision
        assert decision.reason is Reason.CHANNEL_NOT_ACCEPTED
        assert decision.charge is None
        assert decision.queue is None
        assert decision.reply
        assert decision.reply.values["channels"] == ["電子メール", "Webフォーム"]

    def test_by_web_form_it_is_taken(self) -> None:
        form = scene(REISSUE).with_(
            channel=Channel.WEB, numbers=(seen("DX-1024-7731", Position.FORM),)
        )
        assert form.decision.reason is Reason.REISSUE_REQUESTED

    def test_a_doubtful_wish_charges_nothing(self) -> None:
        text = "ライセンスキーについて、再発行か残り回数の件です。残り回数は何回でしょうか。"
        assert scene(text + "\nお客様コード：ABCD-1234").decision.charge is None

    @pytest.mark.parametrize(
        ("besides", "title"),
        [
            (
                "また、問合せ担当者を高橋から田中に変更してください。",
                "問合せ担当者・登録内容の変更",
            ),
            ("それと今朝からログインできません。", "不具合に関するお問い合わせ"),
        ],
    )
    def test_what_is_asked_beside_a_balance_reaches_a_person(
        self, besides: str, title: str
    ) -> None:
        decision = scene(f"再発行の残り回数を教えてください。{besides}").decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.queue is not None
        assert title in (decision.question or "")

    def test_what_is_asked_beside_a_reissue_is_marked(self) -> None:
        both = scene(f"{REISSUE}\n担当者を高橋から田中へ変更したいです。").decision
        assert both.reason is scene(REISSUE).decision.reason is Reason.REISSUE_REQUESTED
        assert marks.NEW_REQUEST in both.marks
        assert marks.NEW_REQUEST not in scene(REISSUE).decision.marks

    def test_asking_how_many_are_left_charges_nothing(self) -> None:
        decision = scene("あと何回再発行できますか。", ledger=used(2)).decision
        assert decision.reason is Reason.QUOTA_STATEMENT
        assert decision.charge is None
        assert decision.queue is None
        assert decision.reply
        (only,) = decision.reply.values["statements"]
        assert (only["opening"], only["closing"], len(only["lines"])) == (3, 1, 2)

    def test_thanks_for_a_reissue_charge_nothing(self) -> None:
        decision = scene("再発行していただきありがとうございました。").decision
        assert decision.reason is Reason.ACCEPTED
        assert decision.charge is None


class TestEntitlement:
    def test_before_the_first_period_the_dates_are_told(self) -> None:
        held = contract("desknets-dax", period(date(2026, 6, 2), date(2027, 6, 2)))
        decision = scene(held=held).decision
        assert decision.reason is Reason.CONTRACT_NOT_STARTED
        assert decision.reply
        assert decision.reply.values["period_start"] == date(2026, 6, 2)
        assert decision.reply.values["period_end"] == date(2027, 6, 1)
        assert decision.queue is None

    def test_from_the_licences_purchase_it_is_served_as_free(self) -> None:
        late = contract("desknets-dax", period(date(2026, 7, 1), date(2027, 7, 1), Status.FREE))
        served = replace(late, served_from=date(2026, 6, 1))
        assert scene(held=served).decision.reason is Reason.ACCEPTED
        not_yet = replace(late, served_from=date(2026, 6, 2))
        assert scene(held=not_yet).decision.reason is Reason.CONTRACT_NOT_STARTED

    @pytest.mark.parametrize(
        ("until", "reason"),
        [(date(2026, 6, 2), Reason.ACCEPTED), (date(2026, 6, 1), Reason.CONTRACT_ENDED)],
    )
    def test_the_last_day_is_served_and_the_next_is_not(self, until: date, reason: Reason) -> None:
        held = contract("desknets-dax", period(date(2025, 6, 1), until))
        assert scene("エラーになります。", held).decision.reason is reason

    def test_in_a_gap_it_has_ended_and_the_next_start_is_told(self) -> None:
        held = contract(
            "desknets-dax",
            period(date(2025, 5, 1), date(2026, 5, 1)),
            period(date(2026, 7, 1), date(2027, 7, 1)),
        )
        decision = scene("エラーになります。", held).decision
        assert decision.reason is Reason.CONTRACT_ENDED
        assert decision.reply
        assert decision.reply.values["period_end"] == date(2026, 4, 30)
        assert decision.reply.values["next_start"] == date(2026, 7, 1)

    ENDED = contract("desknets-dax", period(date(2024, 4, 1), date(2025, 4, 1)))

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("操作方法を教えてください。", Reason.ASK_OPERATOR),
            ("パッチの適用手順を教えてください。", Reason.ASK_OPERATOR),
            ("エラーになります。", Reason.CONTRACT_ENDED),
            ("動作環境を教えてください。", Reason.CONTRACT_ENDED),
            ("バージョンアップの方法を教えてください。", Reason.CONTRACT_ENDED),
            (REISSUE, Reason.CONTRACT_ENDED),
            ("移行モジュールの価格を教えてください。", Reason.ACCEPTED),
            ("先日の件です。", Reason.CONTRACT_ENDED),
            ("契約更新の見積をお願いします。", Reason.RENEWAL_QUESTION),
            ("担当者変更のお知らせです。", Reason.CONTACT_CHANGE_REQUESTED),
            ("あと何回再発行できますか。", Reason.QUOTA_STATEMENT),
        ],
    )
    def test_after_the_end_the_table_says_what_is_left(self, text: str, reason: Reason) -> None:
        decision = scene(text, self.ENDED).decision
        assert decision.reason is reason
        assert decision.charge is None

    def test_where_the_table_lost_its_symbol_the_operator_is_asked(self) -> None:
        decision = scene("操作方法を教えてください。", self.ENDED).decision
        assert decision.question
        assert "項番1" in decision.question
        assert marks.OUTSIDE_PERIOD in decision.marks

    def test_a_modified_program_is_a_question_not_a_refusal(self) -> None:
        decision = scene("改造したところエラーになります。").decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.question

    def test_a_call_is_answered_with_the_channels(self) -> None:
        decision = scene("お電話をください。").decision
        assert decision.reason is Reason.CALL_REQUESTED
        assert decision.reply
        assert decision.reply.values["phone_accepted"] is False


class TestReadWithLoss:
    @pytest.mark.parametrize("numbers", [(), (seen("DX-0000-0000"),)])
    def test_a_lossy_message_without_contract_goes_to_a_person(self, numbers: tuple[()]) -> None:
        decision = scene().with_(lossy=True, numbers=numbers).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert marks.LOSSY in decision.marks
        assert decision.queue == "strays"

    @pytest.mark.parametrize("text", ["再発行をお願いします。", REISSUE])
    def test_a_lossy_reissue_neither_refuses_nor_charges(self, text: str) -> None:
        for ledger in ([], used(3)):
            decision = scene(text, ledger=ledger).with_(lossy=True).decision
            assert decision.reason is Reason.ASK_OPERATOR
            assert decision.charge is None
            assert decision.awaits is None

    def test_a_lossy_question_is_accepted(self) -> None:
        assert scene().with_(lossy=True).decision.reason is Reason.ACCEPTED

    def test_strangers_learn_nothing_from_lossy_text_either(self) -> None:
        stranger = scene().with_(lossy=True, sender="x@evil.example")
        known = stranger.decision
        unknown = stranger.with_(numbers=(seen("DX-0000-0000"),)).decision
        assert known.reply
        assert unknown.reply
        assert known.reply.values == unknown.reply.values


class TestWithheldReplies:
    @pytest.mark.parametrize(
        "sent",
        [
            Sent(today=5),
            Sent(stopped_by_bounce=True),
            Sent(templates_in_case=frozenset({"accepted"})),
        ],
    )
    def test_the_reply_is_withheld_and_the_card_still_drawn(self, sent: Sent) -> None:
        decision = scene().knowing(sent=sent).decision
        assert (decision.reason, decision.state) == (Reason.ACCEPTED, State.ROUTED)
        assert decision.reply is None
        assert decision.queue == "dax"
        assert any(step.result == "withheld" for step in decision.trace)

    def test_the_fifth_of_the_day_still_goes_out(self) -> None:
        assert scene().knowing(sent=Sent(today=4)).decision.reply

    def test_a_refusal_that_can_not_be_told_becomes_a_card(self) -> None:
        held = contract("desknets-dax", period(date(2024, 4, 1), date(2025, 4, 1)))
        decision = scene("エラーになります。", held).knowing(sent=Sent(today=5)).decision
        assert decision.reason is Reason.CONTRACT_ENDED
        assert (decision.state, decision.case) == (State.ROUTED, CaseStep.OPEN)
        assert decision.queue == "dax"

    @pytest.mark.parametrize(
        "sender", ["MAILER-DAEMON@mx.example", "no-reply@aoba.example", "postmaster@aoba.example"]
    )
    def test_robots_are_not_answered(self, sender: str) -> None:
        decision = scene().with_(sender=sender, numbers=()).decision
        assert decision.reply is None
        assert decision.queue == "strays"


class TestHours:
    @pytest.mark.parametrize(
        ("at", "outside", "opening"),
        [
            (MONDAY, False, MONDAY),
            (MONDAY.replace(hour=12), True, MONDAY.replace(hour=13)),
            (MONDAY.replace(hour=13), False, MONDAY.replace(hour=13)),
            (MONDAY.replace(hour=18), True, datetime(2026, 6, 2, 10, 0, tzinfo=TOKYO)),
            (SATURDAY, True, datetime(2026, 6, 8, 10, 0, tzinfo=TOKYO)),
        ],
    )
    def test_outside_the_hours_it_says_when_the_clock_starts(
        self, at: datetime, outside: bool, opening: datetime
    ) -> None:
        decision = scene(at=at).decision
        assert decision.reason is Reason.ACCEPTED
        assert decision.reply
        assert decision.reply.values["outside_hours"] is outside
        assert decision.reply.values["next_opening"] == opening
        assert (marks.OUTSIDE_HOURS in decision.marks) is outside

    def test_company_holidays_move_the_due_day(self) -> None:
        closed = [date(2026, 6, 3)]
        decision = scene(REISSUE, closed=closed).decision
        assert decision.due == datetime(2026, 6, 5, 18, 0, tzinfo=TOKYO)
