"""A member of dekispart with a case, and the letters the desk writes, without any face."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.cases.letter import Letters
from bot.cases.outcome import Actor
from bot.correspondence import Office
from bot.programmes import load_all
from bot.settings import MailboxSettings
from bot.store import Store
from bot.store.cases import Case, NewCase
from bot.store.outbox import OutboxItem
from quotas.contract import Contact, Contract, Period, Status
from quotas.programme import Channel
from quotas.request import Policy

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 16, 10, 30, tzinfo=TOKYO)
MEMBER = "0012-3456-78"
BOX = MailboxSettings(
    name="deki",
    programme="dekispart",
    channel=Channel.EMAIL,
    address="deki@desk.example",
    imap=None,
    listen=None,
    trusted_authserv=None,
    authentication=Policy.OFF,
    microsoft365=False,
    arc_forwarders=(),
    first_run="archive",
)
SATO = Contact("佐藤", "sato@member.example")
TANAKA = Contact("田中", "tanaka@member.example")
HANAKO, TARO = Actor("slack:U0HANAKO", NOW), Actor("slack:U0TARO", NOW)


def letters() -> Letters:
    """Return what letters are made with, with one mailbox of dekispart."""
    return Letters(Office(b"k" * 32, "サポート窓口", "ja", None), {"deki": BOX}, load_all())


def member(
    store: Store, *contacts: Contact, customer_email: str | None = None, number: str = MEMBER
) -> Contract:
    """Register a member of two years with `contacts`."""
    years = Period(date(2026, 4, 1), date(2028, 4, 1), Status.PAID)
    contract = Contract(
        number, "dekispart", "株式会社みどり建設", (years,), contacts, customer_email
    )
    with store.work() as work:
        work.contracts.put([contract], NOW)
        for part in ("periods", "contacts"):
            work.contracts.put_parts(part, [contract])
    return contract


def case_of(store: Store, number: str | None = MEMBER, subject: str = "操作について") -> Case:
    """Open a case of a member."""
    new = NewCase("dekispart", "email", "deki", subject, "dekispart", NOW, support_number=number)
    with store.work() as work:
        opened = work.cases.open(new)
        found = work.cases.get(opened)
    assert found is not None
    return found


def now_of(store: Store, number: str) -> Case:
    """Return a case as it stands."""
    with store.reading() as work:
        found = work.cases.get(number)
    assert found is not None
    return found


def notices(store: Store) -> list[OutboxItem]:
    """Return the quota notices in the outbox."""
    with store.reading() as work:
        return [item for item in work.outbox.listed() if item.template == "quota_notice"]
