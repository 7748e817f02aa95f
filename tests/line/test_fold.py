"""Whatever partners publish and editors decide, in whatever order: the tables are what the log says."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from aggregator.desk import decide, edit, flood, join, rebuild, retag, timing, undo, waiting
from aggregator.model import Edits, Entry, Failed, Outcome, State, Tags, Wire
from aggregator.pipeline import Line, poll_due
from aggregator.store import Store, events, items, leases, migrate, open_store, stories
from aggregator.store.check import contradictions
from aggregator.store.tables import item
from tests.factories import DAY, NOW, OFF_TOPIC, SURE, UNSURE, make_entry, make_source
from tests.line.partner import Partners, feed, follow, make_line
from tests.line.test_joining import LAB, PACT

SOURCES = ("fme", "vhto", "aob")
AUTHORITY = "techniekpact.nl,2022"
FLOOD = 20
VERDICTS = {"zeker": SURE, "twijfel": UNSURE, "anders": OFF_TOPIC}
PUBLIC = (State.PUBLISHED, State.WITHDRAWN)

texts = st.sampled_from(["", "", LAB, f"{LAB} Kom kijken.", PACT])  # two of them are the same news
# Few links, so that partners share them; few ids, so that they come back; every verdict, so that states differ.
entries = st.builds(
    lambda number, link, verdict, text, body, age: make_entry(
        number,
        link=f"https://nieuws.example/{link}" if link else None,
        title=f"{verdict} {text}",
        summary=body or f"Een samenvatting van bericht {number}.",
        published=NOW - age * DAY,
    ),
    number=st.integers(1, 6),
    link=st.integers(0, 3),
    verdict=st.sampled_from(sorted(VERDICTS)),
    text=st.sampled_from(["een", "twee"]),
    body=texts,
    age=st.sampled_from([-3, 1, 5, 40]),
)
documents = st.lists(entries, max_size=5)
sources = st.sampled_from(SOURCES)
places = st.integers(0, 20)
people = st.sampled_from(["thea", "thea", "piet"])
edits = st.builds(
    Edits,
    title=st.sampled_from([None, "Een betere kop"]),
    teaser=st.sampled_from([None, "", "Een eigen zin."]),
    published=st.sampled_from([None, NOW - 3 * DAY]),
)


def address(source_id: str) -> str:
    return f"https://{source_id}.example/feed"


def tags(entry: Entry) -> Tags:
    return VERDICTS[entry.title.split()[0]]


class Newsroom(RuleBasedStateMachine):
    """Partners publish, change, fail and come back; polls are lost; editors decide."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        copyfile(self.template, f"{self.folder.name}/db")
        self.store = open_store(f"sqlite+pysqlite:///{self.folder.name}/db")
        self.partners = Partners()
        self.now = NOW
        self.seen: dict[str, tuple[datetime | None, State]] = {}
        self.trials: list[int] = []
        self.flooded = False  # one is enough: its many items make every later step slower

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize(join=st.sampled_from(["normal", "url", "never"]), mode=st.sampled_from(["automatic", "edited"]))
    def begin(self, join: str, mode: str) -> None:
        self.line: Line = make_line(self.store, self.partners, tags, mode=mode)
        follow(self.store, make_source("fme"), make_source("vhto", join=join), make_source("aob", relevance="all"))
        for source_id in SOURCES:
            self.partners.documents[address(source_id)] = feed()

    @rule(source_id=sources, document=documents)
    def a_partner_publishes(self, source_id: str, document: list[Entry]) -> None:
        self.partners.planned.pop(address(source_id), None)
        self.partners.documents[address(source_id)] = feed(*document)

    @rule(source_id=sources, status=st.sampled_from([404, 500]))
    def a_server_fails(self, source_id: str, status: int) -> None:
        wire = Wire(url=address(source_id), status=status, requests=1)
        self.partners.planned[address(source_id)] = Failed(wire=wire, code=f"http-{status}")

    @rule(hours=st.sampled_from([1, 30, 400]))
    def we_poll(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for report in poll_due(self.line, self.now, "test"):
            assert report.poll.outcome in (Outcome.FETCHED, Outcome.UNCHANGED, Outcome.FAILED)

    @rule()
    def we_lose_a_lease_while_we_poll(self) -> None:
        def lose() -> None:
            self.partners.on_fetch = lambda: None
            with self.store.write() as transaction:
                leases.free_all(transaction)

        self.partners.on_fetch = lose
        self.we_poll(30)

    @precondition(lambda self: self.slugs())
    @rule(place=places, what=st.sampled_from([decide.publish, decide.reject, decide.off_topic]))
    def an_editor_decides(self, place: int, what: object) -> None:
        slugs = self.slugs()
        assert callable(what)
        what(self.store, [slugs[place % len(slugs)], slugs[0]], "thea", self.now, "omdat")

    @precondition(lambda self: self.slugs())
    @rule(place=places, theme=st.sampled_from([None, "instroom", "leven-lang-ontwikkelen"]))
    def an_editor_gives_a_theme(self, place: int, theme: str | None) -> None:
        slugs = self.slugs()
        decide.set_theme(self.store, [slugs[place % len(slugs)]], theme, None, "thea", self.now)

    @precondition(lambda self: self.slugs())
    @rule(place=places, said=edits, who=people)
    def an_editor_edits(self, place: int, said: Edits, who: str) -> None:
        edit.edit(self.store, self.slugs()[place % len(self.slugs())], said, who, self.now)

    @precondition(lambda self: self.slugs())
    @rule(place=places, field=st.sampled_from(edit.FIELDS), who=people)
    def an_editor_goes_back_to_the_source_or_stands_by_it(self, place: int, field: str, who: str) -> None:
        slugs = self.slugs()
        edit.keep(self.store, slugs[0], [field], who, self.now)
        edit.restore(self.store, slugs[place % len(slugs)], [field], who, self.now)

    @precondition(lambda self: self.slugs())
    @rule(place=places, hours=st.sampled_from([0, 1, 60]), who=people)
    def an_editor_plans_and_pins_and_the_time_comes(self, place: int, hours: int, who: str) -> None:
        slugs = self.slugs()
        at = self.now + timedelta(hours=hours)
        timing.schedule(self.store, slugs[place % len(slugs)], at, who, self.now)
        timing.pin(self.store, slugs[0], at if hours else None, who, self.now)
        timing.let_out(self.store, self.now)

    @precondition(lambda self: self.slugs())
    @rule(verdict=st.sampled_from(sorted(VERDICTS)), meanwhile=places)
    def a_trial_tags_anew_and_touches_no_decided_story(self, verdict: str, meanwhile: int) -> None:
        trial = retag.propose(self.store, lambda _entry, _source: VERDICTS[verdict], {}, self.now)
        slugs = self.slugs()
        decide.reject(self.store, [slugs[meanwhile % len(slugs)]], "piet", self.now)
        before = self.decided()
        retag.apply(self.store, trial.id, self.line.intake, "thea", self.now)
        assert self.decided() == before

    def decided(self) -> dict[int, stories.StoryRow]:
        with self.store.read() as transaction:
            numbers = stories.by_state(transaction, None, limit=999)
            return stories.rows(transaction, stories.decided(transaction, numbers))

    @precondition(lambda self: not self.flooded)
    @rule(source_id=sources)
    def a_site_is_rebuilt(self, source_id: str) -> None:
        """Many times its usual number at once: the flood brake holds it, if the source was read before."""
        self.flooded = True
        many = [make_entry(100 + n, link=None, title=f"zeker {n}", summary=f"Oud {n}.") for n in range(FLOOD)]
        self.a_partner_publishes(source_id, many)

    @precondition(lambda self: self.flooded and bool(flood.cards(self.store)))
    @rule(choice=st.sampled_from(["all", "dated", "none"]))
    def an_editor_settles_a_flood(self, choice: flood.Choice) -> None:
        card = flood.cards(self.store)[0]
        assert sum(flood.settle(self.store, card.source_id, choice, "thea", self.now, days=14)) == card.stories

    @precondition(lambda self: self.slugs())
    @rule(one=places, other=places)
    def an_editor_merges(self, one: int, other: int) -> None:
        join.merge(self.store, self.pair(one, other), "thea", self.now)

    @precondition(lambda self: self.slugs())
    @rule(one=places, other=places)
    def an_editor_says_never(self, one: int, other: int) -> None:
        join.never(self.store, self.pair(one, other), "thea", self.now)

    @precondition(lambda self: self.shared_stories())
    @rule(place=places, leaving=st.sets(st.integers(0, 4), min_size=1))
    def an_editor_splits(self, place: int, leaving: set[int]) -> None:
        found = self.shared_stories()
        slug, numbers = found[place % len(found)]
        chosen = [numbers[each % len(numbers)] for each in leaving]
        join.split(self.store, slug, chosen, "thea", self.now, AUTHORITY)

    @precondition(lambda self: len(self.trials) < 2)
    @rule()
    def a_rebuild_is_proposed(self) -> None:
        self.trials.append(rebuild.propose(self.store, self.line.intake.joining, self.now).id)

    @precondition(lambda self: self.trials)
    @rule()
    def a_rebuild_is_applied(self) -> None:
        rebuild.apply(self.store, self.trials[-1], "piet", self.now, AUTHORITY)

    def pair(self, one: int, other: int) -> list[str]:
        slugs = self.slugs()
        return [slugs[one % len(slugs)], slugs[other % len(slugs)]]

    def shared_stories(self) -> list[tuple[str, list[int]]]:
        """The stories that several items share: slug, and the numbers of the items."""
        with self.store.read() as transaction:
            found = items.of_stories(transaction, stories.by_state(transaction, None, limit=99))
            rows = stories.rows(transaction, found)
        return [(rows[story].uri.rsplit("/")[-1], sorted(held)) for story, held in found.items() if len(held) > 1]

    @precondition(lambda self: self.slugs())
    @rule(place=places, hours=st.sampled_from([1, 200]))
    def an_editor_puts_off_and_it_comes_back(self, place: int, hours: int) -> None:
        slugs = self.slugs()
        until = self.now + timedelta(hours=hours)
        decide.later(self.store, [slugs[place % len(slugs)]], "thea", self.now, until)
        decide.off_topic(self.store, [slugs[0]], "thea", self.now)
        waiting.bring_back(self.store, self.now + timedelta(hours=100))
        waiting.ask_again(self.store, self.now)

    @rule(steps=st.integers(1, 4), who=people)
    def an_editor_undoes(self, steps: int, who: str) -> None:
        came = undo.undo(self.store, who, self.now, steps)
        with self.store.read() as transaction:
            rows = stories.rows(transaction, stories.by_state(transaction, None, limit=999)).values()
        for row in rows:  # what was never released counts as that again
            if stories.slug_of(row) in came.restored:
                self.seen[row.uri] = (row.released, row.state)

    def slugs(self) -> list[str]:
        with self.store.read() as transaction:
            found = stories.load(transaction, stories.by_state(transaction, None, limit=99))
        return [story.slug for story in found]

    @invariant()
    def the_tables_are_what_the_log_says(self) -> None:
        with self.store.read() as transaction:
            assert contradictions(transaction) == []
            log = events.since(transaction, 0)
        assert [each.seq for each in log] == list(range(1, len(log) + 1))

    @invariant()
    def every_item_is_in_one_story_and_only_a_merged_story_has_none(self) -> None:
        with self.store.read() as transaction:
            numbers = stories.by_state(transaction, None, limit=999)
            held = Counter(
                (each.source_id, each.key) for story in stories.load(transaction, numbers) for each in story.items
            )
            rows = transaction.execute(select(item.c.source_id, item.c.key)).all()
            members = items.of_stories(transaction, numbers)
            for number, row in stories.rows(transaction, numbers).items():
                assert (number in members) == (row.merged_into is None)
                assert row.merged_into or row.origin_id in members[number]
        assert held == Counter((row.source_id, row.key) for row in rows)
        assert set(held.values()) <= {1}

    @invariant()
    def a_release_is_never_moved_and_what_was_public_is_never_forgotten(self) -> None:
        with self.store.read() as transaction:
            rows = stories.rows(transaction, stories.by_state(transaction, None, limit=999)).values()
        for row in rows:
            released, state = self.seen.get(row.uri, (None, State.HELD))
            assert released is None or row.released == released
            assert state not in PUBLIC or row.state in PUBLIC
            assert row.released is None or (row.updated is not None and row.released <= row.updated <= self.now)
        # What became part of another story comes back as it was by a split: public or not.
        self.seen = {row.uri: (row.released, row.state) for row in rows if row.merged_into is None}


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty database, copied for every sequence: making its tables takes longer than most of them."""
    path = tmp_path_factory.mktemp("template") / "db"
    store = open_store(f"sqlite+pysqlite:///{path}")
    migrate.prepare(store)
    store.close()
    Newsroom.template = path


TestNewsroom = Newsroom.TestCase
TestNewsroom.settings = settings(max_examples=max(10, settings().max_examples // 2), stateful_step_count=25)


def test_a_long_history_folds_to_the_tables_on_both_engines(store: Store, partners: Partners) -> None:
    follow(store, *(make_source(id_) for id_ in SOURCES))
    line = make_line(store, partners, tags)
    for day in range(12):
        for number, id_ in enumerate(SOURCES):
            shown = [
                make_entry(
                    n, link=f"https://nieuws.example/{n % 5}", title=f"{sorted(VERDICTS)[n % 3]} {day // (n + 1)}"
                )
                for n in reversed(range(1 + number, 4 + number + day % 3))
            ]
            partners.documents[address(id_)] = feed(*shown)
        now = NOW + day * DAY
        list(poll_due(line, now, "test"))
        with store.read() as transaction:
            found = stories.load(transaction, stories.by_state(transaction, None, limit=99))
        decide.publish(store, [found[day % len(found)].slug], "thea", now)
        decide.reject(store, [found[-1 - day % len(found)].slug], "piet", now)
        decide.set_theme(store, [found[0].slug], None, "instroom", "thea", now)
    with store.read() as transaction:
        assert contradictions(transaction) == []
        assert {each.kind for each in events.since(transaction, 0)} >= {
            "taken-in",
            "joined",
            "revised",
            "published",
            "retagged",
            "rejected",
        }
