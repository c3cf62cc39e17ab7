"""Who really sent it: signed in the test, verified over a zone in memory."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.authentication import judge
from mail.verify import Connection, Receiver, VerifiedResult, verify
from tests.mail.signing import Key, Zone, ed25519_key, rsa_key, sealed, signed, signed_over

RAW = (
    b"From: Tanaka <tanaka@mail.customer.co.jp>\r\nTo: support@desk.example\r\n"
    b"Subject: question\r\n\r\nHello\r\n"
)
FROM = "tanaka@mail.customer.co.jp"
RELAY = Connection("192.0.2.1", "out.customer.co.jp", "tanaka@mail.customer.co.jp")
FRONT = Connection("", "", "tanaka@mail.customer.co.jp")
DESK = Receiver("mx.desk.example", forwarders=("list.example",))
REJECT = b"v=DMARC1; p=reject"


@pytest.fixture(scope="session")
def rsa() -> Key:
    """Give a 2048-bit RSA key."""
    return rsa_key(2048)


@pytest.fixture
def zone(rsa: Key) -> Zone:
    """Give a zone with the customer's key, its SPF record and a DMARC policy."""
    zone = Zone()
    zone.add("s._domainkey.customer.co.jp", "TXT", rsa.record)
    zone.add("_dmarc.customer.co.jp", "TXT", b"other=1", REJECT)
    zone.add("mail.customer.co.jp", "TXT", b"v=spf1 ip4:192.0.2.0/24 -all")
    return zone


def check(raw: bytes, zone: Zone, connection: Connection = FRONT) -> VerifiedResult:
    return verify(raw, FROM, connection, DESK, zone)


def test_an_aligned_signature_passes(zone: Zone, rsa: Key) -> None:
    result = check(signed(RAW, rsa, "customer.co.jp"), zone)
    assert result.verdict == "pass"
    field = re.sub(r"\r\n ", " ", result.authentication_results)
    assert field.startswith("Authentication-Results: mx.desk.example; ")
    assert "dkim=pass header.d=customer.co.jp header.s=s" in field
    assert "dmarc=pass header.from=mail.customer.co.jp" in field


def test_the_desks_own_reader_comes_to_the_same_verdict(zone: Zone, rsa: Key) -> None:
    for raw, verdict in ((signed(RAW, rsa, "customer.co.jp"), "pass"), (RAW, "fail")):
        result = check(raw, zone)
        body = result.authentication_results.partition(": ")[2]
        assert result.verdict == verdict
        assert judge((body,), FROM.partition("@")[2], "mx.desk.example").verdict == verdict


def test_ed25519_passes(zone: Zone) -> None:
    key = ed25519_key()
    zone.records["s._domainkey.customer.co.jp", "TXT"] = [key.record]
    assert check(signed(RAW, key, "customer.co.jp"), zone).verdict == "pass"


def test_an_aligned_spf_pass_satisfies_dmarc(zone: Zone) -> None:
    assert check(RAW, zone, RELAY).verdict == "pass"
    elsewhere = Connection("198.51.100.1", "x.example", RELAY.mail_from)
    assert check(RAW, zone, elsewhere).verdict == "fail"


def test_nothing_stands_for_a_forged_from(zone: Zone, rsa: Key) -> None:
    assert check(RAW, zone).verdict == "fail"
    zone.add("s._domainkey.evil.example", "TXT", rsa.record)
    forged = check(signed(RAW, rsa, "evil.example"), zone)
    assert forged.verdict == "fail"
    assert "dkim=pass header.d=evil.example" in forged.authentication_results


def test_a_changed_text_fails(zone: Zone, rsa: Key) -> None:
    changed = signed(RAW, rsa, "customer.co.jp").replace(b"Hello", b"Hallo")
    assert check(changed, zone).verdict == "fail"


