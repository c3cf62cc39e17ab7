"""A whole desk against the double: real slack_bolt, real store, people who press buttons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cases.letter import Letters
from bot.cases.reply import handlers as reply_handlers
from bot.cases.watch import watch
from bot.correspondence import Office
from bot.drawing import draw_card
from bot.jobs import Handler, Runner
from bot.originals import Originals
from bot.programmes import load_all
from bot.reader import Reader
from bot.settings import MailboxSettings, SlackSettings
from bot.slack.connection import Timing
from bot.slack.desk import SlackDesk
from bot.store import Store, Work, tables
from bot.store.blobs import Blobs
from bot.store.cases import Case, NewCase
from bot.store.messages import NewMessage, Outcome
from quotas.decision import State
from quotas.ledger import Kind, LedgerEntry
from quotas.programme import Channel
from quotas.request import Policy
from tests.slack_double import Person, SlackDouble
from tests.slack_double.delivery import SIGNING_SECRET
from tests.slack_double.double import APP_TOKEN, BOT_TOKEN
from tests.slack_double.workspace import Message

TOKYO = ZoneInfo("Asia/Tokyo")
BOX = MailboxSettings(
    name="dax",
    programme="desknets-dax",
    channel=Channel.EMAIL,
    address="dax@desk.example",
    imap=None,
    listen=None,
    trusted_authserv=None,
    authentication=Policy.OFF,
    microsoft365=False,
    arc_forwarders=(),
    first_run="archive",
)
BOXES = {"dax": BOX}
TRIAGE, REISSUES = "C0TRIAGE", "C0REISSUE"


@dataclass
class Stage:
    """Everything a test needs; `now` moves only by `pass_time`."""

    double: SlackDouble
    store: Store
    settings: SlackSettings
    timing: Timing = field(default_factory=lambda: Timing(ping=0.2, patience=0.6))
    now: datetime = datetime(2026, 4, 1, 10, 0, tzinfo=TOKYO)

    def __post_init__(self) -> None:
        self.blobs = Blobs(Path(str(self.store.url.database)).parent / "blobs")
        self.blobs.prepare()
        self.reader = Reader()
        self.letters = Letters(Office(b"k" * 32, "サポート窓口", "ja", None), BOXES, load_all())
        self.desk = self.new_desk()
        self.hanako = self.double.person("U0HANAKO", "花子", "S0OPERATORS")
        self.taro = self.double.person("U0TARO", "太郎", "S0OPERATORS")
        self.boss = self.double.person("U0BOSS", "部長", "S0OPERATORS", "S0LEADS")
        self.stranger = self.double.person("U0OTHER", "営業")
        self.guest = self.double.person("U0GUEST", "外部", "S0OPERATORS", guest=True)
        for channel in (TRIAGE, REISSUES):
            self.double.space.add_channel(channel)

    def new_desk(self) -> SlackDesk:
        """Return a desk on this stage's store that has not started."""
        clock = lambda: self.now  # noqa: E731 - reads the present each time
        originals = Originals(self.blobs, self.reader)
        return SlackDesk(self.settings, self.store, clock, self.letters, self.timing, originals)

    def change_letters(self, **changes: Any) -> None:
        """Let a desk that has not started write letters otherwise."""
        self.letters = replace(self.letters, **changes)
        self.desk = self.new_desk()

    async def stop(self) -> None:
        """Stop the desk and what it reads with."""
        await self.desk.stop()
        self.reader.close()

    async def start(self) -> None:
        """Start the desk and wait until events can reach it."""
        await self.desk.start()
        if self.double.mode == "http":
            self.double.request_url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        else:
            await self.double.until(lambda: self.double.sockets.connected)

    def postman(self) -> Mapping[str, Handler]:
        """Return the jobs that release replies; mails themselves are looked at in the outbox."""
        return reply_handlers(self.store, lambda: self.now)

    async def watch(self) -> None:
        """Let the desk look at the clock, as it does every minute, and draw what comes of it."""
        with self.store.work() as work:
            watch(work, self.now)
        await self.work_off()

    def pass_time(self, **span: float) -> None:
        """Let desk time pass."""
        self.now += timedelta(**span)

    async def work_off(self) -> None:
        """Run every job that is due now, as the runner of a serving desk does."""
        handlers = {**self.desk.handlers(), **self.postman()}
        runner = Runner(self.store, handlers, lambda: self.now)
        await runner.drain()

    def open_case(self, **changes: Any) -> Case:
        """Record a case as the desk does for a customer's mail, with its card asked for."""
        with self.store.work() as work:
            return _opened(work, self.now, changes)

    def reissue_case(self, *, used: int = 0, question: str | None = None) -> str:
        """Open a case that asks for a licence key.

        A unit is reserved unless all three are used, or the terms leave a `question` open.
        """
        with self.store.work() as work:
            _register(work, "DX-1234-5678", "desknets-dax", self.now)
            case = _opened(
                work,
                self.now,
                {
                    "support_number": "DX-1234-5678",
                    "contact": "sato@customer.example",
                    "contact_name": "佐藤",
                    "category": "licence_reissue",
                    "question": question,
                    "reason": "quota_exhausted" if used == 3 else "reissue_requested",
                },
            )
            for count in range(used):
                past = replace(_reservation(case.number, self.now), kind=Kind.CONSUME)
                work.ledger.append(replace(past, key=f"past:{count}", case_number=None))
            if used < 3 and question is None:
                work.ledger.append(_reservation(case.number, self.now))
        return case.number

    def phone_case(self) -> str:
        """Open a case of the programme that counts calls."""
        with self.store.work() as work:
            _register(work, "M12345678", "dekispart", self.now)
            changes = {"support_number": "M12345678", "programme": "dekispart"}
            return _opened(work, self.now, changes).number

    def database_bytes(self) -> bytes:
        """Return everything the database holds on disk."""
        folder = Path(str(self.store.url.database)).parent
        return b"".join(file.read_bytes() for file in folder.glob("desk.db*"))

    def case(self, number: str) -> Case:
        """Return a case as it stands."""
        with self.store.reading() as work:
            found = work.cases.get(number)
        assert found is not None
        return found

    def cards(self, number: str, channel: str = TRIAGE) -> list[Message]:
        """Return every card of a case in a channel: there must never be two."""
        posted = self.double.space.messages[channel]
        return [m for m in posted if m.thread is None and m.text.startswith(f"案件 {number}")]

    def card(self, number: str, channel: str = TRIAGE) -> Message:
        """Return the one card of a case."""
        (only,) = self.cards(number, channel)
        return only

    async def settle(self, condition: Callable[[], Any]) -> Any:
        """Wait until something happened in the double or the store."""
        return await self.double.until(condition)

    async def hears(self, person: Person, words: str) -> None:
        """Wait until a person was told something."""
        await self.settle(lambda: words in person.heard())

    async def press(self, person: Person, label: str, number: str) -> None:
        """Press a button of a card and draw what came of it."""
        before = self.case(number).version
        await person.click(label, self.card(number))
        await self.settle(lambda: self.case(number).version > before)
        await self.work_off()


