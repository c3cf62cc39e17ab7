"""The facts a re-issue must state, in forms and in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programmes import load_all
from quotas.required_facts import find_facts, unquoted

CATEGORY = next(
    c
    for c in load_all()["desknets-dax"].categories.provisions[-1].value
    if c.name == "licence_reissue"
)


def facts(text: str) -> dict[str, str]:
    return dict(find_facts(text, CATEGORY.facts))


@pytest.mark.parametrize(
    "text",
    [
        "お客様コード：ABCD-1234",
        "Customer code: ABCD-1234",
        "お客様コード: ABCD-1234",
        "お客様コード＝ＡＢＣＤ－１２３４",
        "お客様コード　ABCD-1234",
        "【お客様コード】ABCD-1234",
        "【お客様コード】\nABCD-1234",
        "■お客様コード\nABCD-1234",
        "(1) お客様コード（変更後）：ABCD-1234",
        "お客様コードは ABCD-1234 です。",
        "お客様コードは「ABCD-1234」です。",
        "お客様コードがABCD-1234に変わりました。",
        "旧お客様コード：WXYZ-9999\n新お客様コード：ABCD-1234",
        "お客様コードは次のとおりです：\nABCD-1234",
        "お客様 コード ： ABCD-1234",
        "・お客様コード [ABCD-1234]",
    ],
)
def test_the_customer_code_is_found_however_it_is_written(text: str) -> None:
    assert facts(text)["customer_code"] == "ABCD-1234"


@pytest.mark.parametrize(
    "text",
    [
        "お客様コードが変更になったため、ご連絡しました。",
        "お客様コード：",
        "お客様コード：不明",
        "お客様コード：\n新サーバ：",
        "お客様コード：（ご記入ください）",
        "お客様コードがわかりません。",
        "お客様コード：－－－",
        "旧お客様コード：WXYZ-9999",
    ],
)
def test_a_code_that_is_not_stated_is_missing(text: str) -> None:
    assert "customer_code" not in facts(text)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("理由：サーバの入れ替え", "customer_convenience"),
        ("変更理由：老朽化によるリプレース", "customer_convenience"),
        ("理由：お客様のご都合", "customer_convenience"),
        ("サーバーのリース満了に伴い新しいサーバーへ移行します。", "customer_convenience"),
        ("【理由】\nデータセンター移転のため", "customer_convenience"),
        ("故障ではなく、更改による変更です。", "customer_convenience"),
        ("故障に備えて入れ替えました。", "customer_convenience"),
        ("Reason: server replacement", "customer_convenience"),
        ("Cause: hardware failure", "hardware_failure"),
        ("理由：ハードウェアの故障", "hardware_failure"),
        ("サーバのハードディスクが故障したため入れ替えました。", "hardware_failure"),
        ("落雷で壊れました。", "hardware_failure"),
        ("旧サーバが起動しなくなりました。", "hardware_failure"),
    ],
)
def test_the_cause_is_told_by_its_words(text: str, cause: str) -> None:
    assert facts(text)["cause"] == cause


def test_what_the_label_says_outweighs_what_else_is_told() -> None:
    text = "理由：入れ替え\n参考までに、以前も別の機器が故障したことがあります。"
    assert facts(text)["cause"] == "customer_convenience"


def test_no_cause_is_made_up() -> None:
    assert "cause" not in facts("ライセンスキーの再発行をお願いします。")


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("新サーバ：Windows Server 2022", "Windows Server 2022"),
        ("新サーバー名：SRV-02", "SRV-02"),
        ("変更後のサーバ（機種・OS）：PRIMERGY RX2530 / Windows Server 2019",
         "PRIMERGY RX2530 / Windows Server 2019"),
        ("新しいサーバーはDELL PowerEdge R750です。", "DELL PowerEdge R750"),
        ("移行先サーバ\n　富士通 PRIMERGY", "富士通 PRIMERGY"),
    ],
)  # fmt: skip
def test_the_new_server_is_found(text: str, server: str) -> None:
    assert facts(text)["new_server"] == server


@pytest.mark.parametrize(
    "text", ["新サーバは来週設置予定です。", "新サーバは2026年4月に稼働します。"]
)
def test_a_server_that_is_only_mentioned_is_not_stated(text: str) -> None:
    assert "new_server" not in facts(text)


FORM = (
    "お客様コード：{}\n\nサーバ変更の理由（お客様のご都合／ハードウェアの故障）：{}\n\n"
    "変更後のサーバ（機種・OS）：{}\n"
)


@pytest.mark.parametrize("mark", ["", "> ", "| "])
def test_an_empty_form_states_nothing(mark: str) -> None:
    form = "".join(mark + line for line in FORM.format("", "", "").splitlines(keepends=True))
    assert facts(unquoted(form)) == {}


def test_a_form_broken_over_two_lines_states_nothing() -> None:
    assert facts("サーバ変更の理由（お客様のご都合／\nハードウェアの故障）：\n") == {}


def test_the_desks_own_form_is_read_when_it_is_filled_in() -> None:
    assert facts(FORM.format("ABCD-1234", "入替のため", "SRV-02")) == {
        "customer_code": "ABCD-1234",
        "cause": "customer_convenience",
        "new_server": "SRV-02",
    }


def test_a_form_filled_in_inside_the_quote_is_read() -> None:
    quoted = "> お客様コード：ABCD-1234\n> サーバ変更の理由：入替\n> 変更後のサーバ：SRV-02\n"
    assert set(facts(unquoted(quoted))) == {"customer_code", "cause", "new_server"}


@given(st.text(alphabet="お客様コード新サーバ理由：:=は【】()ABC12-\n 　。、", max_size=600))
def test_no_text_breaks_it(text: str) -> None:
    assert all(facts(text).values())


def test_a_giant_text_is_read_in_no_time() -> None:
    assert facts("お客様コード" * 5000) == {}
