"""Signing in with an access token (XOAUTH2), checked by Dovecot at a token server."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from mail.imap_connection import PermanentInboxError
from mail.inbox import Inbox
from tests.real.dovecot import running_dovecot
from tests.real.receiver import Memory


class TokenServer(BaseHTTPRequestHandler):
    """Knows one good token, `good-USER`, for each user."""

    def do_GET(self) -> None:
        token = parse_qs(urlsplit(self.path).query)["token"][0]
        good, _, user = token.partition("-")
        answer = json.dumps({"active": good == "good", "user": user}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextmanager
def token_server() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TokenServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?token="
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_access_token_is_asked_for_at_each_sign_in(user: str) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append(user)
        return f"good-{user}"

    with token_server() as url, running_dovecot(tokens=url) as dovecot:
        dovecot.append(user, b"Subject: 1\r\n\r\n")
        settings = replace(dovecot.settings(user), sign_in="xoauth2")
        memory = Memory()
        assert Inbox(settings, token, memory).pull() == 1
        assert Inbox(settings, token, memory).pull() == 0
        assert len(asked) == 2
        with pytest.raises(PermanentInboxError, match="refused") as caught:
            Inbox(settings, lambda: f"expired-{user}", memory).pull()
        assert "expired" not in str(caught.value)
