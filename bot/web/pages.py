"""Drawing pages: Jinja2 with autoescape, the catalogue's words and the desk's own filters."""

from datetime import datetime
from functools import cache, partial
from typing import Any, cast
from zoneinfo import ZoneInfo

import jinja2

from bot.render import shipped_templates
from bot.web.assets import address_of
from bot.web.words import word
from bot.wording import WORDINGS


@cache
def environment(language: str, timezone: ZoneInfo) -> jinja2.Environment:
    """Return what draws the templates of `templates/web` in one language and timezone."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped_templates() / "web"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(WORDINGS[language])
    made.filters["moment"] = partial(moment, timezone=timezone)
    known = cast("dict[str, Any]", made.globals)
    known |= {"t": partial(word, language), "asset": address_of, "language": language}
    known["parts"] = made.get_template("parts.html").module
    return made


def draw(language: str, timezone: ZoneInfo, template: str, values: dict[str, Any]) -> str:
    """Return a page or a part of one as HTML."""
    return environment(language, timezone).get_template(template).render(values)


def moment(at: datetime | None, timezone: ZoneInfo) -> str:
    """Filter: an instant in the desk's own time, alike in every language and on one line."""
    return "―" if at is None else f"{at.astimezone(timezone):%Y-%m-%d\u00a0%H:%M}"