def test_a_signature_over_a_part_of_the_text_is_refused(zone: Zone, rsa: Key) -> None:
    partly = signed(RAW, rsa, "customer.co.jp", length=True)
    result = check(partly, zone)
    assert result.verdict == "fail"
    assert "l=" in result.detail
    assert check(partly + b"added\r\n", zone).verdict == "fail"


def test_a_signature_without_from_is_refused(zone: Zone, rsa: Key) -> None:
    over_both = signed_over(RAW, rsa, "customer.co.jp", [b"from", b"subject"])
    assert check(over_both, zone).verdict == "pass"
    without = check(signed_over(RAW, rsa, "customer.co.jp", [b"subject"]), zone)
    assert without.verdict == "fail"
    assert "doesn't cover From" in without.detail


def test_a_short_key_is_refused(zone: Zone) -> None:
    key = rsa_key(768)
    zone.records["s._domainkey.customer.co.jp", "TXT"] = [key.record]
    assert check(signed(RAW, key, "customer.co.jp"), zone).verdict == "fail"


def test_a_revoked_or_missing_key_fails(zone: Zone, rsa: Key) -> None:
    raw = signed(RAW, rsa, "customer.co.jp")
    zone.records["s._domainkey.customer.co.jp", "TXT"] = [b"v=DKIM1; p="]
    assert check(raw, zone).verdict == "fail"
    del zone.records["s._domainkey.customer.co.jp", "TXT"]
    assert check(raw, zone).verdict == "fail"


def test_name_servers_that_do_not_answer_are_no_failure(zone: Zone, rsa: Key) -> None:
    zone.broken = {"s._domainkey.customer.co.jp"}
    assert check(signed(RAW, rsa, "customer.co.jp"), zone).verdict == "temperror"
    zone.broken = {"_dmarc.mail.customer.co.jp"}
    assert check(RAW, zone).verdict == "temperror"
    zone.broken = {"mail.customer.co.jp"}
    assert check(RAW, zone, RELAY).verdict == "temperror"


def test_without_a_policy_an_aligned_signature_decides(zone: Zone, rsa: Key) -> None:
    del zone.records["_dmarc.customer.co.jp", "TXT"]
    assert check(signed(RAW, rsa, "customer.co.jp"), zone).verdict == "pass"
    assert check(RAW, zone, RELAY).verdict == "none"


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (b"v=DMARC1; p=reject; adkim=s", "fail"),
        (b"v=DMARC1;p=none", "pass"),
        (b"V=DMARC1; p=reject", "pass"),
        (b"v=DMARC1 ; p=quarantine; adkim=r", "pass"),
    ],
)
def test_alignment_follows_the_record(zone: Zone, rsa: Key, record: bytes, verdict: str) -> None:
    zone.records["_dmarc.customer.co.jp", "TXT"] = [record]
    assert check(signed(RAW, rsa, "customer.co.jp"), zone).verdict == verdict


def test_the_nearer_record_wins(zone: Zone, rsa: Key) -> None:
    zone.add("_dmarc.mail.customer.co.jp", "TXT", b"v=DMARC1; p=none; adkim=s")
    assert check(signed(RAW, rsa, "customer.co.jp"), zone).verdict == "fail"


def test_from_must_hold_exactly_one_address(zone: Zone, rsa: Key) -> None:
    raw = signed(RAW, rsa, "customer.co.jp")
    assert verify(raw, "", FRONT, DESK, zone).verdict == "fail"
    assert check(raw, zone, RELAY).verdict == "pass"
    assert check(b"From: boss@customer.co.jp\r\n" + raw, zone, RELAY).verdict == "fail"


