"""The command `madoguchi`: every command is a module, loaded only when it is called."""

import sys

from bot.cli.options import CommandError, safe


def main() -> None:
    """Run the command line; errors come as one line with the remedy."""
    from bot.cli.app import app

    try:
        app()
    except CommandError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"madoguchi: {safe(line)}\n")
        sys.exit(error.status)
