"""The heart: what is done about one message, as a pure function of it and what is known."""

from quotas.decision import Decision
from quotas.entitle import entitle_by_channel, entitle_by_coverage, entitle_by_period
from quotas.facts import Facts
from quotas.guards import (
    require_one_sender,
    set_automatic_mail_apart,
    set_bounces_apart,
    set_duplicates_apart,
    set_own_mail_apart,
    take_up_waiting,
)
from quotas.hearing import Guard, open_hearing
from quotas.identify import identify
from quotas.request import Request
from quotas.serve import serve
from quotas.thread import follow_up, refuse_forged_references, take_up_facts
from quotas.understand import understand
from quotas.verify import take_up_confirmed, verify_authentication, verify_registered

GUARDS: tuple[Guard, ...] = (
    set_duplicates_apart,
    set_bounces_apart,
    set_automatic_mail_apart,
    set_own_mail_apart,
    require_one_sender,
    take_up_waiting,
    identify,
    verify_registered,
    take_up_confirmed,
    verify_authentication,
    refuse_forged_references,
    take_up_facts,
    follow_up,
    understand,
    entitle_by_period,
    entitle_by_coverage,
    entitle_by_channel,
)
"""What every message goes through, in this order; the first guard that decides ends it."""


def decide(request: Request, facts: Facts) -> Decision:
    """Return what is done about `request`, and by which rules and articles.

    Pure and total: the same request and facts give the same decision, whatever the text.
    """
    hearing = open_hearing(request, facts)
    for guard in GUARDS:
        outcome = guard(hearing)
        if isinstance(outcome, Decision):
            return outcome
        hearing = outcome
    return serve(hearing)
