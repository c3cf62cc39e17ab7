"""Opening the desk for a command: settings, terms and a migrated store, closed at the end."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.cli.options import FINDING, fail
from bot.config import ConfigError, config_path, environment, load
from bot.house import House, open_house
from bot.settings import MailboxSettings, Settings
from bot.store.errors import StoreError
from quotas.terms_file import TermsError

PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


def settings_at(config: Path | None) -> Settings:
    """Read the settings a command is given; end it with their mistakes."""
    try:
        return load(config_path(config), environment())
    except ConfigError as error:
        fail(str(error))


@contextmanager
def opened(config: Path | None) -> Generator[House]:
    """Open the desk of the settings, its tables at this version; end the command when it can't."""
    settings = settings_at(config)
    try:
        house = open_house(settings, environment())
    except (ConfigError, TermsError) as error:
        fail(str(error))
    try:
        house.blobs.prepare()
        house.store.migrate()
        yield house
    except StoreError as error:
        where = PASSWORD.sub(r"\1:***@", settings.desk.database)
        fail(f"database {where}: {error}; check that it is there and writable", FINDING)
    finally:
        house.close()


def mailbox_named(house: House, name: str | None) -> MailboxSettings:
    """Return the mailbox called `name`, or the only one; end the command when there is none."""
    box = house.settings.mailbox(name)
    if box is not None:
        return box
    names = ", ".join(box.name for box in house.settings.mailboxes) or "none: add a [[mailbox]]"
    which = f"there is no mailbox {name!r}" if name else "--mailbox is needed"
    return fail(f"{which}; desk.toml has {names}")


def desk_time(house: House, given: datetime | None) -> datetime:
    """Return `given` in the desk's timezone (naive means desk time), or the present."""
    if given is None:
        return house.clock()
    zone = house.settings.desk.timezone
    return given.replace(tzinfo=zone) if given.tzinfo is None else given.astimezone(zone)
