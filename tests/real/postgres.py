"""A throw-away PostgreSQL on loopback: one server a test session, one fresh database a test."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from bot.store import Store
from tests.real.servers import free_port, server_folder

_USER = "desk"
_START_SECONDS = 30.0


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


class PostgresServer:
    """One cluster under `folder`; `fsync` off makes it fast and unfit to be crashed."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self._fsync = "on" if fsync else "off"
        self._process: subprocess.Popen[Any] | None = None
        binaries = _binaries()
        assert binaries is not None
        self._binaries = binaries
        # PostgreSQL refuses to run as root, so root hands it to the user Debian made for it
        self._as: dict[str, Any] = {"user": "postgres"} if os.getuid() == 0 else {}

    def prepare(self) -> None:
        """Make the cluster."""
        self.folder.chmod(0o755)
        if self._as:
            shutil.chown(self.folder, pwd.getpwnam("postgres").pw_name)
        options = ["-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(
            [self._binaries / "initdb", "-D", self.folder / "data", *options],
            check=True,
            capture_output=True,
            cwd="/",
            **self._as,
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "fsync": self._fsync,
            "max_connections": "120",
            "shared_buffers": "64MB",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", *words],
                stdout=log,
                stderr=log,
                cwd="/",
                **self._as,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server at once and in order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def crash(self) -> None:
        """Shut the server down immediately: no checkpoint, connections are cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def url(self, database: str) -> str:
        """Return the address of one database, as desk.toml writes it."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: LiteralString, **names: str) -> None:
        """Run one statement outside a transaction; `names` are put in as identifiers."""
        composed = sql.SQL(statement).format(
            **{key: sql.Identifier(name) for key, name in names.items()}
        )
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(composed)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=1).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text(errors="replace")[-2000:])


class PostgresDatabases:
    """Fresh databases on a server, each a copy of one that is migrated already."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._made = 0
        server.execute("CREATE DATABASE template_desk")
        store = Store.open(server.url("template_desk"))
        store.migrate()
        store.close()

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        return self._make("template0")

    def migrated(self) -> str:
        """Return the address of a new database with all tables."""
        return self._make("template_desk")

    def drop(self, url: str) -> None:
        """Drop a database and end what is still connected to it."""
        name = url.rpartition("/")[2]
        self._server.execute("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)

    def _make(self, template: str) -> str:
        self._made += 1
        name = f"desk_{self._made}"
        self._server.execute("CREATE DATABASE {name} TEMPLATE {of}", name=name, of=template)
        return self._server.url(name)


@contextmanager
def running_postgres(*, fsync: bool = False) -> Generator[PostgresServer]:
    """Run a throw-away PostgreSQL; with `fsync` it syncs to disk, as a real one does."""
    with server_folder("postgres") as folder:
        server = PostgresServer(folder, fsync=fsync)
        try:
            server.prepare()
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give a running PostgreSQL; a missing one is an error, never a skip."""
    if _binaries() is None:
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it")
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    """Give a maker of fresh databases."""
    return PostgresDatabases(postgres_server)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """Give the address of a fresh migrated database, dropped after the test."""
    url = postgres_databases.migrated()
    yield url
    postgres_databases.drop(url)
