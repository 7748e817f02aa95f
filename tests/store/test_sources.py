from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from aggregator.model import Outcome, Pace, Poll, Selectors, Source, Validators
from aggregator.store import Store, leases, sources, urgency
from aggregator.store.sources import Held, host_name, poll_from, poll_values
from aggregator.store.tables import host
from tests.factories import DAY, HOUR, NOW, make_source

FULL = Source(
    id="fme",
    organisation="FME é",
    url="https://fme.example/nieuws?x=1",
    title="Nieuws",
    kind="page",
    language="en",
    themes=("instroom", "leven-lang-ontwikkelen"),
    relevance="all",
    publish="review",
    labels=("noord", "mbo"),
    join="url",
    republisher=True,
    licence="full",
    images=True,
    interval_min=timedelta(minutes=5),
    interval_max=timedelta(days=2, microseconds=1),
    paused=True,
    contact="piet@fme.example",
    terms_note="mag",
    selectors=Selectors(item="article", title="h2"),
)
VISITED = Poll(
    at=NOW,
    outcome=Outcome.MOVED,
    status=200,
    code="http-500",
    detail="kapot",
    next_due=NOW + HOUR,
    address="https://fme.example/feed",
    validators=Validators(etag='W/"1"', last_modified="gisteren"),
    body_hash=b"\x00\xff",
    failures=3,
    succeeded_at=NOW - DAY,
    rhythm=timedelta(days=7),
    pace=Pace(every=HOUR, skip_hours=frozenset({1, 2}), skip_days=frozenset({6})),
    fresh_for=HOUR,
)


def add(store: Store, *added: Source, now: datetime = NOW) -> None:
    with store.write() as transaction:
        sources.add(transaction, added, now)


def change(store: Store, changed: Source, now: datetime) -> None:
    with store.write() as transaction:
        sources.change(transaction, changed, now)


def remove(store: Store, source_id: str, now: datetime) -> None:
    with store.write() as transaction:
        sources.remove(transaction, source_id, now)


def visit(store: Store, source_id: str, visited: Poll) -> None:
    """As if a poll had just ended."""
    with store.write() as transaction:
        leases.save_polls(transaction, [(source_id, visited)])
        sources.refresh_hosts(transaction, sources.host_ids(transaction, [source_id]))


def held(store: Store, source_id: str) -> Held:
    with store.read() as transaction:
        found = sources.held(transaction, source_id)
    assert found is not None
    return found


def due_hosts(store: Store) -> dict[str, datetime | None]:
    with store.read() as transaction:
        rows = transaction.execute(select(host.c.name, host.c.next_due)).all()
    return {row.name: row.next_due and urgency.moment(row.next_due) for row in rows}


def test_every_field_of_a_source_comes_back(store: Store) -> None:
    add(store, FULL)
    assert held(store, "fme") == Held(source=FULL, poll=Poll(), added_at=NOW)


def test_every_field_of_a_poll_comes_back(store: Store) -> None:
    add(store, make_source())
    visit(store, "fme", VISITED)
    assert held(store, "fme").poll == VISITED
    assert poll_from(poll_values(VISITED)["details"], None) == replace(VISITED, next_due=None)  # type: ignore[arg-type]


def test_a_new_source_is_due_at_once_and_a_paused_one_never(store: Store) -> None:
    add(store, make_source("fme"), make_source("vhto", paused=True))
    assert (held(store, "fme").poll.next_due, held(store, "vhto").poll.next_due) == (NOW, None)
    assert due_hosts(store) == {"fme.example": NOW, "vhto.example": None}


def test_no_source_is_no_error(store: Store) -> None:
    add(store)
    with store.read() as transaction:
        assert sources.held(transaction, "fme") is None
        assert sources.all_sources(transaction) == []


def test_sources_come_in_the_order_of_their_ids(store: Store) -> None:
    add(store, *(make_source(id_) for id_ in ("b", "c", "a")))
    with store.read() as transaction:
        assert [each.source.id for each in sources.all_sources(transaction)] == ["a", "b", "c"]


def test_new_settings_keep_what_is_known_of_the_source(store: Store) -> None:
    add(store, make_source())
    visit(store, "fme", VISITED)
    add(store, make_source(organisation="FME Nieuw"), now=NOW + DAY)
    found = held(store, "fme")
    assert (found.source.organisation, found.poll, found.added_at) == ("FME Nieuw", VISITED, NOW)


