"""A licence key is found in the customer's mail and nowhere else, however it came."""

import io
import logging
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cases import erasing, reissue
from bot.jobs import Handler
from bot.logs import set_up_logs
from bot.outbox import DELIVER_JOB, Postman, is_sealed, smtp_settings
from bot.sealing import Seal
from bot.settings import ReissueSettings, SmtpSettings
from bot.store import tables
from mail.courier import Courier
from mail.message import Attachment
from tests.bot.commands import Ran, run
from tests.real.smtp_sink import Fault, SmtpSink
from tests.slack.stage import TRIAGE, Stage
from tests.slack.writing import file, mails, notice_of, read
from tests.slack_double.block_kit import words

KEY = "QX7K-93ZP-SECRET-LM42"
TYPED, IN_FILE, ISSUED = "typed", "in a file", "issued"


@dataclass
class Watched:
    """A stage whose mails are really sent, and everything that was logged about it."""

    stage: Stage
    sink: SmtpSink
    log: io.StringIO
    folder: Path

    async def send(self) -> None:
        """Work off everything that is due now."""
        await self.stage.work_off()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log at DEBUG as `serve` sets it up, and keep whole tracebacks besides."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    kept = io.StringIO()
    set_up_logs(logging.DEBUG)
    everything = logging.StreamHandler(kept)
    everything.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root.addHandler(everything)
    yield kept
    root.handlers[:], root.level = handlers, level


@pytest.fixture
async def watched(waiting_stage: Stage, log: io.StringIO, tmp_path: Path) -> AsyncIterator[Watched]:
    """Give a stage that has not started, with a postman who sends to a sink."""
    sink = SmtpSink()
    await sink.start()
    settings = SmtpSettings("127.0.0.1", sink.port, "none", None, None, 5)
    courier, stage = Courier(smtp_settings(settings)), waiting_stage
    seal = Seal(stage.letters.office.key)
    postman = Postman(stage.store, courier, lambda: stage.now, {"dax": "dax@desk.example"}, seal)
    others = stage.postman
    stage.postman = lambda: _with_postman(others(), postman)  # type: ignore[method-assign]
    yield Watched(stage, sink, log, tmp_path)
    await courier.close()
    await sink.stop()


def _with_postman(others: Mapping[str, Handler], postman: Postman) -> Mapping[str, Handler]:
    return {**others, DELIVER_JOB: Handler(postman.run, batch=100)}


def issuer(code: str, seconds: int = 20) -> ReissueSettings:
    """Return settings that run a small program as the vendor's issuer."""
    return ReissueSettings((sys.executable, "-c", code), seconds)


def disguises(key: str) -> list[bytes]:
    """Return the ways a key may stand in bytes."""
    found = [
        key.encode(),
        key.encode("utf-16-le"),
        key.encode("utf-16-be"),
        key.encode().hex().encode(),
    ]
    for shift in range(3):
        coded = b64encode(b"x" * shift + key.encode())
        found.append(coded[4 if shift else 0 : -4])
    return [*found, key.encode()[::-1]]


def everything(watched: Watched) -> dict[str, bytes]:
    """Return whatever the desk has left anywhere, by place."""
    stage, space = watched.stage, watched.stage.double.space
    with stage.store.reading() as work:
        rows = [
            (table.name, tuple(row))
            for table in tables.metadata.sorted_tables
            for row in work.connection.execute(select(table))
        ]
        raws = [value for _, row in rows for value in row if isinstance(value, bytes)]
        shown = [repr(item) for item in work.outbox.listed()]
    modals = [view.body for stack in space.modals.values() for view in stack]
    seen = (space.messages, space.ephemeral, space.homes, modals)
    return {
        "rows": repr(rows).encode(),
        "bytes": b"\n".join(raws),
        "database files": stage.database_bytes(),
        "all files": b"\n".join(f.read_bytes() for f in watched.folder.rglob("*") if f.is_file()),
        "log": watched.log.getvalue().encode(),
        "what was asked of Slack": repr(stage.double.journal).encode(),
        "what stands in Slack": repr(seen).encode(),
        "files in Slack": b"\n".join(f.data for f in space.files.values()),
        "outbox": "\n".join(shown).encode(),
        "commands": "\n".join(ran.out + ran.err for ran in commands(watched)).encode(),
    }


