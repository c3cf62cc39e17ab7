"""The sample customers' mail is real, dated around any day, and meets the reasons it promises."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.demo.samples import Sample, sample_registers, samples
from bot.demo.stage import MAILBOXES
from bot.intake import request_in
from bot.programmes import calendar_of, load_all
from bot.registers.assembling import Assembler
from bot.registers.reading import read_files
from bot.render import Letterhead, render
from bot.settings import MailboxSettings
from mail.message import Message
from mail.parse import parse
from quotas.contract import Contract
from quotas.decide import decide
from quotas.decision import CaseStep, Decision
from quotas.facts import CaseFacts, Facts, Waiting
from quotas.ledger import Kind, LedgerEntry
from quotas.programme import Channel
from quotas.quotation import quote
from quotas.request import Policy

TOKYO = ZoneInfo("Asia/Tokyo")
DAYS = [
    datetime(2026, 11, 20, 14, 0, tzinfo=TOKYO),
    datetime(2028, 2, 29, 23, 59, tzinfo=TOKYO),
    datetime(2026, 12, 31, 10, 0, tzinfo=TOKYO),
    datetime(2027, 1, 1, 0, 1, tzinfo=TOKYO),
    datetime(2027, 5, 31, 18, 0, tzinfo=TOKYO),
]
PROGRAMMES = load_all()


@dataclass
class Memory:
    """What a desk would remember between mails, without a store."""

    contracts: Mapping[str, Contract]
    now: datetime
    ledger: list[LedgerEntry] = field(default_factory=list[LedgerEntry])
    waiting: dict[str, Waiting] = field(default_factory=dict[str, Waiting])
    cases: dict[str, CaseFacts] = field(default_factory=dict[str, CaseFacts])
    seen: dict[str, int] = field(default_factory=dict[str, int])

    def receive(self, sample: Sample) -> Decision:
        programme = PROGRAMMES[MAILBOXES[sample.mailbox]]
        message = parse(sample.raw)
        box = box_of(sample.mailbox)
        request = request_in(message, box, programme, self.now)
        threads = (*message.references, *message.in_reply_to)
        case = next((self.cases[t] for t in threads if t in self.cases), None)
        numbers = [*(n.number for n in request.numbers), case.support_number if case else None]
        facts = Facts(
            programme,
            calendar_of(programme),
            contracts={n: c for n in numbers if n and (c := self.contracts.get(n))},
            ledger=tuple(self.ledger),
            case=case,
            waiting=next((self.waiting[t] for t in threads if t in self.waiting), None),
            duplicate_of=self.seen.get(message.fingerprint),
        )
        decision = decide(request, facts)
        self.remember(message, decision)
        return decision

    def remember(self, message: Message, decision: Decision) -> None:
        id_ = len(self.seen) + 1
        self.seen.setdefault(message.fingerprint, id_)
        if decision.awaits:
            self.waiting[message.message_id] = Waiting(
                id_, decision.awaits, self.now, message.subject, message.text
            )
        if decision.case is CaseStep.OPEN and decision.contract:
            contacts = decision.contract.contacts_on(self.now.date())
            self.cases[message.message_id] = CaseFacts(
                f"C2026-{id_:06}",
                decision.support_number,
                frozenset(c.email for c in contacts if c.email),
                "open",
                decision.category,
            )
        if decision.charge and decision.support_number:
            charge = decision.charge
            self.ledger.append(
                LedgerEntry(
                    id_, decision.support_number, charge.quota, Kind.RESERVE, charge.units,
                    charge.charged_on, charge.charged_on, self.now, str(id_), "desk",
                )
            )  # fmt: skip


def box_of(name: str) -> MailboxSettings:
    return MailboxSettings(
        name=name,
        programme=MAILBOXES[name],
        channel=Channel.EMAIL,
        address=f"{name}@desk.example",
        imap=None,
        listen=None,
        trusted_authserv="mx.desk.example",
        authentication=Policy.REQUIRE,
        microsoft365=False,
        arc_forwarders=(),
        first_run="answer",
    )


def contracts_on(now: datetime, folder: Path) -> Mapping[str, Contract]:
    for name, text in sample_registers(now.date()).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    registers = read_files(sorted(folder.glob("*.csv")))
    assembled = Assembler(registers, PROGRAMMES).assemble({})
    assert not registers.errors
    assert not assembled.errors
    return assembled.contracts


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_every_sample_meets_its_reason_on_any_day_and_its_reply_draws(
    now: datetime, tmp_path: Path
) -> None:
    memory = Memory(contracts_on(now, tmp_path), now)
    found = {sample.name: (memory.receive(sample), sample) for sample in samples(now)}
    reasons = {name: decision.reason.value for name, (decision, _) in found.items()}
    assert reasons == {name: sample.expected_reason for name, (_, sample) in found.items()}
    for decision, sample in found.values():
        if decision.reply:
            reply = render(
                decision.reply,
                programme=PROGRAMMES[MAILBOXES[sample.mailbox]],
                letterhead=Letterhead("サポート窓口", f"{sample.mailbox}@desk.example"),
                now=now,
            )
            assert reply.subject


def test_quoted_maintenance_ends_on_the_day_the_register_states(tmp_path: Path) -> None:
    contract = contracts_on(DAYS[0], tmp_path)["M20180712"]
    made = quote("merge", contract, PROGRAMMES["licence-maintenance"], DAYS[0].date())
    assert any("2027年7月31日" in line.text for line in made.lines)


def test_the_samples_show_what_a_desk_meets() -> None:
    made = samples(DAYS[0])
    assert len(made) >= 28
    assert len({sample.name for sample in made}) == len(made)
    assert len({sample.expected_reason for sample in made}) >= 18
    whole = b"".join(sample.raw for sample in made)
    for mark in (b"iso-2022-jp", b"shift_jis", b"euc-jp", b"quoted-printable", b"text/html",
                 b"winmail.dat", b"multipart/report", b"filename*="):  # fmt: skip
        assert mark in whole


def test_the_bytes_are_what_their_labels_say() -> None:
    for sample in samples(DAYS[0]):
        message = parse(sample.raw)
        assert not message.lossy, sample.name
        assert not message.defects, sample.name
        assert b"\n" not in sample.raw.replace(b"\r\n", b""), sample.name
        assert all(len(line) <= 998 for line in sample.raw.split(b"\r\n"))
    names = [a.name for s in samples(DAYS[0]) for a in parse(s.raw).attachments]
    assert "画面の写し（一覧）.png" in names
    assert "server.csv" in names


def test_nobody_real_is_named() -> None:
    whole = b"".join(sample.raw for sample in samples(DAYS[0])).decode("latin-1")
    whole += "".join(sample_registers(DAYS[0].date()).values())
    domains = set(re.findall(r"@([a-z0-9.-]+[a-z])", whole))
    assert len(domains) > 10
    for domain in domains:
        assert re.search(r"(^|\.)(example\.co\.jp|example\.jp|example)$", domain), domain
