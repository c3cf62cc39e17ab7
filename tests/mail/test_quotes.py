"""Own words, quotes and signatures; nothing is ever lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.quotes import line_kinds, split

CASES = (
    ("はい。\n> 古い\n", "はい。\n", "> 古い\n", ""),
    ("はい。\n＞古い\n", "はい。\n", "＞古い\n", ""),
    ("はい。\n2024/05/20 10:00、窓口のメール:\n> 古い\nまた。\n", "はい。\nまた。\n", None, ""),
    ("OK\nOn Mon, 20 May 2024 at 10:00, Desk <d@x.example> wrote:\n> old\n", "OK\n", None, ""),
    ("OK\nOn Mon, 20 May 2024 at 10:00, Desk\n<d@x.example> wrote:\n> old\n", "OK\n", None, ""),
    ("OK\nOn 20 May 2024 at 10:00, Desk\n<\nd@x.example>\nwrote:\n\nold\n", "OK\n", None, ""),
    ("OK\n2024-05-20 10:00 GMT+09:00 Desk <\nd@x.example>:\n\n> old\n", "OK\n", None, ""),
    ("OK\n20.05.2024 10:00 Иван <\nd@x.example> написал:\n\n> old\n", "OK\n", None, ""),
    ("OK\nDen 20 maj 2024 10:00, Desk (d@x.example) skrev:\n\nold\n", "OK\n", None, ""),
    ("OK\nFra: d@x.example\nSendt: i dag\nTil: a\nEmne: b\n\nold\n", "OK\n", None, ""),
    ("見て\n日時: 昨日\n差出人: 山田\n宛先: 窓口\n\n本文\n", "見て\n", None, ""),
    ("OK\n---- Desk wrote ----\n\nold\n", "OK\n", None, ""),
    (
        "2024年5月20日 10:00に失敗しました。\n山田 <d@x.example>\n\n> log\n",
        "2024年5月20日 10:00に失敗しました。\n山田 <d@x.example>\n\n",
        "> log\n",
        "",
    ),
    ("日時: 昨日\n場所: 本社\n件名: 障害\n", "日時: 昨日\n場所: 本社\n件名: 障害\n", "", ""),
    ("転送\n-----Original Message-----\nFrom: a\nx\n", "転送\n", None, ""),
    ("転送\n----- 元のメッセージ -----\nx\n", "転送\n", None, ""),
    ("見て\n差出人: 山田\n送信日時: 昨日\n宛先: 窓口\n件名: x\n\n本文\n", "見て\n", None, ""),
    (
        "From: the first day it failed.\nIt is bad.\n",
        "From: the first day it failed.\nIt is bad.\n",
        "",
        "",
    ),
    ("AB-1234-5678\n-----\n印刷できません。\n", "AB-1234-5678\n-----\n印刷できません。\n", "", ""),
    ("x。\n-- \n山田\n", "x。\n", "", "-- \n山田\n"),
    ("x。\n━━━━━\n山田\nTEL 03-0000-0000\n━━━━━\n", "x。\n", "", None),
    ("x。\n＝＝＝＝＝＝\n株式会社A\nhttps://a.example/\n", "x。\n", "", None),
    ("x。\niPhoneから送信\n", "x。\n", "", "iPhoneから送信\n"),
    (
        "AB-1234-5678\n=====\n会社名：A\nTEL：03\n再発行理由：故障\nサーバー名：s\n",
        "AB-1234-5678\n=====\n会社名：A\nTEL：03\n再発行理由：故障\nサーバー名：s\n",
        "",
        "",
    ),
)


@pytest.mark.parametrize(("text", "own", "quoted", "signature"), CASES)
def test_lines_go_where_they_belong(
    text: str, own: str, quoted: str | None, signature: str | None
) -> None:
    parts = split(text)
    assert parts.own == own
    assert quoted is None or parts.quoted == quoted
    assert signature is None or parts.signature == signature


_LINES = st.sampled_from(
    [
        "> a",
        "On x wrote:",
        "-- ",
        "-----",
        "━━━━━",
        "From: a",
        "Sent: b",
        "To: c",
        "TEL 03",
        "本文です。",
        "2024/05/20 10:00 <a@b.example>:",
        "",
        "-----Original Message-----",
        "件名: x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_nothing_is_lost(lines: list[str], end: str) -> None:
    text = end.join(lines)
    parts = split(text)
    assert "".join(line for line, _ in line_kinds(text)) == text
    assert sorted("".join(parts)) == sorted(text)
