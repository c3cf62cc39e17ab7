"""Delivery reports: structured (RFC 3464) and plain."""

from mail.message import BounceReport
from mail.mime import Part


def read_bounce(root: Part, from_address: str, subject: str, text: str) -> BounceReport | None:
    """Return what a delivery report says, or None when the message isn't one."""
    if (
        root.type == "multipart/report"
        and root.content_type.parameters.get("report-type", "").lower() == "delivery-status"
    ):
        return BounceReport("delivery status notification")
    return None
