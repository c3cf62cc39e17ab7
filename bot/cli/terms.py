"""`madoguchi terms`: show a programme's terms on a day, and check them by worked examples."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bot.cli.options import FINDING, OK, Config, Json, day, fail, print_json, safe
from bot.cli.terms_options import Terms, configured, loaded
from bot.clock import system_clock
from bot.programmes import TOKYO, national_holidays, shipped_examples
from quotas.examples import ExamplesError, Result, check
from quotas.programme import Programme

app = typer.Typer(no_args_is_help=True, help="Terms of the programmes: show and check them.")

On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day (default: today).")]
Examples = Annotated[
    Path | None, typer.Option("--examples", help="A TOML file of worked examples to check.")
]


@app.command()
def show(
    programme: Annotated[str, typer.Argument(help="The id of the programme, as desknets-dax.")],
    on: On = None,
    config: Config = None,
    terms: Terms = None,
    as_json: Json = False,
) -> None:
    """Print the terms of a programme in force on a day, with the article each rests on."""
    from bot.cli.terms_tables import print_terms
    from bot.terms_view import terms_on

    programmes = loaded(configured(config), terms)
    if programme not in programmes:
        fail(f"there is no programme {programme!r}; known are {', '.join(programmes)}")
    view = terms_on(programmes[programme], day(on) or system_clock(TOKYO)().date())
    if as_json:
        print_json(view)
    else:
        print_terms(view)


@app.command("check")
def check_terms(
    examples: Examples = None,
    config: Config = None,
    terms: Terms = None,
    as_json: Json = False,
) -> None:
    """Refuse faulty terms files, then check the worked examples: the shipped ones or a file's.

    Without a file the reply templates are checked too: each programme needs them all.
    """
    settings = configured(config)
    programmes = loaded(settings, terms)
    if examples is None:
        _refuse_missing_templates(programmes, settings.templates_folder if settings else None)
    texts = shipped_examples() if examples is None else {examples.name: _read(examples)}
    results = [each for file, text in texts.items() for each in _results(file, text, programmes)]
    if not results:
        fail("no worked examples are installed; name a file with --examples")
    if as_json:
        print_json(_summary(results))
    else:
        _print(results)
    raise typer.Exit(OK if all(result.passed for result in results) else FINDING)


def _refuse_missing_templates(programmes: dict[str, Programme], folder: Path | None) -> None:
    """End the command unless every reply the programmes may need can be drawn."""
    from bot.render import check_templates

    faults = check_templates(programmes.values(), folder)
    if faults:
        fail("\n".join(faults), FINDING)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as fault:
        fail(f"{file}: can't be read ({fault.strerror}); name a readable file with --examples")
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8; save it as UTF-8")


def _results(file: str, text: str, programmes: dict[str, Programme]) -> Sequence[Result]:
    try:
        return check(text, programmes, national_holidays())
    except ExamplesError as fault:
        fail(f"{file}: {fault}")


def _summary(results: Sequence[Result]) -> dict[str, Any]:
    failed = [result for result in results if not result.passed]
    return {
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "failures": [_failure(result) for result in failed],
    }


def _failure(result: Result) -> dict[str, Any]:
    example = result.example
    return {
        "id": example.id,
        "programme": example.programme,
        "rule": example.rule,
        "fault": result.fault or None,
        "differences": [
            {"key": each.key, "expected": each.expected, "got": each.came}
            for each in result.differences
        ],
    }


def _print(results: Sequence[Result]) -> None:
    summary = _summary(results)
    for failure in summary["failures"]:
        name = f"{failure['id']} ({failure['programme']} {failure['rule']})"
        if failure["fault"]:
            typer.echo(safe(f"FAILED {name}: {failure['fault']}"))
        for each in failure["differences"]:
            expected, got = _shown(each["expected"]), _shown(each["got"])
            typer.echo(safe(f"FAILED {name}: {each['key']}: expected {expected}, got {got}"))
    typer.echo(f"{summary['passed']} passed, {summary['failed']} failed")


def _shown(value: object) -> str:
    """Return a value as an example would write it, or ``nothing`` when none came."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, cast('Sequence[object]', value)))}]"
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return f"{{ {', '.join(f'{key} = {_shown(each)}' for key, each in table.items())} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return "nothing" if value is None else str(value)
