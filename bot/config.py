"""Reading desk.toml and the environment: every mistake is named with its key and the remedy.

This is the only place that reads the environment.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from bot import config_values as read
from bot.config_values import Key, Problem, Table
from bot.settings import (
    AlarmSettings,
    DeskSettings,
    ImapSettings,
    ListenSettings,
    MailboxSettings,
    OidcSettings,
    ReissueSettings,
    RepliesSettings,
    Settings,
    SlackSettings,
    SmtpSettings,
    WebSettings,
)

DEFAULT_FILE = "desk.toml"

DESK = (
    Key("name", read.text, "サポート窓口"),
    Key("timezone", read.timezone, "Asia/Tokyo"),
    Key("database", read.database, "sqlite:///desk.db"),
    Key("blobs", read.text, "blobs"),
    Key("closed", read.days, []),
    Key("language", read.one_of("ja", "en"), "ja"),
    Key("replies_per_day", read.count, 5),
    Key("signature", read.text, None),
)
SMTP = (
    Key("host", read.text),
    Key("port", read.port),
    Key("security", read.one_of("none", "starttls", "tls"), "starttls"),
    Key("user", read.text, None),
    Key("ca_file", read.path, None),
    Key("timeout", read.count, 30),
)
IMAP = (
    Key("host", read.text),
    Key("port", read.port, 993),
    Key("user", read.text),
    Key("folder", read.text, "INBOX"),
    Key("security", read.one_of("none", "starttls", "tls"), "tls"),
    Key("ca_file", read.path, None),
    Key("poll_seconds", read.count, 60),
    Key("move_to", read.text, None),
    Key("sign_in", read.one_of("password", "xoauth2"), "password"),
)
LISTEN = (Key("listen", read.address),)
SLACK = (
    Key("mode", read.one_of("socket", "http"), "socket"),
    Key("operators", read.text),
    Key("leads", read.text),
    Key("queues", read.names),
    Key("api_url", read.text, None),
    Key("listen", read.address, "127.0.0.1:8081"),
    Key("digest", read.time_of_day, "09:00"),
)
_WRITING, _KEYS = RepliesSettings(), ReissueSettings()
REPLIES = (
    Key("forbidden", read.texts, [*_WRITING.forbidden]),
    Key("second_person", read.texts, [*_WRITING.second_person]),
    Key("operator_name", read.flag, _WRITING.operator_name),
    Key("file_types", read.texts, [*_WRITING.file_types]),
    Key("file_megabytes", read.count, _WRITING.file_megabytes),
)
REISSUE = (
    Key("command", read.texts, [*_KEYS.command]),
    Key("seconds", read.count, _KEYS.seconds),
    Key("keep_hours", read.count, _KEYS.keep_hours),
)
MAILBOX = (
    Key("name", read.name),
    Key("programme", read.text),
    Key("channel", read.channel, "email"),
    Key("address", read.mail_address),
    Key("imap", read.table(IMAP), None),
    Key("lmtp", read.table(LISTEN), None),
    Key("smtp", read.table(LISTEN), None),
    Key("trusted_authserv", read.text, None),
    Key("authentication", read.policy, "require"),
    Key("microsoft365", read.flag, False),
    Key("arc_forwarders", read.texts, []),
    Key("first_run", read.one_of("archive", "answer"), "archive"),
)
OIDC = (
    Key("issuer", read.web_address),
    Key("client_id", read.text),
    Key("claim", read.text, "groups"),
    Key("roles", read.roles),
    Key("name_claim", read.text, "preferred_username"),
    Key("ca_file", read.path, None),
)
WEB = (
    Key("listen", read.address),
    Key("address", read.origin, None),
    Key("proxies", read.texts, []),
    Key("idle_minutes", read.count, 60),
    Key("session_hours", read.count, 12),
    Key("oidc", read.table(OIDC), None),
)
ALARMS = (
    Key("to", read.mail_addresses, []),
    Key("poll_minutes", read.count, 10),
    Key("queue_minutes", read.count, 5),
    Key("outbox_minutes", read.count, 60),
    Key("outbox_failed", read.count, 1),
    Key("quarantined", read.count, 10),
    Key("slack_minutes", read.count, 10),
)
ROOT = (
    Key("desk", read.table(DESK), {}),
    Key("smtp", read.table(SMTP), None),
    Key("web", read.table(WEB), None),
    Key("alarms", read.table(ALARMS), {}),
    Key("slack", read.table(SLACK), None),
    Key("mailbox", read.tables(MAILBOX), []),
    Key("programmes", read.table((Key("folder", read.path),)), None),
    Key("templates", read.table((Key("folder", read.path),)), None),
    Key("canned", read.table((Key("folder", read.path),)), None),
    Key("replies", read.table(REPLIES), {}),
    Key("reissue", read.table(REISSUE), {}),
    Key("dns", read.table((Key("resolver", read.text),)), None),
)


class ConfigError(ValueError):
    """The settings can't be used; the message is one line a mistake, each with its remedy."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment as the desk sees it: names to values, and files named by `NAME_FILE`."""

    values: Mapping[str, str]

    def secret(self, name: str) -> str | None:
        """Return the secret called `name`, from the variable or from the file `name`_FILE names.

        Raises `ConfigError` when that file can't be read.
        """
        if name in self.values:
            return self.values[name]
        file = self.values.get(f"{name}_FILE")
        if file is None:
            return None
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise ConfigError(
                f"{name}_FILE: {file} can't be read ({error.strerror}); "
                "name a readable file that holds the secret"
            ) from error