def commands(watched: Watched) -> list[Ran]:
    """Return what the commands about outbox and cases print."""
    config = watched.folder / "desk.toml"
    config.write_text(
        f'[desk]\ndatabase = "{watched.stage.store.url}"\n[[mailbox]]\nname = "dax"\n'
        'programme = "desknets-dax"\naddress = "dax@desk.example"\n'
    )
    asked = [["outbox", "list", "--all"], ["outbox", "list", "--all", "--json"]]
    ran = [run(*args, "--config", str(config)) for args in asked]
    assert all(each.status == 0 for each in ran), ran
    return ran


def assert_nowhere(watched: Watched, key: str = KEY) -> None:
    """Look for a key in every disguise in every place."""
    places = everything(watched)
    found = [place for place, data in places.items() for form in disguises(key) if form in data]
    assert found == []
    assert all(
        len(data) > 50 for place, data in places.items() if place not in {"bytes", "files in Slack"}
    )


async def approve(watched: Watched, way: str) -> str:
    """Grant a re-issue with a key that comes in some way; return the case."""
    stage = watched.stage
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    if way == IN_FILE:
        stage.hanako.give("キーのファイル", file(stage, "license.dat", b"\x00" + KEY.encode()))
    await stage.hanako.submit({"ライセンスキー": KEY} if way == TYPED else {})
    if way == TYPED:
        assert stage.hanako.modal is None
    else:
        assert "承認しました" in await notice_of(stage.hanako)
        stage.hanako.close()
        assert stage.hanako.modal is None
    return number


