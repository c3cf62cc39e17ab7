"""The vendor's own program that issues licence keys: asked in JSON, it answers with the key."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping
from typing import Any

from bot.settings import ReissueSettings

MOST_BYTES = 64 * 1024
TOLD_CHARACTERS = 200
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All of it: the desk's own secrets stand in its environment and are nobody else's business."""


class IssuerError(Exception):
    """No key was issued; the message tells the operator in Japanese why."""


async def issue(settings: ReissueSettings, order: Mapping[str, Any]) -> str:
    """Run the command with `order` on its input and return the key it writes.

    It runs without a shell, in a process group of its own that is ended when the time is over.
    Exit status 0 and some UTF-8 text on standard output are a key; raises `IssuerError` else.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *settings.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    except OSError as error:
        raise IssuerError(
            f"発行プログラムを起動できませんでした（{error.strerror}）。"
            "[reissue] command を確認してください。"
        ) from error
    told = json.dumps(order, ensure_ascii=False).encode()
    try:
        async with asyncio.timeout(settings.seconds):
            key, trouble = await _talked(process, told)
    except TimeoutError:
        raise IssuerError(
            f"発行プログラムが{settings.seconds}秒以内に終わりませんでした。"
        ) from None
    finally:
        await _ended(process)
    return _key(process.returncode or 0, key, trouble)


async def _talked(process: asyncio.subprocess.Process, told: bytes) -> tuple[bytes, bytes]:
    assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - asked for above
    _, key, trouble = await asyncio.gather(
        _write(process.stdin, told), _read(process.stdout), _read(process.stderr)
    )
    await process.wait()
    return key, trouble


async def _write(stream: asyncio.StreamWriter, told: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # it need not read what it is told
        stream.write(told)
        await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader) -> bytes:
    """Read all of a stream, keeping what a key or an error may have at most and one byte more."""
    kept = b""
    while data := await stream.read(MOST_BYTES):
        kept += data[: MOST_BYTES + 1 - len(kept)]
    return kept


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the process and whatever it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _key(status: int, out: bytes, trouble: bytes) -> str:
    key = out.decode("utf-8", "replace").strip()
    if status:
        raise IssuerError(
            f"発行プログラムが失敗しました（終了コード{status}）。{_told(trouble, key)}"
        )
    if not key:
        raise IssuerError(f"発行プログラムがキーを返しませんでした。{_told(trouble, key)}")
    if len(out) > MOST_BYTES or "\ufffd" in key:
        raise IssuerError("発行プログラムの出力は、キーとして読めません（UTF-8、64KBまで）。")
    return key


def _told(trouble: bytes, key: str) -> str:
    """Return the last line of what it complained of, without anything it also gave as a key."""
    lines = trouble.decode("utf-8", "replace").strip().splitlines()
    text = lines[-1] if lines else ""
    for secret in key.split():
        text = text.replace(secret, "＊＊＊")
    return text[:TOLD_CHARACTERS]
