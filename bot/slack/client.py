"""Calls to Slack's Web API: one shared connection pool, nothing posted twice."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import FALLBACK_CHARACTERS, Block, cut
from bot.slack.errors import PERMANENT, SlackError, SlackPermanentError, SlackTemporaryError
from bot.slack.payload import Json, part

API_URL = "https://slack.com/api/"
PAGE = 100
PAGES = 5
KEYED = "madoguchi_post"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: a channel, or a thread in it."""

    channel: str
    thread: str | None = None


class SlackClient:
    """The desk's side of the Web API.

    The SDK's default handler for lost connections is left out: it posts a second time when only
    the answer was lost. `session` carries the time limit of a call: the SDK's own is not applied
    to a session it is given.
    """

    def __init__(self, token: str, session: ClientSession, api_url: str | None = None) -> None:
        self.web: AsyncWebClient = AsyncWebClient(
            token=token,
            base_url=api_url or API_URL,
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
        )

    async def call(self, method: str, **args: Any) -> Json:
        """Call `method` and return its answer.

        Raise `SlackPermanentError` when Slack refuses the content, `SlackTemporaryError` for
        everything that may be otherwise later.
        """
        form = {key: _form(value) for key, value in args.items() if value is not None}
        try:
            answer = await cast("Any", self.web).api_call(method, data=form)
        except SlackApiError as error:
            raise _refusal(error) from error
        except (SlackClientError, ClientError, OSError, TimeoutError, ValueError) as error:
            raise SlackTemporaryError("unreachable", f"{method}: {type(error).__name__}") from error
        return cast("Json", answer.data)

    async def post(
        self, place: Place, text: str, blocks: list[Block], *, key: str, tried: bool
    ) -> str:
        """Post one message under `key` and return its ts; with `tried`, look for it first.

        Whoever calls has made durable that it is being tried, so that after a lost answer or a
        crash the next call looks before it posts again.
        """
        if tried:
            found = await self._find(place, key)
            if found is not None:
                return found
        metadata = {"event_type": KEYED, "event_payload": {"key": key}}
        answer = await self.call(
            "chat.postMessage",
            channel=place.channel,
            thread_ts=place.thread,
            text=cut(text, FALLBACK_CHARACTERS),
            blocks=blocks,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def update(self, place: Place, ts: str, text: str, blocks: list[Block]) -> None:
        """Draw a message of the desk's own again."""
        text = cut(text, FALLBACK_CHARACTERS)
        await self.call("chat.update", channel=place.channel, ts=ts, text=text, blocks=blocks)

    async def thread(self, place: Place, oldest: str = "0") -> list[Json]:
        """Return the posts of a thread after `oldest`, oldest first."""
        return [post async for post in self._pages(place, oldest=oldest)]

    async def _find(self, place: Place, key: str) -> str | None:
        async for message in self._pages(place):
            if part(message, "metadata", "event_payload").get("key") == key:
                return str(message["ts"])
        return None

    async def _pages(self, place: Place, oldest: str = "0") -> AsyncIterator[Json]:
        """Yield messages of a channel (newest first, a few pages) or of a whole thread."""
        method = "conversations.replies" if place.thread else "conversations.history"
        cursor, left = "", None if place.thread else PAGES
        while left != 0:
            answer = await self.call(
                method,
                channel=place.channel,
                ts=place.thread,
                oldest=oldest,
                limit=PAGE,
                cursor=cursor or None,
                include_all_metadata=True,
            )
            for message in answer["messages"]:
                yield message
            cursor = str(part(answer, "response_metadata").get("next_cursor") or "")
            if not cursor:
                return
            left = None if left is None else left - 1


def _form(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _refusal(error: SlackApiError) -> SlackError:
    answer = cast("Any", error.response)
    data = part({"data": answer.data}, "data")
    code = str(data.get("error") or f"http_{answer.status_code}")
    said: list[object] = part(data, "response_metadata").get("messages") or []
    detail = "; ".join(map(str, said))
    if code in PERMANENT:
        return SlackPermanentError(code, detail)
    return SlackTemporaryError(code, detail, float(answer.headers.get("Retry-After") or 0))