def environment() -> Environment:
    """Return the environment of this process."""
    return Environment(dict(os.environ))


def config_path(given: Path | None) -> Path:
    """Return the settings file: as given, else MADOGUCHI_CONFIG, else ./desk.toml."""
    return given or Path(os.environ.get("MADOGUCHI_CONFIG", DEFAULT_FILE))


def load(path: Path, env: Environment) -> Settings:
    """Read desk.toml at `path` and the secrets in `env`; raise `ConfigError` with every mistake."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; "
            "write one with 'madoguchi init' or name it with --config"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}); check its rights") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML ({error}); mend that place") from error
    problems: list[Problem] = []
    values = read.read_table(data, ROOT, "", problems)
    if not problems:
        problems.extend(_contradictions(values))
    if problems:
        raise ConfigError("\n".join(f"{path}: {p.key}: {p.what}; {p.remedy}" for p in problems))
    return _settings(path.resolve().parent, values, env)


def _contradictions(values: Table) -> list[Problem]:
    """Find what no single key shows: a name used twice, a mailbox without a way in."""
    problems: list[Problem] = []
    seen: dict[str, set[str]] = {"name": set(), "address": set()}
    for index, box in enumerate(values["mailbox"], start=1):
        where = f"mailbox[{index}]"
        for key, used in seen.items():
            if box[key] in used:
                problems.append(
                    Problem(f"{where}.{key}", f"{box[key]!r} is used twice", "give each its own")
                )
            used.add(box[key])
        ways = [way for way in ("imap", "lmtp", "smtp") if box[way] is not None]
        if len(ways) > 1:
            problems.append(
                Problem(where, f"has {' and '.join(ways)}", "keep one way in for each mailbox")
            )
    return problems


def _settings(folder: Path, values: Table, env: Environment) -> Settings:
    """Turn checked values into settings, relative paths made absolute from `folder`."""
    dns = values["dns"]
    return Settings(
        folder=folder,
        desk=_desk(folder, values["desk"]),
        smtp=_smtp(folder, values["smtp"], env),
        slack=_slack(values["slack"], env),
        mailboxes=tuple(_mailbox(folder, box, env) for box in values["mailbox"]),
        programmes_folder=_folder(folder, values["programmes"]),
        templates_folder=_folder(folder, values["templates"]),
        resolver=dns["resolver"] if dns else None,
        web=_web(folder, values["web"], env),
        alarms=AlarmSettings(**_fixed(values["alarms"])),
        canned_folder=_folder(folder, values["canned"]),
        replies=RepliesSettings(**_fixed(values["replies"])),
        reissue=ReissueSettings(**_fixed(values["reissue"])),
    )


def _fixed(values: Table) -> dict[str, Any]:
    """Return `values` with lists as tuples."""
    return {k: tuple(cast("list[Any]", v)) if isinstance(v, list) else v for k, v in values.items()}


def _folder(base: Path, table: Table | None) -> Path | None:
    return base / table["folder"] if table else None


def _desk(folder: Path, values: Table) -> DeskSettings:
    desk = DeskSettings(**values)
    database, prefix = desk.database, "sqlite:///"
    if database.startswith(prefix) and database != "sqlite:///:memory:":
        database = prefix + str(folder / database.removeprefix(prefix))
    blobs = desk.blobs if "://" in desk.blobs else str(folder / desk.blobs)
    return replace(desk, database=database, blobs=blobs)


def _smtp(folder: Path, values: Table | None, env: Environment) -> SmtpSettings | None:
    if values is None:
        return None
    password = env.secret("MADOGUCHI_SMTP_PASSWORD")
    return SmtpSettings(**_located(folder, values), password=password)


def _located(folder: Path, values: Table) -> dict[str, Any]:
    """Return `values` with `ca_file` made absolute."""
    file = values["ca_file"]
    return {**values, "ca_file": folder / file if file else None}


def _web(folder: Path, values: Table | None, env: Environment) -> WebSettings | None:
    if values is None:
        return None
    host, port = values["listen"]
    oidc, rest = values["oidc"], {k: v for k, v in values.items() if k != "listen"}
    if oidc is not None:
        secret = env.secret("MADOGUCHI_OIDC_SECRET")
        oidc = OidcSettings(**_located(folder, oidc), client_secret=secret)
    token = env.secret("MADOGUCHI_METRICS_TOKEN")
    changed: Table = {"oidc": oidc, "proxies": tuple(values["proxies"])}
    return WebSettings(**{**rest, **changed}, host=host, port=port, metrics_token=token)


def _slack(values: Table | None, env: Environment) -> SlackSettings | None:
    if values is None:
        return None
    host, port = values["listen"]
    rest = {key: value for key, value in values.items() if key != "listen"}
    return SlackSettings(
        **rest,
        listen_host=host,
        listen_port=port,
        bot_token=env.secret("MADOGUCHI_SLACK_BOT_TOKEN"),
        app_token=env.secret("MADOGUCHI_SLACK_APP_TOKEN"),
        signing_secret=env.secret("MADOGUCHI_SLACK_SIGNING_SECRET"),
    )


def mailbox_secret(name: str) -> str:
    """Return the variable that holds the password of the mailbox called `name`."""
    return f"MADOGUCHI_MAILBOX_{name.upper().replace('-', '_')}_PASSWORD"


def _mailbox(folder: Path, values: Table, env: Environment) -> MailboxSettings:
    box = dict(values)
    imap, lmtp, smtp = box.pop("imap"), box.pop("lmtp"), box.pop("smtp")
    if imap is not None:
        secret = partial(env.secret, mailbox_secret(values["name"]))
        secret()  # a file that can't be read is refused at the door
        imap = ImapSettings(**_located(folder, imap), secret=secret)
    listen = None
    if lmtp is not None:
        listen = ListenSettings("lmtp", *lmtp["listen"])
    elif smtp is not None:
        listen = ListenSettings("smtp", *smtp["listen"])
    box["arc_forwarders"] = tuple(box["arc_forwarders"])
    return MailboxSettings(**box, imap=imap, listen=listen)
