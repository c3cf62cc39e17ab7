"""What the demo prints: each mail, why it was judged so, the answer, and the ledger lines."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.demo.samples import Sample
from bot.house import House
from bot.store.messages import StoredMessage
from mail.listener import Envelope
from quotas.ledger import LedgerEntry

WIDE = 150


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample and what came of it: the message as stored, the answer as it arrived."""

    sample: Sample
    reason: str
    message: StoredMessage
    subject: str
    entries: Sequence[LedgerEntry]
    reply: Envelope | None


def _console() -> Console:
    plain = Console()
    return plain if plain.is_terminal else Console(width=WIDE)


def print_scene(place: Path, house: House) -> None:
    """Say where the demo's desk is and what it serves."""
    names = ", ".join(box.address for box in house.settings.mailboxes)
    _console().print(Text(f"窓口を開きました: {names}（{place}）"))


def print_table(shown: Sequence[Shown]) -> None:
    """Print mail → reason → reply subject → ledger lines, and why each was judged so."""
    console = _console()
    for number, each in enumerate(shown, start=1):
        _print_one(console, number, each)
    table = Table(title="届いたメールと回答", show_lines=False)
    for column in ("#", "メール", "判定", "返信の件名", "台帳"):
        table.add_column(column, overflow="fold")
    for number, each in enumerate(shown, start=1):
        mark = "" if each.reason == each.sample.expected_reason else " ✗"
        ledger = ", ".join(f"{e.kind} {e.units} {e.quota}" for e in each.entries)
        table.add_row(
            str(number),
            Text(each.sample.title_ja),
            each.reason + mark,
            Text(each.subject or "–"),
            ledger or "–",
        )
    console.print(table)
    right = sum(each.reason == each.sample.expected_reason for each in shown)
    console.print(f"{len(shown)}通のうち{right}通が想定どおりです。")


def _print_one(console: Console, number: int, each: Shown) -> None:
    """Print one mail with the steps that led to its reason and the answer it got."""
    console.rule(Text(f"{number}. {each.sample.title_ja}"), align="left")
    decision = each.message.decision or {}
    for step in decision.get("trace", ()):
        article = f"［{step['article']}］" if step["article"] else ""
        console.print(Text(f"  {step['rule']} → {step['result']}  {step['detail']}{article}"))
    if each.reply is not None:
        body = message_from_bytes(each.reply.raw).get_payload(decode=True)
        text = body.decode("utf-8") if isinstance(body, bytes) else ""
        console.print(Text(f"  件名: {each.subject}\n"), style="bold")
        console.print(Text("\n".join(f"  | {line}" for line in text.splitlines())))


def print_guide(place: Path, house: House, port: int) -> None:
    """Say what can be tried while the desk stays open."""
    config = place / "desk.toml"
    command = "madoguchi" if shutil.which("madoguchi") else sys.argv[0]
    with house.store.reading() as work:
        number = next(iter(work.contracts.numbers(limit=1)), "")
    _console().print(
        Text(
            "\n窓口は開いたままです。Ctrl-C で終わります。\n"
            f"  メールを送る      SMTP 127.0.0.1:{port}（宛先 dax@desk.example）\n"
            f"  契約を見る        {command} contract show {number} --config {config}\n"
            f"  利用明細を見る    {command} quota show {number} --config {config}\n"
            f"  判定の理由を見る  {command} explain MAIL.eml --mailbox dax --config {config}\n"
        )
    )
