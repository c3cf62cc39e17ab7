"""What people write in the threads of cards: kept before it is acknowledged, handled after."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.cases.commands import note
from bot.cases.outcome import Actor
from bot.clock import Clock
from bot.slack.client import Place, SlackClient
from bot.slack.permission import Permissions, Role
from bot.store.audit import AuditEvent
from bot.store.slack_inbox import SlackEvent
from bot.store.store import Store
from bot.store.work import Work

INBOX_JOB = "slack.inbox"
"""The kind of job that handles what the inbox holds."""

REREAD = 50
"""Threads read again after a lost connection: what Slack lets one app read in a minute."""
KEPT = frozenset({"ts", "thread_ts", "channel", "user", "text"})
SUBTYPES = frozenset({None, "file_share", "thread_broadcast"})

Event = Mapping[str, Any]


def is_note(event: Event) -> bool:
    """Tell whether an event is a person's post in a thread."""
    own = event.get("bot_id") or not event.get("user")
    return bool(event.get("thread_ts")) and not own and event.get("subtype") in SUBTYPES


def take_in(work: Work, event: Event, now: datetime) -> None:
    """Keep one post: one INSERT, refused when the same post was told before under any id."""
    key = f"{event['channel']}:{event['ts']}:message"
    kept = {name: event[name] for name in KEPT if name in event}
    if work.slack_inbox.add(key, "message", kept, now):
        work.jobs.defer(INBOX_JOB, {}, now, key=INBOX_JOB)


class Inbox:
    """The worker behind the inbox: posts become notes, in the order they were written."""

    def __init__(self, store: Store, permissions: Permissions, clock: Clock) -> None:
        self._store = store
        self._permissions = permissions
        self._clock = clock

    async def take(self, event: Event) -> None:
        """Make one post durable; returns only when it is."""
        now = self._clock()
        await self._store.run(lambda work: take_in(work, event, now))

    async def catch_up(self, client: SlackClient) -> None:
        """Take in what the threads of the cases changed last hold; known posts stay single."""
        cases = await self._store.read(lambda work: work.cases.with_card(REREAD))
        for channel, ts in cases:
            for post in await client.thread(Place(channel, ts)):
                event = {"channel": channel, **post}
                if is_note(event):
                    await self.take(event)

    async def handle(self) -> int:
        """Handle everything that waits, oldest `ts` first; return how many.

        Raise `SlackTemporaryError` when Slack can't say who may write: all of it waits on.
        """
        waiting = await self._store.read(lambda work: work.slack_inbox.waiting())
        authors = {str(event.payload["user"]) for event in waiting}
        roles = {user: await self._permissions.role(user) for user in authors}
        for event in sorted(waiting, key=_written):
            role, now = roles[str(event.payload["user"])], self._clock()
            await self._store.run(partial(_handle, event=event, role=role, now=now))
        return len(waiting)


def _written(event: SlackEvent) -> tuple[float, int]:
    return float(event.payload["ts"]), event.id


def _handle(work: Work, event: SlackEvent, role: Role, now: datetime) -> None:
    post = event.payload
    case = work.cases.of_card(str(post["channel"]), str(post["thread_ts"]))
    author = f"slack:{post['user']}"
    if case is not None and role >= Role.OPERATOR:
        note(work, case.number, str(post.get("text", "")), Actor(author, now), ref=event.key)
    elif case is not None:
        work.audit.add(AuditEvent(now, author, "note_refused", case_number=case.number))
    work.slack_inbox.handled(event.id, now)
