"""Alarms: when a limit of `[alarms]` is passed, the log, Slack and people hear of it, once.

Each incident is told when it begins and when it is over; what is open stands in the database, so
that a restart tells nothing twice.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.drawing import post_notice
from bot.house import House
from bot.jobs import Periodic
from bot.measures import Measures, measure, overdue
from bot.outbox import deliver_soon
from bot.store.job_table import Job
from bot.store.outbox import Outgoing
from bot.store.work import Work
from mail import compose
from mail.reference import message_id

ALARM_JOB = "desk.alarms"
"""The kind of the periodic job that compares the desk with its limits."""
EVERY = Periodic(ALARM_JOB, timedelta(minutes=1))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A limit that is passed now: `id` names the incident, `text` tells people what to look at."""

    id: str
    text: str


class Alarms:
    """Compares the desk of `house` with its limits; `slack` tells how Slack is, if used."""

    def __init__(
        self, house: House, slack: Callable[[], Mapping[str, Any] | None] = lambda: None
    ) -> None:
        self._house = house
        self._slack = slack
        self._away_since: datetime | None = None

    async def run(self, jobs: Sequence[Job]) -> None:
        """Tell of incidents that begin and of those that are over; the handler of `ALARM_JOB`."""
        del jobs
        await self._house.store.run(self._compare)

    def _compare(self, work: Work) -> None:
        now = self._house.clock()
        passed = {alarm.id: alarm for alarm in self._passed(measure(work), now)}
        known = work.incidents.open()
        for alarm in passed.values():
            if alarm.id not in known and work.incidents.begin(alarm.id, now):
                log.error("alarm %s", alarm.id)
                self._tell(work, f"{alarm.id}:begin", "【障害】", f"⚠ {alarm.text}", now)
        for over in known.keys() - passed.keys():
            if work.incidents.end(over, now):
                log.warning("alarm %s is over", over)
                text = f"✅ 解消しました（{_title(over)}）"
                self._tell(work, f"{over}:end", "【復旧】", text, now)

    def _passed(self, measures: Measures, now: datetime) -> Iterator[Alarm]:
        limits = self._house.settings.alarms
        for name in overdue(measures, self._house.settings, now):
            yield _alarm(f"poll:{name}", "メールサーバーに接続できているかご確認ください。")
        if measures.queue.age(now) > limits.queue_minutes * 60:
            yield _alarm("queue", f"{measures.queue.count}件が処理を待っています。")
        for kind, waiting in sorted(measures.outbox.items()):
            if waiting.age(now) > limits.outbox_minutes * 60:
                yield _alarm(f"outbox:{kind}", f"{waiting.count}件が送信を待っています。")
        failed = sum(measures.failed.values())
        if failed >= limits.outbox_failed:
            yield _alarm("outbox_failed", f"{failed}件あります。送信トレイをご確認ください。")
        if measures.quarantined >= limits.quarantined:
            yield _alarm("quarantine", f"{measures.quarantined}件が隔離されています。")
        if self._slack_is_away(now):
            yield _alarm("slack", "接続が回復すると、届かなかった分はまとめて表示されます。")

    def _slack_is_away(self, now: datetime) -> bool:
        health = self._slack()
        if health is None or health["connected"]:
            self._away_since = None
            return False
        self._away_since = self._away_since or now
        longest = timedelta(minutes=self._house.settings.alarms.slack_minutes)
        return now - self._away_since >= longest

    def _tell(self, work: Work, key: str, label: str, text: str, now: datetime) -> None:
        once = f"alarm:{key}:{int(now.timestamp())}"
        post_notice(work, once, text, now)
        settings = self._house.settings
        if not settings.mailboxes or not settings.alarms.to:
            return
        for to in settings.alarms.to:
            work.outbox.add(self._mail(f"{once}:{to}", to, label, text, now))
        deliver_soon(work, now)

    def _mail(self, key: str, to: str, label: str, text: str, now: datetime) -> Outgoing:
        settings, box = self._house.settings, self._house.settings.mailboxes[0]
        domain = box.address.rpartition("@")[2]
        own_id = message_id(secrets.token_bytes(10), self._house.key, domain)
        subject = f"{label}{settings.desk.name}：{text.partition('：')[0].lstrip('⚠✅ ')}"
        at = now.strftime("%Y-%m-%d %H:%M")
        raw = compose.compose(
            compose.Outgoing(
                from_address=box.address,
                from_name=settings.desk.name,
                to=to,
                subject=subject,
                text=f"{text}\n\n日時：{at}\n設定：desk.toml の [alarms]\n",
                message_id=own_id,
                date=now,
                auto_submitted="auto-generated",
            )
        )
        return Outgoing(
            kind="mail",
            dedupe_key=key,
            created_at=now,
            mailbox=box.name,
            recipient=to,
            automatic=True,
            message_id=own_id,
            subject=subject,
            raw=raw,
        )


_TITLES = {
    "poll": "メールボックスを確認できていません",
    "queue": "メールの処理が滞っています",
    "outbox": "送信が滞っています",
    "outbox_failed": "送信できなかったメールがあります",
    "quarantine": "処理できなかったメッセージが増えています",
    "slack": "Slackに接続できていません",
}


def _title(alarm: str) -> str:
    kind, _, which = alarm.partition(":")
    return f"{_TITLES[kind]}（{which}）" if which else _TITLES[kind]


def _alarm(id_: str, detail: str) -> Alarm:
    return Alarm(id_, f"{_title(id_)}：{detail}")
