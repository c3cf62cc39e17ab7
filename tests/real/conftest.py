"""Real servers on loopback with throw-away data; a missing one is an error, never a skip."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.real.dovecot import Dovecot, running_dovecot
from tests.real.servers import Certificate, make_certificate, server_folder
from tests.real.smtp_sink import SinkFactory, SmtpSink, sinks

_users = (f"user{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give one Dovecot for all tests; each uses a user of its own."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """Give a Dovecot that the test may stop and restart."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def user() -> str:
    """Give the name of a mail user nobody else has; Dovecot takes any name."""
    return next(_users)


@pytest.fixture(scope="session")
def certificate() -> Iterator[Certificate]:
    """Give a self-signed certificate for 127.0.0.1."""
    with server_folder("certificate") as folder:
        yield make_certificate(folder)


@pytest.fixture
async def start_sink() -> AsyncIterator[SinkFactory]:
    """Give a function that starts SMTP sinks with options of SmtpSink."""
    async with sinks() as start:
        yield start


@pytest.fixture
async def sink(start_sink: SinkFactory) -> SmtpSink:
    """Give a plain SMTP sink."""
    return await start_sink()
