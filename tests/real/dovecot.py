"""A throw-away Dovecot on loopback: IMAP plain, with STARTTLS and TLS, and LMTP."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from imapclient import IMAPClient

from mail.imap_connection import ImapSettings
from tests.real.servers import (
    Certificate,
    end_group,
    free_port,
    greets,
    make_certificate,
    program,
    server_folder,
    wait_until,
)

PASSWORD = "window-3"
_TOKEN_USERS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
_TOKENS = """
introspection_mode = get
introspection_url = {url}
username_attribute = user
active_attribute = active
active_value = true
"""
_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
imap_capability = {capability}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
mail_max_userip_connections = 100
maildir_very_dirty_syncs = no
{token_users}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Done {{
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


class Dovecot:
    """The server; runs as nobody when we are root, and rootless as ourselves otherwise.

    `capability` replaces what IMAP announces after sign-in, for servers without IDLE or MOVE;
    `tokens` is an address that checks access tokens (RFC 7662), the token put at its end.
    """

    def __init__(self, folder: Path, capability: str = "", tokens: str = "") -> None:
        self.folder = folder
        self.imap, self.imaps, self.lmtp = free_port(), free_port(), free_port()
        self.user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.group = grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name
        self.certificate: Certificate = make_certificate(folder)
        self._capability = capability
        self._tokens = tokens
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    def _write(self) -> None:
        mail = self.folder / "mail"
        mail.mkdir()
        if os.getuid() == 0:
            shutil.chown(mail, self.user, self.group)
        settings = _SETTINGS.format(
            folder=self.folder,
            user=self.user,
            group=self.group,
            certificate=self.certificate.certificate,
            key=self.certificate.key,
            capability=self._capability,
            mechanisms=" xoauth2" if self._tokens else "",
            token_users=_TOKEN_USERS.format(folder=self.folder) if self._tokens else "",
            password=PASSWORD,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
        )
        (self.folder / "dovecot.conf").write_text(settings)
        (self.folder / "oauth2.conf").write_text(_TOKENS.format(url=self._tokens))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [program("/usr/sbin/dovecot"), "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("ab"),
            start_new_session=True,
        )
        wait_until(self._ready, f"Dovecot; it said: {self.log()}")

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"Dovecot ended: {self.log()}"
        return greets(self.imap, b"* OK")

    def log(self) -> str:
        files = [self.folder / "stderr", self.folder / "log"]
        return "".join(f.read_text(errors="replace")[-2000:] for f in files if f.exists())

    def stop(self) -> None:
        """End the server and every connection; sessions in IDLE would outlive the master."""
        if self._process is not None:
            end_group(self._process)
            self._process = None
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)
        for lock in (self.folder / "mail").rglob("*.lock"):  # a killed session leaves them behind,
            lock.unlink(missing_ok=True)  # and the next would wait minutes for it

    def restart(self) -> None:
        self.stop()
        self.start()

    def cut_sessions(self) -> int:
        """Kill the IMAP sessions, not the server; return how many there were."""
        assert self._process is not None
        count = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _is_session(entry, self._process.pid):
                os.kill(int(entry.name), signal.SIGKILL)
                count += 1
        return count

    def change_uidvalidity(self, user: str) -> None:
        """Do what a migration does: the same messages get a new UIDVALIDITY and new UIDs."""
        folder = self.folder / "mail" / user
        for pattern in ("dovecot-uidlist", "dovecot.index*"):
            for path in folder.glob(pattern):
                path.unlink()

    def settings(self, user: str) -> ImapSettings:
        return ImapSettings(
            "127.0.0.1", self.imap, user, security="none", poll_seconds=30, timeout=10
        )

    def tls_settings(self, user: str) -> ImapSettings:
        return replace(
            self.settings(user),
            port=self.imaps,
            security="tls",
            ca_file=str(self.certificate.certificate),
        )

    def client(self, user: str, folder: str = "INBOX") -> IMAPClient:
        """Return another client's connection, signed in, with `folder` open for changes."""
        client = self._signed_in(user)
        client.select_folder(folder)
        return client

    def _signed_in(self, user: str) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=10)
        client.login(user, PASSWORD)
        return client

    def append(self, user: str, *messages: bytes) -> None:
        client = self._signed_in(user)
        for message in messages:
            client.append("INBOX", message)
        client.logout()


@contextmanager
def running_dovecot(**options: str) -> Generator[Dovecot]:
    """Run a Dovecot in a folder of its own for the length of a block, however that ends."""
    with server_folder("dovecot") as folder:
        server = Dovecot(folder, **options)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _is_session(entry: Path, group: int) -> bool:
    try:
        name = (entry / "comm").read_text().strip()
        return name == "imap" and os.getpgid(int(entry.name)) == group
    except OSError:
        return False
