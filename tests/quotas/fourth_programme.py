"""The small fourth programme that docs/terms.md shows a vendor."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "terms.md"


def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def fourth_programme() -> str:
    """Return the terms file shown in the document."""
    shown = re.search(r"```toml\n(.*?)```", document(), re.DOTALL)
    assert shown, "docs/terms.md shows no terms file"
    return shown[1]
