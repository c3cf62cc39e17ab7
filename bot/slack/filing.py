"""Customers' files in the threads of their cases: uploaded once, never opened, none too big."""

import asyncio
import logging
from typing import Any

from bot.cases.overview import Overview
from bot.cases.screening import size_in_words
from bot.clock import Clock
from bot.drawing import post_line
from bot.originals import OriginalLostError, Originals
from bot.slack.client import Place
from bot.slack.errors import SlackPermanentError, SlackTemporaryError
from bot.slack.files import SlackFiles
from bot.store.messages import StoredMessage
from bot.store.outbox import OutboxItem
from bot.store.store import Store
from bot.store.work import Work
from mail.message import Attachment

FILE_BYTES = 20 * 2**20
MOST = 10
"""Files Slack shows in one post."""

log = logging.getLogger(__name__)


class Filing:
    """Puts what came with a message under its card."""

    def __init__(self, store: Store, files: SlackFiles, originals: Originals, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._originals = originals
        self._clock = clock

    async def post(self, item: OutboxItem, place: Place, seen: Overview) -> None:
        """Share a message's files, all in one post, unless an earlier try has done so."""
        payload = dict(item.payload or {})
        stored = await self._message(int(payload["message"]))
        ids: list[str] = payload.get("files") or []
        if ids and await self._files.shared(ids, place):
            return
        ids = ids or await self._uploaded(item, stored, seen)
        if ids:
            await self._shared(item, ids, place)

    async def _message(self, message: int) -> StoredMessage:
        stored = await self._store.read(lambda work: work.messages.get(message))
        if stored is None:
            raise SlackPermanentError("nothing_to_draw", f"message {message}")
        return stored

    async def _uploaded(self, item: OutboxItem, stored: StoredMessage, seen: Overview) -> list[str]:
        """Upload the files and keep their ids before anybody can see them."""
        try:
            found = await asyncio.to_thread(self._originals.files, stored)
        except OriginalLostError as error:
            raise SlackPermanentError("original_lost", str(error)) from error
        shown = [file for file in found if 0 < file.size <= FILE_BYTES][:MOST]
        left = [file for file in found if file.size and file not in shown]
        ids = [await self._files.upload(file.name, file.data) for file in shown]
        payload = dict(item.payload or {}) | {"files": ids}

        def keep(work: Work) -> None:
            work.outbox.amend(item.id, payload)
            if left:
                key, text = f"files_left:{stored.id}", _left_words(left, stored)
                post_line(work, seen.case, key, text, self._clock())

        await self._store.run(keep)
        return ids

    async def _shared(self, item: OutboxItem, ids: list[str], place: Place) -> None:
        comment = f"📎 お客さまのメールに添付されたファイル（{len(ids)}件）"
        try:
            await self._files.share(ids, place, comment)
        except SlackTemporaryError as error:
            if error.code == "file_not_found":  # it was kept too short a time: begin anew
                payload: dict[str, Any] = {**(item.payload or {}), "files": None}
                await self._store.run(lambda work: work.outbox.amend(item.id, payload))
            raise


def _left_words(left: list[Attachment], stored: StoredMessage) -> str:
    names = "、".join(f"{file.name}（{size_in_words(file.size)}）" for file in left)
    return (
        "⚠ 大きさまたは数の上限を超えるため、表示していない添付ファイルがあります："
        f"{names}（メッセージ番号 {stored.id}）。"
    )
