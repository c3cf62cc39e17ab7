"""Whether the sender may be served: registered that day, and authenticated by policy."""

from dataclasses import replace

from quotas import marks
from quotas.answer import first_answer_due
from quotas.classify import word_pattern
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contact
from quotas.decision import Decision, Reason
from quotas.facts import Awaited, Waiting
from quotas.hearing import Hearing
from quotas.identify import contact_named
from quotas.questions import CONFIRMATION_DENIED
from quotas.request import Policy, Verdict
from quotas.sentence import sentences
from quotas.trust import is_trusted

_NOT_SENT = ("心当たり", "覚え", "送って", "送信して", "出して")
DENIALS = (
    *(f"{said}*{denied}" for said in _NOT_SENT for denied in ("ない", "なく", "ません")),
    "違います",
    "いいえ",
    "不審",
)
VERDICT_TITLES = {
    Verdict.PASS: "送信元を確認できました",
    Verdict.FAIL: "送信元の認証に失敗しました",
    Verdict.NONE: "送信元を確認できません",
}
POLICY_TITLES = {Policy.REQUIRE: "必須", Policy.PREFER: "推奨", Policy.OFF: "不問"}


def verify_registered(hearing: Hearing) -> Hearing | Decision:
    """Serve only contacts registered on the day the message came."""
    contract = hearing.contract
    contact = contract and contact_named(hearing, contract, hearing.today)
    if contact:
        detail = f"{contact.name}様は登録担当者です"
        return hearing.found("contact", "registered", detail, _article(hearing), contact=contact)
    outcome = Outcome(
        Reason.SENDER_UNREGISTERED,
        "contact",
        f"{hearing.request.sender}は{hearing.today:%Y-%m-%d}時点の登録担当者ではありません",
        _article(hearing),
    )
    forged = (marks.FORGED_REFERENCE,) if hearing.facts.forged_reference else ()
    return conclude(hearing.marked(marks.SENDER_UNREGISTERED, *forged), outcome)


def _article(hearing: Hearing) -> str:
    return hearing.facts.programme.contacts_maximum.on(hearing.today).article


def take_up_confirmed(hearing: Hearing) -> Hearing | Decision:
    """Take a reply to the challenge as confirmation of the message that waited for it."""
    waiting = hearing.facts.waiting
    if waiting is None or waiting.awaits is not Awaited.CONFIRMATION:
        return hearing
    if hearing.facts.forged_reference is not None:
        return hearing
    heard = sentences(hearing.request.own_text)
    if any(word_pattern(word).search(sentence) for word in DENIALS for sentence in heard):
        return _denied(hearing, waiting)
    joined = hearing.taking_up(waiting, waiting.text)
    detail = f"登録アドレスからの返信で、メッセージ（{waiting.message_id}）の差出人を確認しました"
    return joined.found("waiting", "confirmed", detail)


def _denied(hearing: Hearing, waiting: Waiting) -> Decision:
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "waiting",
        "心当たりがないとの返信です",
        question=CONFIRMATION_DENIED,
        due=first_answer_due(hearing),
    )
    denied = replace(hearing, case_number=waiting.case_number)
    return conclude(denied.marked(marks.SENDER_UNAUTHENTICATED), outcome)


def verify_authentication(hearing: Hearing) -> Hearing | Decision:
    """Refuse to answer a registered address that isn't authenticated; ask it on file."""
    authentication = hearing.request.authentication
    told = f"{VERDICT_TITLES[authentication.verdict]}（{authentication.detail}）"
    policy = POLICY_TITLES[hearing.request.policy]
    if hearing.takes_up and hearing.takes_up.awaits is Awaited.CONFIRMATION:
        return hearing.found("authentication", "confirmed", told)
    if is_trusted(hearing, hearing.contact):
        return hearing.found("authentication", "trusted", f"{told}、方針は{policy}です")
    challenge = _challenge(hearing, hearing.contact)
    outcome = Outcome(
        Reason.SENDER_UNAUTHENTICATED,
        "authentication",
        f"{told}、方針（{policy}）を満たしません",
        challenge=challenge,
        awaits=Awaited.CONFIRMATION if challenge else None,
    )
    asked = (marks.CHALLENGED,) if challenge else ()
    return conclude(hearing.marked(marks.SENDER_UNAUTHENTICATED, *asked), outcome)


def _challenge(hearing: Hearing, contact: Contact | None) -> str | None:
    """Return the address on file to ask, unless a mail known as forged would make us write there.

    Nothing is sent either where automatic replies to the address have stopped or are used up.
    """
    sent, limit = hearing.facts.sent, hearing.facts.limit_per_day
    forged = hearing.request.authentication.verdict is Verdict.FAIL
    if contact is None or forged or sent.stopped_by_bounce or sent.today >= limit:
        return None
    asked = Reason.SENDER_UNAUTHENTICATED in sent.templates_in_case
    return None if asked else contact.email