@pytest.mark.parametrize("way", [TYPED, IN_FILE, ISSUED])
async def test_the_key_is_only_in_the_customers_mail(
    watched: Watched, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for before the mail leaves, after a failed try, and after it has left."""
    monkeypatch.setenv("MADOGUCHI_SECRET", "nobody else's business")
    told = watched.folder / "told.json"
    code = (
        "import sys, os;"
        f"open({str(told)!r}, 'w').write(sys.stdin.read() + repr(dict(os.environ)));"
        "print('-'.join(['QX7K', '93ZP', 'SECRET', 'LM42']))"
    )
    stage = watched.stage
    stage.change_letters(reissue=issuer(code))
    await stage.start()
    watched.sink.faults = [Fault.DATA_451]
    number = await approve(watched, way)
    assert is_sealed(mails(stage, number)[0])
    assert_nowhere(watched)
    await watched.send()
    assert watched.sink.stored == []
    assert_nowhere(watched)
    stage.pass_time(minutes=5)
    await watched.send()
    (sent,) = watched.sink.stored
    mail = read(sent.raw)
    body = mail.get_body()
    assert body is not None
    parts = [body.get_content().encode(), *(p.get_content() for p in mail.iter_attachments())]
    assert KEY.encode() in b"\n".join(parts)
    assert mails(stage, number)[0].raw is None
    assert_nowhere(watched)
    assert "残り2／3回" in words(stage.card(number).blocks)
    if way == ISSUED:
        given = told.read_text()
        assert '"support_number": "DX-1234-5678"' in given
        assert "LANG" in given
        assert "business" not in given


async def test_a_key_file_that_slack_keeps_is_told_of(watched: Watched) -> None:
    """The operator is asked to delete by hand what the app may not."""
    await watched.stage.start()
    watched.stage.double.space.files_stay = True
    stage = watched.stage
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    stage.hanako.give("キーのファイル", file(stage, "license.dat", KEY.encode()))
    await stage.hanako.submit()
    assert "手動で削除してください" in await notice_of(stage.hanako)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"import sys; print({KEY!r}); sys.exit('no licence for {KEY}')", "終了コード1"),
        ("pass", "キーを返しませんでした"),
        ("import time; time.sleep(60)", "1秒以内に終わりません"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "キーとして読めません"),
        ("import sys; sys.stdout.write('A' * 200_000)", "キーとして読めません"),
    ],
)
async def test_an_issuer_that_fails_consumes_nothing(
    watched: Watched, code: str, said: str
) -> None:
    """Its error is shown to the operator; the request waits on, and its key leaks nowhere."""
    stage = watched.stage
    stage.change_letters(reissue=issuer(code, seconds=1))
    await stage.start()
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit()
    assert said in await notice_of(stage.hanako)
    with stage.store.reading() as work:
        assert [e.kind for e in work.ledger.of_case(number)] == ["reserve"]
    assert mails(stage, number) == []
    assert_nowhere(watched)


async def test_an_issuer_that_is_not_there_is_told(watched: Watched) -> None:
    """The setting is named."""
    stage = watched.stage
    stage.change_letters(reissue=ReissueSettings(("/nowhere/issuer",)))
    await stage.start()
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit()
    assert "[reissue] command" in await notice_of(stage.hanako)


async def test_without_key_file_and_issuer_the_field_asks_for_one(stage: Stage) -> None:
    """Nothing is consumed."""
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit()
    assert "ライセンスキーを入力するか" in stage.hanako.errors["keys"]


async def test_a_key_that_could_not_be_sent_is_erased_in_time(stage: Stage) -> None:
    """Sealed until then, gone after, and the thread tells."""
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit({"ライセンスキー": KEY})
    keep = timedelta(hours=168)
    handlers = erasing.handlers(stage.store, lambda: stage.now, keep)
    for hours, left in ((167, True), (1, False)):
        stage.pass_time(hours=hours)
        await handlers[erasing.ERASE_JOB].run([])
        (mail,) = mails(stage, number)
        assert (mail.raw is not None, mail.state) == (left, "queued" if left else "failed")
    await stage.work_off()
    thread = [words(m.blocks) for m in stage.double.space.thread(TRIAGE, stage.card(number).ts)]
    assert any("ライセンスキーを消去しました" in post for post in thread)


async def test_what_the_terms_leave_open_is_decided_by_a_person(stage: Stage) -> None:
    """The terms' question is shown; not counting is a waived unit in the statement."""
    number = stage.reissue_case(question="第14条はハードウェア故障を定めていません。数えますか。")
    await stage.work_off()
    await stage.hanako.click("再発行を判断", stage.card(number))
    view = await stage.hanako.sees_modal("再発行の判断")
    assert "第14条はハードウェア故障" in words(view.body["blocks"])
    await stage.hanako.submit(
        {"判断": "回数に数えずに再発行する", "判断の理由": "故障証明書を確認"}
    )
    await stage.work_off()
    assert "第14条" not in words(stage.card(number).blocks)
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit({"ライセンスキー": KEY})
    assert stage.hanako.errors == {}
    await stage.work_off()
    with stage.store.reading() as work:
        assert [e.kind for e in work.ledger.of_case(number)] == ["reserve", "waive"]
        notes = [note.text for note in work.notes.of_case(number)]
    assert "残り3／3回" in words(stage.card(number).blocks)
    assert any("第14条" in note and "故障証明書" in note for note in notes)


async def test_a_request_is_withdrawn_without_a_mail(stage: Stage) -> None:
    """取り下げ gives the unit back."""
    number = stage.reissue_case()
    await stage.work_off()
    await stage.hanako.click("再発行の取り下げ", stage.card(number))
    await stage.hanako.sees_modal("再発行の取り下げ")
    await stage.hanako.submit({"取り下げの理由": "お客さまからお電話"})
    await stage.work_off()
    with stage.store.reading() as work:
        (_, end) = work.ledger.of_case(number)
    assert (end.kind, end.reason) == ("release", "お客さまからお電話")
    assert mails(stage, number) == []
    assert "残り3／3回" in words(stage.card(number).blocks)


def test_what_holds_a_key_does_not_show_it_when_printed() -> None:
    """An exception or a debugger prints values: these keep their secret."""
    granted = reissue.Grant(KEY, "", (Attachment("a", "b/c", KEY.encode()),))
    assert KEY not in repr(granted)
