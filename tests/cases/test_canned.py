"""Canned replies: whose goes before whose, what is found, what is refused at the door."""

from pathlib import Path

import pytest

from bot.cases.canned import CannedError, CannedReply, joined, load_canned, matching
from bot.config import ConfigError, Environment, load
from bot.house import open_house
from bot.programmes import load_all
from bot.render import shipped_templates
from tests.bot.houses import write_settings


def write(folder: Path, name: str, text: str) -> None:
    """Write a canned reply."""
    file = folder / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_a_vendors_own_takes_the_place_of_one_with_the_same_name(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    write(shipped, "common/wait", "お待ちください\n\n出荷時の文\n")
    write(shipped, "dax/log", "ログ\n\nログの文\n")
    write(own, "common/wait", "お待ちください\n\n自社の文\n")
    found = load_canned([own, shipped], ["dax", "deki"])
    assert [(r.name, r.text) for r in found["dax"]] == [("log", "ログの文"), ("wait", "自社の文")]
    assert [r.name for r in found["deki"]] == ["wait"]


@pytest.mark.parametrize("text", ["", "題だけ\n", "題\n本文がすぐ続く\n", "題\n\n  \n"])
def test_a_file_without_title_or_text_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path, "common/broken", text)
    with pytest.raises(CannedError, match=r"broken\.txt.*line 1"):
        load_canned([tmp_path], ["dax"])


def test_a_folder_that_is_not_there_stops_the_desk_at_the_door(tmp_path: Path) -> None:
    config = write_settings(tmp_path, "sqlite:///desk.db")
    config.write_text(config.read_text("utf-8") + '[canned]\nfolder = "mine"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"mine: there is no such folder; make it"):
        open_house(load(config, Environment({})), Environment({}))
    write(tmp_path / "mine", "common/own", "自社\n\n自社の文\n")
    house = open_house(load(config, Environment({})), Environment({}))
    assert "own" in {reply.name for reply in house.letters.canned["desknets-dax"]}
    house.close()


def test_a_language_without_canned_replies_has_none(tmp_path: Path) -> None:
    config = write_settings(tmp_path, "sqlite:///desk.db")
    text = config.read_text("utf-8").replace("[desk]\n", '[desk]\nlanguage = "en"\n')
    config.write_text(text, "utf-8")
    house = open_house(load(config, Environment({})), Environment({}))
    assert house.letters.canned["desknets-dax"] == ()
    house.close()


def test_every_word_typed_must_be_found_in_any_width() -> None:
    replies = [
        CannedReply("a", "ＬＯＧの送付", "文面"),
        CannedReply("b", "調査中", "log を確認しています"),
        CannedReply("c", "その他", "文面"),
    ]
    assert [r.name for r in matching(replies, "log")] == ["a", "b"]
    assert [r.name for r in matching(replies, "Log 送付")] == ["a"]
    assert matching(replies, "log 見つからない") == []
    assert matching(replies, "") == replies


def test_what_was_typed_stays_first() -> None:
    reply = CannedReply("a", "題", "定型文")
    assert joined("", reply) == "定型文"
    assert joined("前の文\n", reply) == "前の文\n\n定型文"


def test_what_is_shipped_can_be_used_for_every_programme() -> None:
    folder = shipped_templates() / "ja" / "canned"
    found = load_canned([folder], load_all())
    assert all(len(replies) > 4 for replies in found.values())
    assert {part.name for part in folder.iterdir()} <= {"common", *load_all()}
