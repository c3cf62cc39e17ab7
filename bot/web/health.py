"""Health for those who watch over the desk: is it alive, is it ready, and its figures."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.measures import Measures, measure, overdue
from bot.store.errors import StoreError
from bot.web.room import Room, get, refused
from bot.web.visit import NO_STORE, Visit

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


async def alive(visit: Visit) -> Response:
    """Say that the process answers."""
    del visit
    return PlainTextResponse("ok\n", headers=NO_STORE)


async def ready(visit: Visit) -> Response:
    """Say whether the database answers, jobs are worked off and mailboxes are looked into."""
    try:
        measures: Measures | None = await visit.read(measure)
    except StoreError:
        measures = None
    checks = {
        "database": measures is not None,
        "jobs": visit.site.runs(),
        "mailboxes": measures is not None
        and not overdue(measures, visit.house.settings, visit.now),
    }
    return JSONResponse(checks, 200 if all(checks.values()) else 503, headers=NO_STORE)


async def metrics(visit: Visit) -> Response:
    """Give the figures in Prometheus' format to this machine, or to who has the token."""
    if not _may_measure(visit):
        return refused(visit, 404)
    registry = CollectorRegistry()
    slack = visit.site.slack()
    connected = None if slack is None else bool(slack["connected"])
    registry.register(_Figures(await visit.read(measure), visit.now, connected))
    return Response(generate_latest(registry), headers=NO_STORE, media_type=CONTENT_TYPE_LATEST)


def _may_measure(visit: Visit) -> bool:
    """Tell whether the token is right, or the request comes from here without a proxy between."""
    token = visit.site.settings.metrics_token
    headers = visit.request.headers
    given = headers.get("authorization", "").removeprefix("Bearer ")
    if token is not None and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        here = ip_address(visit.network).is_loopback
    except ValueError:
        return False
    return here and not any(name in headers for name in FORWARDED)


class _Figures(Collector):
    """The figures of one instant; labels are names of the settings and of reasons, never text."""

    def __init__(self, measures: Measures, now: datetime, slack: bool | None) -> None:
        self._measures = measures
        self._now = now
        self._slack = slack

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the registry lives for one answer."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return all figures."""
        m, now = self._measures, self._now
        yield _gauge(
            "mailbox_last_poll_timestamp_seconds",
            "When a mailbox was last looked into.",
            "mailbox",
            {name: at.timestamp() for name, at in m.polls.items()},
        )
        yield _plain("queue_messages", "Messages not decided yet.", m.queue.count)
        yield _plain("queue_age_seconds", "Age of the oldest of them.", m.queue.age(now))
        yield _gauge(
            "outbox_waiting",
            "What waits to leave.",
            "kind",
            {kind: waiting.count for kind, waiting in m.outbox.items()},
        )
        yield _gauge(
            "outbox_age_seconds",
            "Age of the oldest of it.",
            "kind",
            {kind: waiting.age(now) for kind, waiting in m.outbox.items()},
        )
        yield _gauge("outbox_failed", "What was given up.", "kind", m.failed)
        yield _plain("quarantine_messages", "Messages in quarantine.", m.quarantined)
        yield _decisions(m)
        if self._slack is not None:
            yield _plain("slack_connected", "Whether events of Slack come in.", int(self._slack))


def _plain(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"madoguchi_{name}", about, value=value)


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"madoguchi_{name}", about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _decisions(measures: Measures) -> Metric:
    """Return how often each reason was decided; refusals of quotas are among them."""
    family = CounterMetricFamily(
        "madoguchi_decisions", "Messages by the reason decided.", labels=["reason", "mailbox"]
    )
    for (reason, mailbox), count in sorted(measures.decided.items()):
        family.add_metric([reason, mailbox], count)
    return family


ROOM = Room(
    routes=(
        get("/healthz", alive, None),
        get("/readyz", ready, None),
        get("/metrics", metrics, None),
    )
)
