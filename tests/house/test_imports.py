"""The contract of the pure files of mail names each, so that a new one can't be forgotten."""

import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
WIRE = {
    "mail.courier",
    "mail.dns_lookup",
    "mail.imap_connection",
    "mail.imap_fetch",
    "mail.inbox",
    "mail.listener",
    "mail.verify",
}
"""The files of mail that speak to servers; what only they import may do so too."""


def pure_modules() -> set[str]:
    """Return every module of mail but `WIRE` and what only those import."""
    graph = grimp.build_graph("bot", "mail", cache_dir=None)
    wire = set(WIRE)
    modules = graph.find_children("mail")
    assert wire <= modules
    while True:
        users = {name: graph.find_modules_that_directly_import(name) for name in modules - wire}
        alone = {name for name, by in users.items() if by and by <= wire}
        if not alone:
            return modules - wire
        wire |= alone


def test_every_pure_file_of_mail_is_under_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    [contract] = [c for c in contracts if c["name"].startswith("the pure files of mail")]
    assert contract["source_modules"] == sorted(pure_modules())
