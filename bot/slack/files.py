"""Files in Slack: fetched from its own host only, put into threads once, deleted when secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.slack.client import Place, SlackClient
from bot.slack.errors import SlackError, SlackTemporaryError
from bot.slack.payload import Json, part
from mail.message import Attachment
from mail.names import safe_name

SLACK = "slack.com"
HOST = f"files.{SLACK}"
PATIENCE = ClientTimeout(total=60)
CHUNK = 64 * 1024
NAMELESS = "file"


class FileError(Exception):
    """A file can't be had; the message tells the operator in Japanese why."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What Slack says about a file."""

    name: str
    type: str
    size: int
    address: str


class SlackFiles:
    """The desk's way to files, with the token and the connections of its client."""

    def __init__(self, client: SlackClient, session: ClientSession, api_url: str | None) -> None:
        self._client = client
        self._session = session
        self._host = urlsplit(api_url).netloc if api_url else HOST

    async def fetch(self, file: str, most: int) -> Attachment:
        """Return a file of at most `most` bytes; raise `FileError`.

        What Slack names is asked of Slack itself, never taken from the submission, and the token
        goes to no other host.
        """
        try:
            known = _known(await self._client.call("files.info", file=file))
        except SlackError as error:
            raise FileError(f"ファイルを取得できませんでした（{error.code}）。") from error
        if known.size > most:
            raise FileError(f"「{known.name}」は大きすぎます（{most // 2**20}MBまで）。")
        if not self._is_slacks(known.address):
            raise FileError(f"「{known.name}」はSlackの外にあるため、添付できません。")
        try:
            data = await self._loaded(known.address, most)
        except (ClientError, OSError, TimeoutError) as error:
            why = type(error).__name__
            raise FileError(f"「{known.name}」を取得できませんでした（{why}）。") from error
        if len(data) != known.size:
            raise FileError(f"「{known.name}」を最後まで取得できませんでした。")
        return Attachment(known.name, known.type, data)

    async def forget(self, file: str) -> bool:
        """Delete a file; tell whether it is gone."""
        try:
            await self._client.call("files.delete", file=file)
        except SlackError as error:
            return error.code in {"file_not_found", "file_deleted"}
        return True

    async def upload(self, name: str, data: bytes) -> str:
        """Give Slack a file nobody sees yet; return its id. Raise `SlackError`."""
        answer = await self._client.call(
            "files.getUploadURLExternal", filename=name, length=len(data)
        )
        address = str(answer["upload_url"])
        if not self._is_slacks(address):
            raise SlackTemporaryError("upload_elsewhere", urlsplit(address).netloc)
        try:
            async with self._session.post(
                address, data=data, timeout=PATIENCE, allow_redirects=False
            ) as said:
                if said.status != 200:
                    raise SlackTemporaryError(f"upload_{said.status}")
        except (ClientError, OSError, TimeoutError) as error:
            raise SlackTemporaryError("unreachable", type(error).__name__) from error
        return str(answer["file_id"])

    async def share(self, files: Sequence[str], place: Place, comment: str) -> None:
        """Put uploaded files into a thread, all in one post."""
        await self._client.call(
            "files.completeUploadExternal",
            files=[{"id": file} for file in files],
            channel_id=place.channel,
            thread_ts=place.thread,
            initial_comment=comment,
        )

    async def shared(self, files: Sequence[str], place: Place) -> bool:
        """Tell whether a thread holds one of `files`: a lost answer is not a lost post."""
        wanted = set(files)
        for post in await self._client.thread(place):
            listed: list[Json] = post.get("files") or []
            if wanted & {str(file.get("id")) for file in listed}:
                return True
        return False

    def _is_slacks(self, address: str) -> bool:
        parts = urlsplit(address)
        secure = parts.scheme == "https" or self._host != HOST
        return secure and parts.netloc == self._host

    async def _loaded(self, address: str, most: int) -> bytes:
        headers = {"Authorization": f"Bearer {self._client.web.token}"}
        async with self._session.get(
            address, headers=headers, timeout=PATIENCE, allow_redirects=False
        ) as answer:
            if answer.status != 200 or answer.content_type == "text/html":
                raise OSError(f"answered {answer.status} {answer.content_type}")
            data = b""
            async for chunk in answer.content.iter_chunked(CHUNK):
                data += chunk
                if len(data) > most:
                    break
        return data


def _known(answer: Json) -> _Known:
    file = part(answer, "file")
    external = file.get("is_external") or file.get("mode") == "external"
    return _Known(
        name=safe_name(str(file.get("name") or "")) or NAMELESS,
        type=str(file.get("mimetype") or "application/octet-stream"),
        size=int(file.get("size") or 0),
        address="" if external else str(file.get("url_private_download") or ""),
    )
