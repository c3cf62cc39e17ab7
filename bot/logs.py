"""Structured logs on standard error: what happened, never customers' text or addresses."""

import json
import logging
import sys

_QUIET = ("aiosmtpd", "mail.log", "imapclient", "slack_bolt", "slack_sdk", "alembic")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and where a fault came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = type(record.exc_info[1]).__name__
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(level: int = logging.INFO) -> None:
    """Write logs of `level` and above to standard error; libraries only speak of trouble."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def reticent(name: str) -> logging.Logger:
    """Return a logger for a library that writes whole payloads at DEBUG: it never goes so low.

    What people submit may hold a licence key, and what customers write is nobody's log.
    """
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    return logger
