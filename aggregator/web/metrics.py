"""Figures for Prometheus, counted in the database: the same from whichever process they are asked.

Labels are bounded: outcomes, states, kinds and duties are ours, and there are as many themes as themes.toml names.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from threading import Lock

from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from aggregator.model import Outcome, State
from aggregator.store import Store, standing, tallies
from aggregator.store.standing import Standing

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
FRESH = timedelta(seconds=10)  # however often it is asked, the database is asked no more often than this
EPOCH_OF_NONE = 0.0


class Metrics:
    """What is counted, at most `FRESH` old."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._made: tuple[datetime, bytes] | None = None

    def text(self, now: datetime) -> bytes:
        """The figures in Prometheus' text format. Raises StoreError when the database does not answer."""
        with self._lock:
            if self._made is None or now - self._made[0] >= FRESH:
                with self._store.read() as transaction:
                    found = standing.measure(transaction, now)
                self._made = now, generate_latest(_Once(families(found)))
            return self._made[1]


class _Once(CollectorRegistry):
    """A registry of figures that are there already."""

    def __init__(self, found: Iterable[Metric]) -> None:
        super().__init__()
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Give them."""
        yield from self._found


def families(found: Standing) -> Iterator[Metric]:
    """Each figure, with what it means. A label's value that nothing has now is 0, not absent."""
    outcomes = {each.value: 0 for each in Outcome} | {"none": 0, "paused": 0}
    outcomes |= {name or "none": count for name, count in found.sources.items()}
    yield _labelled("aggregator_sources", "Sources by the outcome of their last poll.", ("outcome",), outcomes)
    yield _single("aggregator_polls_due", "Sources that are due: the depth of the queue.", found.due)
    waited = found.longest_wait.total_seconds()
    yield _single("aggregator_due_lag_seconds", "How long the server due longest waits for someone to take it.", waited)
    yield _single("aggregator_leases_held", "Servers that someone is polling now.", found.leases)
    lost = found.tallies.get(tallies.LEASES_LOST, 0)
    yield CounterMetricFamily("aggregator_leases_lost", "Servers taken over from whoever did not give them back.", lost)
    stories: dict[tuple[str, str], int] = {(each.value, ""): 0 for each in State} | dict(found.stories)
    yield _labelled("aggregator_stories", "Stories by state and theme.", ("state", "theme"), stories)
    yield _single("aggregator_documents", "Public documents.", found.documents)
    yield _single("aggregator_generation", "The number of the last release that changed a document.", found.generation)
    yield _labelled("aggregator_outbox", "Deliveries that wait or were given up.", ("kind", "state"), found.outbox)
    yield _delivered(found)
    done = {name: at.timestamp() if at else EPOCH_OF_NONE for name, (at, _) in found.duties.items()}
    yield _labelled("aggregator_duty_done_timestamp_seconds", "When it last went well.", ("duty",), done)
    failing = {name: float(not is_well) for name, (_, is_well) in found.duties.items()}
    yield _labelled("aggregator_duty_failing", "1 when the last try did not go well.", ("duty",), failing)


def _single(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _delivered(found: Standing) -> Metric:
    family = CounterMetricFamily(
        "aggregator_deliveries", "Deliveries that arrived; mails are one kind.", labels=("kind",)
    )
    arrived = {name: count for name, count in found.tallies.items() if name.startswith(tallies.DELIVERED)}
    for name, count in sorted(({tallies.DELIVERED + "mail": 0} | arrived).items()):
        family.add_metric([name.removeprefix(tallies.DELIVERED)], count)
    return family


def _labelled(name: str, meaning: str, labels: tuple[str, ...], values: object) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    assert isinstance(values, dict)
    for key, value in sorted(values.items()):
        family.add_metric([key] if isinstance(key, str) else list(key), value)
    return family
