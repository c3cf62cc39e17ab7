"""Setting a message aside: it gets a cause of the closed list, and operators hear of it."""

import logging
from datetime import datetime

from bot.drawing import post_quarantine
from bot.store.causes import Cause
from bot.store.work import Work

log = logging.getLogger(__name__)

DETAIL_CHARACTERS = 500


def set_aside(work: Work, message: int, cause: Cause, detail: str, now: datetime) -> None:
    """End a message in quarantine for `cause` with its particulars, and tell the operators."""
    work.messages.quarantine(message, cause, detail[:DETAIL_CHARACTERS], now)
    post_quarantine(work, now)
    log.error("message %d is in quarantine: %s", message, cause)
