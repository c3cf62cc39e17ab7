"""`import`: registers of contracts, contacts, licences and products from spreadsheets."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import FINDING, Config, Json, print_json, safe, warn

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.registers import Importer, ImportResult

Files = Annotated[
    list[Path], typer.Argument(help="CSV (UTF-8 or CP932) or .xlsx files; all in one go.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only look: say what would change.")]
_SHOWN_CHANGES = 20
_SHOWN_ERRORS = 200


def import_registers(
    files: Files, dry_run: DryRun = False, json: Json = False, config: Config = None
) -> None:
    """Import registers; a file with any wrong row changes nothing."""
    from bot.cli.context import opened
    from bot.registers import Importer

    with opened(config) as house:
        importer = Importer(house.store, house.programmes)
        result = _with_progress(importer, files, house.clock, dry_run=dry_run)
    if json:
        print_json(_as_json(result))
    else:
        _print(result, dry_run=dry_run)
    if result.errors:
        raise typer.Exit(FINDING)


def _with_progress(
    importer: "Importer", files: list[Path], clock: "Clock", *, dry_run: bool
) -> "ImportResult":
    """Import while a line on standard error, if that is a terminal, counts the rows."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("0 行")

        def count(rows: int) -> None:
            bar.update(task, description=f"{rows} 行")

        return replace(importer, progress=count).run(files, clock(), dry_run=dry_run)


def _as_json(result: "ImportResult") -> dict[str, object]:
    return {
        "rows": result.rows,
        "added": result.added,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "applied": result.applied,
        "errors": [
            {
                "file": error.place.file,
                "sheet": error.place.sheet,
                "row": error.place.row,
                "column": error.column,
                "reason": error.reason,
                "remedy": error.remedy,
            }
            for error in result.errors
        ],
        "changes": result.changes,
    }


def _print(result: "ImportResult", *, dry_run: bool) -> None:
    if result.errors:
        for error in result.errors[:_SHOWN_ERRORS]:
            warn(str(error))
        left = len(result.errors) - _SHOWN_ERRORS
        more = f" ({left} more not shown; --json shows all)" if left > 0 else ""
        mistakes = "mistake" if len(result.errors) == 1 else "mistakes"
        warn(f"{len(result.errors)} {mistakes}{more}; nothing was changed")
        return
    for change in result.changes[:_SHOWN_CHANGES]:
        what = "新規" if change.added else ", ".join(change.fields)
        typer.echo(safe(f"{'+' if change.added else '~'} {change.support_number}  {what}"))
    if len(result.changes) > _SHOWN_CHANGES:
        typer.echo(f"… 他{len(result.changes) - _SHOWN_CHANGES}件")
    done = "変更はしていません（--dry-run）" if dry_run else "取り込みました"
    counts = f"追加{result.added}件・変更{result.changed}件・変更なし{result.unchanged}件"
    typer.echo(f"{result.rows}行: {counts}。{done}")
