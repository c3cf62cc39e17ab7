"""`madoguchi quota` and `ledger verify`: balances, statements and entries made by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bot.commands import Commands, Ran
from tests.bot.houses import MONDAY, Hands

ON = ("--on", "2026-11-16")
KEYS = {"name", "limit", "used", "reserved", "remaining", "resets_on"}
LINE_KEYS = {
    "entry", "on", "case_number", "kind", "kind_title", "units", "balance", "article", "minutes",
    "contact", "reason", "refers_to",
}  # fmt: skip
REISSUES = ("DX-2048-1190", "licence_reissue")


def shown(desk: Commands, number: str, day: str = "2026-11-16") -> Any:
    return desk("quota", "show", number, "--on", day, "--json").json


def reissues(desk: Commands, number: str = "DX-2048-1190", day: str = "2026-11-16") -> Any:
    (quota,) = shown(desk, number, day)["quotas"]
    return quota


def test_show_gives_balance_and_statement(desk: Commands) -> None:
    told = shown(desk, "DX-5500-8123")
    assert (told["support_number"], told["on"]) == ("DX-5500-8123", "2026-11-16")
    (quota,) = told["quotas"]
    assert quota.keys() >= KEYS
    assert (quota["limit"], quota["used"], quota["remaining"]) == (3, 3, 0)
    assert (quota["year_start"], quota["resets_on"]) == ("2026-06-01", "2027-06-01")
    assert (quota["opening"], quota["closing"]) == (3, 0)
    assert all(line.keys() == LINE_KEYS for line in quota["lines"])
    assert [(line["on"], line["balance"]) for line in quota["lines"]] == [
        ("2026-06-15", 2), ("2026-08-03", 1), ("2026-10-20", 0)
    ]  # fmt: skip
    in_words = desk("quota", "show", "DX-5500-8123", *ON).out
    assert "ライセンスキー再発行（licence_reissue）  2026-06-01 〜 2027-05-31" in in_words
    assert "2026-08-03 利用 -1 → 1  分院サーバの移設" in in_words


@pytest.mark.parametrize(
    ("day", "used"), [("2026-06-14", 0), ("2026-06-15", 1), ("2026-10-19", 2), ("2026-10-20", 3)]
)
def test_show_answers_as_of_any_day(day: str, used: int, desk: Commands) -> None:
    assert reissues(desk, "DX-5500-8123", day)["used"] == used


def test_show_outside_all_periods(desk: Commands) -> None:
    assert shown(desk, "DX-3120-5567")["quotas"] == []
    told = desk("quota", "show", "DX-3120-5567", *ON)
    assert (told.status, told.out) == (0, "DX-3120-5567: 2026-11-16 は契約期間外です\n")


@pytest.mark.parametrize(
    "written", ["ＤＸ－２０４８－１１９０", "dx20481190", "DX 2048 1190", "ＤＸ２０４８ー１１９０"]
)
def test_a_number_may_be_written_as_people_write_it(written: str, desk: Commands) -> None:
    assert shown(desk, written)["support_number"] == "DX-2048-1190"
    made = desk("quota", "reserve", written, "licence_reissue", *ON, "--json")
    assert (made.status, made.json["quota"]["remaining"]) == (0, 2)


def test_the_way_of_a_reservation(desk: Commands) -> None:
    first = desk("quota", "reserve", *REISSUES, *ON, "--json").json
    assert first.keys() >= {"entry", "kind", "units", "quota"}
    assert first["quota"].keys() >= KEYS
    assert (first["kind"], first["quota"]["reserved"], first["quota"]["remaining"]) == (
        "reserve", 1, 2
    )  # fmt: skip
    used = desk("quota", "consume", str(first["entry"]), "--json").json
    assert (used["quota"]["used"], used["quota"]["reserved"]) == (1, 0)
    second = desk("quota", "reserve", *REISSUES, *ON, "--json").json
    given_back = desk("quota", "release", str(second["entry"]), "--json").json
    assert (given_back["quota"]["reserved"], given_back["quota"]["remaining"]) == (0, 2)
    undone = desk("quota", "reverse", str(used["entry"]), "--reason", "誤り", "--json").json
    assert undone["quota"]["used"] == 0
    assert desk("ledger", "verify", "--json").json["findings"] == []


def test_adjusting_gives_and_takes(desk: Commands) -> None:
    given_ = desk(
        "quota", "adjust", *REISSUES, "--units", "+1", *ON, "--reason", "お詫び", "--json"
    )
    assert given_.json["quota"]["remaining"] == 4
    taken = desk("quota", "adjust", *REISSUES, "--units", "-2", *ON, "--reason", "訂正", "--json")
    assert taken.json["quota"]["remaining"] == 2
    assert [line["reason"] for line in reissues(desk)["lines"]] == ["お詫び", "訂正"]


def test_a_call_is_recorded_with_minutes_and_contact_and_never_refused(desk: Commands) -> None:
    call = ("quota", "record", "0033-2222-45", "phone_call", *ON, "--json")
    told = desk(*call, "--minutes", "35", "--contact", "komakusa@komakusa.example.jp")
    assert (told.status, told.json["quota"]["remaining"]) == (0, -1)
    calls = next(q for q in shown(desk, "0033-2222-45")["quotas"] if q["name"] == "phone_call")
    last = calls["lines"][-1]
    assert (last["minutes"], last["contact"]) == (35, "komakusa@komakusa.example.jp")
    assert "利用 35分 -1 → -1" in desk("quota", "show", "0033-2222-45", *ON).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["reserve", "DX-5500-8123", "licence_reissue", *ON], "limit_reached"),
        (["record", "DX-5500-8123", "licence_reissue", *ON], "limit_reached"),
        (["reserve", *REISSUES, "--units", "4", *ON], "limit_reached"),
        (["reserve", *REISSUES, "--on", "2027-02-01"], "outside_periods"),
        (["reserve", *REISSUES, "--units", "0", *ON], "no_units"),
        (["record", *REISSUES, "--units", "-1", *ON], "no_units"),
        (["record", "0033-2222-45", "phone_call", "--units", "9" * 20, *ON], "too_large"),
        (["record", "0033-2222-45", "phone_call", "--minutes", "-5", *ON], "no_minutes"),
    ],
)
def test_what_the_terms_refuse_is_a_finding(
    arguments: list[str], code: str, desk: Commands
) -> None:
    before = desk("ledger", "verify", "--json").json["entries"]
    ran = desk("quota", *arguments, "--json")
    assert ran.status == 1
    assert ran.json["refused"] == code
    assert ran.json["detail"] in ran.complaint
    assert desk("ledger", "verify", "--json").json["entries"] == before


def test_what_is_closed_can_t_be_closed_again(desk: Commands) -> None:
    entry = str(desk("quota", "reserve", *REISSUES, *ON, "--json").json["entry"])
    assert desk("quota", "consume", entry).status == 0
    for command in ("consume", "release"):
        ran = desk("quota", command, entry)
        assert ran.status == 1
        assert "refused" in ran.complaint


def test_the_same_key_writes_once_and_prints_the_same_entry(desk: Commands) -> None:
    line = ("quota", "reserve", *REISSUES, *ON, "--key", "fax-2026-11-16-1", "--json")
    first, again = desk(*line), desk(*line)
    assert first == again
    assert reissues(desk)["reserved"] == 1
    entry = str(first.json["entry"])
    follow = ("quota", "consume", entry, "--key", "sent-1", "--json")
    assert desk(*follow) == desk(*follow)
    assert reissues(desk)["used"] == 1


def test_a_key_that_stands_for_something_else_is_refused(desk: Commands) -> None:
    assert desk("quota", "reserve", *REISSUES, *ON, "--key", "one").status == 0
    for other in (
        ("quota", "reserve", *REISSUES, "--units", "2", *ON, "--key", "one"),
        ("quota", "record", *REISSUES, *ON, "--key", "one"),
        ("quota", "reserve", "DX-1024-7731", "licence_reissue", *ON, "--key", "one"),
    ):
        ran = desk(*other)
        assert ran.status == 1, other
        assert "use another key" in ran.complaint
    assert reissues(desk)["reserved"] == 1


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "reserve", "adjust", "consume", "release", "reverse"]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_a_statement_is_the_sum_of_the_ledger_after_any_commands(
    steps: list[Step], desk: Commands
) -> None:
    number = "DX-1024-7731"
    for step in steps:
        ran = perform(desk, step, reissues(desk, number)["lines"])
        assert ran.status in {0, 1}, ran.err
    quota = reissues(desk, number)
    lines = quota["lines"]
    balances = list(accumulate((x["units"] for x in lines), initial=quota["opening"]))
    assert [x["balance"] for x in lines] == balances[1:]
    assert quota["closing"] == balances[-1] == quota["remaining"]
    assert quota["remaining"] == quota["limit"] - quota["used"] - quota["reserved"]
    contract = desk("contract", "show", number, *ON, "--json").json
    assert {k: contract["quotas"][0][k] for k in KEYS} == {k: quota[k] for k in KEYS}
    assert desk("ledger", "verify", "--json").json["findings"] == []


def perform(desk: Commands, step: Step, lines: list[dict[str, Any]]) -> Ran:
    """Do one step; what follows an entry takes one of those there are, or one there isn't."""
    command, size = step
    if command in {"consume", "release", "reverse"}:
        entry = lines[size % len(lines)]["entry"] if lines else 99_999
        return desk("quota", command, str(entry), "--reason", "検査")
    units = str(size - 2) if command == "adjust" else str(size)
    line = ("DX-1024-7731", "licence_reissue", f"--units={units}", *ON, "--reason", "検査")
    return desk("quota", command, *line)


