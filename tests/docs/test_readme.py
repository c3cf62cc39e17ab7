"""The README's mail really gets the README's answer."""

import re
from datetime import datetime
from pathlib import Path

from bot.config import Environment, load
from bot.demo.samples import sample_registers
from bot.house import open_house
from bot.registers import Importer
from bot.starter import starter_files
from mail.parse import parse
from tests.bot.houses import TOKYO, Hands, Post, mail
from tests.docs.documents import text_of

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=TOKYO)
"""A Friday, two days before a Monday that is a national holiday."""
LEFT_OUT = "\n…\n"
NUMBER = re.compile(r"C2026-\d{6}(-\w{6})?")


def shown() -> tuple[str, str]:
    """Return the mail and the answer that the README shows."""
    blocks = re.findall(r"^```\n(.*?)^```", text_of("README.md"), re.MULTILINE | re.DOTALL)
    return blocks[0], blocks[1]


def answer_to(written: str, folder: Path) -> str:
    """Return the answer of a new desk with the sample registers, headers of interest first."""
    head, _, text = written.partition("\n\n")
    subject = re.findall(r"^Subject: (.*)$", head, re.MULTILINE)[0]
    [sender] = re.findall(r"<(.*)>", head)
    for name, content in starter_files(NOW).items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8", newline="")
    env = Environment({})
    house = open_house(load(folder / "desk.toml", env), env, Hands(NOW))
    house.blobs.prepare()
    house.store.migrate()
    registers = [folder / "samples" / name for name in sample_registers(NOW.date())]
    assert not Importer(house.store, house.programmes).run(registers, NOW).errors
    Post(house).put(mail(text, sender=sender, subject=subject))
    with house.store.reading() as work:
        [sent] = [item for item in work.outbox.listed("queued") if item.kind == "mail"]
    house.close()
    assert sent.raw is not None
    automatic = re.findall(rb"^Auto-Submitted: .*?(?=\r\n)", sent.raw, re.MULTILINE)[0].decode()
    body = "\n".join(parse(sent.raw).text.splitlines())
    return f"Subject: {sent.subject}\n{automatic}\n\n{body}"


def test_the_answer_shown_is_the_answer_sent(tmp_path: Path) -> None:
    written, expected = shown()
    answer = NUMBER.sub("C2026-000001", answer_to(written, tmp_path))
    for part in NUMBER.sub("C2026-000001", expected).split(LEFT_OUT):
        _, found, answer = answer.partition(part.strip())
        assert found, f"not in the answer, or not there: {part}\n{answer}"
