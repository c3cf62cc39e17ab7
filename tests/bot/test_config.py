"""desk.toml: what is refused names its key and the remedy, what is accepted is complete."""

from datetime import date
from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigError, Environment
from bot.house import open_house
from tests.bot.houses import Hands

FOLDER = Path(__file__).parent.parent / "config"
BROKEN = sorted(file.stem for file in FOLDER.glob("*.error"))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_key_and_remedy(name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config.load(FOLDER / f"{name}.toml", Environment({}))
    expected = (FOLDER / f"{name}.error").read_text(encoding="utf-8").strip()
    first, *more = str(raised.value).splitlines()
    assert f"{name}.toml: {expected}" in first
    assert not more


def test_every_broken_file_has_its_expected_error() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == {*BROKEN, "good"}


def test_several_mistakes_are_all_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('[desk]\nnmae = "x"\nlanguage = "fr"\n[smtp]\nport = 0\n', encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        config.load(file, Environment({}))
    lines = str(raised.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "desk.nmae", "desk.language", "smtp.host", "smtp.port",
    ]  # fmt: skip


def test_a_file_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="madoguchi init"):
        config.load(tmp_path / "desk.toml", Environment({}))


def test_relative_places_start_at_the_folder_of_the_file() -> None:
    settings = config.load(FOLDER / "good.toml", Environment({}))
    assert settings.desk.database == f"sqlite:///{FOLDER.resolve() / 'desk.db'}"
    assert settings.desk.blobs == str(FOLDER.resolve() / "blobs")


def test_closed_days_are_spans_with_both_ends_and_single_days() -> None:
    closed = config.load(FOLDER / "good.toml", Environment({})).desk.closed
    assert len(closed) == 7
    assert {date(2026, 12, 29), date(2027, 1, 3), date(2026, 8, 14)} <= closed


def test_secrets_come_from_the_environment_or_from_files_it_names(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-1\n", encoding="utf-8")
    env = Environment(
        {
            "MADOGUCHI_MAILBOX_DAX_PASSWORD": "geheim",
            "MADOGUCHI_SLACK_BOT_TOKEN_FILE": str(file),
        }
    )
    settings = config.load(FOLDER / "good.toml", env)
    dax = settings.mailbox("dax")
    assert dax is not None
    assert dax.imap is not None
    assert dax.imap.secret() == "geheim"
    assert settings.slack is not None
    assert settings.slack.bot_token == "xoxb-1"
    assert "geheim" not in repr(settings)
    assert "xoxb-1" not in repr(settings)


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    env = Environment({"MADOGUCHI_SMTP_PASSWORD_FILE": str(tmp_path / "none")})
    with pytest.raises(ConfigError, match="MADOGUCHI_SMTP_PASSWORD_FILE"):
        config.load(FOLDER / "good.toml", env)


def test_an_access_token_is_read_anew_at_each_sign_in(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n", encoding="utf-8")
    env = Environment({"MADOGUCHI_MAILBOX_DAX_PASSWORD_FILE": str(file)})
    dax = config.load(FOLDER / "good.toml", env).mailbox("dax")
    assert dax is not None
    assert dax.imap is not None
    assert dax.imap.secret() == "first"
    file.write_text("second\n", encoding="utf-8")
    assert dax.imap.secret() == "second"


def test_holidays_without_end_are_refused_at_the_door(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    spans = ", ".join(f'"{year}-01-01..{year}-12-31"' for year in range(2026, 2029))
    file.write_text(
        f"[desk]\nclosed = [{spans}]\n[[mailbox]]\nname = 'dax'\n"
        "programme = 'desknets-dax'\naddress = 'dax@desk.example'\n",
        encoding="utf-8",
    )
    settings = config.load(file, Environment({}))
    with pytest.raises(ConfigError, match="would not open again within a year"):
        open_house(settings, Environment({}), Hands())
