"""What customers attach stands in the thread of their case: once, whole, under a safe name."""

from base64 import b64encode

from bot.drawing import post_files
from bot.store.messages import NewMessage, Outcome
from quotas.decision import State
from tests.slack.stage import TRIAGE, Stage
from tests.slack_double.block_kit import words
from tests.slack_double.faults import Fault
from tests.slack_double.workspace import Message

PNG = b"\x89PNG\r\n\x1a\n screenshot"


def _mail(*files: tuple[str, bytes], text: str = "画面をお送りします。") -> bytes:
    parts = [
        f'--b\r\nContent-Type: image/png; name="{name}"\r\nContent-Disposition: attachment;'
        f' filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
        + b64encode(data)
        + b"\r\n"
        for name, data in files
    ]
    head = (
        "From: <sato@customer.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return head.encode() + text.encode() + b"\r\n" + b"".join(parts) + b"--b--\r\n"


async def asked(stage: Stage, raw: bytes, excerpt: str = "画面をお送りします。") -> str:
    """Let a mail with files belong to a case whose card is asked for; return the case."""
    number = stage.open_case().number
    (sha,) = stage.blobs.put_many([raw])
    with stage.store.work() as work:
        message = work.messages.add(
            NewMessage("test:files", "dax", "email", stage.now, stage.now, sha, len(raw))
        )
        assert message is not None
        outcome = Outcome(State.ROUTED, "accepted", stage.now, excerpt=excerpt, case_number=number)
        work.messages.finish(message, outcome)
        post_files(work, number, message, stage.now)
    return number


def shared(stage: Stage, number: str) -> list[Message]:
    """Return the posts with files in the thread of a case."""
    thread = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    return [post for post in thread if post.files]


def held(stage: Stage, post: Message) -> list[tuple[str, bytes]]:
    """Return names and bytes of the files of a post."""
    files = (stage.double.space.files[file] for file in post.files)
    return [(file.name, file.data) for file in files]


async def test_attachments_come_in_one_post_as_they_were(stage: Stage) -> None:
    """Two files, byte for byte."""
    number = await asked(stage, _mail(("a.png", PNG), ("b.png", PNG * 2)))
    await stage.work_off()
    (post,) = shared(stage, number)
    assert held(stage, post) == [("a.png", PNG), ("b.png", PNG * 2)]


async def test_names_can_name_no_folder(stage: Stage) -> None:
    """A path and controls go; a file without a name gets one."""
    number = await asked(stage, _mail(("../../etc/passwd", PNG), ("..", PNG)))
    await stage.work_off()
    (post,) = shared(stage, number)
    names = [name for name, _ in held(stage, post)]
    assert names[0] == "passwd"
    assert all(name and not set(name) & set("/\\\r\n") for name in names)


async def test_a_mail_whose_excerpt_was_cut_comes_whole(stage: Stage) -> None:
    """As a text file: the card shows only its head."""
    text = "長い文章です。" * 400
    number = await asked(stage, _mail(text=text), excerpt=text[:1500])
    await stage.work_off()
    (post,) = shared(stage, number)
    ((name, data),) = held(stage, post)
    assert name == "全文.txt"
    assert text in data.decode()


async def test_what_is_too_big_or_too_many_is_named(stage: Stage) -> None:
    """Ten files are shown, the rest is told of; nobody waits for what never comes."""
    number = await asked(stage, _mail(*((f"{n}.png", PNG) for n in range(12))))
    await stage.work_off()
    (post,) = shared(stage, number)
    assert len(post.files) == 10
    thread = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    told = "\n".join(words(m.blocks) for m in thread)
    assert "10.png" in told
    assert "11.png" in told


async def test_a_lost_answer_doubles_no_files(stage: Stage) -> None:
    """Slack shared them and the answer was lost: they are looked for before the next try."""
    number = await asked(stage, _mail(("a.png", PNG)))
    stage.double.faults.add("files.completeUploadExternal", Fault(drop="after"))
    await stage.work_off()
    stage.pass_time(minutes=5)
    await stage.work_off()
    assert len(shared(stage, number)) == 1
    with stage.store.reading() as work:
        assert {item.state for item in work.outbox.of_case(number)} == {"sent"}


async def test_an_upload_that_fails_is_tried_again(stage: Stage) -> None:
    """Nothing is shared half, and the line after it waits its turn."""
    number = await asked(stage, _mail(("a.png", PNG), ("b.png", PNG)))
    stage.double.faults.add("upload", Fault(drop="before"))
    await stage.work_off()
    stage.pass_time(minutes=5)
    await stage.work_off()
    (post,) = shared(stage, number)
    assert [name for name, _ in held(stage, post)] == ["a.png", "b.png"]


async def test_a_mail_that_is_gone_is_given_up_and_the_case_goes_on(stage: Stage) -> None:
    """The blob is lost: the row fails with its cause, later rows are drawn."""
    number = await asked(stage, _mail(("a.png", PNG)))
    for blob in (stage.blobs._folder).rglob("*"):
        if blob.is_file():
            blob.unlink()
    await stage.work_off()
    with stage.store.reading() as work:
        failed = [item for item in work.outbox.of_case(number) if item.state == "failed"]
    assert [(item.last_error or "").partition(":")[0] for item in failed] == ["original_lost"]
    await stage.press(stage.hanako, "担当する", number)
    assert stage.card(number).edits == 1
