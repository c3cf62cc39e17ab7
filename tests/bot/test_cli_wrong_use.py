"""Wrong use of any command: exit status 2 and one clear line that names the remedy."""

from pathlib import Path

import pytest

from tests.bot.commands import Commands, run

MAIL = Path(__file__).parents[1] / "messages" / "accepted_question_with_number_at_head.eml"
NEEDS_A_DESK = [
    ["serve"],
    ["doctor"],
    ["import", "contracts.csv"],
    ["receive", str(MAIL)],
    ["explain", str(MAIL)],
    ["contract", "show", "DX-1024-7731"],
    ["quota", "show", "DX-1024-7731"],
    ["quota", "record", "DX-1024-7731", "licence_reissue"],
    ["quota", "reserve", "DX-1024-7731", "licence_reissue"],
    ["quota", "adjust", "DX-1024-7731", "licence_reissue", "--units", "1", "--reason", "x"],
    ["quota", "consume", "1"],
    ["quota", "release", "1"],
    ["quota", "reverse", "1"],
    ["quote", "renewal", "DX-1024-7731"],
    ["outbox", "list"],
    ["outbox", "retry"],
    ["quarantine", "list"],
    ["quarantine", "show", "1"],
    ["quarantine", "retry"],
    ["ledger", "verify"],
    ["audit", "mail"],
    ["user", "add", "hanako", "--role", "lead"],
    ["user", "list"],
    ["user", "change", "hanako", "--role", "lead"],
    ["user", "disable", "hanako"],
    ["user", "reset", "hanako"],
]


def named(arguments: list[str]) -> str:
    return " ".join(arguments[:2])


