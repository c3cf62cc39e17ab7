"""Which mailbox the desk writes by when it writes first."""

from bot.cases.letter import Letters
from quotas.programme import Channel


def mailbox_of(letters: Letters, programme: str) -> str:
    """Return the name of the first mailbox that mails of `programme` go by, or ``""``."""
    boxes = (box for box in letters.boxes.values() if box.programme == programme)
    return next((box.name for box in boxes if box.channel is Channel.EMAIL), "")
