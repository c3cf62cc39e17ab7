"""What a visitor may send: so many bytes, each piece within so many seconds."""

import asyncio

from starlette.types import Message, Receive

SECONDS = 30.0
"""How long the next piece of a body is waited for."""


class BodyTooLargeError(Exception):
    """Raised while a body is read that is larger than its route takes."""


class BodyTooSlowError(Exception):
    """Raised while a body is read that does not come."""


def limited(receive: Receive, most: int, seconds: float = SECONDS) -> Receive:
    """Return `receive` with limits on the body; what comes after it is let through as it is.

    It raises `BodyTooLargeError` after `most` bytes, `BodyTooSlowError` after `seconds` of nothing.
    """
    taken, whole = 0, False

    async def receive_limited() -> Message:
        nonlocal taken, whole
        if whole:
            return await receive()
        message = await _in_time(receive, seconds)
        whole = not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > most:
            raise BodyTooLargeError
        return message

    return receive_limited


async def _in_time(receive: Receive, seconds: float) -> Message:
    try:
        return await asyncio.wait_for(receive(), seconds)
    except TimeoutError as error:
        raise BodyTooSlowError from error