@pytest.mark.parametrize("arguments", NEEDS_A_DESK, ids=named)
def test_without_settings(arguments: list[str], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "desk.toml"
    ran = run(*arguments, "--config", missing)
    assert (ran.status, ran.out) == (2, "")
    assert ran.complaint.startswith(f"madoguchi: {missing}")
    assert "madoguchi init" in ran.complaint


def test_every_command_is_tried() -> None:
    tried = {named(arguments) if arguments[0] not in ALONE else arguments[0]
             for arguments in NEEDS_A_DESK}  # fmt: skip
    assert tried | WITHOUT_A_DESK == set(every_command())


ALONE = {"serve", "doctor", "import", "receive", "explain"}
WITHOUT_A_DESK = {"init", "demo", "terms show", "terms check"} | {
    f"quote {kind}" for kind in ("rejoin", "restart", "add", "merge", "switch")
}
"""Commands that work without settings, or are tried by their like."""


def every_command() -> list[str]:
    """Return the name of every command there is."""
    from typer.main import get_command  # noqa: PLC0415 - the application is loaded late

    from bot.cli.app import app  # noqa: PLC0415

    def names(command: object, before: str) -> list[str]:
        below: dict[str, object] = getattr(command, "commands", {})
        return [
            name
            for part, each in below.items()
            for name in names(each, f"{before}{part} ") or [f"{before}{part}"]
        ]

    return names(get_command(app), "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[desk\n", "line 1"),
        ("[desk]\nnaem = 'x'\n", "naem"),
        ('[desk]\nclosed = ["2026-13-01"]\n', "closed"),
        ('[[mailbox]]\nname = "dax"\nprogramme = "none"\naddress = "a@b.example"\n', "none"),
    ],
)
def test_with_broken_settings(text: str, told: str, tmp_path: Path) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(text, encoding="utf-8")
    ran = run("quota", "show", "DX-1024-7731", "--config", config)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.complaint
    assert not (tmp_path / "desk.db").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["explain", MAIL, "--mailbox", "dacks"], 2, "desk.toml has dax, dax-fax, dekispart"),
        (["explain", MAIL], 2, "--mailbox is needed"),
        (["explain", "no.eml", "--mailbox", "dax"], 2, "no.eml: can't be read"),
        (["explain", MAIL, "--mailbox", "dax", "--at", "soon"], 2, "2026-11-20T10:30"),
        (["receive", MAIL, "--mailbox", "dacks"], 2, "there is no mailbox 'dacks'"),
        (["receive", "no.eml", "--mailbox", "dax"], 2, "no.eml: can't be read"),
        (["receive", "--mailbox", "dax"], 2, "the message is empty"),
        (["contract", "show", "DX-9999-9999"], 1, "there is no contract 'DX-9999-9999'"),
        (["contract", "show", "DX-1024-7731", "--on", "tomorrow"], 2, "write it as 2026-11-20"),
        (["quota", "show", "なし"], 1, "there is no contract 'なし'"),
        (["quota", "reserve", "DX-1024-7731", "phone"], 2, "desknets-dax has licence_reissue"),
        (["quota", "record", "DX-1024-7731", "licence_reissue", "--on", "30.2."], 2, "30.2."),
        (["quota", "adjust", "DX-1024-7731", "licence_reissue", "--units", "1"], 2, "--reason"),
        (["quota", "consume", "4711"], 1, "there is no entry 4711"),
        (["quote", "merge", "DX-1024-7731"], 2, "they quote renewal"),
        (["outbox", "retry", "4711"], 1, "outbox list"),
        (["quarantine", "show", "4711"], 1, "quarantine list"),
        (["quarantine", "retry", "4711"], 1, "quarantine list"),
        (["serve", "--role", "cook"], 2, "there is no role 'cook'"),
        (["user", "add", "hanako"], 2, "--role is needed"),
        (["user", "add", "hanako", "--role", "cook"], 2, "there is no role 'cook'"),
        (["user", "add", "花子", "--role", "lead"], 2, "not an account name"),
        (["user", "add", "hanako", "--role", "lead"], 2, "there is no [web] in desk.toml"),
        (["user", "change", "hanako"], 2, "nothing to change"),
        (["user", "disable", "hanako"], 1, "user list"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_remedy(
    arguments: list[str], status: int, told: str, desk: Commands
) -> None:
    ran = desk(*arguments)
    assert (ran.status, ran.out) == (status, "")
    assert told in ran.complaint


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["quota", "show"],
        ["quota", "consume", "first"],
        ["quota", "reserve", "DX-1024-7731", "licence_reissue", "--units", "many"],
        ["explain"],
        ["import"],
        ["outbox", "retry", "first"],
        ["contract", "show", "DX-1024-7731", "--nonsense"],
    ],
)
def test_a_line_that_can_t_be_read_is_wrong_use(arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err


def test_the_settings_may_be_named_by_the_environment(
    desk: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("ledger", "verify").status == 2
    monkeypatch.setenv("MADOGUCHI_CONFIG", str(desk.config))
    assert run("ledger", "verify").status == 0
    missing = tmp_path / "other.toml"
    assert str(missing) in run("ledger", "verify", "--config", missing).complaint
    monkeypatch.chdir(desk.folder)
    monkeypatch.delenv("MADOGUCHI_CONFIG")
    assert run("ledger", "verify").status == 0


def test_with_broken_terms(desk: Commands) -> None:
    terms = desk.folder / "programmes" / "kaikei-cloud.toml"
    terms.write_text(terms.read_text(encoding="utf-8") + "\n[wrong]\n", encoding="utf-8")
    ran = desk("ledger", "verify")
    assert (ran.status, ran.out) == (2, "")
    assert "kaikei-cloud.toml" in ran.complaint
    assert "wrong" in ran.complaint


def test_with_a_database_that_is_none(desk: Commands) -> None:
    (desk.folder / "desk.db").write_bytes(b"no database at all\n" * 100)
    ran = desk("ledger", "verify")
    assert (ran.status, ran.out) == (1, "")
    assert "desk.db" in ran.complaint
    assert "check that" in ran.complaint


def test_with_a_database_server_that_is_not_there(desk: Commands) -> None:
    text = desk.config.read_text(encoding="utf-8")
    address = 'database = "postgresql://user:secret@127.0.0.1:1/desk"'
    desk.config.write_text(text.replace("[desk]\n", f"[desk]\n{address}\n"), encoding="utf-8")
    ran = desk("ledger", "verify")
    assert (ran.status, ran.out) == (1, "")
    assert "127.0.0.1:1" in ran.complaint
    assert "secret" not in ran.complaint
