"""`madoguchi user`: registering people, and that the running desk minds at once."""

import json
import subprocess
import sys
from pathlib import Path

from tests.docs.documents import ROOT
from tests.web.site import WebStage


def user(desk: WebStage, *words: str) -> subprocess.CompletedProcess[str]:
    config = desk.house.settings.folder / "desk.toml"
    return subprocess.run(
        [sys.executable, "-m", "bot", "user", *words, "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_person_is_added_sets_a_password_and_is_kept_out_again(desk: WebStage) -> None:
    desk.clock.forward(days=-1)
    added = user(desk, "add", "Hanako", "--role", "manager", "--shown", "佐藤 花子", "--json")
    assert added.returncode == 0, added.stderr
    told = json.loads(added.stdout)
    assert (told["name"], told["link"].startswith("http://127.0.0.1:1/set-up/")) == ("hanako", True)
    path = told["link"].removeprefix("http://127.0.0.1:1")
    browser = desk.browser()
    assert "佐藤 花子" in (await browser.get(path)).text
    done = await browser.post(
        path, password="とても長い合い言葉です。", again="とても長い合い言葉です。"
    )
    assert done.status_code == 303
    assert (await browser.get("/console")).status_code == 200
    assert "マネージャー" in (await browser.get("/account")).text
    assert user(desk, "change", "hanako", "--role", "auditor").returncode == 0
    assert "監査担当" in (await browser.get("/account")).text
    assert user(desk, "disable", "hanako").returncode == 0
    assert (await browser.get("/account")).status_code == 303
    listed = json.loads(user(desk, "list", "--json").stdout)
    assert [(u["name"], u["role"], bool(u["disabled_at"])) for u in listed] == [
        ("hanako", "auditor", True)
    ]
    assert user(desk, "reset", "hanako").returncode == 0


async def test_what_is_wrong_is_said_in_one_line(desk: WebStage, tmp_path: Path) -> None:
    desk.person("operator", "taken", slack="U1")
    cases = {
        ("add", "a b", "--role", "lead"): "not an account name",
        ("add", "abc", "--role", "boss"): "there is no role 'boss'; use operator, lead",
        ("add", "abc"): "--role is needed",
        ("add", "taken", "--role", "lead"): "registered already",
        ("add", "abc", "--role", "lead", "--slack", "U1"): "U1 is the Slack id of taken",
        ("disable", "nobody"): "there is no account 'nobody'",
        ("change", "taken"): "nothing to change",
    }
    for words, said in cases.items():
        answer = user(desk, *words)
        assert answer.returncode in {1, 2}, words
        assert said in answer.stderr, words
        assert len(answer.stderr.splitlines()) == 1, words
