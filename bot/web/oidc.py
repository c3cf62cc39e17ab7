"""Signing in with an OpenID provider: authorization code with PKCE (OpenID Connect Core, 3.1)."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from bot.clock import Clock
from bot.roles import Role
from bot.settings import OidcSettings

SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Only what is signed with a key that we don't hold; the provider can't choose ``none``."""
KEPT = timedelta(hours=1)
"""How long what the provider says of itself is believed."""
LEEWAY = 120
TIMEOUT = 10.0
DEAREST = (Role.ADMINISTRATOR, Role.MANAGER, Role.LEAD, Role.OPERATOR, Role.AUDITOR)
"""Whoever is in several groups gets the first of these roles."""


class ProviderError(Exception):
    """The provider can't be asked, or what it says can't be believed; says which in a few words."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the provider; `role` is None for members of no group that has one."""

    subject: str
    name: str
    shown: str
    email: str | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class _Metadata:
    read_at: datetime
    values: Mapping[str, Any]
    keys: KeySet


class Provider:
    """One OpenID provider, asked over HTTPS; `back` is our address it sends people back to."""

    def __init__(self, settings: OidcSettings, back: str, clock: Clock) -> None:
        self._settings = settings
        self._back = back
        self._clock = clock
        self._known: _Metadata | None = None
        self._reading = asyncio.Lock()

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where somebody signs in; raise `ProviderError` when the provider is away."""
        metadata = await self._metadata()
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata.values["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return address

    async def identity(self, code: str, nonce: str, verifier: str) -> Identity:
        """Return who came back with `code`; raise `ProviderError` when that isn't proven."""
        metadata = await self._metadata()
        try:
            async with self._client() as client:
                token = await client.fetch_token(
                    metadata.values["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            claims = await self._claims(token, nonce)
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError) as error:
            raise ProviderError(f"sign-in not proven: {type(error).__name__}") from error
        return self._identity(claims)

    async def _claims(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Check signature, issuer, audience, times and nonce of the ID token (3.1.3.7)."""
        metadata = await self._metadata()
        try:
            read = jwt.decode(token["id_token"], metadata.keys, algorithms=SIGNATURES)
        except InvalidKeyIdError:  # the provider changes its keys from time to time
            metadata = await self._metadata(anew=True)
            read = jwt.decode(token["id_token"], metadata.keys, algorithms=SIGNATURES)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={
                "nonce": nonce,
                "client_id": self._settings.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        held = claims.get(self._settings.claim)
        groups = {held} if isinstance(held, str) else set(cast("list[Any]", held or []))
        roles = {Role(r) for r, group in self._settings.roles.items() if group in groups}
        name = str(claims.get(self._settings.name_claim) or claims["sub"])
        email = claims.get("email")
        return Identity(
            subject=f"{self._settings.issuer} {claims['sub']}",
            name=name,
            shown=str(claims.get("name") or name)[:100],
            email=str(email) if email else None,
            role=next((role for role in DEAREST if role in roles), None),
        )

    async def _metadata(self, *, anew: bool = False) -> _Metadata:
        async with self._reading:
            known = self._known
            if known is None or anew or self._clock() - known.read_at > KEPT:
                known = self._known = await self._read_metadata()
            return known

    async def _read_metadata(self) -> _Metadata:
        """Read what the provider says of itself (OpenID Connect Discovery, 4)."""
        issuer = self._settings.issuer
        try:
            async with httpx2.AsyncClient(verify=self._trust(), timeout=TIMEOUT) as client:
                place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                values = (await client.get(place)).raise_for_status().json()
                if values["issuer"] != issuer:
                    raise ProviderError("the provider calls itself by another name")
                keys = (await client.get(values["jwks_uri"])).raise_for_status().json()
            return _Metadata(self._clock(), values, KeySet.import_key_set(keys))
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(f"the provider is away: {type(error).__name__}") from error

    def _client(self) -> AsyncOAuth2Client:
        settings = self._settings
        return AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            token_endpoint_auth_method="client_secret_basic" if settings.client_secret else "none",
            scope="openid profile email",
            redirect_uri=self._back,
            code_challenge_method="S256",
            verify=self._trust(),
            timeout=TIMEOUT,
        )

    def _trust(self) -> ssl.SSLContext:
        file = self._settings.ca_file
        return ssl.create_default_context(cafile=str(file) if file else None)
