"""Messages as they came: read again from their raw bytes when a person wants to see the whole."""

from collections.abc import Iterator

from bot.reader import Reader, UnreadableError
from bot.store.blobs import BlobDamagedError, BlobMissingError, Blobs
from bot.store.messages import StoredMessage
from mail.message import Attachment, Message

EXCERPT_CHARACTERS = 1500
"""How much of a message stands on its card; one with a longer text comes as a file besides."""


class OriginalLostError(LookupError):
    """The raw message is gone or can't be read any more."""


class Originals:
    """Reads stored messages again, in the reader's own process: nothing of them is opened here."""

    def __init__(self, blobs: Blobs, reader: Reader) -> None:
        self._blobs = blobs
        self._reader = reader

    def files(self, stored: StoredMessage) -> list[Attachment]:
        """Return a message's attachments, after the whole text if its excerpt had to be cut.

        Raise `OriginalLostError` when there is nothing to read.
        """
        message = self._read(stored)
        return [*_whole(stored, message), *_named(message)]

    def _read(self, stored: StoredMessage) -> Message:
        try:
            return self._reader.read(self._blobs.get(stored.sha256))
        except (BlobMissingError, BlobDamagedError, UnreadableError) as error:
            raise OriginalLostError(str(error)) from error


def _whole(stored: StoredMessage, message: Message) -> Iterator[Attachment]:
    if len(stored.excerpt or "") >= EXCERPT_CHARACTERS:
        yield Attachment("全文.txt", "text/plain", message.text.encode())


def _named(message: Message) -> Iterator[Attachment]:
    for index, file in enumerate(message.attachments, start=1):
        yield file if file.name else Attachment(f"添付ファイル{index}", file.type, file.data)
