"""A throw-away Postfix on loopback: takes SMTP, delivers `desk.example` over LMTP. Needs root."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.real.servers import free_port, greets, program, wait_until

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.desk.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = desk.example
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
relayhost = [127.0.0.1]:{relay}
smtp_host_lookup = native
disable_dns_lookups = yes
alias_maps =
alias_database =
local_recipient_maps =
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
message_size_limit = 60000000
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG
"""
_SERVICES = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 300 1 qmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
proxymap   unix  - - n - - proxymap
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp
lmtp       unix  - - n - - lmtp
error      unix  - - n - - error
retry      unix  - - n - - error
showq      unix  n - n - - showq
flush      unix  n - n 1000? 0 flush
anvil      unix  - - n - 1 anvil
scache     unix  - - n - 1 scache
tlsmgr     unix  - - n 1000? 1 tlsmgr
postlog    unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """The server: SMTP on `smtp`, `desk.example` to LMTP port `lmtp`, the rest to `relay`."""

    def __init__(self, folder: Path, lmtp: int, relay: int) -> None:
        if os.getuid() != 0:
            raise PermissionError("Postfix's master needs root: run these tests as root")
        self.folder, self.smtp = folder, free_port()
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix", "postfix")
        values = {"folder": folder, "lmtp": lmtp, "relay": relay, "smtp": self.smtp}
        (folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
        (folder / "etc" / "master.cf").write_text(_SERVICES.format(**values))
        for name in ("dynamicmaps.cf", "postfix-files"):
            if Path("/etc/postfix", name).exists():
                shutil.copy(Path("/etc/postfix", name), folder / "etc" / name)

    def start(self) -> None:
        done = self._command("start")
        assert done.returncode == 0, done.stderr + self.log()
        wait_until(lambda: greets(self.smtp, b"220"), f"Postfix; it said: {self.log()}")

    def stop(self) -> None:
        self._command("stop")

    def queue(self) -> str:
        """Return the queue as Postfix lists it, one JSON document a line."""
        return self._command("-j", command="/usr/sbin/postqueue").stdout

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def _command(
        self, argument: str, command: str = "/usr/sbin/postfix"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program(command), "-c", str(self.folder / "etc"), argument],
            capture_output=True,
            text=True,
            check=False,
        )
