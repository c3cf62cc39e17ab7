"""What `madoguchi doctor` says of the pages."""

import asyncio
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from bot.roles import Role
from bot.starter import DESK_TOML
from tests.bot.houses import Hands, open_desk, write_settings
from tests.web.provider import CLIENT, provider
from tests.web.site import WEB, web_stage
from tests.web.test_company import OIDC


def finding(folder: Path, web: str) -> Finding:
    """Return the finding of a desk with these tables, where nobody is registered."""
    config = write_settings(folder, f"sqlite:///{folder / 'desk.db'}")
    config.write_text(web + config.read_text("utf-8"), "utf-8")
    house = open_desk(config, Hands())
    try:
        return next(f for f in examine(house) if f.check == "web")
    finally:
        house.close()


def test_a_desk_without_pages_is_well(tmp_path: Path) -> None:
    assert finding(tmp_path, "") == Finding("web", True, "not set up: the desk serves no pages")


@pytest.mark.parametrize(
    ("web", "detail", "remedy"),
    [
        (WEB, "nobody may sign in", "madoguchi user add"),
        ('[web]\nlisten = "0.0.0.0:80"\n', "0.0.0.0:80 is open to others without TLS", "address"),
        (
            WEB + OIDC.format(issuer="http://127.0.0.1:1", client="x"),
            "the provider is away: ConnectError",
            "issuer",
        ),
        (
            WEB + OIDC.format(issuer="http://127.0.0.1:1", client="x") + 'ca_file = "none.pem"\n',
            "No such file",
            "ca_file",
        ),
    ],
    ids=["nobody", "open", "provider away", "no such file"],
)
def test_what_is_missing_is_named_with_the_remedy(
    tmp_path: Path, web: str, detail: str, remedy: str
) -> None:
    found = finding(tmp_path, web)
    assert not found.ok
    assert detail in found.detail
    assert remedy in found.remedy


async def test_pages_that_people_can_use_are_well(tmp_path: Path) -> None:
    async with web_stage(tmp_path) as desk:
        desk.person(Role.ADMINISTRATOR)
        found = [f for f in await asyncio.to_thread(examine, desk.house) if f.check == "web"]
    detail = "pages on 127.0.0.1:1, opened at http://127.0.0.1:1"
    assert found == [Finding("web", True, detail)]


async def test_a_provider_that_answers_is_well(tmp_path: Path) -> None:
    async with provider(Hands()) as served:
        web = WEB + OIDC.format(issuer=served.issuer, client=CLIENT)
        assert (await asyncio.to_thread(finding, tmp_path, web)).ok


def test_the_commented_table_of_a_new_desk_is_right(tmp_path: Path) -> None:
    sample = DESK_TOML.partition("# [web]")[2].partition("\n\n")[0]
    web = "[web]" + sample.replace("\n# ", "\n") + "\n"
    assert 'address = "https://desk.example.jp"' in web
    assert finding(tmp_path, web).detail == "nobody may sign in"
