"""Errands for submissions: what takes longer than an acknowledgement may, done beside it."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.cases import reissue
from bot.cases.letter import Letters
from bot.cases.outcome import Conflict, Done, Outcome, Refused, Told
from bot.issuer import IssuerError, issue
from bot.slack.files import FileError, SlackFiles
from bot.slack.gate import Gate
from bot.slack.modal import View, loading, notice
from bot.slack.submission import Answer, Errand, Form, Submission
from bot.slack.telling import said
from bot.store.store import Store
from mail.message import Attachment

log = logging.getLogger(__name__)

BROKEN = "処理できませんでした。前の画面に戻り、もう一度お試しください。"


class Errands:
    """Runs them in tasks of their own; `finish` waits for those that are under way."""

    def __init__(self, store: Store, gate: Gate, files: SlackFiles, letters: Letters) -> None:
        self._store = store
        self._gate = gate
        self._files = files
        self._letters = letters
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, form: Form, errand: Errand, given: Submission) -> View:
        """Start the errand of a submission; return the view to be shown above the form meanwhile.

        The form below keeps what was typed, so a refusal loses nothing.
        """
        ticket = secrets.token_hex(12)
        self._start(self._run(form, errand, given, ticket))
        return loading() | {"external_id": ticket}

    async def finish(self) -> None:
        """Wait for everything under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, run: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(run, name="slack-errand")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, form: Form, errand: Errand, given: Submission, ticket: str) -> None:
        try:
            view = await self._answered(form, errand, given)
        except Exception as error:  # noqa: BLE001 - the person must not wait for ever
            log.error("an errand failed: %s", type(error).__name__)  # noqa: TRY400 - it may quote a key
            view = notice(BROKEN)
        await self._gate.fill_pushed(ticket, view)

    async def _answered(self, form: Form, errand: Errand, given: Submission) -> View:
        brought = await errand.run(self, given)
        answer: Answer
        if isinstance(brought, Submission):
            answer = await self._carried(form, brought)
        else:
            answer = brought
        if isinstance(answer, dict):
            return answer
        if isinstance(answer, Done):
            return notice(await errand.after(self, given)) | {"clear_on_close": True}
        return notice(said(answer, given.actor) or BROKEN)

    async def _carried(self, form: Form, given: Submission) -> Answer:
        return await self._store.run(lambda work: form.carry(work, given))

    async def fetch(self, files: Sequence[str], most: int) -> tuple[Attachment, ...] | Refused:
        """Return files by their ids, `most` bytes together, or why they can't be had."""
        try:
            return tuple([await self._files.fetch(file, most) for file in files])
        except FileError as error:
            return Refused(str(error))

    async def forget(self, files: Sequence[str]) -> bool:
        """Delete files in Slack; tell whether all are gone."""
        return all([await self._files.forget(file) for file in files])

    async def issue(self, given: Submission) -> str | Outcome:
        """Have a key issued, once it is sure that one may be: nothing is written meanwhile."""
        order = await self._store.read(
            lambda work: reissue.order(work, self._letters, given.seen, given.actor)
        )
        if isinstance(order, Done | Conflict | Refused | Told):
            return order
        try:
            return await issue(self._letters.reissue, order)
        except IssuerError as error:
            return Refused(str(error))
