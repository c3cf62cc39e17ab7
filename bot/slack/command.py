"""`/desk`: finding cases and looking at counts without leaving the conversation."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.cases.overview import Programmes, counts, overview
from bot.cases.strays import strays
from bot.intake import canonical_numbers
from bot.slack.blocks import Block, plain, section
from bot.slack.card import count_line
from bot.slack.home import entry
from bot.slack.stray_blocks import stray_blocks
from bot.store.work import Work

COMMAND = "/desk"
WITHOUT_WORDS = frozenset({"strays"})
FOUND = 10
HELP = (
    "/desk find 言葉 …　案件を検索します（番号、お客さま、担当者、件名、本文、メモ）\n"
    "/desk new サポート番号　電話の案件を作成します\n"
    "/desk quota サポート番号　残数を表示します\n"
    "/desk strays　隔離中のメッセージと、番号に該当する契約がないメッセージを表示します"
)

Reply = dict[str, Any]
Answer = Callable[[Work, str, Programmes, datetime], list[Block]]


def answered(work: Work, text: str, programmes: Programmes, now: datetime) -> Reply:
    """Return the answer to what was typed after `/desk`, for the acknowledgement."""
    name, _, rest = text.strip().partition(" ")
    way = _WAYS.get(name)
    spoken = bool(rest.strip()) or name in WITHOUT_WORDS
    blocks = way(work, rest.strip(), programmes, now) if way and spoken else []
    shown = blocks or [section(plain(HELP))]
    return {"response_type": "ephemeral", "text": "サポート窓口", "blocks": shown}


def _find(work: Work, words: str, programmes: Programmes, now: datetime) -> list[Block]:
    found = [overview(work, c.number, programmes, now) for c in work.cases.search(words, FOUND)]
    blocks = [block for seen in found if seen for block in entry(seen, now)]
    return blocks or [section(plain(f"「{words}」に合う案件はありません。"))]


def _quota(work: Work, number: str, programmes: Programmes, now: datetime) -> list[Block]:
    tried = [number, *canonical_numbers(number, programmes.values())]
    found = work.contracts.find_many(tried)
    contract = next((found[each] for each in tried if each in found), None)
    programme = programmes.get(contract.programme) if contract else None
    if contract is None or programme is None:
        return [section(plain(f"サポート番号 {number} の契約はありません。"))]
    lines = [count_line(c) for c in counts(work, programme, contract, now.date())]
    text = "\n".join(lines) or "本日は契約期間外か、回数の定めがありません。"
    return [section(plain(f"{contract.customer}　{contract.support_number}\n{text}"))]


def _strays(work: Work, words: str, programmes: Programmes, now: datetime) -> list[Block]:
    del words, programmes
    nothing = "隔離中のメッセージも、番号に該当する契約がないメッセージもありません。"
    return stray_blocks(strays(work), now) or [section(plain(nothing))]


_WAYS: Mapping[str, Answer] = {"find": _find, "quota": _quota, "strays": _strays}
