"""docs/reasons.md explains every reason as it ends, and every state and cause."""

import re

import pytest

from bot.store.causes import Cause
from quotas.conclusion import ENDINGS
from quotas.decision import Reason, State
from tests.docs.documents import ROOT, table_rows, text_of

_SECTIONS = re.split(r"^## ", text_of("docs/reasons.md"), flags=re.MULTILINE)[1:]
PARTS = {heading: text for heading, _, text in (part.partition("\n") for part in _SECTIONS)}
ROWS = {row[0].strip("`"): row[1:] for row in table_rows(PARTS["Reasons"])}
SILENT = "never"


def test_every_reason_is_explained_in_their_order() -> None:
    assert list(ROWS) == [reason.value for reason in Reason]
    assert all(len(row) == 4 and all(row) for row in ROWS.values())


@pytest.mark.parametrize("reason", ENDINGS, ids=str)
def test_the_row_of_a_reason_is_how_it_ends(reason: Reason) -> None:
    _, reply, operators, state = ROWS[reason]
    ending = ENDINGS[reason]
    assert re.findall(r"`(\w+)`", state)[0] == ending.state
    assert operators.startswith("card") == ending.card
    assert (reply.split(",")[0].split(" ")[0] != SILENT) == ending.reply


@pytest.mark.parametrize("reason", [r for r in ENDINGS if ENDINGS[r].reply], ids=str)
def test_a_reason_that_is_answered_has_its_template(reason: Reason) -> None:
    assert (ROOT / "templates" / "ja" / f"{reason}.txt").is_file()


def test_every_state_is_explained() -> None:
    assert [row[0].strip("`") for row in table_rows(PARTS["States"])] == [s.value for s in State]


def test_every_cause_of_quarantine_is_explained() -> None:
    shown = [row[0].strip("`") for row in table_rows(PARTS["Quarantine"])]
    assert shown == [cause.value for cause in Cause]
