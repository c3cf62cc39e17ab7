"""What Authentication-Results prove: our own receiver's topmost field, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.authentication import Arc, judge, read_results

OURS = "mx.desk.example"


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ([f"{OURS}; dmarc=pass header.from=client.co.jp"], "pass"),
        ([f"{OURS} 1; dkim=pass header.d=mail.client.co.jp"], "pass"),
        ([f"{OURS}; dkim=pass header.i=@client.co.jp; spf=fail"], "pass"),
        ([f"{OURS}; dkim = pass header.d = client.co.jp"], "pass"),
        ([f"{OURS};dkim=pass (2048-bit; c) header.d=client.co.jp"], "pass"),
        ([f"{OURS} (note); dkim/1=pass header.d=client.co.jp"], "pass"),
        ([f'"{OURS}"; dmarc=pass'], "pass"),
        ([f"{OURS.upper()}; dmarc=pass"], "pass"),
        ([f"{OURS}; dkim=pass header.d=other.co.jp"], "none"),
        ([f"{OURS}; dkim=pass header.d=co.jp"], "none"),
        ([f"{OURS}; spf=pass smtp.mailfrom=client.co.jp"], "none"),
        ([f"{OURS}; dmarc=fail (p=reject) header.from=client.co.jp"], "fail"),
        ([f"{OURS}; dmarc=fail; dkim=pass header.d=client.co.jp"], "fail"),
        ([f"{OURS}; none"], "none"),
        ([f"{OURS}; dkim=none (dkim=pass header.d=client.co.jp)"], "none"),
        ([f'{OURS}; dkim=fail reason="; dmarc=pass"'], "none"),
        ([f"{OURS}; dmarc=pass header.from=other.example"], "none"),
        (["mx.evil.example; dmarc=pass header.from=client.co.jp"], "none"),
        ([f"{OURS}; none", f"{OURS}; dmarc=pass"], "none"),
        (["mx.evil.example; dmarc=pass", f"{OURS}; dmarc=fail"], "fail"),
        ([f"x{OURS}; dmarc=pass"], "none"),
        ([f"({OURS}); dmarc=pass"], "none"),
        ([], "none"),
        ([""], "none"),
    ],
)
def test_standard_mode(fields: list[str], verdict: str) -> None:
    assert judge(tuple(fields), "client.co.jp", OURS).verdict == verdict


def test_nothing_is_trusted_without_a_name() -> None:
    assert judge(("; dmarc=pass",), "client.co.jp", "").verdict == "none"


def test_no_single_from_is_never_proven() -> None:
    assert judge((f"{OURS}; dmarc=pass",), "", OURS).verdict == "none"


M365 = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=client.co.jp; dkim=pass (signature was "
    "verified) header.d=client.co.jp;dmarc=pass action=none header.from=client.co.jp;compauth=pass"
)


def test_microsoft365_writes_no_name() -> None:
    assert judge((M365,), "client.co.jp", "", mode="microsoft365").verdict == "pass"
    assert judge((M365,), "client.co.jp", OURS).verdict == "none"
    forged = ("spf=fail; dmarc=fail action=oreject", M365)
    assert judge(forged, "client.co.jp", "", mode="microsoft365").verdict == "fail"
    named = (f"mx.evil.example; {M365}",)
    assert judge(named, "client.co.jp", "", mode="microsoft365").verdict == "none"


FAILED = (f"{OURS}; dmarc=fail header.from=client.co.jp; arc=pass",)
SET = ("i=1; mx.forwarder.example; dmarc=pass header.from=client.co.jp",)
SEAL = ("i=1; a=rsa-sha256; cv=none; d=forwarder.example; s=x; b=abc",)


def test_a_named_forwarder_is_believed() -> None:
    arc = Arc(SET, SEAL)
    forwarders = ("forwarder.example",)
    assert judge(FAILED, "client.co.jp", OURS, arc_forwarders=forwarders, arc=arc).verdict == "pass"
    assert judge(FAILED, "client.co.jp", OURS, arc=arc).verdict == "fail"


def test_a_name_in_the_results_is_no_seal() -> None:
    arc = Arc(("i=1; forwarder.example; dmarc=pass",), ("i=1; cv=none; d=evil.example",))
    judged = judge(FAILED, "client.co.jp", OURS, arc_forwarders=("forwarder.example",), arc=arc)
    assert judged.verdict == "fail"


def test_a_broken_chain_is_not_believed() -> None:
    failed = (f"{OURS}; dmarc=fail header.from=client.co.jp; arc=fail",)
    arc = Arc(SET, SEAL)
    judged = judge(failed, "client.co.jp", OURS, arc_forwarders=("forwarder.example",), arc=arc)
    assert judged.verdict == "fail"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab.=;()"\\ \t1/;:-dkimparcspf', max_size=200))
def test_any_field_is_read(body: str) -> None:
    read_results(body)
    assert judge((body,), "client.co.jp", OURS).verdict in ("pass", "fail", "none")
