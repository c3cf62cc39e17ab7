"""What every server fixture needs: a free port, a folder servers can enter, a certificate."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path


class ServerMissingError(RuntimeError):
    """A server program is not installed: an error and not a skip, for silence proves nothing."""


def program(path: str) -> str:
    """Return `path` of a server program; raise with the remedy when it isn't there."""
    found = shutil.which(path)
    if found is None:
        raise ServerMissingError(f"{path} is not installed; `make test` installs the test servers")
    return found


def free_port() -> int:
    """Return a loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server_folder(name: str) -> Generator[Path]:
    """Give a throw-away folder open to the servers' users; pytest's own tree is mode 0700."""
    folder = Path(tempfile.mkdtemp(prefix=f"madoguchi-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for localhost and 127.0.0.1, and its key (PEM files)."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate with openssl."""
    made = Certificate(folder / "server.pem", folder / "server.key")
    subprocess.run(
        [
            program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", made.key, "-out", made.certificate,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Poll `condition` until it holds; fail naming `what` was awaited."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def greets(port: int, greeting: bytes) -> bool:
    """Tell whether a server on `port` says `greeting` first."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(3)
            return connection.recv(64).startswith(greeting)
    except OSError:
        return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a server we started in its own session, with all its children, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
