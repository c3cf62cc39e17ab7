"""Which terms a command works with: the shipped ones and the vendor's own folder."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import FINDING, fail
from bot.config import ConfigError, config_path, environment, load
from bot.programmes import load_all
from bot.settings import Settings
from quotas.programme import Programme
from quotas.terms_file import TermsError

Terms = Annotated[
    Path | None,
    typer.Option("--terms", help="A folder of terms files (default: [programmes] of desk.toml)."),
]


def configured(config: Path | None) -> Settings | None:
    """Return the settings, or None without a settings file in the usual place."""
    path = config_path(config)
    if config is None and not path.exists():
        return None
    try:
        return load(path, environment())
    except ConfigError as fault:
        fail(str(fault))


def loaded(settings: Settings | None, terms: Path | None) -> dict[str, Programme]:
    """Return all programmes; end the command with every fault of the terms files."""
    try:
        return load_all(terms or (settings.programmes_folder if settings else None))
    except TermsError as fault:
        fail(str(fault), FINDING)
