"""The tree names no place of the machine it was written on, and no host it is installed from."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("work", "root", "home")
HOSTS = ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "deb debian org")
FORBIDDEN = [f"/{place}/" for place in PLACES] + [host.replace(" ", ".") for host in HOSTS]
"""Assembled from parts, so that this file doesn't hold them."""


def tracked() -> list[Path]:
    """Return every file git knows that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_file_names_a_registry_or_a_path_of_this_machine(word: str) -> None:
    files = tracked()
    assert len(files) > 100
    named = [str(path.relative_to(ROOT)) for path in files if word.encode() in path.read_bytes()]
    assert named == []
