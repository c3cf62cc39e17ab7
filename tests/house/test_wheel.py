"""The installed desk needs no checkout: its wheel holds all that the commands read."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 5_000_000
"""Bytes a wheel may have."""

INSIDE = {
    "templates/": "bot/templates/",
    "bot/store/migrations/": "bot/store/migrations/",
    "quotas/programmes/": "quotas/programmes/",
    "tests/programmes/": "quotas/examples_shipped/",
}
"""Where the files of the checkout that aren't code stand in the wheel."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the tools of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the wheel's content, as an installation would."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the wheel's content before all else, in `folder`."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "MADOGUCHI_CONFIG": "desk.toml"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST


@pytest.mark.parametrize("source", INSIDE)
def test_the_wheel_holds_every_file_the_desk_reads(wheel: Path, source: str) -> None:
    listed = subprocess.run(
        ["git", "ls-files", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = [INSIDE[source] + name.removeprefix(source) for name in listed.stdout.split()]
    held = zipfile.ZipFile(wheel).namelist()
    assert wanted
    assert [name for name in wanted if name not in held] == []


def test_the_code_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = "import bot, mail, quotas; print(bot.__file__, mail.__file__, quotas.__file__)"
    found = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(place.startswith(str(installed)) for place in found.stdout.split())


def test_the_shipped_terms_hold_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    checked = run(installed, tmp_path, "terms", "check")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.endswith(" passed, 0 failed\n")


def test_a_desk_is_begun_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "init").returncode == 0
    registers = [str(file) for file in sorted((tmp_path / "samples").iterdir())]
    imported = run(installed, tmp_path, "import", *registers)
    assert imported.returncode == 0, imported.stderr
    mail = tmp_path / "question.eml"
    mail.write_text("From: a@example.jp\nSubject: x\n\nDX-0000-0000\n", encoding="utf-8")
    explained = run(installed, tmp_path, "explain", mail.name, "--mailbox", "dax")
    assert explained.returncode == 0, explained.stderr
    assert "number_unknown" in explained.stdout
