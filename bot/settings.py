"""What desk.toml may say: the settings as values, with every default in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from quotas.programme import Channel
from quotas.request import Policy

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`[desk]`: who the desk is and where it keeps what it knows."""

    name: str
    timezone: ZoneInfo
    database: str
    blobs: str
    closed: frozenset[date]
    language: str
    replies_per_day: int
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """`[smtp]`: the outgoing server; `security` is none, starttls or tls."""

    host: str
    port: int
    security: Security
    user: str | None
    ca_file: Path | None
    timeout: int
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """`imap = {…}` of a mailbox; `move_to` is a folder for messages taken in, never deleted.

    `secret` gives the password or, with `sign_in` xoauth2, the access token of this moment: it is
    asked at each sign-in, so that a file which another program renews is read anew.
    """

    host: str
    port: int
    user: str
    folder: str
    security: Security
    ca_file: Path | None
    poll_seconds: int
    move_to: str | None
    sign_in: Literal["password", "xoauth2"]
    secret: Callable[[], str | None] = field(default=lambda: None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """`lmtp = {…}` or `smtp = {…}` of a mailbox: where the desk listens for its mail."""

    kind: Literal["lmtp", "smtp"]
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """One `[[mailbox]]`, bound to a programme and a channel.

    `first_run` is what happens to mail already in the folder when the desk first opens it:
    ``archive`` records it without an answer, ``answer`` treats it as new.
    """

    name: str
    programme: str
    channel: Channel
    address: str
    imap: ImapSettings | None
    listen: ListenSettings | None
    trusted_authserv: str | None
    authentication: Policy
    microsoft365: bool
    arc_forwarders: tuple[str, ...]
    first_run: str


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`[slack]`: user groups that may act, channels by queue; tokens come from the environment."""

    mode: str
    operators: str
    leads: str
    queues: Mapping[str, str]
    api_url: str | None
    listen_host: str
    listen_port: int
    digest: time = time(9, 0)
    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`[web.oidc]`: signing in with an OpenID provider.

    The values of the ID token's `claim` name roles by `roles`; `name_claim` names the person.
    """

    issuer: str
    client_id: str
    claim: str
    roles: Mapping[str, str]
    name_claim: str
    ca_file: Path | None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`[web]`: where the pages are listened for, and under which `address` people open them.

    `proxies` are the addresses of reverse proxies whose word on the client's address counts.
    `metrics_token` opens /metrics to others than this machine.
    """

    host: str
    port: int
    address: str | None
    proxies: tuple[str, ...]
    idle_minutes: int
    session_hours: int
    oidc: OidcSettings | None
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def base(self) -> str:
        """Where people open the pages, without a slash at the end."""
        return self.address or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people open the pages over TLS."""
        return (self.address or "").startswith("https://")


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """`[alarms]`: whom to mail, and the limits; what is counted is told in docs/running.md."""

    to: tuple[str, ...]
    poll_minutes: int
    queue_minutes: int
    outbox_minutes: int
    outbox_failed: int
    quarantined: int
    slack_minutes: int


@dataclass(frozen=True, slots=True)
class RepliesSettings:
    """`[replies]`: what operators may write and enclose, and in which queues two must agree.

    `forbidden` are words that must not go out; `second_person` queues whose replies another
    person approves; `operator_name` signs replies with the operator's display name;
    `file_types` are extensions without a dot.
    """

    forbidden: tuple[str, ...] = ()
    second_person: tuple[str, ...] = ()
    operator_name: bool = False
    file_types: tuple[str, ...] = (
        "pdf", "txt", "csv", "log", "png", "jpg", "jpeg", "gif", "zip", "xlsx", "docx", "pptx",
    )  # fmt: skip
    file_megabytes: int = 10


@dataclass(frozen=True, slots=True)
class ReissueSettings:
    """`[reissue]`: the vendor's own `command` that issues licence keys, and how long keys stay.

    `seconds` is the longest the command may take; `keep_hours` how long a key that could not be
    sent is kept, encrypted.
    """

    command: tuple[str, ...] = ()
    seconds: int = 20
    keep_hours: int = 168


@dataclass(frozen=True, slots=True)
class Settings:
    """All of desk.toml; `folder` is where the file stands, and relative paths start there."""

    folder: Path
    desk: DeskSettings
    smtp: SmtpSettings | None
    slack: SlackSettings | None
    mailboxes: tuple[MailboxSettings, ...]
    programmes_folder: Path | None
    templates_folder: Path | None
    resolver: str | None
    web: WebSettings | None
    alarms: AlarmSettings
    canned_folder: Path | None = None
    replies: RepliesSettings = RepliesSettings()
    reissue: ReissueSettings = ReissueSettings()

    def mailbox(self, name: str | None) -> MailboxSettings | None:
        """Return the mailbox called `name`, or the only one when `name` is None."""
        if name is None:
            return self.mailboxes[0] if len(self.mailboxes) == 1 else None
        return next((box for box in self.mailboxes if box.name == name), None)
