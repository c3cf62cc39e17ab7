"""Who is served: contracts with their periods, registered contacts, licences and products."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from quotas.provision import last_day


class Status(StrEnum):
    """What a contract's period entitles to; `NONE` is the status outside all periods."""

    FREE = "free"
    PAID = "paid"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of a contract, half-open: from `start` up to but without `until`."""

    start: date
    until: date
    status: Status

    @property
    def end(self) -> date:
        """The inclusive last day, as certificates print it."""
        return last_day(self.until)

    def holds_on(self, day: date) -> bool:
        """Tell whether `day` lies in the period."""
        return self.start <= day < self.until


@dataclass(frozen=True, slots=True)
class Contact:
    """A registered contact 登録担当者; `since` and `last` are inclusive days, ``None`` is open.

    `unauthenticated_until` is a dated exception: up to and with that day mail from this contact
    is served although it does not pass sender authentication.
    """

    name: str
    email: str | None = None
    fax: str | None = None
    phone: str | None = None
    since: date | None = None
    last: date | None = None
    unauthenticated_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the contact is registered on `day`."""
        begun = self.since is None or self.since <= day
        return begun and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence set of `licence-maintenance`; `kind` is ``normal`` or ``version_up``.

    `maintenance_until` is the inclusive last day, as the register states it.
    """

    purchased_on: date
    quantity: int
    kind: str
    maintenance_until: date


@dataclass(frozen=True, slots=True)
class Product:
    """A product owned under `dekispart`, with its list price in yen without tax."""

    name: str
    list_price: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A support contract 保守契約 as the registers hold it.

    `support_number` is canonical (as the programme prints it). `served_from` is a day before the
    first period from which service is given; `card_received_on` the day the membership card
    arrived, with `card_awaited` true while that day is still to come.
    """

    support_number: str
    programme: str
    customer: str
    periods: tuple[Period, ...] = ()
    contacts: tuple[Contact, ...] = ()
    customer_email: str | None = None
    reseller: str | None = None
    note: str | None = None
    served_from: date | None = None
    card_received_on: date | None = None
    card_awaited: bool = False
    licences: tuple[Licence, ...] = field(default=())
    products: tuple[Product, ...] = field(default=())

    def period_on(self, day: date) -> Period | None:
        """Return the period that holds on `day`, or ``None`` in a gap or outside."""
        return next((period for period in self.periods if period.holds_on(day)), None)

    def contacts_on(self, day: date) -> tuple[Contact, ...]:
        """Return the contacts registered on `day`."""
        return tuple(contact for contact in self.contacts if contact.holds_on(day))

    def contact_of(self, email: str, day: date) -> Contact | None:
        """Return the contact registered on `day` under `email`, compared without case."""
        wanted = email.casefold()
        return next(
            (c for c in self.contacts_on(day) if c.email and c.email.casefold() == wanted), None
        )
