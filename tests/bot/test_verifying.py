"""A desk with a resolver verifies senders itself, whatever the message claims about them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import receiving
from bot.desk import MessageDesk
from bot.house import House
from bot.receiving import ListenerReceiver
from bot.settings import Settings
from mail.listener import Envelope, TakeResult
from quotas.decision import Decision, Reason
from tests.bot.houses import Hands, mail, open_desk, write_settings
from tests.mail.signing import Key, Zone, rsa_key, signed

DOMAIN = "aoba.example.co.jp"


@pytest.fixture(scope="module")
def key() -> Key:
    return rsa_key(2048)


@pytest.fixture
def zone(key: Key) -> Zone:
    zone = Zone()
    zone.add(f"s._domainkey.{DOMAIN}", "TXT", key.record)
    zone.add(f"_dmarc.{DOMAIN}", "TXT", b"v=DMARC1; p=reject")
    zone.add(DOMAIN, "TXT", b"v=spf1 ip4:192.0.2.1 -all")
    return zone


@pytest.fixture
def house(tmp_path: Path, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    def the_zone(_: Settings) -> Zone:
        return zone

    monkeypatch.setattr(receiving, "lookup_of", the_zone)
    way_in = 'smtp = { listen = "127.0.0.1:2525" }\n'
    config = write_settings(tmp_path, f"sqlite:///{tmp_path / 'desk.db'}", way_in=way_in)
    opened = open_desk(config, Hands())
    yield opened
    opened.close()


async def decided(house: House, raw: bytes, client_ip: str) -> Decision:
    desk = MessageDesk(house)
    sender = f"sato@{DOMAIN}"
    envelope = Envelope("dax", raw, sender, ("dax@desk.example",), client_ip, "mail.example")
    assert await ListenerReceiver(house, desk).take(envelope) is TakeResult.STORED
    with house.store.reading() as work:
        (message,) = work.messages.unfinished()
    (decision,) = desk.decide_now([message])
    return decision


async def test_a_signature_of_the_senders_domain_is_enough(house: House, key: Key) -> None:
    raw = signed(mail("DX-1024-7731\n操作について", authentic=False), key, DOMAIN)
    decision = await decided(house, raw, "198.51.100.9")
    assert decision.reason is Reason.ACCEPTED


async def test_the_address_of_the_senders_own_server_is_enough(house: House) -> None:
    raw = mail("DX-1024-7731\n操作について", authentic=False)
    assert (await decided(house, raw, "192.0.2.1")).reason is Reason.ACCEPTED


async def test_results_written_by_the_sender_himself_are_not_believed(house: House) -> None:
    raw = mail("DX-1024-7731\n操作について", authentic=True)
    decision = await decided(house, raw, "198.51.100.9")
    assert decision.reason is Reason.SENDER_UNAUTHENTICATED
    assert decision.reply is None


async def test_a_signature_over_other_words_is_not_believed(house: House, key: Key) -> None:
    raw = signed(mail("DX-1024-7731\n操作について", authentic=False), key, DOMAIN)
    changed = raw.replace("操作".encode(), "解約".encode())
    decision = await decided(house, changed, "198.51.100.9")
    assert decision.reason is Reason.SENDER_UNAUTHENTICATED


async def test_silent_name_servers_give_no_verdict_and_lose_nothing(
    house: House, zone: Zone
) -> None:
    zone.broken |= {f"_dmarc.{DOMAIN}", DOMAIN}
    raw = mail("DX-1024-7731\n操作について", authentic=False)
    decision = await decided(house, raw, "192.0.2.1")
    assert decision.reason is Reason.SENDER_UNAUTHENTICATED
