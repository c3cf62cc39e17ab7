"""Drawing what the outbox asks for: cards and posts in their threads, each of them once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cases.digest import digest, queues_of
from bot.cases.overview import Overview, Programmes, overview
from bot.clock import Clock
from bot.settings import SlackSettings
from bot.slack.blocks import (
    Block,
    actions,
    button,
    cut,
    marked,
    moment,
    person,
    plain,
    quotation,
    remark,
    section,
    seen_value,
)
from bot.slack.card import PREFIX, card, fallback
from bot.slack.client import Place, SlackClient
from bot.slack.digest_blocks import digest_blocks
from bot.slack.errors import SlackPermanentError, SlackTemporaryError
from bot.slack.filing import Filing
from bot.store.cases import Case
from bot.store.causes import WORDS
from bot.store.outbox import OutboxItem
from bot.store.store import Store
from bot.store.work import Work
from quotas.decision import State

GONE = frozenset({"message_not_found", "cant_update_message"})
NOT_DRAWN_YET = 5.0


@dataclass(frozen=True, slots=True)
class Post:
    """A post to be made: its fallback text and its blocks."""

    text: str
    blocks: list[Block]


class Painter:
    """Turns rows of the outbox of kind ``slack`` into what people see.

    A row is drawn from the database as it stands now, so that a late card is a right card, and
    ten changes that waited for Slack are one drawing.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a desk
        self,
        settings: SlackSettings,
        store: Store,
        client: SlackClient,
        programmes: Programmes,
        clock: Clock,
        filing: Filing | None = None,
    ) -> None:
        self._settings = settings
        self._filing = filing
        self._store = store
        self._client = client
        self._programmes = programmes
        self._clock = clock
        self._apart: Mapping[str, Callable[[OutboxItem], Awaitable[None]]] = {
            "quarantine": self._post_quarantine,
            "digest": self._post_digest,
            "notice": self._post_notice,
        }
        self._ways: Mapping[str, Callable[[OutboxItem, Overview], Awaitable[None]]] = {
            "card": self._draw_card,
            "follow_up": self._post_follow_up,
            "line": self._post_line,
            "held": self._post_held,
            "alarm": self._post_alarm,
            "files": self._post_files,
        }

    async def draw(self, item: OutboxItem) -> None:
        """Draw one row; it is marked as sent in the transaction that remembers where it stands.

        Raise `SlackTemporaryError` when it has to be tried again, `SlackPermanentError` when
        that can't help.
        """
        apart = self._apart.get((item.payload or {}).get("draw", ""))
        if apart is not None:
            await apart(item)
            return
        way = self._ways.get((item.payload or {}).get("draw", ""))
        number = item.case_number or ""
        now = self._clock()
        seen = await self._store.read(lambda work: overview(work, number, self._programmes, now))
        if way is None or seen is None:
            raise SlackPermanentError("nothing_to_draw", item.dedupe_key)
        await way(item, seen)

    def channel_of(self, case: Case) -> str:
        """Return the channel of a case's queue, or the one for queues that have none."""
        return self._channel(case.queue)

    def _channel(self, queue: str) -> str:
        queues = self._settings.queues
        channel = queues.get(queue) or queues.get("default")
        if channel is None:
            raise SlackTemporaryError(
                "no_channel", f"name a channel for {queue} or default in [slack] queues"
            )
        return channel

    async def _post_quarantine(self, item: OutboxItem) -> None:
        """Tell how many messages wait in quarantine now, and why the newest do."""
        held = await self._store.read(lambda work: work.messages.by_state(State.QUARANTINED))
        if held:
            text = f"⚠ 処理できなかったメッセージが隔離されています（{len(held)}件）。"
            remedy = "原因と原文の確認、再処理は「madoguchi quarantine」で行えます。"
            newest = [f"・{m.id}：{WORDS.get(m.cause, m.cause)}" for m in held[-5:] if m.cause]
            post = Post(text, [section(plain("\n".join([text, *newest, remedy])))])
            await self._once(item, Place(self._channel("default")), post)
        await self._store.run(lambda work: work.outbox.sent(item.id, self._clock()))

    async def _post_notice(self, item: OutboxItem) -> None:
        """Post a line that is about the desk, not about a case."""
        text = str((item.payload or {})["text"])
        post = Post(text, [section(plain(text))])
        await self._once(item, Place(self._channel("default")), post)
        await self._store.run(lambda work: work.outbox.sent(item.id, self._clock()))

    async def _post_digest(self, item: OutboxItem) -> None:
        """Post what waits now in the queues of one channel."""
        channel, now = str((item.payload or {})["channel"]), self._clock()
        ours = queues_of(channel, self._settings.queues)
        found = await self._store.read(lambda work: digest(work, ours, self._programmes, now))
        await self._once(item, Place(channel), Post("朝のまとめ", digest_blocks(found, now)))
        await self._store.run(lambda work: work.outbox.sent(item.id, now))

    async def _draw_card(self, item: OutboxItem, seen: Overview) -> None:
        case, now = seen.case, self._clock()
        channel, ts = case.card_channel, case.card_ts
        if channel is None or ts is None:
            channel, ts = await self._post_card(item, seen)
        elif case.card_version != case.version:
            blocks = card(seen, now)
            try:
                await self._client.update(Place(channel), ts, fallback(case), blocks)
            except SlackTemporaryError as error:
                if error.code not in GONE:
                    raise
                channel, ts = await self._post_card(item, seen)
        drawn = (case.number, channel, ts, case.version)
        await self._store.run(lambda work: _card_drawn(work, item, drawn, self._clock()))

    async def _post_card(self, item: OutboxItem, seen: Overview) -> tuple[str, str]:
        post = Post(fallback(seen.case), card(seen, self._clock()))
        place = Place(self.channel_of(seen.case))
        return place.channel, await self._once(item, place, post)

    async def _post_follow_up(self, item: OutboxItem, seen: Overview) -> None:
        wanted = int((item.payload or {})["message"])
        message = await self._store.read(lambda work: work.messages.get(wanted))
        if message is None:
            raise SlackPermanentError("nothing_to_draw", item.dedupe_key)
        blocks = [
            section(marked("📩 *お客さまから続きの連絡が届きました*")),
            quotation(message.excerpt or ""),
        ]
        await self._in_thread(item, seen, Post("お客さまから続きの連絡が届きました", blocks))

    async def _post_files(self, item: OutboxItem, seen: Overview) -> None:
        if self._filing is not None:
            await self._filing.post(item, _thread_of(seen.case), seen)
        await self._store.run(lambda work: work.outbox.sent(item.id, self._clock()))

    async def _post_line(self, item: OutboxItem, seen: Overview) -> None:
        text = str((item.payload or {})["text"])
        entry = (item.payload or {}).get("entry")
        undo = [_undo(seen.case, int(entry))] if entry else []
        post = Post(f"{fallback(seen.case)}の経過", [remark(text), *undo])
        await self._in_thread(item, seen, post)

    async def _post_held(self, item: OutboxItem, seen: Overview) -> None:
        held = int((item.payload or {})["item"])
        mail = await self._store.read(lambda work: work.outbox.get(held))
        if mail is None or mail.state != "held":
            await self._store.run(lambda work: work.outbox.sent(item.id, self._clock()))
            return
        text = f"✉ 返信「{cut(mail.subject or '', 200)}」を30秒後に送信します。"
        value = seen_value(seen.case.number, seen.case.version, i=held)
        undo = button(f"{PREFIX}take_back", "取り消す", value, "danger")
        post = Post(f"{fallback(seen.case)}に返信します", [section(plain(text), undo)])
        await self._in_thread(item, seen, post)

    async def _post_alarm(self, item: OutboxItem, seen: Overview) -> None:
        case = seen.case
        operators = f"<!subteam^{self._settings.operators}>"
        called = person(case.assignee) if case.assignee else operators
        late = (item.payload or {}).get("kind") == "late"
        leads = f" <!subteam^{self._settings.leads}>" if late else ""
        due = moment(case.due_at.astimezone(self._clock().tzinfo)) if case.due_at else ""
        what = "🚨 期限を過ぎました" if late else "⏰ まもなく期限です"
        text = f"{what}（{due}）{called}{leads}"
        post = Post(f"{fallback(case)}：{what}", [section(marked(text))])
        await self._in_thread(item, seen, post)

    async def _in_thread(self, item: OutboxItem, seen: Overview, post: Post) -> None:
        await self._once(item, _thread_of(seen.case), post)
        await self._store.run(lambda work: work.outbox.sent(item.id, self._clock()))

    async def _once(self, item: OutboxItem, place: Place, post: Post) -> str:
        """Post under the row's key; that it is being tried is durable before it is."""
        payload = dict(item.payload or {})
        tried = bool(payload.get("tried")) or _stood_before(item)
        if not tried:
            begun = payload | {"tried": self._clock().isoformat()}
            await self._store.run(lambda work: work.outbox.amend(item.id, begun))
        key = _key(item)
        return await self._client.post(place, post.text, post.blocks, key=key, tried=tried)


