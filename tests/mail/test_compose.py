"""Outgoing messages: what comes in can be hostile, what goes out is always well formed."""

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.compose import Outgoing, compose, references
from mail.message import Attachment
from mail.outgoing_field import AddressError, addr_spec
from mail.reference import (
    case_reference,
    find_case_references,
    message_id,
    verify_message_id,
)

KEY = b"a key of the desk, only for tests"
JST = timezone(timedelta(hours=9))
PLAIN = Outgoing(
    from_address="support@desk.example",
    from_name="サポート窓口",
    to="tanaka@customer.example",
    to_name="田中 太郎",
    subject="【受付】お問い合わせを承りました [C2026-000123-abc234]",
    text="田中様\n\nお問い合わせありがとうございます。\n",
    message_id="<one@desk.example>",
    date=datetime(2026, 11, 20, 9, 30, tzinfo=JST),
)
HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from('\r\n\0\t "\\<>@,;:=?()\x0b\x0c\x85\u2028\u2029\ud800\u202e漢㈱①é'),
        st.characters(),
    ),
    max_size=120,
)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_a_reply_reads_back_as_it_was_written() -> None:
    message = read(compose(PLAIN))
    assert message["Subject"] == PLAIN.subject
    assert message["From"] == "サポート窓口 <support@desk.example>"
    assert message["To"] == "田中 太郎 <tanaka@customer.example>"
    assert message["Date"] == "Fri, 20 Nov 2026 09:30:00 +0900"
    assert message["Message-ID"] == "<one@desk.example>"
    assert message.get_content().replace("\r\n", "\n") == PLAIN.text
    assert message["Auto-Submitted"] is None
    assert not message.defects


def test_the_same_input_gives_the_same_bytes() -> None:
    assert compose(PLAIN) == compose(replace(PLAIN))


def test_an_automatic_reply_says_so() -> None:
    message = read(compose(replace(PLAIN, auto_submitted="auto-replied")))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] is None


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_each_charset_carries_japanese(charset: str) -> None:
    raw = compose(replace(PLAIN, charset=charset))  # type: ignore[arg-type] # both literals
    message = read(raw)
    assert message.get_content_charset() == charset
    assert message["Subject"] == PLAIN.subject
    assert message.get_content().replace("\r\n", "\n") == PLAIN.text
    assert raw.isascii()


def test_text_that_iso_2022_jp_lacks_goes_as_utf_8() -> None:
    message = read(
        compose(replace(PLAIN, charset="iso-2022-jp", text="㈱髙﨑 😀\n", subject="髙﨑様"))
    )
    assert message.get_content_charset() == "utf-8"
    assert message.get_content() == "㈱髙﨑 😀\r\n"
    assert message["Subject"] == "髙﨑様"


@given(strings=st.tuples(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE))
def test_no_string_can_add_a_header_or_a_part(strings: tuple[str, ...]) -> None:
    subject, text, name, file, header, parent = strings
    raw = compose(
        replace(
            PLAIN,
            subject=subject,
            text=text,
            from_name=name,
            to_name=name,
            in_reply_to=parent,
            references=(parent, "<root@desk.example>"),
            headers=(("X-Desk-Case", header),),
            attachments=(Attachment(file, header, b"%PDF"),),
        )
    )
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" "]
    expected = "From To Subject Date Message-ID References X-Desk-Case MIME-Version Content-Type"
    assert {*names} - {b"In-Reply-To"} == {*expected.encode().split()}
    assert len(names) == len({*names})
    parsed = email.message_from_bytes(raw)
    assert [part.get_content_maintype() for part in parsed.walk()][:2] == ["multipart", "text"]
    assert len(cast("list[object]", parsed.get_payload())) == 2


@given(HOSTILE)
def test_a_subject_is_folded_into_short_words_that_read_back(subject: str) -> None:
    raw = compose(replace(PLAIN, subject=subject))
    field = raw.partition(b"Subject:")[2].partition(b"\r\nDate:")[0]
    assert all(len(line) <= 78 for line in (b"Subject:" + field).split(b"\r\n"))
    whole = subject.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = "".join(c for c in whole if c.isprintable() and c != " ")
    back = str(read(raw)["Subject"])
    assert "".join(c for c in back if c.isprintable() and c != " ") == kept


def test_a_text_can_not_end_its_part() -> None:
    first = compose(replace(PLAIN, attachments=(Attachment("a", "a/b", b""),), text="x"))
    boundary = email.message_from_bytes(first).get_boundary()
    text = f"x\r\n--{boundary}--\r\n"
    message = read(compose(replace(PLAIN, attachments=(Attachment("a", "a/b", b""),), text=text)))
    assert len(list(message.walk())) == 3


def test_an_injected_bcc_stays_text() -> None:
    message = read(compose(replace(PLAIN, subject="a\r\nBcc: x@evil.example\r\n\r\nbody")))
    assert message["Bcc"] is None
    assert "Bcc: x@evil.example" in str(message["Subject"])


def test_a_subject_that_looks_encoded_is_not_decoded_by_the_reader() -> None:
    assert read(compose(replace(PLAIN, subject="=?utf-8?B?QQ==?=")))["Subject"] == (
        "=?utf-8?B?QQ==?="
    )


