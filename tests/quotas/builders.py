"""Small builders of requests and facts, so that a scene shows only what matters in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.programmes import calendar_of, load_all
from quotas.contract import Contact, Contract, Period, Status
from quotas.decide import decide
from quotas.decision import CaseStep, Decision
from quotas.facts import Awaited, CaseFacts, Facts, Waiting
from quotas.ledger import Kind, LedgerEntry
from quotas.programme import Channel
from quotas.request import Authentication, NumberSeen, Policy, Position, Request, Verdict

TOKYO = ZoneInfo("Asia/Tokyo")
PROGRAMMES = load_all()
MONDAY = datetime(2026, 6, 1, 11, 0, tzinfo=TOKYO)
SATURDAY = datetime(2026, 6, 6, 11, 0, tzinfo=TOKYO)
SATO = Contact("佐藤花子", "sato@aoba.example", fax="03-1234-5678")
SUZUKI = Contact("鈴木一郎", "suzuki@aoba.example")
NUMBERS = {
    "desknets-dax": "DX-1024-7731",
    "dekispart": "0012-3456-78",
    "licence-maintenance": "M20150401",
}
REISSUE = (
    "ライセンスキーの再発行をお願いします。\n"
    "お客様コード：ABCD-1234\n理由：サーバの入れ替え\n新サーバ：Windows Server 2022"
)


def period(start: date, until: date, status: Status = Status.PAID) -> Period:
    return Period(start, until, status)


def contract(
    programme: str = "desknets-dax",
    *periods: Period,
    number: str | None = None,
    contacts: tuple[Contact, ...] = (SATO, SUZUKI),
) -> Contract:
    return Contract(
        support_number=number or NUMBERS[programme],
        programme=programme,
        customer="株式会社青葉",
        periods=periods or (period(date(2026, 4, 1), date(2027, 4, 1)),),
        contacts=contacts,
    )


def seen(number: str, position: Position = Position.HEAD, *, exact: bool = True) -> NumberSeen:
    return NumberSeen(number, position, number, exact)


@dataclass(frozen=True)
class Scene:
    """One message on its way to a decision; `with_` changes the request, `knowing` the facts."""

    request: Request
    facts: Facts

    def with_(self, **changes: object) -> "Scene":
        return replace(self, request=replace(self.request, **changes))  # type: ignore[arg-type]  # named by the scene

    def knowing(self, **changes: object) -> "Scene":
        return replace(self, facts=replace(self.facts, **changes))  # type: ignore[arg-type]  # named by the scene

    def unauthenticated(self, verdict: Verdict = Verdict.NONE) -> "Scene":
        return self.with_(authentication=Authentication(verdict, "dmarc"))

    @property
    def decision(self) -> Decision:
        return decide(self.request, self.facts)


def scene(
    text: str = "操作方法を教えてください。",
    held: Contract | None = None,
    *,
    at: datetime = MONDAY,
    ledger: Iterable[LedgerEntry] = (),
    closed: Iterable[date] = (),
) -> Scene:
    held = held or contract()
    programme = PROGRAMMES[held.programme]
    request = Request(
        programme=held.programme,
        channel=Channel.EMAIL,
        mailbox="desk",
        received_at=at,
        sender="sato@aoba.example",
        subject="お問い合わせ",
        text=f"{held.support_number}\n{text}",
        own_text=f"{held.support_number}\n{text}",
        numbers=(seen(held.support_number),),
        authentication=Authentication(Verdict.PASS, "dmarc=pass"),
        policy=Policy.REQUIRE,
    )
    facts = Facts(
        programme=programme,
        calendar=calendar_of(programme, closed),
        contracts={held.support_number: held},
        ledger=tuple(ledger),
        own_addresses=frozenset({"desk@desk.example"}),
    )
    return Scene(request, facts)


def entry(
    kind: Kind,
    number: int = 1,
    *,
    day: date = date(2026, 5, 1),
    quota: str = "licence_reissue",
    support_number: str = "DX-1024-7731",
    refers_to: int | None = None,
    units: int = 1,
) -> LedgerEntry:
    return LedgerEntry(
        id=number,
        support_number=support_number,
        quota=quota,
        kind=kind,
        units=units,
        charged_on=day,
        on=day,
        recorded_at=datetime(2026, 5, 1, tzinfo=UTC),
        key=f"key-{number}",
        actor="operator",
        refers_to=refers_to,
        case_number=f"C-{number}",
    )


def used(times: int, **more: object) -> list[LedgerEntry]:
    return [entry(Kind.CONSUME, n + 1, **more) for n in range(times)]  # type: ignore[arg-type]  # named by the scene


def case(**changes: object) -> CaseFacts:
    found = CaseFacts(
        number="C-100",
        support_number="DX-1024-7731",
        contacts=frozenset({"sato@aoba.example", "suzuki@aoba.example"}),
        state="open",
        category="operation",
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # named by the scene


def waiting(**changes: object) -> Waiting:
    found = Waiting(
        message_id=41,
        awaits=Awaited.NUMBER,
        received_at=MONDAY,
        subject="再発行の件",
        text=REISSUE,
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # named by the scene


@dataclass(frozen=True)
class Silence:
    """What a message may cause besides being kept."""

    reply: bool = field(default=False)
    charge: bool = field(default=False)
    queue: bool = field(default=False)
    case: bool = field(default=False)


def caused(decision: Decision) -> Silence:
    """Tell what `decision` causes; equal to ``Silence()`` when nothing at all."""
    return Silence(
        reply=decision.reply is not None or decision.challenge is not None,
        charge=decision.charge is not None,
        queue=decision.queue is not None,
        case=decision.case is not CaseStep.NONE,
    )
