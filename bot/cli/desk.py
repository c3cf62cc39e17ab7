"""`init`, `demo`, `serve` and `doctor`: the desk as a whole."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import FINDING, Config, Json, fail, print_json, safe

Folder = Annotated[Path, typer.Argument(help="The folder (default: here).")]


def init(folder: Folder = Path()) -> None:
    """Write a commented desk.toml and sample registers; files that are there are kept."""
    from bot.clock import system_clock
    from bot.config_values import timezone
    from bot.starter import starter_files

    now = system_clock(timezone("Asia/Tokyo"))()
    try:
        for name, content in starter_files(now).items():
            file = folder / name
            if file.exists():
                typer.echo(f"kept    {file}")
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
            typer.echo(f"written {file}")
    except OSError as error:
        fail(f"{error.filename}: can't be written ({error.strerror}); choose another folder")
    typer.echo("Next: edit desk.toml, then 'madoguchi doctor' says what is still missing.")


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Run the samples, print a table and exit.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where the demo keeps its desk (default: new).")
    ] = None,
) -> None:
    """Run a whole desk on loopback with sample customers; nothing leaves this machine."""
    import asyncio

    from bot.demo.stage import run_demo

    try:
        status = asyncio.run(run_demo(folder, once=once))
    except TimeoutError as error:
        fail(f"demo: {error}", FINDING)
    raise typer.Exit(status)


def serve(
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="receive, work, send, slack or web; default: all."),
    ] = None,
    config: Config = None,
) -> None:
    """Run the desk until it is told to stop (SIGTERM or Ctrl-C)."""
    import asyncio

    from bot.cli.context import opened
    from bot.config import environment
    from bot.crashpoints import plan
    from bot.logs import set_up_logs
    from bot.serve import ROLES, Server
    from bot.signals import stopped_by_signals
    from bot.store.errors import SecondServerError

    roles = role or list(ROLES)
    if unknown := [name for name in roles if name not in ROLES]:
        fail(f"there is no role {unknown[0]!r}; use {', '.join(ROLES)}")
    set_up_logs()
    plan(environment().values.get("MADOGUCHI_TEST_DIE_AT"))

    async def run() -> None:
        server = Server(house, roles)
        with stopped_by_signals(server.stop):
            await server.run()

    with opened(config) as house:
        try:
            asyncio.run(run())
        except SecondServerError as error:
            fail(str(error), FINDING)
        except OSError as error:
            fail(f"{error.strerror or error}; check the listen addresses in desk.toml", FINDING)


def doctor(json: Json = False, config: Config = None) -> None:
    """Check everything the desk needs and name the remedy for each failure."""
    from bot.cli.context import opened
    from bot.doctor import examine

    with opened(config) as house:
        findings = examine(house)
    if json:
        print_json(
            [
                {"check": f.check, "ok": f.ok, "detail": f.detail, "remedy": f.remedy}
                for f in findings
            ]
        )
    else:
        for f in findings:
            mark = "ok  " if f.ok else "FAIL"
            remedy = "" if f.ok else f"; {f.remedy}"
            typer.echo(safe(f"{mark} {f.check}: {f.detail}{remedy}"))
    if not all(f.ok for f in findings):
        raise typer.Exit(FINDING)
