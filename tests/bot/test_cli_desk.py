"""`madoguchi init`, `doctor`, `demo` and `--help`: from an empty folder to a desk that works."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import app as commands
from bot.clock import system_clock
from tests.bot.commands import run
from tests.bot.houses import TOKYO, mail

ROOT = Path(__file__).parents[2]


def test_from_an_empty_folder_to_an_answer(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "desk"
    first = run("init", folder)
    assert first.status == 0
    assert f"written {folder / 'desk.toml'}" in first.out
    assert f"kept    {folder / 'desk.toml'}" in run("init", folder).out
    config = folder / "desk.toml"
    registers = sorted((folder / "samples").iterdir())
    assert run("import", *registers, "--config", config).status == 0
    today = system_clock(TOKYO)().date()
    (folder / "mail.eml").write_bytes(
        mail("DX-1024-7731\nスケジュールの操作方法を教えてください。")
    )
    explained = run(
        "explain", folder / "mail.eml", "--at", f"{today}T10:30", "--json", "--config", config
    )
    assert explained.json["reason"] == "accepted"
    assert run("terms", "show", "desknets-dax", "--json", "--config", config).status == 0


def test_init_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already", encoding="utf-8")
    ran = run("init", tmp_path / "file")
    assert ran.status == 2
    assert "choose another folder" in ran.complaint


def test_doctor_names_what_is_missing_and_the_remedy(tmp_path: Path) -> None:
    run("init", tmp_path)
    ran = run("doctor", "--json", "--config", tmp_path / "desk.toml")
    assert ran.status == 1
    findings = {each["check"]: each for each in ran.json}
    assert all(each.keys() == {"check", "ok", "detail", "remedy"} for each in ran.json)
    assert all(each["remedy"] for each in ran.json if not each["ok"])
    assert findings["terms desknets-dax"]["ok"]
    assert "madoguchi import" in findings["registers"]["remedy"]
    assert "MADOGUCHI_MAILBOX_DAX_PASSWORD" in findings["mailbox dax"]["remedy"]
    in_words = run("doctor", "--config", tmp_path / "desk.toml")
    assert in_words.status == 1
    assert "FAIL registers: no contract is registered; import them" in in_words.out


def test_help_is_quick_to_load_and_names_every_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert commands.app.registered_commands
    for name in ("init", "demo", "serve", "doctor", "import", "receive", "explain", "contract",
                 "quota", "terms", "quote", "outbox", "quarantine", "ledger"):  # fmt: skip
        assert f"\n  {name} " in ran.stdout or f" {name} " in ran.stdout
    assert "sqlalchemy" not in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["explain", "no.eml"], 2),
        (["contract", "show", "DX-1024-7731", "--on", "never"], 2),
        (["terms", "check"], 0),
    ],
)
def test_as_a_program_of_its_own(arguments: list[str], status: int, tmp_path: Path) -> None:
    run("init", tmp_path)
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={"MADOGUCHI_CONFIG": str(tmp_path / "desk.toml"), "PATH": ""},
    )  # fmt: skip
    assert ran.returncode == status
    assert len(ran.stderr.splitlines()) == (1 if status else 0)
    assert "Traceback" not in ran.stderr


@pytest.mark.real
def test_the_demo_runs_its_samples_and_ends() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "通が想定どおりです。" in ran.stdout
    assert "✗" not in ran.stdout