def test_the_year_that_pays_is_the_one_of_the_request(desk: Commands, clock: Hands) -> None:
    entry = desk("quota", "reserve", *REISSUES, "--on", "2027-01-29", "--json").json["entry"]
    clock.now = MONDAY.replace(year=2027, month=2, day=2)
    sent = desk("quota", "consume", str(entry), "--json").json
    assert (sent["quota"]["used"], sent["quota"]["resets_on"]) == (1, "2027-02-01")
    assert desk("ledger", "verify").status == 0


def test_processes_at_once_can_t_oversell(desk_on: Commands) -> None:
    """Eight customers at once for three units: three get one, five are refused."""
    command = [
        sys.executable, "-m", "bot", "quota", "reserve", *REISSUES, *ON, "--json",
        "--config", str(desk_on.config),
    ]  # fmt: skip
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            command, cwd=root, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(8)
    ]
    answers = [process.communicate(timeout=120) for process in running]
    assert sorted(process.returncode for process in running) == [0] * 3 + [1] * 5, answers
    refused = [json.loads(out)["refused"] for out, err in answers if err]
    assert refused == ["limit_reached"] * 5
    quota = reissues(desk_on)
    assert (quota["reserved"], quota["remaining"], len(quota["lines"])) == (3, 0, 3)
    assert desk_on("ledger", "verify").status == 0


def test_a_threshold_reached_at_the_command_line_is_told_once(desk: Commands) -> None:
    """The same notice as from Slack, and an over-long call is marked as one."""
    call = ("quota", "record", "0098-7654-32", "phone_call", *ON)
    assert desk(*call, "--units", "39", "--json").json["over_minutes"] is False
    assert [i for i in desk("outbox", "list", "--json").json if _is_notice(i)] == []
    assert desk(*call, "--minutes", "21", "--json").json["over_minutes"] is True
    assert "目安の20分を超えています" in desk(*call, "--minutes", "30").out
    (notice,) = [i for i in desk("outbox", "list", "--json").json if _is_notice(i)]
    assert notice["recipient"].endswith(".jp")


def _is_notice(item: Mapping[str, Any]) -> bool:
    return "電話サポートのご利用回数" in (item["subject"] or "")
