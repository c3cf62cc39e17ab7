"""Which terms a command works with: the shipped ones and the vendor's own folder."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import FINDING, fail
from bot.config import ConfigError, config_path, environment, load
from bot.programmes import load_all
from quotas.programme import Programme
from quotas.terms_file import TermsError

Terms = Annotated[
    Path | None,
    typer.Option("--terms", help="A folder of terms files (default: [programmes] of desk.toml)."),
]


def loaded(config: Path | None, terms: Path | None) -> dict[str, Programme]:
    """Return all programmes; end the command with every fault of the terms files.

    Without a settings file in the usual place only the shipped programmes are known.
    """
    try:
        return load_all(terms or _configured(config))
    except ConfigError as fault:
        fail(str(fault))
    except TermsError as fault:
        fail(str(fault), FINDING)


def _configured(config: Path | None) -> Path | None:
    path = config_path(config)
    if config is None and not path.exists():
        return None
    return load(path, environment()).programmes_folder
