"""Files that pages load: shipped with the desk, named by their content, kept for a year."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.render import shipped_templates

KEPT = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
PATH = "/static/{name}"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its name with the hash of its content in it, its type and its bytes."""

    address: str
    media_type: str
    content: bytes


@cache
def assets() -> dict[str, Asset]:
    """Return every file of `templates/web/static` by its plain name."""
    folder = shipped_templates() / "web" / "static"
    return {file.name: _asset(file) for file in sorted(folder.iterdir()) if file.suffix in TYPES}


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    mark = sha256(content).hexdigest()[:12]
    return Asset(f"/static/{file.stem}.{mark}{file.suffix}", TYPES[file.suffix], content)


def address_of(name: str) -> str:
    """Return the address under which a page loads the file called `name`."""
    return assets()[name].address


async def serve_asset(request: Request) -> Response:
    """Answer with a file; an address whose hash is of other content is unknown."""
    found = next((a for a in assets().values() if a.address == request.url.path), None)
    if found is None:
        return Response("not found", 404, media_type="text/plain")
    headers = {"Cache-Control": KEPT}
    return Response(found.content, headers=headers, media_type=found.media_type)