def _opened(work: Work, now: datetime, changes: dict[str, Any]) -> Case:
    text = changes.pop("text", "ログインできません。")
    subject = changes.pop("subject", "ログインについて")
    reason = changes.pop("reason", "accepted")
    count = len(work.messages.by_state(State.ROUTED))
    message = work.messages.add(
        NewMessage(f"test:{count}", "dax", "email", now, now, f"{count:064x}", len(text))
    )
    assert message is not None
    ending = Outcome(State.ROUTED, reason, now, subject=subject, excerpt=text)
    work.messages.finish(message, ending)
    new = NewCase("desknets-dax", "email", "dax", subject, "default", now, opened_by=message)
    number = work.cases.open(replace(new, **changes))
    work.messages.finish(message, replace(ending, case_number=number))
    case = work.cases.get(number)
    assert case is not None
    draw_card(work, case, now)
    return case


def _register(work: Work, number: str, programme: str, now: datetime) -> None:
    day = now.date()
    contract = {
        "support_number": number,
        "programme": programme,
        "customer": "株式会社みどり",
        "imported_at": now,
    }
    period = {
        "support_number": number,
        "start": day - timedelta(days=30),
        "until": day + timedelta(days=335),
        "status": "paid",
    }
    contact = {
        "support_number": number,
        "name": "佐藤",
        "email": "sato@customer.example",
        "email_folded": "sato@customer.example",
    }
    rows = ((tables.contracts, contract), (tables.periods, period), (tables.contacts, contact))
    for table, row in rows:
        work.connection.execute(table.insert().values(row))


def _reservation(number: str, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        id=0,
        support_number="DX-1234-5678",
        quota="licence_reissue",
        kind=Kind.RESERVE,
        units=1,
        charged_on=now.date(),
        on=now.date(),
        recorded_at=now,
        key=f"test:{number}",
        actor="desk",
        case_number=number,
    )


def slack_settings(double: SlackDouble) -> SlackSettings:
    """Return `[slack]` of desk.toml for a double."""
    return SlackSettings(
        mode=double.mode,
        operators="S0OPERATORS",
        leads="S0LEADS",
        queues={"default": TRIAGE, "reissue": REISSUES},
        api_url=double.api_url,
        listen_host="127.0.0.1",
        listen_port=0,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
    )
