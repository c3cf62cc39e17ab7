"""Everything a running desk is made of, opened once from its settings."""

from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from pathlib import Path

from bot.cases.canned import Canned, CannedError, load_canned
from bot.cases.letter import Letters
from bot.clock import Clock, system_clock
from bot.config import ConfigError, Environment
from bot.correspondence import Office
from bot.gather import Desk
from bot.keys import secret_key
from bot.originals import Originals
from bot.programmes import calendar_of, load_all
from bot.reader import Reader
from bot.render import shipped_templates
from bot.settings import MailboxSettings, Settings
from bot.store import Store
from bot.store.blobs import Blobs
from quotas.calendar import BusinessCalendar, NeverOpenError
from quotas.programme import Programme

QUICK_SECONDS = 1.5
"""How long reading one message may hold up the next; hostile shapes stay well below."""


@dataclass
class House:
    """The desk's settings, terms, store, blobs, readers and clock.

    `reader` gives a message up soon, so that the next need not wait; `patient` reads what it gave
    up. Made by `open_house`; `close` ends the readers' processes and the store's connections.
    """

    settings: Settings
    programmes: dict[str, Programme]
    key: bytes
    store: Store
    blobs: Blobs
    clock: Clock
    reader: Reader = field(default_factory=lambda: Reader(QUICK_SECONDS))
    patient: Reader = field(default_factory=Reader)

    @cached_property
    def calendars(self) -> dict[str, BusinessCalendar]:
        """The business calendar of each programme."""
        closed = self.settings.desk.closed
        return {id_: calendar_of(p, closed) for id_, p in self.programmes.items()}

    @property
    def office(self) -> Office:
        """How the desk signs."""
        desk = self.settings.desk
        folder, signature = self.settings.templates_folder, desk.signature or ""
        return Office(self.key, desk.name, desk.language, folder, signature)

    @property
    def originals(self) -> Originals:
        """How messages are read again."""
        return Originals(self.blobs, self.patient)

    @property
    def letters(self) -> Letters:
        """What operators' letters are made with."""
        boxes = {box.name: box for box in self.settings.mailboxes}
        settings = self.settings
        return Letters(
            self.office,
            boxes,
            self.programmes,
            self.canned,
            settings.replies,
            settings.reissue,
            settings.desk.closed,
        )

    @cached_property
    def canned(self) -> Canned:
        """The canned replies of each programme; raises `CannedError` for one that can't be used."""
        own, language = self.settings.canned_folder, self.settings.desk.language
        shipped = shipped_templates() / language / "canned"
        folders = [*([own] if own else []), *([shipped] if shipped.is_dir() else [])]
        return load_canned(folders, self.programmes)

    @property
    def desk(self) -> Desk:
        """What holds for every message."""
        addresses = frozenset(box.address.casefold() for box in self.settings.mailboxes)
        return Desk(self.key, addresses, self.settings.desk.replies_per_day)

    def programme_of(self, box: MailboxSettings) -> Programme:
        """Return the programme a mailbox is bound to."""
        return self.programmes[box.programme]

    def close(self) -> None:
        """End the readers' processes and close the store."""
        self.reader.close()
        self.patient.close()
        self.store.close()


def open_house(settings: Settings, env: Environment, clock: Clock | None = None) -> House:
    """Open the desk that `settings` describe; nothing is connected or migrated yet.

    Raises `ConfigError` for a mailbox whose programme there is no terms file for, and the terms
    files' own errors.
    """
    programmes = load_all(settings.programmes_folder)
    for box in settings.mailboxes:
        if box.programme not in programmes:
            raise ConfigError(
                f"mailbox {box.name}: there are no terms for programme {box.programme!r}; "
                f"use one of {', '.join(sorted(programmes))} or set [programmes] folder"
            )
    house = House(
        settings=settings,
        programmes=programmes,
        key=secret_key(settings.folder, env),
        store=Store.open(settings.desk.database),
        blobs=Blobs(Path(settings.desk.blobs)),
        clock=clock or system_clock(settings.desk.timezone),
    )
    _refuse_endless_closing(house)
    _refuse_unusable_canned(house)
    return house


def _refuse_unusable_canned(house: House) -> None:
    """Read the canned replies, which nobody should find broken while writing."""
    try:
        _ = house.canned
    except CannedError as error:
        raise ConfigError(str(error)) from error


def _refuse_endless_closing(house: House) -> None:
    """Refuse company holidays after which a programme does not open within a year."""
    now = house.clock()
    starts = [now, *(datetime.combine(d, time(), now.tzinfo) for d in house.settings.desk.closed)]
    for box in house.settings.mailboxes:
        try:
            for start in starts:
                house.calendars[box.programme].next_opening(start)
        except NeverOpenError:
            raise ConfigError(
                f"desk.closed: {box.programme} would not open again within a year; "
                "take some of the days out"
            ) from None
