"""Replies that are held because another person has to approve them."""

from bot.store.outbox import OutboxItem
from bot.store.work import Work

ASKED_BY = "asked_by"
"""In the payload of a reply that waits for another person's approval: who wrote it."""


def asked(work: Work, number: str) -> list[OutboxItem]:
    """Return the replies of a case that wait for another person's approval."""
    rows = work.outbox.of_case(number)
    return [row for row in rows if row.state == "held" and ASKED_BY in (row.payload or {})]
