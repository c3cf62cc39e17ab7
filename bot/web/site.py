"""What all pages of one desk share, made once with the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.house import House
from bot.settings import WebSettings
from bot.web.area import Area
from bot.web.door import Door
from bot.web.guessing import Guessing
from bot.web.oidc import Provider
from bot.web.passwords import Passwords
from bot.web.tokens import Signature

Health = Callable[[], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Site:
    """The desk behind the pages, its settings, the door people come in by, and the areas.

    `slack` tells how the desk in Slack is, None where this process runs none. `runs` tells
    whether this process still works off its jobs. `begun` signs what a browser leaves with for the
    OpenID `provider`.
    """

    house: House
    settings: WebSettings
    door: Door
    guessing: Guessing
    passwords: Passwords
    begun: Signature
    provider: Provider | None = None
    areas: Sequence[Area] = ()
    slack: Health = field(default=lambda: None)
    runs: Callable[[], bool] = field(default=lambda: True)