def test_a_named_forwarder_may_vouch(zone: Zone, rsa: Key) -> None:
    zone.add("s._domainkey.list.example", "TXT", rsa.record)
    found = "dmarc=pass (p=reject) header.from=mail.customer.co.jp"
    forwarded = sealed(RAW, rsa, "list.example", found)
    assert check(forwarded, zone).verdict == "pass"
    assert "ARC" in check(forwarded, zone).detail
    stranger = Receiver("mx.desk.example", forwarders=("other.example",))
    assert verify(forwarded, FROM, FRONT, stranger, zone).verdict == "fail"
    assert check(forwarded.replace(b"Hello", b"Hallo"), zone).verdict == "fail"
    assert check(forwarded.replace(b"p=reject", b"p=nonono"), zone).verdict == "fail"
    for other in ("dmarc=fail header.from=mail.customer.co.jp", "dmarc=pass header.from=x.example"):
        assert check(sealed(RAW, rsa, "list.example", other), zone).verdict == "fail"


def test_spf_looks_through_includes_and_mx(zone: Zone) -> None:
    zone.records["mail.customer.co.jp", "TXT"] = [b"v=spf1 include:spf.example mx -all"]
    zone.add("spf.example", "TXT", b"v=spf1 ip6:2001:db8::/32 -all")
    zone.add("mail.customer.co.jp", "MX", b"10 mx1.customer.co.jp")
    zone.add("mx1.customer.co.jp", "A", b"198.51.100.9")
    by_mx = Connection("198.51.100.9", "x.example", RELAY.mail_from)
    assert check(RAW, zone, by_mx).verdict == "pass"
    by_include = Connection("2001:db8::7", "x.example", RELAY.mail_from)
    assert check(RAW, zone, by_include).verdict == "pass"


def test_an_spf_record_that_goes_on_for_ever_ends(zone: Zone) -> None:
    zone.records["mail.customer.co.jp", "TXT"] = [b"v=spf1 include:mail.customer.co.jp -all"]
    assert check(RAW, zone, RELAY).verdict == "fail"
    zone.records["mail.customer.co.jp", "TXT"] = [
        b"v=spf1 " + b" ".join(b"a:h%d.example" % n for n in range(30)) + b" ip4:192.0.2.1"
    ]
    assert check(RAW, zone, RELAY).verdict == "fail"
    assert len(zone.asked) < 60


def test_many_signatures_cost_only_a_few_lookups(zone: Zone, rsa: Key) -> None:
    raw = RAW
    for _ in range(30):
        raw = signed(raw, rsa, "evil.example")
    check(raw, zone)
    assert len([name for name, _ in zone.asked if "evil" in name]) <= 5


def test_names_from_the_message_can_not_break_the_field(zone: Zone) -> None:
    hostile = Connection("192.0.2.1", 'x"; dmarc=pass\r\nX: y', "a@b;c\r\nX-Evil: 1")
    field = check(RAW, zone, hostile).authentication_results
    assert [line[:1] for line in field.split("\r\n")[1:]] == [" "] * field.count("\r\n")
    assert field.count("dmarc=") == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"DKIM-Signature: ", b"ARC-Seal: i=1; ", b"ARC-Message-Signature: i=1; ",
                b"ARC-Authentication-Results: i=1; ", b"v=1; ", b"a=rsa-sha256; ", b"d=b.example; ",
                b"s=s; ", b"h=from; ", b"bh=AA==; ", b"b=AAAA; ", b"l=9; ", b"t=x; ", b"\r\n",
                b"From: a@b.example", b"\r\n\r\n", b"\xff\x00", b"=;=;",
                b"cv=none; ", b"c=x/y/z; ", b"x=1; ", b"\n", b"i=99999999999; ",
            ]
        ),
        max_size=25,
    ),
    st.text(max_size=20),
)  # fmt: skip
def test_no_message_makes_it_raise_or_pass(parts: list[bytes], helo: str) -> None:
    zone = Zone()
    zone.add("s._domainkey.b.example", "TXT", b"v=DKIM1; p=AAAA")
    connection = Connection("192.0.2.1", helo, "")
    assert verify(b"".join(parts), "a@b.example", connection, DESK, zone).verdict != "pass"
