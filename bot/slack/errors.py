"""What can go wrong with Slack, told apart by whether trying again can help."""

PERMANENT = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""Refusals of this very content: sending it again can't help. All else may be put right."""


class SlackError(Exception):
    """A call to Slack did not do what it should; `code` is Slack's word for it or the desk's."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class SlackTemporaryError(SlackError):
    """Slack could not be reached, was busy or refuses for now; `retry_after` in seconds."""

    def __init__(self, code: str, detail: str = "", retry_after: float = 0.0) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class SlackPermanentError(SlackError):
    """Slack will never take this."""
