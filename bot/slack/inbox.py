"""What people write in the threads of cards: kept before it is acknowledged, handled after."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.cases.commands import note
from bot.cases.outcome import Actor
from bot.clock import Clock
from bot.slack.client import Place, SlackClient
from bot.slack.payload import part
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
EDITED, DELETED = "edited", "deleted"
CHANGES = {"message_changed": EDITED, "message_deleted": DELETED}
"""Slack's words for what happens to a post later, and the desk's."""
SUBTYPES = frozenset({None, "file_share", "thread_broadcast"})

WORDED = {
    "message": "{text}",
    EDITED: "✏ 投稿が編集されました：\n{text}",
    DELETED: "🗑 投稿が Slack で削除されました（記録は残ります）：\n{text}",
}
"""How a post and what became of it stand among the notes: nothing noted is ever changed."""

Event = Mapping[str, Any]


def is_note(event: Event) -> bool:
    """Tell whether an event is a person's post in a thread."""
    own = event.get("bot_id") or not event.get("user")
    return bool(event.get("thread_ts")) and not own and event.get("subtype") in SUBTYPES


def change_in(event: Event) -> Event | None:
    """Return an edited or deleted post as an event of its own, or None for anything else.

    Slack also tells of a change when it only unfurls a link: then the words are the same.
    """
    kind = CHANGES.get(str(event.get("subtype")))
    before = part(dict(event), "previous_message")
    after = part(dict(event), "message") if kind == EDITED else before
    if kind is None or not is_note(after | {"subtype": None}):
        return None
    if kind == EDITED and after.get("text") == before.get("text"):
        return None
    at = part(after, "edited").get("ts") if kind == EDITED else event.get("ts")
    return _changed(str(event["channel"]), after, kind, str(at or event.get("ts")))


def edit_in(channel: str, post: Event) -> Event | None:
    """Return the last edit of a post that was read from its thread, or None without any."""
    at = part(dict(post), "edited").get("ts")
    return _changed(channel, post, EDITED, str(at)) if at else None


def _changed(channel: str, post: Event, kind: str, at: str) -> Event:
    return {
        "channel": channel,
        "thread_ts": post["thread_ts"],
        "user": post["user"],
        "text": post.get("text", ""),
        "ts": at,
        "kind": kind,
    }


def take_in(work: Work, event: Event, now: datetime) -> None:
    """Keep one post: one INSERT, refused when the same post was told before under any id."""
    kind = str(event.get("kind", "message"))
    key = f"{event['channel']}:{event['ts']}:{kind}"
    kept = {name: event[name] for name in KEPT if name in event}
    if work.slack_inbox.add(key, kind, kept, now):
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
                edited = edit_in(channel, post) if is_note(event) else None
                for each in (event, edited):
                    if each is not None and is_note(event):
                        await self.take(each)

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
        text = WORDED[event.kind].format(text=post.get("text", ""))
        number = work.cases.standing(case.number)
        note(work, number, text, Actor(author, now), ref=event.key)
    elif case is not None:
        work.audit.add(AuditEvent(now, author, "note_refused", case_number=case.number))
    work.slack_inbox.handled(event.id, now)
