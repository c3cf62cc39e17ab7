"""Signing in with the company's account: real tokens of a provider over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from bot.roles import Role
from tests.bot.houses import Hands
from tests.web.provider import CLIENT, SECRET, Provider, provider
from tests.web.site import WEB, Browser, WebStage, web_stage

OIDC = """
[web.oidc]
issuer = "{issuer}"
client_id = "{client}"
roles = {{ operator = "support", lead = "support-leads" }}
"""


@dataclass
class Company:
    desk: WebStage
    provider: Provider


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    claims: dict[str, Any] = {
        "preferred_username": "Sato.Hanako@corp.example",
        "name": "佐藤 花子",
        "groups": ["support", "other"],
    }
    clock = Hands()
    async with provider(clock, **claims) as served:
        web = WEB + OIDC.format(issuer=served.issuer, client=CLIENT)
        secrets = {"MADOGUCHI_OIDC_SECRET": SECRET}
        async with web_stage(tmp_path, web=web, secrets=secrets) as desk:
            served.clock = desk.clock
            yield Company(desk, served)


async def through(company: Company, browser: Browser, following: str = "/account") -> Any:
    out = await browser.get(f"/sign-in/oidc?next={following}")
    assert out.status_code == 303
    return await browser.get(company.provider.sign_in(out.headers["location"]))


def people(company: Company) -> dict[str, Role]:
    with company.desk.house.store.reading() as work:
        return {user.name: user.role for user in work.users.listed()}


async def test_a_member_of_a_group_gets_in_and_where_it_was_going(company: Company) -> None:
    browser = company.desk.browser()
    assert "会社のアカウント" in (await browser.get("/sign-in")).text
    back = await through(company, browser)
    assert (back.status_code, back.headers["location"]) == (303, "/account")
    page = await browser.get("/account")
    assert "佐藤 花子（sato.hanako）" in page.text
    assert people(company) == {"sato.hanako": Role.OPERATOR}


async def test_the_role_follows_the_groups_at_each_sign_in(company: Company) -> None:
    await through(company, company.desk.browser())
    company.provider.claims["groups"] = ["support-leads", "support"]
    await through(company, company.desk.browser())
    assert people(company) == {"sato.hanako": Role.LEAD}
    company.provider.claims["groups"] = []
    refused = await through(company, company.desk.browser())
    assert refused.status_code == 403
    assert people(company) == {"sato.hanako": Role.LEAD}


async def test_a_name_that_is_taken_stays_with_who_has_it(company: Company) -> None:
    company.desk.person("administrator", "sato.hanako")
    browser = company.desk.browser()
    await through(company, browser)
    assert "オペレーター" in (await browser.get("/account")).text
    assert sorted(people(company).values()) == [Role.ADMINISTRATOR, Role.OPERATOR]


async def test_who_is_disabled_stays_out(company: Company) -> None:
    await through(company, company.desk.browser())
    with company.desk.house.store.work() as work:
        work.users.change("sato.hanako", disabled_at=company.desk.clock())
    assert (await through(company, company.desk.browser())).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "of-another-sign-in"},
        {"exp": 1},
        {"sub": None},
        {"iat": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    company: Company, wrong: dict[str, Any]
) -> None:
    company.provider.claims |= wrong
    answer = await through(company, company.desk.browser())
    assert answer.status_code == 502
    assert people(company) == {}


async def test_a_token_signed_by_another_key_is_refused(company: Company) -> None:
    company.provider.signer = RSAKey.generate_key(2048, {"kid": "1"})
    assert (await through(company, company.desk.browser())).status_code == 502


async def test_the_provider_may_change_its_key(company: Company) -> None:
    assert (await through(company, company.desk.browser())).status_code == 303
    company.provider.key = RSAKey.generate_key(2048, {"kid": "2"})
    assert (await through(company, company.desk.browser())).status_code == 303


async def test_the_way_back_needs_the_browser_that_left(company: Company) -> None:
    browser = company.desk.browser()
    out = await browser.get("/sign-in/oidc")
    back = company.provider.sign_in(out.headers["location"])
    assert (await company.desk.browser().get(back)).status_code == 400
    assert (await browser.get(back.replace("state=", "state=x"))).status_code == 400
    company.desk.clock.forward(minutes=11)
    assert (await browser.get(back)).status_code == 400
    assert company.provider.tokens == 0


async def test_a_provider_that_is_away_or_another_is_said_plainly(company: Company) -> None:
    company.provider.issuer += "/other"
    page = await company.desk.browser().get("/sign-in/oidc")
    assert (page.status_code, "完了できませんでした" in page.text) == (502, True)


async def test_without_a_provider_there_is_no_such_page(desk: WebStage) -> None:
    assert (await desk.browser().get("/sign-in/oidc")).status_code == 404
