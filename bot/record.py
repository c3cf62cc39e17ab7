"""Recording a decision: case, ledger entry, replies and cards, all in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from bot.correspondence import Mail, Office
from bot.drawing import draw_card, draw_new_card, post_files, post_follow_up, post_line
from bot.explain import decision_json
from bot.gather import Reading
from bot.originals import EXCERPT_CHARACTERS
from bot.outbox import deliver_soon
from bot.store.cases import NewCase
from bot.store.messages import Outcome
from bot.store.outbox import Outgoing
from bot.store.work import Work
from quotas.decision import CaseStep, Decision, Reason, Reply, State
from quotas.ledger import Kind, LedgerEntry

NO_SUBJECT = "（件名なし）"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written for one message: the case, the ledger entry, the reply's recipient."""

    case_number: str | None
    entry: LedgerEntry | None
    replied_to: str | None


class Recorder:
    """Writes decisions inside one unit of work at the aware instant `now`."""

    def __init__(self, work: Work, office: Office, now: datetime) -> None:
        self._work = work
        self._office = office
        self._now = now

    def record(self, reading: Reading, decision: Decision) -> Recorded:
        """Write everything `decision` causes for the stored message of `reading`."""
        message = _stored(reading)
        case = self._case(reading, decision)
        entry = self._charge(reading, decision, case)
        replied_to = self._reply(reading, decision, case)
        self._challenge(reading, decision, case)
        self._show(reading, decision, case)
        self._bounce(reading, decision)
        self._work.messages.finish(
            message,
            Outcome(
                state=decision.state,
                reason=decision.reason,
                decided_at=self._now,
                message_id=reading.message.message_id or None,
                fingerprint=reading.message.fingerprint,
                sender=reading.message.from_address or None,
                subject=reading.message.subject or None,
                excerpt=reading.request.own_text[:EXCERPT_CHARACTERS] or None,
                awaits=decision.awaits,
                support_number=decision.support_number if decision.contract else None,
                case_number=case,
                decision=decision_json(decision, reading.request),
            ),
        )
        if decision.takes_up is not None:
            self._work.messages.take_up(decision.takes_up, message, self._now)
        return Recorded(case, entry, replied_to)

    def _case(self, reading: Reading, decision: Decision) -> str | None:
        if decision.case is CaseStep.OPEN:
            return self._work.cases.open(self._new_case(reading, decision))
        if decision.case is CaseStep.JOIN and decision.case_number is not None:
            self._work.cases.reopen(decision.case_number, self._now)
        if decision.takes_up is not None or self._opened(reading, decision.case_number):
            self._refine(reading, decision)
        return decision.case_number

    def _opened(self, reading: Reading, number: str | None) -> bool:
        """Tell whether this very message opened the case before: then it was decided again."""
        case = self._work.cases.get(number) if number else None
        return case is not None and case.opened_by == reading.id

    def _refine(self, reading: Reading, decision: Decision) -> None:
        """Let the case be what the message opens now that more is known, and it is complete."""
        case = self._work.cases.lock(decision.case_number or "")
        if case is None:
            return
        new = self._new_case(reading, decision)
        names = ("support_number", "contact", "contact_name", "category", "item", "queue", "due_at")
        values = {name: getattr(new, name) for name in (*names, "question", "marks")}
        self._work.cases.change(case.number, case.version, self._now, **values)

    def _new_case(self, reading: Reading, decision: Decision) -> NewCase:
        contact = decision.contact
        first, subject = self._first(reading, decision)
        return NewCase(
            programme=reading.programme.id,
            channel=reading.request.channel,
            mailbox=reading.box.name,
            subject=subject or NO_SUBJECT,
            queue=decision.queue or _queue(reading, decision),
            opened_at=self._now,
            opened_by=first,
            support_number=decision.support_number if decision.contract else None,
            contact=(contact.email if contact else None) or reading.request.sender or None,
            contact_name=contact.name if contact else None,
            category=decision.category,
            item=decision.item,
            due_at=decision.due,
            question=decision.question,
            marks=decision.marks,
        )

    def _first(self, reading: Reading, decision: Decision) -> tuple[int | None, str | None]:
        """Return the message that says what the case is about, and its subject."""
        waiting = self._work.messages.get(decision.takes_up) if decision.takes_up else None
        return (waiting.id, waiting.subject) if waiting else (reading.id, reading.request.subject)

    def _charge(self, reading: Reading, decision: Decision, case: str | None) -> LedgerEntry | None:
        charge = decision.charge
        if charge is None or decision.support_number is None:
            return None
        return self._work.ledger.append(
            LedgerEntry(
                id=0,
                support_number=decision.support_number,
                quota=charge.quota,
                kind=Kind.RESERVE,
                units=charge.units,
                charged_on=charge.charged_on,
                on=reading.request.received_at.date(),
                recorded_at=self._now,
                key=f"message:{reading.id}:{charge.quota}",
                actor="desk",
                case_number=case,
                contact=decision.contact.email if decision.contact else None,
                article=charge.article,
            )
        )

    def _reply(self, reading: Reading, decision: Decision, case: str | None) -> str | None:
        if decision.reply is None:
            return None
        self._send(reading, decision.reply, case, f"reply:{reading.id}")
        return decision.reply.to

    def _challenge(self, reading: Reading, decision: Decision, case: str | None) -> None:
        """Ask the address on file whether this message is theirs."""
        if decision.challenge is None:
            return
        values = decision.challenge_values
        reply = Reply(Reason.SENDER_UNAUTHENTICATED, decision.challenge, values)
        self._send(reading, reply, case, f"challenge:{reading.id}")

    def _send(self, reading: Reading, reply: Reply, case: str | None, key: str) -> None:
        """Compose a reply once and for all, Message-ID included, and put it in the outbox."""
        box, original = reading.box, reading.message
        drawn = self._office.draw(reply, reading.programme, box, case, reading.request.received_at)
        thread = (*original.references, original.message_id)
        mail = Mail(reply.to, drawn, thread, automatic=True)
        composed = self._office.compose(mail, box, self._now)
        self._work.outbox.add(
            Outgoing(
                kind="mail",
                dedupe_key=key,
                created_at=self._now,
                case_number=case,
                answers=reading.id,
                mailbox=box.name,
                recipient=reply.to,
                template=reply.template,
                automatic=True,
                message_id=composed.message_id,
                subject=drawn.subject,
                raw=composed.raw,
            )
        )
        deliver_soon(self._work, self._now)

    def _show(self, reading: Reading, decision: Decision, number: str | None) -> None:
        """Let the operators see it: the card of its case, and what joined a case in its thread.

        A case that only waits for its customer has no card yet.
        """
        if number is None or (decision.case is CaseStep.NONE and not self._opened(reading, number)):
            return
        if decision.case is CaseStep.OPEN:
            if decision.queue is not None:
                draw_new_card(self._work, number, self._now)
                self._enclose(reading, decision, number)
            return
        case = self._work.cases.get(number)
        if case is None:
            return
        draw_card(self._work, case, self._now)
        if decision.case is CaseStep.JOIN and case.opened_by != reading.id:
            post_follow_up(self._work, case, _stored(reading), self._now)
        self._enclose(reading, decision, number)

    def _enclose(self, reading: Reading, decision: Decision, number: str) -> None:
        """Let files stand under the card: of this message, and of the one that waited for it."""
        cut = len(reading.request.own_text) > EXCERPT_CHARACTERS
        if reading.message.attachments or cut:
            post_files(self._work, number, _stored(reading), self._now)
        if decision.takes_up is not None:
            post_files(self._work, number, decision.takes_up, self._now)

    def _bounce(self, reading: Reading, decision: Decision) -> None:
        """Mark the delivery that came back for good, and tell the operators of its case.

        Which delivery it was only a Message-ID tells, which nobody can guess: a forged report
        must not stop the replies to a customer.
        """
        report = reading.message.bounce
        if decision.state is not State.BOUNCE or report is None or not report.permanent:
            return
        original = report.original_message_id
        item = self._work.outbox.of_message_id(original) if original else None
        if item is None or item.bounced_at is not None:
            return
        status = (report.status or report.why)[:200]
        self._work.outbox.bounced(item.id, status, self._now)
        case = self._work.cases.get(item.case_number) if item.case_number else None
        if case is not None:
            text = (
                f"{item.recipient}宛てのメール「{item.subject or NO_SUBJECT}」が届きませんでした"
                f"（{status}）。宛先をご確認ください。"
            )
            post_line(self._work, case, f"bounce:{item.id}", text, self._now)


def _queue(reading: Reading, decision: Decision) -> str:
    """Return where the case will go when nobody has to see it yet: by what is asked for."""
    if decision.category is None:
        return "default"
    day = reading.request.received_at.date()
    return reading.programme.category(decision.category, day).queue


def _stored(reading: Reading) -> int:
    if reading.id is None:
        raise ValueError("only a stored message can be recorded")
    return reading.id
