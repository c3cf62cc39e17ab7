"""The support number: however it is written, wherever it stands, and what is not one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.support_number import NumberShape, find_misshapen, find_numbers

DAX = NumberShape("AA-9999-9999", ("サポートサービス番号", "サポート番号", "契約番号"), "none")
DEKI = NumberShape("9999-9999-99", ("保守サポートID", "サポートID", "会員番号"), "none")
LICENCE = NumberShape("M99999999", ("保守管理番号", "管理番号"), "none")

HEADS = (
    "AB-1234-5678\nログインできません",
    "サポートサービス番号：AB-1234-5678\n質問",
    "サポートサービス番号\nAB-1234-5678\n\n質問です",
    "【サポート番号】AB-1234-5678",
    "■サポート番号: AB-1234-5678",
    "・サポート番号\u3000ＡＢ－１２３４－５６７８",
    "\ufeffAB-1234-5678",
    "\u200bAB-1234-5678",
    (
        "デスクネッツサポート御中\n"
        "\n"
        "お世話になっております。\n"
        "株式会社テストの山田です。\n"
        "\n"
        "AB-1234-5678\n"
        "ログインできません。"
    ),
    (
        "いつもお世話になっております。\n"
        "テスト商事の鈴木と申します。\n"
        "サポート番号は AB-1234-5678 です。\n"
    ),
    (
        "お世話になります。株式会社テスト 情報システム部の山田です。サポート番号 AB-1234-5678\n"
        "ログインできません"
    ),
    "サポートサービス番号は「AB-1234-5678」です。",
    "AB12345678",
    "ab 1234 5678",
    "AB−1234−5678",
    "ABー1234ー5678",
    "サポート番号（AB-1234-5678）",
    "ご担当者様\n\nサポート番号=AB-1234-5678",
    "会社名：テスト\n氏名：山田\nサポートサービス番号：AB-1234-5678\n内容：エラー",
    "----------\nAB-1234-5678\n----------\nお世話",
    (
        "サポート窓口 ご担当者様\n"
        "お世話になっております。テスト株式会社 総務部 山田太郎でございます。\n"
        "以下の件、お問い合わせいたします。\n"
        "AB-1234-5678"
    ),
    "Hello,\nThis is Yamada from Test Inc.\nSupport number: AB-1234-5678\nIt fails.",
    "> 番号をお知らせください\nAB-1234-5678\n",
    "平素より大変お世話になっております。\n○○株式会社\u3000△△です。\n契約番号\u3000AB-1234-5678",
    "No.AB-1234-5678",
    "サポート番号 ： ＡＢ １２３４ ５６７８",
    "お疲れ様です。\n山田です。\nAB-1234-5678",
    "AB-1234-5678です。お世話になっております。",
    "ライセンスキー再発行の依頼です。\nサポート番号：AB-1234-5678",
    "【お問い合わせ】\nサポート番号：AB-1234-5678",
    "(株)テスト 山田\nAB-1234-5678",
    "ｻﾎﾟｰﾄ番号:AB-1234-5678",
    "サポート番号 AB1234-5678",
    "テスト株式会社\n情報システム部\n山田 太郎\n\nAB-1234-5678\n",
    "サポート御中\r\n\r\nサポートサービス番号：\r\n\r\nAB-1234-5678\r\n",
    "お世話になっております、テスト社の山田です。\nサポート番号：AB-1234-5678\n",
    (
        "初めてご連絡いたします。\n"
        "株式会社テストの山田と申します。\n"
        "サポートサービス番号 AB-1234-5678"
    ),
    "関係者各位\nAB-1234-5678",
    "山田です\nAB-1234-5678",
    "いつもありがとうございます。\nAB-1234-5678",
    "件名：再発行のお願い\nサポート番号：AB-1234-5678\n",
    "サポートサービス番号・・・AB-1234-5678",
    "1.サポート番号 AB-1234-5678\n2.内容 エラー",
)

BODIES = (
    "ログインできません。\n番号は AB-1234-5678 です。",
    (
        "お世話になっております。\n"
        "昨日からサーバーが動きません。\n"
        "どうすればよいでしょうか。\n"
        "AB-1234-5678"
    ),
    "先日からエラーが出るのですが、サポート番号はAB-1234-5678です",
    "データ移行の手順を教えてください。AB-1234-5678",
    "印刷ができない。\n\nAB-1234-5678",
    "画面が真っ白になりました。\nサポート番号：AB-1234-5678",
    "質問が3つあります。\n1つ目は印刷の件で、帳票が出ない\nAB-1234-5678",
    "本日、バージョンアップを実施したところ停止\nAB-1234-5678",
)


@pytest.mark.parametrize("text", HEADS)
def test_number_stands_at_the_head(text: str) -> None:
    (found,) = find_numbers(text, "", DAX)
    assert (found.number, found.position, found.exact) == ("AB-1234-5678", "head", True)


@pytest.mark.parametrize("text", BODIES)
def test_number_after_the_question_is_not_at_the_head(text: str) -> None:
    (found,) = find_numbers(text, "", DAX)
    assert (found.number, found.position) == ("AB-1234-5678", "body")


QUOTES = (
    "了解です\n\n> AB-1234-5678\n",
    "はい\n-----Original Message-----\n契約番号：AB-1234-5678\n",
)


@pytest.mark.parametrize("text", QUOTES)
def test_number_in_a_quote(text: str) -> None:
    assert [n.position for n in find_numbers(text, "", DAX)] == ["quote"]


def test_number_in_the_subject() -> None:
    (found,) = find_numbers("印刷できません", "Re: ＡＢー１２３４−５６７８の件", DAX)
    assert (found.number, found.position, found.written) == (
        "AB-1234-5678", "subject", "ＡＢー１２３４−５６７８",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "TEL 0312-3456-78", "電話：1234-5678-90", "FAX: 1234-5678-90", "〒1234-5678-90",
        "03-1234-5678-90", "1234-5678-901", "1234-5678-90-11", "2024/05/20 10:00:00",
        "20240520100000", "<1234-5678-90@x.example>", "https://x.example/1234-5678-90",
        "注文番号 1234-5678-90", "order 1234567890 shipped", "192.168.1.1",
        "TEL 1234567890 小林", "0312345678 に電話ください", "0312345678 (代表)",
        "1234567890円です", "小林 1234567890 まで",
    ],
)  # fmt: skip
def test_other_digits_are_not_a_number(text: str) -> None:
    assert find_numbers(text, "", DEKI) == ()


@pytest.mark.parametrize(
    ("text", "shape", "number"),
    [
        ("１２３４－５６７８－９０", DEKI, "1234-5678-90"),
        ("保守サポートID1234567890", DEKI, "1234-5678-90"),
        ("会員番号 1234 5678 90", DEKI, "1234-5678-90"),
        ("1234567890", DEKI, "1234-5678-90"),
        ("ｍ１２３４ ５６７８", LICENCE, "M12345678"),
        ("保守管理番号はM-1234-5678です", LICENCE, "M12345678"),
    ],
)
def test_ways_of_writing(text: str, shape: NumberShape, number: str) -> None:
    assert [(n.number, n.exact) for n in find_numbers(text, "", shape)] == [(number, True)]


@pytest.mark.parametrize("text", ["1234567890 北斗建設です", "１２３４５６７８９０　小林です"])
def test_bare_digits_before_words_are_read_but_never_exact(text: str) -> None:
    (found,) = find_numbers(text, "", DEKI)
    assert (found.number, found.position, found.exact) == ("1234-5678-90", "head", False)


@pytest.mark.parametrize("text", ["AB-I234-567O", "A8-1234-5678", "AB-l234-5678"])
def test_confused_letters_are_not_exact(text: str) -> None:
    (found,) = find_numbers(text, "", DAX)
    assert not found.exact


def test_check_digits_refuse_wrong_numbers() -> None:
    luhn = NumberShape("9999-9999-9999-9999", ("番号",), "luhn")
    assert find_numbers("4539-1488-0343-6467", "", luhn)
    assert not find_numbers("4539-1488-0343-6468", "", luhn)
    mod97 = NumberShape("9999-99", ("番号",), "mod97")
    assert find_numbers("1234-82", "", mod97)
    assert not find_numbers("1234-83", "", mod97)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="AB1234567890-− 番号：:O0lI\n>\u3099\u200b", max_size=300))
def test_any_text_is_read(text: str) -> None:
    for shape in (DAX, DEKI, LICENCE):
        for found in find_numbers(text, text[:50], shape):
            assert found.written in text


@given(
    digits=st.text(alphabet="0123456789", min_size=8, max_size=8),
    dash=st.sampled_from(["-", "−", "ー", "‐", "", "－", " - "]),
    label=st.sampled_from(["", "サポート番号：", "契約番号は", "【契約番号】", "サポート番号 = "]),
)
def test_every_spelling_gives_the_same_number(digits: str, dash: str, label: str) -> None:
    written = f"{label}XK{dash}{digits[:4]}{dash}{digits[4:]}\n印刷できません"
    (found,) = find_numbers(written, "", DAX)
    assert (found.number, found.position) == (f"XK-{digits[:4]}-{digits[4:]}", "head")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("サポートサービス番号：DX-1024-773\n操作について", ("DX-1024-773",)),
        ("【サポートサービス番号】　１２３４５\n操作について", ("12345",)),
        ("サポートサービス番号はDX10247731234です", ("DX10247731234",)),
        ("サポートサービス番号：不明\n電話 03-1234-5678", ()),
        ("サポートサービス番号：\n\n2026年の予定について", ()),
        ("サポートサービス番号がわかりません。03-1234-5678", ()),
        ("サポートサービス番号は2026年に届いた証書のものです", ()),
        ("サポートサービス番号" + " " * 50_000 + "12345", ()),
    ],
)
def test_a_labelled_number_of_another_shape_is_told_apart_from_none(
    text: str, written: tuple[str, ...]
) -> None:
    shape = NumberShape("AA-9999-9999", ("サポートサービス番号",), "none")
    assert find_misshapen(text, shape) == written
