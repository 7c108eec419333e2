"""What Prometheus reads, as OpenMetrics. Every figure comes from the database, so it is right whichever process answers.

https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections.abc import Iterator
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from sync.measured import Measurements
from sync.measurements import kept


@never_cache
@require_safe
def scrape(request: HttpRequest) -> HttpResponse:
    """404 where no token is set, 401 without it, 503 while nothing could be measured."""
    if not settings.METRICS_TOKEN:
        raise Http404("Nobody reads measurements here.")
    said = request.headers.get("Authorization", "")
    if not compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    found = kept.last()
    if found is None:
        return HttpResponse(status=503)
    registry = CollectorRegistry()
    registry.register(Gauges(found))
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=kind)


class Gauges(Collector):
    def __init__(self, found: Measurements) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        yield from _processes(self._found)
        yield from _work(self._found)
        yield from _by_kind(self._found)
        yield from _delays(self._found)


def _processes(found: Measurements) -> Iterator[Metric]:
    yield _gauge("hetk_measured_timestamp_seconds", "When all this was measured.", found.at.timestamp())
    yield _gauge("hetk_workers", "Workers that gave a sign of life lately.", found.workers)
    beats = GaugeMetricFamily(
        "hetk_heartbeat_timestamp_seconds", "The last sign of life; absent when there is none.", labels=["process"]
    )
    for process, at in (("worker", found.worker_at), ("timetable", found.timetable_at)):
        if at is not None:
            beats.add_metric([process], at.timestamp())
    yield beats
    backup = GaugeMetricFamily(
        "hetk_backup_timestamp_seconds", "When the newest backup was taken; absent where Hetk made none."
    )
    if found.backup_at is not None:
        backup.add_metric([], found.backup_at.timestamp())
    yield backup
    queue = found.queue
    yield _gauge("hetk_queue_waiting", "Tasks of the timetable that wait.", queue.waiting)
    yield _gauge("hetk_queue_failed", "Tasks of the timetable that failed within the last hour.", queue.failed)
    yield _gauge("hetk_timetable_late", "Entries of the timetable that did not begin in time.", queue.late)


def _work(found: Measurements) -> Iterator[Metric]:
    yield _gauge(
        "hetk_due_oldest_seconds", "How long the calendar that waits longest has been due.", found.waits.total_seconds()
    )
    yield _gauge("hetk_pairs_running", "Pairs that are neither paused nor ending.", found.running)
    yield _gauge("hetk_pairs_unverified", "Running pairs without a complete audit for a day.", found.unverified)


# Field of `Kindred` -> name of its gauge and what it says.
KIND_GAUGES = {
    "due": ("hetk_calendars_due", "Calendars that wait for a worker."),
    "claimed": ("hetk_calendars_claimed", "Calendars that a worker is on."),
    "open": ("hetk_connections_open", "Accounts that let Hetk in."),
    "halted": ("hetk_connections_halted", "Accounts that wait for their owner to sign in again."),
    "failing": ("hetk_connections_failing", "Open accounts of which a calendar fails again and again."),
    "throttled": ("hetk_connections_throttled", "Open accounts that the provider slows down."),
    "late_watches": ("hetk_watches_late", "Watches that were not renewed in time."),
    "cycles": ("hetk_cycles_last_hour", "Cycles of the last hour that did something or met trouble."),
    "troubled": ("hetk_cycles_troubled_last_hour", "Those of them that met trouble."),
}


def _by_kind(found: Measurements) -> Iterator[Metric]:
    for field, (name, says) in KIND_GAUGES.items():
        gauge = GaugeMetricFamily(name, says, labels=["provider"])
        for kind, those in sorted(found.kinds.items()):
            gauge.add_metric([kind], getattr(those, field))
        yield gauge


def _delays(found: Measurements) -> Iterator[Metric]:
    labels = ["source", "target"]
    delay = GaugeMetricFamily(
        "hetk_delay_seconds", "From the first bell to the last write, of the last hour.", labels=[*labels, "quantile"]
    )
    number = GaugeMetricFamily("hetk_delay_cycles", "How many cycles those delays are of.", labels=labels)
    for way, spread in found.last_hour.items():
        number.add_metric(way, spread.number)
        for quantile, value in (("0.5", spread.p50), ("0.95", spread.p95), ("0.99", spread.p99)):
            delay.add_metric([*way, quantile], value)
    yield delay
    yield number


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)
