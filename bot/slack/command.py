"""`/desk`: finding cases and looking at counts without leaving the conversation."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.cases.overview import Programmes, counts, overview
from bot.slack.blocks import Block, plain, section
from bot.slack.card import count_line
from bot.slack.home import entry
from bot.store.work import Work

COMMAND = "/desk"
FOUND = 10
HELP = (
    "/desk find 言葉 …　案件を検索します（番号、お客さま、担当者、件名）\n"
    "/desk quota サポート番号　残数を表示します"
)

Reply = dict[str, Any]
Answer = Callable[[Work, str, Programmes, datetime], list[Block]]


def answered(work: Work, text: str, programmes: Programmes, now: datetime) -> Reply:
    """Return the answer to what was typed after `/desk`, for the acknowledgement."""
    name, _, rest = text.strip().partition(" ")
    way = _WAYS.get(name)
    blocks = way(work, rest.strip(), programmes, now) if way and rest.strip() else []
    shown = blocks or [section(plain(HELP))]
    return {"response_type": "ephemeral", "text": "サポート窓口", "blocks": shown}


def _find(work: Work, words: str, programmes: Programmes, now: datetime) -> list[Block]:
    found = [overview(work, c.number, programmes, now) for c in work.cases.search(words, FOUND)]
    blocks = [block for seen in found if seen for block in entry(seen, now)]
    return blocks or [section(plain(f"「{words}」に合う案件はありません。"))]


def _quota(work: Work, number: str, programmes: Programmes, now: datetime) -> list[Block]:
    contract = work.contracts.find(number)
    programme = programmes.get(contract.programme) if contract else None
    if contract is None or programme is None:
        return [section(plain(f"サポート番号 {number} の契約はありません。"))]
    lines = [count_line(c) for c in counts(work, programme, contract, now.date())]
    text = "\n".join(lines) or "本日は契約期間外か、回数の定めがありません。"
    return [section(plain(f"{contract.customer}　{number}\n{text}"))]


_WAYS: Mapping[str, Answer] = {"find": _find, "quota": _quota}
