"""Quota notices: a member hears once a contract year that the use has reached a threshold."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.letter import Addressee, Letters, address, outgoing
from bot.cases.mailbox import mailbox_of
from bot.cases.outcome import Refused
from bot.drawing import post_line
from bot.outbox import deliver_soon
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.work import Work
from quotas.answer import quota_values
from quotas.contract import Contact, Contract
from quotas.counting import balance_on, terms_in, thresholds_reached
from quotas.decision import Reply
from quotas.ledger import Balance, LedgerEntry
from quotas.programme import QuotaTerms

TEMPLATE = "quota_notice"
ACTION = "quota_notice"


@dataclass(frozen=True, slots=True)
class _Reached:
    """A threshold in `percent` that `entry` reached, with what is left and the terms of it."""

    percent: int
    entry: LedgerEntry
    contract: Contract
    balance: Balance
    terms: QuotaTerms

    @property
    def key(self) -> str:
        """What makes it the one notice of its contract, quota, contract year and threshold."""
        balance = self.balance
        number, year = self.entry.support_number, balance.year.start
        return f"{TEMPLATE}:{number}:{balance.quota}:{year}:{self.percent}"


def notify(
    work: Work, letters: Letters, entry: LedgerEntry, case: Case | None, now: datetime
) -> None:
    """Mail the member about every threshold reached that was not told yet in its contract year.

    Without any address only the operators hear of it, in the thread of `case`; also then once.
    """
    contract = work.contracts.find(entry.support_number)
    programme = letters.programmes.get(contract.programme) if contract else None
    if contract is None or programme is None:
        return
    entries = work.ledger.entries(entry.support_number)
    balance = balance_on(contract, programme, entry.quota, entries, entry.charged_on)
    if balance is None:
        return
    terms = terms_in(programme, entry.quota, balance.year)
    told = {event.detail for event in work.audit.of_contract(entry.support_number)}
    for percent in thresholds_reached(balance, terms):
        reached = _Reached(percent, entry, contract, balance, terms)
        if reached.key not in told:
            _tell(work, letters, reached, case, now)


def _tell(
    work: Work, letters: Letters, reached: _Reached, case: Case | None, now: datetime
) -> None:
    to = _mailed(work, letters, reached, case, now)
    number = reached.entry.support_number
    after = {"quota": reached.balance.quota, "percent": reached.percent, "mailed": to is not None}
    work.audit.add(
        AuditEvent(
            now,
            "desk",
            ACTION,
            case_number=case.number if case else None,
            support_number=number,
            after=after,
            detail=reached.key,
        )
    )
    if case is not None:
        what = f"📣 {reached.terms.title}の利用が{reached.percent}％に達しました。"
        how = f"{to} へお知らせします。" if to else "宛先がないため、お知らせは送りません。"
        post_line(work, case, reached.key, what + how, now)


def _mailed(
    work: Work, letters: Letters, reached: _Reached, case: Case | None, now: datetime
) -> str | None:
    """Put the notice into the outbox; return whom it goes to, or None."""
    whom = _addressee(letters, reached)
    values = {
        "quota": quota_values(reached.balance, reached.terms),
        "percent": reached.percent,
        "guideline_minutes": reached.terms.guideline_minutes,
    }
    letter = address(work, letters, whom, Reply(TEMPLATE, "", values), now)
    if isinstance(letter, Refused):
        return None
    row = outgoing(letter, None, reached.key, now)
    work.outbox.add(replace(row, case_number=case.number if case else None))
    deliver_soon(work, now)
    return letter.to


def _addressee(letters: Letters, reached: _Reached) -> Addressee:
    """Return the contact who called, else the customer's own address, else the first contact."""
    contract, entry = reached.contract, reached.entry
    reachable = [c for c in contract.contacts_on(entry.on) if c.email]
    called = (entry.contact or "").casefold()
    named = [c for c in reachable if called in (c.name.casefold(), (c.email or "").casefold())]
    own = [Contact("", contract.customer_email)] if contract.customer_email else []
    to = next(iter([*named, *own, *reachable]), Contact(""))
    box = mailbox_of(letters, contract.programme)
    return Addressee(to.email, to.name or None, box, contract.programme, contract.support_number)
