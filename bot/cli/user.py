"""`user`: the people who sign in to the web."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import FINDING, Config, Json, fail, print_json, safe

if TYPE_CHECKING:
    from bot.house import House
    from bot.store.users import User
    from bot.store.work import Work

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account name.")]
RoleName = Annotated[
    str | None,
    typer.Option("--role", help="operator, lead, manager, administrator or auditor."),
]
Shown = Annotated[str | None, typer.Option("--shown", help="The name others read.")]
Email = Annotated[str | None, typer.Option("--email", help="The person's mail address.")]
Slack = Annotated[
    str | None, typer.Option("--slack", help="The person's id in Slack, so that both are one.")
]


@app.command()
def add(
    name: Name,
    role: RoleName = None,
    shown: Shown = None,
    email: Email = None,
    slack: Slack = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Register a person and print a link to choose a password with, good once and for 3 days."""
    from bot.cli.context import opened
    from bot.store.users import User

    wanted = _role(role)
    if wanted is None:
        fail("--role is needed: operator, lead, manager, administrator or auditor")
    known = _account_name(name)
    with opened(config) as house:
        base = _base(house)
        user = User(known, shown or name, wanted, house.clock(), email=email, slack=slack)
        with house.store.work() as work:
            _refuse_taken(work, user)
            if not work.users.add(user):
                fail(f"{known} is registered already; see 'madoguchi user list'", FINDING)
            _audit(house, work, "user_added", user, after=_facts(user))
            link = base + _invite(house, work, known)
    _print_link(known, link, json)


@app.command("list")
def list_(json: Json = False, config: Config = None) -> None:
    """List the people who may sign in."""
    from bot.cli.context import opened

    with opened(config) as house, house.store.reading() as work:
        users = work.users.listed()
    if json:
        print_json([_row(user) for user in users])
        return
    for user in users:
        state = _state(user)
        typer.echo(safe(f"{user.name}\t{user.role}\t{user.shown}\t{user.email or '-'}\t{state}"))
    typer.echo(f"{len(users)}名")


@app.command()
def change(
    name: Name,
    role: RoleName = None,
    shown: Shown = None,
    email: Email = None,
    slack: Slack = None,
    config: Config = None,
) -> None:
    """Change what is given about a person; a new role holds from the next page on."""
    from bot.cli.context import opened

    given = {"role": _role(role), "shown": shown, "email": email, "slack": slack}
    values = {key: value for key, value in given.items() if value is not None}
    if not values:
        fail("nothing to change; name what is new, as --role lead")
    with opened(config) as house, house.store.work() as work:
        user = _known(work, name)
        changed = replace(user, **values)
        _refuse_taken(work, changed)
        work.users.change(user.name, **values)
        _audit(house, work, "user_changed", user, before=_facts(user), after=_facts(changed))


@app.command()
def disable(name: Name, config: Config = None) -> None:
    """Keep a person out from now on: all sessions end, links are void."""
    from bot.cli.context import opened

    with opened(config) as house, house.store.work() as work:
        user, now = _known(work, name), house.clock()
        work.users.change(user.name, disabled_at=now)
        work.sessions.end_all(user.name, now)
        _audit(house, work, "user_disabled", user)


@app.command()
def reset(name: Name, json: Json = False, config: Config = None) -> None:
    """Forget a person's password, end all sessions, let a disabled one in, print a new link."""
    from bot.cli.context import opened

    with opened(config) as house:
        base = _base(house)
        with house.store.work() as work:
            user = _known(work, name)
            work.users.change(user.name, password=None, disabled_at=None)
            work.sessions.end_all(user.name, house.clock())
            _audit(house, work, "user_reset", user)
            link = base + _invite(house, work, user.name)
    _print_link(user.name, link, json)


def _role(given: str | None) -> Any:
    from bot.roles import Role

    if given is not None and given not in list(Role):
        fail(f"there is no role {given!r}; use {', '.join(Role)}")
    return None if given is None else Role(given)


def _account_name(given: str) -> str:
    import re

    name = given.casefold()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", name):
        fail(f"{given!r} is not an account name; use up to 40 letters, digits, and . _ -")
    return name


def _known(work: "Work", name: str) -> "User":
    user = work.users.get(name.casefold())
    if user is None:
        return fail(f"there is no account {name!r}; see 'madoguchi user list'", FINDING)
    return user


def _refuse_taken(work: "Work", user: "User") -> None:
    """Refuse a Slack id that is another person's: two accounts of one person are not two."""
    others = [u for u in work.users.listed() if u.slack and u.name != user.name]
    for other in others:
        if other.slack == user.slack:
            fail(f"{user.slack} is the Slack id of {other.name}", FINDING)


def _base(house: "House") -> str:
    web = house.settings.web
    if web is None:
        return fail('there is no [web] in desk.toml; add listen = "127.0.0.1:8080"')
    return web.base


def _invite(house: "House", work: "Work", name: str) -> str:
    from bot.web.set_up import invite

    return invite(work, name, house.clock())


def _audit(house: "House", work: "Work", action: str, user: "User", **more: Any) -> None:
    import getpass

    from bot.store.audit import AuditEvent

    actor = f"cli:{getpass.getuser()}"
    work.audit.add(AuditEvent(house.clock(), actor, action, detail=user.name, **more))


def _facts(user: "User") -> dict[str, str | None]:
    return {"role": user.role.value, "email": user.email, "slack": user.slack}


def _state(user: "User") -> str:
    if user.disabled_at:
        return "停止中"
    if user.subject:
        return "会社アカウント"
    return "利用中" if user.password else "パスワード未設定"


def _row(user: "User") -> dict[str, Any]:
    return {
        "name": user.name,
        "shown": user.shown,
        "role": user.role,
        "email": user.email,
        "slack": user.slack,
        "company_account": user.subject is not None,
        "has_password": user.password is not None,
        "disabled_at": user.disabled_at,
    }


def _print_link(name: str, link: str, json: bool) -> None:
    if json:
        print_json({"name": name, "link": link})
    else:
        typer.echo(f"{name}: 次のリンクを開いてパスワードを設定してください（3日間、1回限り有効）")
        typer.echo(link)
