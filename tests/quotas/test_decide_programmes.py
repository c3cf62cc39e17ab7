"""The same outcomes for the other programmes: only the terms differ, never the code."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from quotas import marks
from quotas.contract import Licence, Product, Status
from quotas.decision import Reason, State
from quotas.ledger import Kind
from tests.quotas.builders import contract, entry, period, scene, used

MEMBER = contract("dekispart")
FORMER = contract("dekispart", period(date(2024, 4, 1), date(2025, 4, 1)))
LICENCE = contract("licence-maintenance")
LAPSED = contract("licence-maintenance", period(date(2015, 4, 1), date(2016, 4, 1), Status.FREE))
CALLS: dict[str, Any] = {"quota": "phone_call", "support_number": "0012-3456-78"}
PROTECTORS: dict[str, Any] = {"quota": "protector_replacement", "support_number": "0012-3456-78"}
BROKEN = "プロテクターが破損したので交換をお願いします。"


class TestDekispart:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("使い方を教えてください。", Reason.ACCEPTED),
            ("お電話をください。", Reason.CALL_REQUESTED),
            ("リモートサポートをお願いします。", Reason.REMOTE_SUPPORT_REQUESTED),
            (BROKEN, Reason.ACCEPTED),
            ("メルマガが届きません。", Reason.ACCEPTED),
            ("年会費はいくらですか。", Reason.RENEWAL_QUESTION),
            ("5年一括割引について知りたい。", Reason.ASK_OPERATOR),
            ("利用明細を送ってください。", Reason.QUOTA_STATEMENT),
            ("担当者変更のお知らせです。", Reason.CONTACT_CHANGE_REQUESTED),
        ],
    )
    def test_a_member_is_served(self, text: str, reason: Reason) -> None:
        decision = scene(text, MEMBER).decision
        assert decision.reason is reason
        assert decision.charge is None

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("使い方を教えてください。", Reason.CONTRACT_ENDED),
            ("お電話をください。", Reason.CONTRACT_ENDED),
            ("リモートサポートをお願いします。", Reason.CONTRACT_ENDED),
            ("最新プログラムのダウンロードページはどこですか。", Reason.CONTRACT_ENDED),
            (BROKEN, Reason.ACCEPTED),
            ("再加入したいのですが費用はいくらでしょうか。", Reason.RENEWAL_QUESTION),
        ],
    )
    def test_a_former_member_is_told(self, text: str, reason: Reason) -> None:
        assert scene(text, FORMER).decision.reason is reason

    def test_until_the_card_is_there_a_person_decides(self) -> None:
        decision = scene("使い方を教えてください。", replace(MEMBER, card_awaited=True)).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.question
        assert "会員証" in decision.question

    @pytest.mark.parametrize(
        ("calls", "expected"),
        [
            (39, ()),
            (40, ("quota_80",)),
            (49, ("quota_80",)),
            (50, ("quota_100", marks.OVER_LIMIT)),
            (60, ("quota_100", marks.OVER_LIMIT)),
        ],
    )
    def test_the_guideline_is_shown_to_the_operator_and_refuses_nothing(
        self, calls: int, expected: tuple[str, ...]
    ) -> None:
        decision = scene("お電話をください。", MEMBER, ledger=used(calls, **CALLS)).decision
        assert decision.reason is Reason.CALL_REQUESTED
        assert decision.marks == expected
        assert decision.balance
        assert decision.balance.remaining == 50 - calls

    def test_the_second_protector_of_the_year_is_a_question(self) -> None:
        decision = scene(BROKEN, MEMBER, ledger=used(1, **PROTECTORS)).decision
        assert decision.reason is Reason.ASK_OPERATOR
        assert decision.question
        assert "25,000円" in decision.question
        assert decision.charge is None

    def test_a_five_year_membership_has_five_quota_years(self) -> None:
        held = contract("dekispart", period(date(2022, 6, 2), date(2027, 6, 2)))
        ledger = [
            entry(Kind.CONSUME, 1, day=date(2025, 6, 1), **PROTECTORS),
        ]
        assert scene(BROKEN, held, ledger=ledger).decision.reason is Reason.ACCEPTED
        ledger = [entry(Kind.CONSUME, 1, day=date(2025, 6, 2), **PROTECTORS)]
        assert scene(BROKEN, held, ledger=ledger).decision.reason is Reason.ASK_OPERATOR

    def test_the_statement_holds_every_quota(self) -> None:
        ledger = used(2, **CALLS)
        decision = scene("利用明細を送ってください。", MEMBER, ledger=ledger).decision
        assert decision.reply
        told = {s["name"]: (s["used"], s["remaining"]) for s in decision.reply.values["statements"]}
        assert told == {
            "phone_call": (2, 48),
            "remote_session": (0, None),
            "protector_replacement": (0, 1),
        }


class TestLicenceMaintenance:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("エラーが表示されます。", Reason.ACCEPTED),
            ("バージョンアップ版を送ってください。", Reason.ASK_OPERATOR),
            ("保守更新の見積をお願いします。", Reason.RENEWAL_QUESTION),
            ("ライセンスを5本追加したいです。", Reason.RENEWAL_QUESTION),
            ("2つのライセンスを統合したいです。", Reason.RENEWAL_QUESTION),
            ("通常保守からバージョンアップ付き保守に変更したい。", Reason.RENEWAL_QUESTION),
            ("お電話をください。", Reason.CALL_REQUESTED),
            ("契約状況を教えてください。", Reason.QUOTA_STATEMENT),
        ],
    )
    def test_maintained_licences_are_served(self, text: str, reason: Reason) -> None:
        assert scene(text, LICENCE).decision.reason is reason

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("エラーが表示されます。", Reason.CONTRACT_ENDED),
            ("バージョンアップ版を送ってください。", Reason.CONTRACT_ENDED),
            ("保守を再開したいです。", Reason.RENEWAL_QUESTION),
        ],
    )
    def test_lapsed_ones_are_told_how_to_restart(self, text: str, reason: Reason) -> None:
        assert scene(text, LAPSED).decision.reason is reason

    def test_a_programme_without_quotas_has_nothing_to_state(self) -> None:
        decision = scene("契約状況を教えてください。", LICENCE).decision
        assert decision.reply
        assert decision.reply.values["statements"] == []
        assert decision.state is State.ANSWERED

    def test_a_merge_is_answered_with_what_is_to_be_bought(self) -> None:
        sets = (
            Licence(date(2025, 4, 1), 10, "version_up", date(2027, 3, 31)),
            Licence(date(2025, 8, 1), 5, "version_up", date(2027, 7, 31)),
        )
        held = replace(LICENCE, licences=sets, reseller="株式会社販売店")
        decision = scene("2つのライセンスを統合したいです。", held).decision
        assert decision.reply
        (made,) = decision.reply.values["quotes"]
        assert made["kind"] == "merge"
        assert "10ライセンス×1年分" in made["lines"][0]["text"]
        assert decision.reply.values["reseller"] == "株式会社販売店"

    def test_what_the_terms_leave_open_is_asked_of_the_operator(self) -> None:
        decision = scene("保守を再開したいです。", LAPSED).decision
        assert decision.reason is Reason.RENEWAL_QUESTION
        assert decision.question


class TestQuotations:
    def test_a_former_member_is_told_what_coming_back_costs(self) -> None:
        held = replace(FORMER, products=(Product("写真管理", 300_000),))
        decision = scene("使い方を教えてください。", held).decision
        assert decision.reason is Reason.CONTRACT_ENDED
        assert decision.reply
        (made,) = decision.reply.values["quotes"]
        assert (made["kind"], made["total"]) == ("rejoin", 78_000)

    def test_a_member_is_told_the_fee_of_the_renewal_only(self) -> None:
        held = replace(MEMBER, products=(Product("写真管理", 300_000),))
        decision = scene("年会費はいくらですか。", held).decision
        assert decision.reply
        assert [made["kind"] for made in decision.reply.values["quotes"]] == ["renewal"]
        assert decision.reply.values["quotes"][0]["total"] == 48_000

    def test_a_contract_that_ended_is_told_the_next_period(self) -> None:
        ended = contract("desknets-dax", period(date(2024, 4, 1), date(2025, 4, 1)))
        decision = scene("エラーになります。", ended).decision
        assert decision.reply
        (made,) = decision.reply.values["quotes"]
        assert "2026年6月1日から2027年5月31日まで" in made["lines"][0]["text"]

    def test_a_cancellation_is_quoted_nothing_and_asked_in_writing(self) -> None:
        decision = scene("本サービスを解約したいのですが。").decision
        assert decision.reason is Reason.RENEWAL_QUESTION
        assert decision.reply
        assert decision.reply.values["quotes"] == []
        assert decision.question
        assert "文書" in decision.question
