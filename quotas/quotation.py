"""What a renewal, a return or an addition costs: lines with their article, and open questions."""

from dataclasses import dataclass
from datetime import date

from quotas.contract import Contract
from quotas.programme import Programme


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quotation: Japanese `text`, `amount` in yen without tax, or None when the
    terms give no price, and the `article` it rests on.
    """

    text: str
    amount: int | None
    article: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation of one `kind`.

    `total` is the sum in yen without tax, None when a line has no price or something is open;
    `questions` is what an operator must settle first, in Japanese.
    """

    kind: str
    lines: tuple[Line, ...]
    total: int | None
    questions: tuple[str, ...]


def quote(
    kind: str, contract: Contract | None, programme: Programme, day: date, **given: object
) -> Quotation:
    """Return the quotation of `kind` (``renewal``, ``rejoin``, ``restart``, ``add``, ``merge``,
    ``switch``) on `day`, from the contract's register entries and the facts `given`.
    """
    raise NotImplementedError
