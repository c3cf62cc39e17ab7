"""Checking everything a desk needs, with the remedy for each failure."""

import asyncio
import shutil
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from bot.config import mailbox_secret
from bot.house import House
from bot.receiving import LOWEST_FREE, imap_settings
from bot.render import check_templates
from bot.settings import MailboxSettings, SmtpSettings, WebSettings
from bot.web.company import provider_of
from bot.web.oidc import ProviderError
from bot.web.tokens import fresh
from mail import imap_connection
from mail.imap_connection import InboxError

SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `detail` of what it saw, `remedy` when it is not `ok`."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(house: House) -> list[Finding]:
    """Check settings, terms, templates, store, disk, mailboxes, outgoing server, Slack, web."""
    return [
        *_terms(house),
        _templates(house),
        _registers(house),
        _disk(house),
        *(_mailbox(box) for box in house.settings.mailboxes),
        *_senders(house),
        _smtp(house.settings.smtp),
        _slack(house),
        _web(house),
    ]


def _terms(house: House) -> Iterator[Finding]:
    for id_, programme in sorted(house.programmes.items()):
        yield Finding(f"terms {id_}", True, f"{programme.name}, {programme.revision}")


def _templates(house: House) -> Finding:
    faults = check_templates(house.programmes.values(), house.settings.templates_folder)
    if faults:
        return Finding("templates", False, faults[0], "mend the template named")
    return Finding("templates", True, "every reply can be drawn in every language")


def _registers(house: House) -> Finding:
    with house.store.reading() as work:
        known = len(work.contracts.numbers(limit=1))
    if not known:
        remedy = "import them: madoguchi import contracts.csv contacts.csv"
        return Finding("registers", False, "no contract is registered", remedy)
    return Finding("registers", True, "contracts are registered")


def _disk(house: House) -> Finding:
    folder = Path(house.settings.desk.blobs)
    free = shutil.disk_usage(folder).free
    detail = f"{free >> 20} MB free at {folder}"
    return Finding("disk", free > LOWEST_FREE, detail, "make room: below this no mail is taken")


def _mailbox(box: MailboxSettings) -> Finding:
    check = f"mailbox {box.name}"
    if box.listen is not None:
        where = box.listen
        return Finding(check, True, f"{where.kind} on {where.host}:{where.port}")
    if box.imap is None:
        return Finding(check, True, "filled by 'madoguchi receive'")
    password = box.imap.secret()
    if password is None:
        remedy = f"set {mailbox_secret(box.name)} or {mailbox_secret(box.name)}_FILE"
        return Finding(check, False, "there is no password", remedy)
    wire = imap_settings(box.imap)
    try:
        with imap_connection.connected(wire, lambda: password) as client:
            _, messages = imap_connection.select(client, wire)
    except InboxError as error:
        return Finding(check, False, str(error), "mend what it names")
    return Finding(check, True, f"{messages} messages in {box.imap.folder}")


def _senders(house: House) -> Iterator[Finding]:
    """Say where a mailbox's demand on senders can't be met by anyone."""
    for box in house.settings.mailboxes:
        blind = not (box.trusted_authserv or box.microsoft365 or box.listen)
        if box.authentication == "require" and blind:
            yield Finding(
                f"senders of {box.name}",
                False,
                "authentication is required, but no server's results are trusted",
                "set trusted_authserv to the name your receiving server writes",
            )


def _smtp(settings: SmtpSettings | None) -> Finding:
    if settings is None:
        return Finding("smtp", False, "there is no [smtp] in desk.toml", "add host and port")
    where = f"{settings.host}:{settings.port}"
    try:
        with _connected(settings) as server:
            server.ehlo()
            if settings.security == "starttls":
                server.starttls(context=_context(settings))
            if settings.user:
                server.login(settings.user, settings.password or "")
    except (OSError, smtplib.SMTPException) as error:
        remedy = "check host, port, security and MADOGUCHI_SMTP_PASSWORD"
        return Finding("smtp", False, f"{where}: {error}", remedy)
    return Finding("smtp", True, f"{where} answers")


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=SECONDS, context=_context(settings)
        )
    return smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)


def _context(settings: SmtpSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)


def _slack(house: House) -> Finding:
    settings = house.settings.slack
    if settings is None:
        return Finding("slack", True, "not set up: the desk runs without it")
    needed = {
        "MADOGUCHI_SLACK_BOT_TOKEN": settings.bot_token,
        "MADOGUCHI_SLACK_APP_TOKEN": settings.app_token if settings.mode == "socket" else "-",
        "MADOGUCHI_SLACK_SIGNING_SECRET": settings.signing_secret
        if settings.mode == "http"
        else "-",
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return Finding("slack", False, f"{missing[0]} is not set", "set it or its _FILE")
    return Finding("slack", True, f"{settings.mode} mode, {len(settings.queues)} queues")


def _web(house: House) -> Finding:
    settings = house.settings.web
    if settings is None:
        return Finding("web", True, "not set up: the desk serves no pages")
    where = f"{settings.host}:{settings.port}"
    if not settings.secure and not _is_here(settings.host):
        remedy = "put a proxy that speaks TLS before it and set address to its https:// address"
        return Finding("web", False, f"{where} is open to others without TLS", remedy)
    try:
        _ask_provider(house, settings)
    except (ProviderError, OSError) as error:
        return Finding("web", False, str(error), "check [web.oidc]: issuer and ca_file")
    if settings.oidc is None and not _may_anybody_sign_in(house):
        remedy = "add a person: madoguchi user add NAME --role administrator"
        return Finding("web", False, "nobody may sign in", remedy)
    return Finding("web", True, f"pages on {where}, opened at {settings.base}")


def _is_here(host: str) -> bool:
    """Tell whether only this machine reaches an address; a name may mean any."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask_provider(house: House, settings: WebSettings) -> None:
    """Read what the OpenID provider says of itself, if there is one."""
    provider = provider_of(house, settings)
    if provider is not None:
        asyncio.run(provider.address(fresh(), fresh(), fresh()))


def _may_anybody_sign_in(house: House) -> bool:
    with house.store.reading() as work:
        return any(user.disabled_at is None for user in work.users.listed())
