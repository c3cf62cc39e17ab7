"""What a reply may speak of: for each reason the names a template finds, their types and meaning.

Every name of a reason is always present; what does not apply is ``None`` or an empty list. All
values are plain data (str, int, bool, date, datetime, lists and dicts of these) and come from the
terms, the registers or arithmetic. Of the customer's own words only the subject is handed on, and
only to be used as ``Re: {subject}``. What `decide` can't know is added when the reply is drawn:
`case_number` (str or None), `desk_name` (str) and `now` (datetime).

Shapes of the dicts:

``quota``      {name, title, unit, guideline, limit, used, reserved, remaining, resets_on,
               year_start, year_end}; `guideline` says that nothing is refused beyond the limit,
               `limit` and `remaining` are None when the quota is only counted, `remaining` is
               negative when overrun, `year_end` the inclusive last day
``statement``  a ``quota`` with {opening, lines, closing} besides
``line``       {on, case_number, kind, kind_title, units, balance, article}; `units` is signed in
               the customer's favour, `balance` the remaining (or, without limit, the used) after it
``fact``       {name, title, choices}; `choices` is a list of {value, title} or []
``quote``      {kind, lines, total, total_with_tax, questions}; `lines` is a list of {text, amount,
               article}, amounts in yen without tax or None; `total` None when a line has no price
               or something is open; `questions` are for the operator, not for the customer
"""

from collections.abc import Mapping
from dataclasses import dataclass

from quotas.decision import Reason


@dataclass(frozen=True, slots=True)
class ReplyValue:
    """One name a template may use, with its type and meaning in words."""

    name: str
    type: str
    meaning: str


def _values(text: str) -> tuple[ReplyValue, ...]:
    """Read lines of ``name | type | meaning``."""
    rows = (line.split("|", 2) for line in text.strip().splitlines())
    return tuple(ReplyValue(*(cell.strip() for cell in row)) for row in rows)


COMMON = _values("""
    subject        | str      | the customer's subject, for `Re:` only
    programme_name | str      | the programme as customers know it
    number_label   | str      | what the number is called, サポートサービス番号
    number_shape   | str      | its shape: A a letter, 9 a digit
    remind_head    | bool     | the number was found, but not at the head: say how to write it
    received_at    | datetime | when the request was received
""")
STRANGER = _values("""
    subject        | str      | the customer's subject, for `Re:` only
    programme_name | str      | the programme as customers know it
    number_label   | str      | what the number is called
""")
KNOWN = _values("""
    support_number | str/None | the canonical number; None while the sender isn't verified
    customer       | str/None | the customer's name as registered; None likewise
    contact_name   | str/None | the contact's name as registered; None likewise
    category_title | str/None | what was asked for, as the terms call it; None while unclear
    article        | str      | the article the answer rests on (`Decision.article`), or empty
""")
HOURS = _values("""
    hours          | str           | the opening hours as a sentence part, from the terms
    outside_hours  | bool          | it came outside the hours
    next_opening   | datetime      | when the clock starts; `received_at` when open
    due            | datetime/None | by when the terms promise an answer
""")
QUOTA = _values("""
    quota          | quota         | the count this request is about, with this request in it
    over_limit     | bool          | it goes on although nothing was left
""")
ENDED = _values("""
    period_start   | date          | first day of the last period that ended
    period_end     | date          | its inclusive last day
    next_start     | date/None     | first day of the next period, when one is registered
    quotes         | list[quote]   | renewal or restart with the computed fees or years, may be []
    reseller       | str/None      | the reseller on file
""")

SERVED = COMMON + KNOWN + HOURS
ACCEPTED = SERVED + _values("""
    price          | int/str/None  | what it costs in this status (yen without tax, or a word)
""")

VALUES: Mapping[Reason, tuple[ReplyValue, ...]] = {
    Reason.ACCEPTED: ACCEPTED,
    Reason.NUMBER_NOT_AT_HEAD: ACCEPTED,
    Reason.FOLLOW_UP: SERVED,
    Reason.NUMBER_MISSING: COMMON,
    Reason.NUMBER_UNKNOWN: STRANGER,
    Reason.SENDER_UNREGISTERED: STRANGER,
    Reason.SENDER_UNAUTHENTICATED: STRANGER,  # the challenge to the address on file
    Reason.CONTRACT_NOT_STARTED: SERVED
    + _values("""
    period_start   | date          | first day of the first period
    period_end     | date          | its inclusive last day
    """),
    Reason.CONTRACT_ENDED: SERVED + ENDED,
    Reason.NOT_COVERED: SERVED
    + _values("""
    item_title     | str           | the row of the coverage table
    status_title   | str           | the status of the contract that day
    price          | int/str/None  | what it costs in this status (yen without tax, or a word)
    note           | str           | what the terms add to this row, or empty
    """),
    Reason.CHANNEL_NOT_ACCEPTED: SERVED
    + _values("""
    came_by        | str           | how it came, in Japanese
    channels       | list[str]     | how it may come, in Japanese
    """),
    Reason.FACTS_MISSING: SERVED
    + _values("""
    missing        | list[fact]    | exactly what is to be filled in
    given          | list[str]     | titles of what is already known
    """),
    Reason.REISSUE_REQUESTED: SERVED + QUOTA,
    Reason.QUOTA_EXHAUSTED: SERVED
    + QUOTA
    + _values("""
    lines          | list[line]    | what was used when
    """),
    Reason.QUOTA_STATEMENT: SERVED
    + _values("""
    year_start     | date/None      | first day of the contract year, None outside all periods
    year_end       | date/None      | its inclusive last day
    statements     | list[statement]| every quota of the contract year
    """),
    Reason.CALL_REQUESTED: SERVED
    + _values("""
    phone_accepted | bool          | whether the terms take calls
    channels       | list[str]     | how questions may come, in Japanese
    quotas         | list[quota]   | what is counted about calls, may be []
    """),
    Reason.REMOTE_SUPPORT_REQUESTED: SERVED,
    Reason.CONTACT_CHANGE_REQUESTED: SERVED
    + _values("""
    contacts_maximum | int         | how many contacts may be registered at a time
    """),
    Reason.RENEWAL_QUESTION: SERVED
    + _values("""
    period_end     | date/None     | inclusive last day of the present or last period
    quotes         | list[quote]   | what the terms let compute, may be []
    reseller       | str/None      | the reseller on file
    """),
    Reason.ASK_OPERATOR: SERVED,
}