def test_a_new_address_is_polled_at_once_from_scratch_and_its_old_host_rests(store: Store) -> None:
    add(store, make_source())
    visit(store, "fme", VISITED)
    change(store, make_source(url="https://nieuw.example/feed"), NOW + DAY)
    assert held(store, "fme").poll == Poll(next_due=NOW + DAY)
    assert due_hosts(store) == {"fme.example": None, "nieuw.example": NOW + DAY}


def test_a_pause_ends_polling_and_its_end_begins_it_at_once(store: Store) -> None:
    add(store, make_source())
    visit(store, "fme", VISITED)
    change(store, make_source(paused=True), NOW)
    assert held(store, "fme").poll == replace(VISITED, next_due=None)
    assert due_hosts(store) == {"fme.example": None}
    change(store, make_source(), NOW + DAY)
    assert held(store, "fme").poll == replace(VISITED, next_due=NOW + DAY)
    assert due_hosts(store) == {"fme.example": NOW + DAY}


def test_a_host_is_due_when_its_most_urgent_source_is(store: Store) -> None:
    add(store, make_source("fme"), make_source("two", url="https://fme.example/2"))
    visit(store, "fme", Poll(next_due=NOW + DAY))
    visit(store, "two", Poll(next_due=NOW + HOUR))
    assert due_hosts(store) == {"fme.example": NOW + HOUR}


def test_a_removed_source_is_nobody_s_business_but_its_name_stays(store: Store) -> None:
    add(store, make_source())
    remove(store, "fme", NOW + HOUR)
    with store.read() as transaction:
        assert sources.all_sources(transaction) == []
        assert sources.held(transaction, "fme") is None
        assert sources.by_id(transaction) == {"fme": make_source()}
        assert sources.known_ids(transaction) == sources.removed_ids(transaction) == {"fme"}
    assert due_hosts(store) == {"fme.example": None}


def test_a_poll_that_ends_after_its_source_was_removed_makes_no_host_due(store: Store) -> None:
    add(store, make_source())
    remove(store, "fme", NOW)
    visit(store, "fme", VISITED)
    assert due_hosts(store) == {"fme.example": None}


def test_a_removed_source_that_is_added_again_starts_as_if_new(store: Store) -> None:
    add(store, make_source())
    remove(store, "fme", NOW + HOUR)
    add(store, make_source(organisation="FME Nieuw"), now=NOW + DAY)
    found = held(store, "fme")
    assert (found.source.organisation, found.added_at, found.poll.next_due) == ("FME Nieuw", NOW + DAY, NOW + DAY)
    assert due_hosts(store) == {"fme.example": NOW + DAY}


def test_a_removed_source_can_come_back_paused(store: Store) -> None:
    add(store, make_source())
    remove(store, "fme", NOW)
    add(store, make_source(paused=True), now=NOW + DAY)
    assert held(store, "fme").poll.next_due is None


def test_what_is_made_due_counts_as_due(store: Store) -> None:
    add(store, *(make_source(id_) for id_ in ("a", "b", "c")))
    for id_ in ("a", "b", "c"):
        visit(store, id_, Poll(next_due=NOW + DAY))
    with store.write() as transaction:
        assert sources.count_due(transaction, NOW) == 0
        sources.make_due(transaction, ["a", "c"], NOW)
        assert sources.count_due(transaction, NOW) == 2
    assert due_hosts(store) == {"a.example": NOW, "b.example": NOW + DAY, "c.example": NOW}


def test_there_is_room_for_more_sources_than_fit_in_one_question(store: Store) -> None:
    many = [make_source(f"s{n}") for n in range(600)]
    add(store, *many)
    with store.write() as transaction:
        sources.make_due(transaction, [each.id for each in many], NOW - DAY)
    assert set(due_hosts(store).values()) == {NOW - DAY}
    assert len(due_hosts(store)) == 600


def test_a_host_is_a_server_whatever_the_scheme_and_spelling() -> None:
    assert host_name("https://WWW.Fme.nl/nieuws") == host_name("http://www.fme.nl:80/feed") == "www.fme.nl"
    assert host_name("http://127.0.0.1:8001/") == "127.0.0.1:8001"


def test_two_processes_may_add_the_same_sources_at_the_same_time(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    wanted = [make_source(f"s{n}") for n in range(50)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add(store, *wanted), range(4)))
    with store.read() as transaction:
        assert len(sources.all_sources(transaction)) == 50
