"""Steps of writing to customers, which several tests take."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

from bot.store.outbox import OutboxItem
from tests.slack.stage import Stage
from tests.slack_double import Person
from tests.slack_double.block_kit import words
from tests.slack_double.workspace import File


def mails(stage: Stage, number: str) -> list[OutboxItem]:
    """Return the mails of a case, in whatever state."""
    with stage.store.reading() as work:
        return [item for item in work.outbox.of_case(number) if item.kind == "mail"]


def read(raw: bytes) -> EmailMessage:
    """Return a mail as the customer's program reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def allow(stage: Stage, **changes: object) -> None:
    """Let a stage that has not started write by other `[replies]`."""
    settings = replace(stage.letters.replies, **changes)  # type: ignore[arg-type] # checked at run time
    stage.change_letters(replies=settings)


async def opened(stage: Stage, **changes: object) -> str:
    """Open a case of a customer, its card drawn."""
    number = stage.open_case(contact="sato@customer.example", contact_name="佐藤", **changes).number
    await stage.work_off()
    return number


async def replying(stage: Stage, person: Person, number: str) -> None:
    """Open the reply form."""
    await person.click("返信", stage.card(number))
    await person.sees_modal("お客さまへ返信")


async def preview_of(person: Person) -> str:
    """Return what the preview shows."""
    view = await person.sees_modal("送信内容の確認")
    return words(view.body["blocks"])


async def notice_of(person: Person) -> str:
    """Return what a notice tells."""
    view = await person.sees_modal("お知らせ")
    return words(view.body["blocks"])


def file(stage: Stage, name: str, data: bytes, **more: object) -> File:
    """Return a file a person has chosen."""
    made = File(stage.double.space.fresh("F"), name, data)
    for key, value in more.items():
        setattr(made, key, value)
    return made
