"""The areas of the console: where the navigation leads, for whom."""

from dataclasses import dataclass

from bot.web.permission import Permission


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation: `title` is a key of the catalogue, `path` where it leads."""

    title: str
    path: str
    permission: Permission
