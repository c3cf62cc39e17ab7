"""When an automatic reply is withheld, whatever the reason it would give."""

import re
from collections.abc import Callable

from quotas.decision import Reason
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.request import Verdict

_ROBOT = re.compile(
    r"^(?:mailer[-_.]?daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?|root|"
    r"abuse|listserv|majordomo)(?:[-+_.][^@]*)?@",
    re.IGNORECASE,
)

TO_STRANGERS = frozenset({Reason.NUMBER_UNKNOWN, Reason.SENDER_UNREGISTERED})
"""Both read the same and come equally often, or a stranger could tell which numbers exist."""

Withheld = Callable[[Hearing, Reason], bool]

WITHHELD: tuple[tuple[str, Withheld], ...] = (
    (
        "差出人のアドレスがないため返信しません",
        lambda h, _: not h.request.sender,
    ),
    (
        "自動送信用のアドレスには返信しません",
        lambda h, _: bool(_ROBOT.match(h.request.sender)),
    ),
    (
        "窓口自身のアドレスには返信しません",
        lambda h, _: is_own(h, h.request.sender),
    ),
    (
        "送信者認証に失敗しているため、名乗られた差出人には返信しません",
        lambda h, _: h.request.authentication.verdict is Verdict.FAIL,
    ),
    (
        "このアドレスへの自動返信が届かなかったため返信しません",
        lambda h, _: h.facts.sent.stopped_by_bounce,
    ),
    (
        "このアドレスへの自動返信が本日の上限に達しました",
        lambda h, _: h.facts.sent.today >= h.facts.limit_per_day,
    ),
    (
        "番号の記載はこのスレッドですでにお願いしています",
        lambda h, reason: reason is Reason.NUMBER_MISSING and _asked_for_number(h),
    ),
    (
        "同じ内容の自動返信をこの案件で送信済みです",
        lambda h, reason: not h.facts.sent.templates_in_case.isdisjoint(_same_words(reason)),
    ),
)
"""Why no reply is sent, with the test for it; the first that holds is told."""


def why_no_reply(hearing: Hearing, reason: Reason) -> str | None:
    """Return why no automatic reply may go to the sender, or None when it may."""
    return next((why for why, holds in WITHHELD if holds(hearing, reason)), None)


def _same_words(reason: Reason) -> frozenset[Reason]:
    """Return the reasons whose replies read like this one's: to strangers two are one."""
    return TO_STRANGERS if reason in TO_STRANGERS else frozenset({reason})


def _asked_for_number(hearing: Hearing) -> bool:
    waiting = hearing.facts.waiting
    return waiting is not None and waiting.awaits is Awaited.NUMBER


def is_own(hearing: Hearing, address: str) -> bool:
    """Tell whether `address` is one of the desk's own."""
    return address.casefold() in {own.casefold() for own in hearing.facts.own_addresses}
