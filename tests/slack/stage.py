"""A whole desk against the double: real slack_bolt, real store, people who press buttons."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.drawing import draw_card
from bot.jobs import Runner
from bot.programmes import load_all
from bot.settings import SlackSettings
from bot.slack.connection import Timing
from bot.slack.desk import SlackDesk
from bot.store import Store, Work
from bot.store.cases import Case, NewCase
from bot.store.messages import NewMessage, Outcome
from quotas.decision import State
from tests.slack_double import Person, SlackDouble
from tests.slack_double.delivery import SIGNING_SECRET
from tests.slack_double.double import APP_TOKEN, BOT_TOKEN
from tests.slack_double.workspace import Message

TOKYO = ZoneInfo("Asia/Tokyo")
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
        programmes = load_all()
        return SlackDesk(self.settings, self.store, clock, programmes, self.timing)

    async def start(self) -> None:
        """Start the desk and wait until events can reach it."""
        await self.desk.start()
        if self.double.mode == "http":
            self.double.request_url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        else:
            await self.double.until(lambda: self.double.sockets.connected)

    def pass_time(self, **span: float) -> None:
        """Let desk time pass."""
        self.now += timedelta(**span)

    async def work_off(self) -> None:
        """Run every job that is due now, as the runner of a serving desk does."""
        runner = Runner(self.store, self.desk.handlers(), lambda: self.now)
        await runner.drain()

    def open_case(self, **changes: Any) -> Case:
        """Record a case as the desk does for a customer's mail, with its card asked for."""
        with self.store.work() as work:
            return _opened(work, self.now, changes)

    def case(self, number: str) -> Case:
        """Return a case as it stands."""
        with self.store.reading() as work:
            found = work.cases.get(number)
        assert found is not None
        return found

    def cards(self, number: str, channel: str = TRIAGE) -> list[Message]:
        """Return every card of a case in a channel: there must never be two."""
        return [m for m in self.double.space.messages[channel] if m.text.find(number) >= 0]

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
    count = len(work.messages.by_state(State.ROUTED))
    message = work.messages.add(
        NewMessage(f"test:{count}", "dax", "email", now, now, f"{count:064x}", len(text))
    )
    assert message is not None
    work.messages.finish(
        message, Outcome(State.ROUTED, "accepted", now, subject=subject, excerpt=text)
    )
    new = NewCase("desknets-dax", "email", "dax", subject, "default", now, opened_by=message)
    number = work.cases.open(replace(new, **changes))
    case = work.cases.get(number)
    assert case is not None
    draw_card(work, case, now)
    return case


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
