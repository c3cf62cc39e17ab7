"""Replies are drawn from data only, faithfully, and a fault names template and value."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import (
    LANGUAGES,
    Letterhead,
    Rendered,
    ReplyTemplateError,
    check_templates,
    render,
)
from bot.reply_values import ALL_VALUES
from bot.template_samples import LETTERHEAD_SAMPLE, MOMENT_SAMPLE, sample_values
from bot.typesetting import LINE_COLUMNS, columns
from quotas.decision import Reply
from quotas.required_facts import find_facts
from quotas.terms_file import load_programme

ROOT = Path(__file__).resolve().parents[2]
IDS = ("desknets-dax", "dekispart", "licence-maintenance")
PROGRAMMES = {
    name: load_programme(
        (ROOT / "quotas" / "programmes" / f"{name}.toml").read_text(encoding="utf-8"), name
    )
    for name in IDS
}
FULL = dict(reversed(list(sample_values())))
REFERENCE = "[C2026-000123-k7q2ab]"


def drawn(
    template: str,
    *,
    programme: str = "desknets-dax",
    folder: Path | None = None,
    language: str = "ja",
    **values: object,
) -> Rendered:
    return render(
        Reply(template, "sato@aoba.example.jp", {**FULL[template], **values}),
        programme=PROGRAMMES[programme],
        letterhead=Letterhead(**LETTERHEAD_SAMPLE),
        now=MOMENT_SAMPLE,
        case_number="C2026-000123",
        case_reference=REFERENCE,
        language=language,
        folder=folder,
    )


def vendors(folder: Path, text: str, template: str = "accepted") -> Path:
    (folder / "ja").mkdir()
    (folder / "ja" / f"{template}.txt").write_text(text, encoding="utf-8")
    return folder


def test_every_reply_of_every_programme_and_language_draws() -> None:
    assert check_templates(PROGRAMMES.values()) == []


def test_samples_give_exactly_the_values_promised() -> None:
    seen = list(sample_values())
    assert {template for template, _ in seen} == set(ALL_VALUES)
    for template, values in seen:
        assert set(values) == {value.name for value in ALL_VALUES[template]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("programme", IDS)
def test_no_line_is_too_long_and_nothing_is_left_unwritten(programme: str, language: str) -> None:
    for template, values in sample_values():
        reply = drawn(template, programme=programme, language=language, **values)
        assert "\n" not in reply.subject
        assert not re.search(r"\{\{|\{%|\bNone\b|\bTrue\b|\bFalse\b", reply.subject + reply.body)
        assert "\n\n\n" not in reply.body, template
        for line in reply.body.splitlines():
            assert columns(line) <= LINE_COLUMNS, (template, line)
            assert line == line.rstrip(), (template, line)


def test_strangers_read_the_same_words_whether_the_number_exists_or_not() -> None:
    for programme in IDS:
        for language in LANGUAGES:
            unknown = drawn("number_unknown", programme=programme, language=language)
            unregistered = drawn("sender_unregistered", programme=programme, language=language)
            assert unknown == unregistered


STRANGERS = ("number_missing", "number_unknown", "sender_unregistered", "sender_unauthenticated")


@pytest.mark.parametrize("template", STRANGERS)
def test_replies_to_strangers_name_neither_case_nor_register_nor_their_words(template: str) -> None:
    for language in LANGUAGES:
        reply = drawn(template, language=language, subject="特価のご案内 http://spam.example")
        whole = reply.subject + reply.body
        for secret in ("C2026", "DX-1024-7731", "青葉", "佐藤", "特価", "spam.example"):
            assert secret not in whole


def test_the_receipt_says_case_hours_and_when_the_clock_starts() -> None:
    reply = drawn("accepted", remind_head=False)
    assert reply.subject == f"【お問い合わせ受付】新しいサーバへの移行について {REFERENCE}"
    assert reply.body.startswith("株式会社青葉設計事務所\n佐藤 美咲 様\n\n平素は")
    assert "　受付番号　　　　　　：C2026-000123\n" in reply.body
    assert "2026年11月24日（火）10:00より" in reply.body
    assert "受付時間：月〜金曜日 10:00〜12:00、13:00〜18:00\n" in reply.body
    assert "【次回のお問い合わせについてのお願い】" not in reply.body
    assert "【次回のお問い合わせについてのお願い】" in drawn("number_not_at_head").body


def test_an_exhausted_quota_says_what_was_used_when_and_from_when_again() -> None:
    body = drawn("quota_exhausted").body
    assert "2026年7月2日（木）" in body
    assert "受付番号 C2026-000045" in body
    assert "2027年6月1日（火）" in body
    assert "サービス約款 第14条、第15条" in body


def test_the_statement_is_a_table_whose_columns_line_up() -> None:
    body = drawn("quota_statement").body.splitlines()
    rows = [re.sub("  C2026-.*", "", row) for row in body if re.search(r"/|期首| 現在|　現在", row)]
    assert len(rows) == 7
    assert len({columns(row) for row in rows}) == 1


def test_a_form_that_is_filled_in_is_understood() -> None:
    category = PROGRAMMES["desknets-dax"].category("licence_reissue", MOMENT_SAMPLE.date())
    missing = [{"name": f.name, "title": f.title, "choices": ()} for f in category.facts]
    form = drawn("facts_missing", missing=missing, given=[]).body
    answers = {
        "お客様コード": "AB12CD34",
        "サーバ変更の理由": "リプレース",
        "変更後": "PowerEdge R650",
    }
    for title, answer in answers.items():
        form = re.sub(rf"^({title}.*：)$", rf"\g<1>{answer}", form, flags=re.MULTILINE)
    assert find_facts(form, category.facts) == {
        "customer_code": "AB12CD34",
        "cause": "customer_convenience",
        "new_server": "PowerEdge R650",
    }


def test_an_example_number_cant_be_read_as_a_number() -> None:
    assert "サポートサービス番号：○○-○○○○-○○○○" in drawn("number_missing").body


def test_a_subject_keeps_no_answer_prefix_and_no_second_reference() -> None:
    reply = drawn("accepted", subject=f"RE: Re[2]: FW：エラーの件 {REFERENCE}")
    assert reply.subject == f"【お問い合わせ受付】エラーの件 {REFERENCE}"


HOSTILE = [
    "{{7*7}}",
    "{% for x in range(10**9) %}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "名前\r\nBcc: victim@example.jp\r\n\r\n本文",
    "a\0b\x1b[31mc\x07",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "改行\u2028段落\u2029次\x85行",
    "<!channel> <b>&amp;",
    "x" * 100_000,
    "あ" * 100_000,
    "。" * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_data_whatever_they_hold(text: str) -> None:
    reply = drawn("accepted", subject=text, customer=text, contact_name=text, category_title=text)
    assert "49" not in reply.subject
    assert columns(reply.subject) < 120
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u2066\ufeff]", reply.body)
    assert "\n" not in reply.subject
    assert not re.search(r"^Bcc:", reply.body, re.MULTILINE)
    if text.startswith("{"):
        assert text in reply.body.replace("\n", " ")


@given(st.text())
def test_any_value_leaves_the_other_lines_as_they_are(text: str) -> None:
    plain = drawn("contract_not_started", contact_name="佐藤", remind_head=False).body
    odd = drawn("contract_not_started", contact_name=text, remind_head=False).body
    assert odd.split("\n平素は", 1)[1] == plain.split("\n平素は", 1)[1]


def test_an_operators_lines_stay_as_they_are_typed() -> None:
    log = "エラーログ:\n    at Foo.bar(Foo.java:10) " + "x" * 80 + "\n\n以上です。"
    assert log in drawn("case_reply", text=log).body
    assert "　AAAA-BBBB-CCCC-DDDD\n　EEEE-FFFF" in drawn("reissue_done").body


def test_the_programmes_own_words_go_before_the_common_ones() -> None:
    assert "エンドユーザー申請書" in drawn("renewal_question", programme="licence-maintenance").body
    assert "エンドユーザー申請書" not in drawn("renewal_question").body


def test_a_vendors_template_goes_before_the_shipped_one(tmp_path: Path) -> None:
    folder = vendors(tmp_path, "件名 {{ case_number }}\n\n{% include '_opening.txt' %}\n本文\n")
    reply = drawn("accepted", folder=folder)
    assert reply.subject == "件名 C2026-000123"
    assert "平素は" in reply.body
    assert reply.body.endswith("本文\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("件名\n\n{{ custmer }}\n", r"ja/accepted\.txt \(accepted\.txt line 3\).*'custmer'"),
        ("件名\n\n{{ customer.nosuch }}\n", r"ja/accepted\.txt.*'nosuch'"),
        ("件名\n\n{% if %}\n", r"ja/accepted\.txt: line 3"),
        ("件名\n本文\n", r"ja/accepted\.txt: put the subject on line 1"),
        ("件名\n\n{% include '_none.txt' %}\n", r"_none\.txt is missing"),
        ("件名\n\n{{ customer | date }}\n", r"ja/accepted\.txt.*line 3"),
        ("件名\n\n{{ customer.__class__.__mro__ }}\n", r"ja/accepted\.txt.*unsafe"),
    ],
)
def test_a_broken_template_is_named_with_place_and_value(
    tmp_path: Path, text: str, complaint: str
) -> None:
    folder = vendors(tmp_path, text)
    with pytest.raises(ReplyTemplateError, match=complaint) as caught:
        drawn("accepted", folder=folder)
    assert "\n" not in str(caught.value)
    findings = check_templates([PROGRAMMES["dekispart"]], folder)
    assert findings
    assert all(finding.startswith("dekispart: template ja/") for finding in findings)


@pytest.mark.parametrize(
    "text", ["{{ ['a'].index(licence_keys) }}", "{{ '%d' | format(licence_keys) }}"]
)
def test_a_complaint_never_quotes_a_key(tmp_path: Path, text: str) -> None:
    folder = vendors(tmp_path, f"件名\n\n{text}\n", "reissue_done")
    with pytest.raises(ReplyTemplateError, match=r"reissue_done\.txt line 3") as caught:
        drawn("reissue_done", folder=folder, licence_keys="KEY-7731")
    assert "KEY-7731" not in str(caught.value)


def test_a_missing_template_is_named() -> None:
    reply = Reply("no_such_reason", "a@example.jp", {})
    with pytest.raises(ReplyTemplateError, match=r"no_such_reason\.txt is missing"):
        render(
            reply,
            programme=PROGRAMMES["dekispart"],
            letterhead=Letterhead("窓口", "a@desk.example"),
            now=MOMENT_SAMPLE,
        )


def test_the_example_of_the_documentation_draws(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "replies.md").read_text(encoding="utf-8")
    example = text.split("```jinja\n", 1)[1].split("```", 1)[0]
    reply = drawn("accepted", folder=vendors(tmp_path, example))
    assert reply.subject == f"【お問い合わせ受付】新しいサーバへの移行について {REFERENCE}"
    assert "　受付番号　　：C2026-000123\n" in reply.body