@pytest.mark.parametrize(
    "address",
    [
        "", "tanaka", "a@b@c.example", "a b@c.example", "a@c.example>\r\nBcc: x@y", "<a@b.example>",
        "a@", "@b.example", "a,b@c.example", "a@b.example,c@d.example", "a\0@b.example", "a@b c",
        "x" * 400 + "@b.example", "alice@example.org)bob@victim.example",
    ],
)  # fmt: skip
def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        compose(replace(PLAIN, to=address))


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a.b@c.example", "a.b@c.example"),
        ("foo..bar.@docomo.ne.jp", '"foo..bar."@docomo.ne.jp'),
        ('"a b"@c.example', '"a b"@c.example'),
        ("a@例え.jp", "a@xn--r8jz45g.jp"),
    ],
)
def test_unusual_addresses_of_japan_are_written_as_the_rfc_wants(
    address: str, written: str
) -> None:
    assert addr_spec(address) == written


@pytest.mark.parametrize("name", ["", "Subject", "bcc", "X Y", "X:", "X\r\nY", "日本", "to"])
def test_an_extra_header_can_not_replace_one_of_the_desks_own(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        compose(replace(PLAIN, headers=((name, "x"),)))


def test_a_malformed_message_id_is_refused() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(PLAIN, message_id="<a@b>\r\nBcc: x@y"))


def test_the_chain_keeps_the_root_and_the_last_twenty() -> None:
    chain = tuple(f"<{n}@customer.example>" for n in range(50))
    kept = references(chain)
    assert kept == (chain[0], *chain[-19:])
    long = tuple(f"<{n:0200}@customer.example>" for n in range(50))
    assert references(long) == (long[0], *long[-3:])
    assert sum(map(len, references(long))) <= 900
    assert references(("<a@b>", "<c@d>", "<a@b>")) == ("<c@d>", "<a@b>")
    assert references(("", "junk", "<a b@c>", "<a@b>\r\n")) == ()


def test_a_reply_joins_the_thread() -> None:
    message = read(
        compose(replace(PLAIN, in_reply_to="<q@c.example>", references=("<root@c.example>",)))
    )
    assert message["In-Reply-To"] == "<q@c.example>"
    assert message["References"] == "<root@c.example> <q@c.example>"


@pytest.mark.parametrize(
    "name",
    ["明細書.pdf", "report 2026.pdf", "表" * 80 + ".pdf", "a'b%c.pdf", "né(1).pdf"],
)
def test_a_file_name_reads_back(name: str) -> None:
    raw = compose(replace(PLAIN, attachments=(Attachment(name, "application/pdf", b"%PDF-1.7"),)))
    (part,) = read(raw).iter_attachments()
    assert part.get_filename() == name
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == b"%PDF-1.7"
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nX: y.pdf", "evil\u202efdp.exe", ""])
def test_a_hostile_file_name_is_made_harmless(name: str) -> None:
    raw = compose(replace(PLAIN, attachments=(Attachment(name, "text/plain\r\nX: y", b"x"),)))
    (part,) = read(raw).iter_attachments()
    shown = str(part.get_filename())
    assert shown
    assert not set(shown) & set("/\\\r\n\u202e")
    assert part["X"] is None


def test_our_message_id_is_known_again_and_a_guess_is_not() -> None:
    made = message_id(b"0123456789abcdef", KEY, "Desk.Example")
    assert made.endswith("@desk.example>")
    assert verify_message_id(made, KEY)
    assert verify_message_id(made.upper(), KEY)
    assert not verify_message_id(made, b"another key")
    assert not verify_message_id(made.replace("@desk", "@other"), KEY)
    flipped = made[:-20] + ("a" if made[-20] != "a" else "b") + made[-19:]
    assert not verify_message_id(flipped, KEY)
    assert not verify_message_id("<x@desk.example>", KEY)
    with pytest.raises(ValueError, match="random"):
        message_id(b"short", KEY, "desk.example")


@given(st.text(max_size=80))
def test_no_text_verifies_as_one_of_our_ids(text: str) -> None:
    assert not verify_message_id(text, KEY)


def test_case_references_are_found_and_forgeries_named() -> None:
    mine = case_reference("C2026-000123", KEY)
    assert mine.startswith("[C2026-000123-")
    assert find_case_references(f"Re: {mine} 質問", KEY).valid == ("C2026-000123",)
    wide = mine.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}).replace("－", "−")
    assert find_case_references(f"Ｒｅ：{wide}", KEY).valid == ("C2026-000123",)
    forged = find_case_references(f"[C2026-000124-{mine[-7:]}{mine}", KEY)
    assert forged.forged == ("C2026-000124",)
    assert forged.valid == ("C2026-000123",)
    assert find_case_references("C2026-000123 の件", KEY) == find_case_references("", KEY)


def test_a_valid_reference_beside_a_forged_one_of_the_same_case_counts() -> None:
    mine = case_reference("C2026-000123", KEY)
    found = find_case_references(f"{mine} [C2026-000123-aaaaaa]", KEY)
    assert (found.valid, found.forged) == (("C2026-000123",), ())
