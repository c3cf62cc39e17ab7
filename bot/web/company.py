"""Signing in with the company's account: out to the OpenID provider and back."""

import json
import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from starlette.responses import RedirectResponse, Response

from bot.house import House
from bot.roles import Role
from bot.settings import WebSettings
from bot.store.audit import AuditEvent
from bot.store.users import User
from bot.store.work import Work
from bot.web.oidc import Identity, Provider, ProviderError
from bot.web.room import Room, get, refused
from bot.web.shell import local_path
from bot.web.sign_in import HOME, NOBODY, admit
from bot.web.tokens import fresh
from bot.web.visit import NO_STORE, Visit

BACK = "/sign-in/oidc/back"
COOKIE = "madoguchi_oidc"
GOOD_FOR = timedelta(minutes=10)

log = logging.getLogger(__name__)


def provider_of(house: House, settings: WebSettings) -> Provider | None:
    """Return the provider of `[web.oidc]`, None when there is none."""
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, settings.base + BACK, house.clock)


async def out(visit: Visit) -> Response:
    """Lead to the provider; a signed cookie remembers what must come back."""
    provider = visit.site.provider
    if provider is None:
        return refused(visit, 404)
    state, nonce, verifier = fresh(), fresh(), fresh()
    try:
        address = await provider.address(state, nonce, verifier)
    except ProviderError as error:
        return _failed(visit, error)
    asked = local_path(visit.request.query_params.get("next", ""), HOME)
    until = (visit.now + GOOD_FOR).isoformat()
    kept = visit.site.begun.sign(json.dumps([state, nonce, verifier, until, asked]))
    response = RedirectResponse(address, 303, headers=NO_STORE)
    visit.set_cookie(response, COOKIE, kept, max_age=int(GOOD_FOR.total_seconds()))
    return response


async def back(visit: Visit) -> Response:
    """Let in whom the provider sends back, in the role that the person's groups give."""
    provider, given = visit.site.provider, visit.request.query_params
    begun = _begun(visit)
    if provider is None or begun is None or begun[0] != given.get("state"):
        return refused(visit, 400, "sign_in.not_begun")
    _, nonce, verifier, _, following = begun
    try:
        identity = await provider.identity(given.get("code", ""), nonce, verifier)
    except ProviderError as error:
        await visit.run(lambda work: _refused(visit, work, NOBODY, "oidc"))
        return _failed(visit, error)
    user = await visit.run(lambda work: _person(visit, work, identity))
    if user is None:
        return refused(visit, 403, "sign_in.no_role")
    response = await admit(visit, user, "oidc", following)
    response.delete_cookie(COOKIE, path="/", httponly=True)
    return response


def _begun(visit: Visit) -> list[str] | None:
    """Return what this browser left with, while it is good."""
    kept = visit.site.begun.open(visit.request.cookies.get(COOKIE))
    begun: list[str] | None = json.loads(kept) if kept else None
    if begun is None or datetime.fromisoformat(begun[3]) < visit.now:
        return None
    return begun


def _person(visit: Visit, work: Work, identity: Identity) -> User | None:
    """Return the account of somebody, made at the first sign-in; None for who may not come in."""
    known = work.users.of_subject(identity.subject)
    role = identity.role
    if role is None or (known is not None and known.disabled_at):
        _refused(visit, work, known.actor if known else NOBODY, "no_role")
        return None
    return _added(visit, work, identity, role) if known is None else _kept(visit, work, known, role)


def _kept(visit: Visit, work: Work, known: User, role: Role) -> User:
    """Give a person the role that the provider's groups mean today."""
    if role == known.role:
        return known
    work.users.change(known.name, role=role)
    before: dict[str, Any] = {"role": known.role.value}
    after: dict[str, Any] = {"role": role.value}
    event = AuditEvent(visit.now, "oidc", "user_changed", before=before, after=after)
    work.audit.add(replace(event, detail=known.name))
    return replace(known, role=role)


def _added(visit: Visit, work: Work, identity: Identity, role: Role) -> User:
    """Register a person; a name that is taken stays with who has it."""
    name = _account_name(identity)
    user = User(
        name, identity.shown, role, visit.now, email=identity.email, subject=identity.subject
    )
    if not work.users.add(user):
        mark = sha256(identity.subject.encode()).hexdigest()[:8]
        user = replace(user, name=f"{name[:31]}-{mark}")
        work.users.add(user)
    event = AuditEvent(visit.now, "oidc", "user_added", after={"role": role.value})
    work.audit.add(replace(event, detail=user.name))
    return user


def _account_name(identity: Identity) -> str:
    plain = re.sub(r"[^a-z0-9._-]", "", identity.name.partition("@")[0].casefold())
    return plain.strip("._-")[:40] or "person"


def _refused(visit: Visit, work: Work, actor: str, why: str) -> None:
    work.audit.add(AuditEvent(visit.now, actor, "sign_in_failed", detail=why))


def _failed(visit: Visit, error: ProviderError) -> Response:
    log.warning("sign-in with the OpenID provider failed: %s", error)
    return visit.page("error.html", 502, why="sign_in.provider")


ROOM = Room(routes=(get("/sign-in/oidc", out, None), get(BACK, back, None)))