def _undo(case: Case, entry: int) -> Block:
    """Return the button that takes back what was recorded as ledger entry `entry`."""
    value = seen_value(case.number, case.version, i=entry)
    return actions(f"record:{entry}", [button(f"{PREFIX}reverse", "記録を取り消す", value)])


def _thread_of(case: Case) -> Place:
    """Return the thread of a case's card; raise `SlackTemporaryError` while there is none."""
    if case.card_channel is None or case.card_ts is None:
        raise SlackTemporaryError("card_not_drawn_yet", retry_after=NOT_DRAWN_YET)
    return Place(case.card_channel, case.card_ts)


def _key(item: OutboxItem) -> str:
    """Return what a message is found again by: one card a case, one post a row."""
    payload = item.payload or {}
    return f"card:{item.case_number}" if payload.get("draw") == "card" else item.dedupe_key


def _stood_before(item: OutboxItem) -> bool:
    """Tell whether an earlier row may have posted this card: every version but the first."""
    payload = item.payload or {}
    return payload.get("draw") == "card" and not item.dedupe_key.endswith(":1")


def _card_drawn(
    work: Work, item: OutboxItem, drawn: tuple[str, str, str, int], now: datetime
) -> None:
    """Remember where the card stands, and end every row this drawing has answered."""
    number, channel, ts, version = drawn
    work.cases.card_drawn(number, channel, ts, version)
    answered = [
        row.id
        for row in work.outbox.of_case(number)
        if row.kind == "slack"
        and row.state == "queued"
        and (row.payload or {}).get("draw") == "card"
        and int(row.dedupe_key.rpartition(":")[2]) <= version
    ]
    work.outbox.sent_many({item.id, *answered}, now)
