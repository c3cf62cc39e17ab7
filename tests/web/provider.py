"""An OpenID provider for tests, over a real socket: signs real tokens, and wrong ones if told."""

import base64
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.clock import Clock

CLIENT, SECRET = "desk", "the desk's secret"


@dataclass
class Provider:
    """What the provider does: `claims` it states of whoever signs in, `key` it signs with."""

    clock: Clock
    claims: dict[str, Any]
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signer: RSAKey | None = None
    algorithm: str = "RS256"
    asked: dict[str, str] = field(default_factory=dict[str, str])
    tokens: int = 0

    def sign_in(self, address: str) -> str:
        """Act as somebody who signs in at `address`; return the address of the way back."""
        self.asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        back = self.asked["redirect_uri"]
        return f"{urlsplit(back).path}?code=the-code&state={self.asked['state']}"

    async def discovery(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        """Give the ID token for the code, if client and verifier are right (RFC 7636)."""
        form = await request.post()
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            request.headers.get("Authorization") != wanted
            or form["code"] != "the-code"
            or challenge != self.asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.tokens += 1
        return web.json_response(
            {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}
        )

    def id_token(self) -> str:
        now = int(self.clock().timestamp())
        stated = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in stated.items() if value is not None}
        key = self.signer or self.key
        header = {"alg": self.algorithm, "kid": key.kid or "1"}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


@asynccontextmanager
async def provider(clock: Clock, **claims: Any) -> AsyncGenerator[Provider]:
    """Serve a provider on a free port of this machine."""
    made = Provider(clock, claims)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", made.discovery)
    app.router.add_get("/keys", made.keys)
    app.router.add_post("/token", made.token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
