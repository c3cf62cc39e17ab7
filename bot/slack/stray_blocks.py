"""What belongs to no case, as operators see it: quarantine with its causes, unknown numbers."""

from collections.abc import Sequence
from datetime import datetime

from bot.cases.strays import Strays
from bot.slack.blocks import Block, button, context, header, moment, plain, section, seen_value
from bot.slack.card import PREFIX
from bot.store.causes import WORDS
from bot.store.messages import StoredMessage

SUBJECT_CHARACTERS = 150


def stray_blocks(found: Strays, now: datetime) -> list[Block]:
    """Return both lists; nothing at all where there is nothing to see."""
    held = [block for message in found.held for block in _held(message, now)]
    unknown = [_unknown(message, now) for message in found.unknown]
    return [
        *_headed(f"隔離中のメッセージ（{found.quarantined}件）", held),
        *_headed("番号に該当する契約がないメッセージ", unknown),
    ]


def _headed(title: str, blocks: Sequence[Block]) -> list[Block]:
    return [header(title), *blocks] if blocks else []


def _held(message: StoredMessage, now: datetime) -> list[Block]:
    """Return a quarantined message: its cause, and the button that tries it again."""
    retry = button(f"{PREFIX}retry", "再処理する", seen_value("", 0, i=message.id))
    cause = WORDS.get(message.cause, message.cause) if message.cause else ""
    received = moment(message.received_at.astimezone(now.tzinfo))
    return [
        section(plain(f"#{message.id}　{cause}"), retry),
        context(f"受信：{received}　原文：`madoguchi quarantine show {message.id}`"),
    ]


def _unknown(message: StoredMessage, now: datetime) -> Block:
    received = message.received_at.astimezone(now.tzinfo)
    subject = (message.subject or "（件名なし）")[:SUBJECT_CHARACTERS]
    return section(plain(f"#{message.id}　{received:%Y-%m-%d %H:%M}　{message.sender}\n{subject}"))
