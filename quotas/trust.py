"""Whether a sender is who the message says, by the mailbox's policy."""

from collections.abc import Mapping

from quotas.contract import Contact
from quotas.hearing import Hearing
from quotas.request import Policy, Verdict

TRUSTED: Mapping[Policy, frozenset[Verdict]] = {
    Policy.REQUIRE: frozenset({Verdict.PASS}),
    Policy.PREFER: frozenset({Verdict.PASS, Verdict.NONE}),
    Policy.OFF: frozenset(Verdict),
}
"""The verdicts each policy is content with."""


def is_trusted(hearing: Hearing, contact: Contact | None) -> bool:
    """Tell whether the mailbox's policy, or the contact's dated exception, lets the sender pass."""
    request = hearing.request
    if request.authentication.verdict in TRUSTED[request.policy]:
        return True
    until = contact.unauthenticated_until if contact else None
    return until is not None and hearing.today <= until
