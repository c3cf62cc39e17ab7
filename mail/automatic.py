"""Mail that no person wrote to us, and that is never answered (RFC 3834, RFC 2919, 2369)."""

from mail.header import Header


def why_automatic(header: Header, subject: str, from_address: str, text: str) -> str | None:
    """Return in a few words why the message is automatic, else None."""
    value = header.text("auto-submitted", 200).lower()
    if value and not value.startswith(("no", "auto-forwarded")):
        return f"Auto-Submitted: {value[:60]}"
    precedence = header.text("precedence", 200).lower()
    if precedence in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {precedence}"
    return None
