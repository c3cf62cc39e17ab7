"""How the desk is, for people: the same figures that health and metrics give to machines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from bot.measures import Measures, Waiting, measure, overdue
from bot.settings import Settings
from bot.web.area import Area
from bot.web.permission import Permission
from bot.web.room import Room, get
from bot.web.visit import Visit

KINDS = {"mail": "status.mail", "slack": "status.slack"}
"""What leaves through the outbox, with its word in the catalogue."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox: when it was last looked into (None for never), and the word for how it is."""

    name: str
    address: str
    polled: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """One kind of what leaves: how much waits, how many were given up."""

    title: str
    waiting: Waiting
    failed: int


async def show(visit: Visit) -> Response:
    """Show mailboxes, queue, outbox and quarantine as they are now."""
    measures = await visit.read(measure)
    slack = visit.site.slack()
    return visit.page(
        "status.html",
        boxes=list(_boxes(measures, visit.house.settings, visit.now)),
        leaving=list(_leaving(measures)),
        measures=measures,
        now=visit.now,
        slack=None if slack is None else bool(slack["connected"]),
    )


def _boxes(measures: Measures, settings: Settings, now: datetime) -> Iterator[Box]:
    late = overdue(measures, settings, now)
    for box in settings.mailboxes:
        fetched = "status.late" if box.name in late else "status.fetched"
        state = "status.taken_in" if box.imap is None else fetched
        yield Box(box.name, box.address, measures.polls.get(box.name), state)


def _leaving(measures: Measures) -> Iterator[Leaving]:
    for kind, title in KINDS.items():
        waiting = measures.outbox.get(kind, Waiting(0, None))
        yield Leaving(title, waiting, measures.failed.get(kind, 0))


ROOM = Room(
    routes=(get("/status", show, Permission.SEE_DELIVERIES),),
    areas=(Area("status.title", "/status", Permission.SEE_DELIVERIES),),
)
