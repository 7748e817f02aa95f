from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aggregator.desk import decide, edit, join, timing, undo
from aggregator.desk.decide import Said
from aggregator.model import Edits, State
from aggregator.policy.waiting import next_monday
from aggregator.store import Store, decisions, documents, events, items, migrate, open_store, stories
from aggregator.store.check import contradictions
from aggregator.store.database import take_numbers
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.desk.test_decide import ARCHIVED, HELD, LATER, OUT, log, now_held, slug
from tests.factories import DAY, HOUR, NOW, make_item
from tests.store.test_stories import keep, row


def test_undoing_an_approval_takes_the_story_out_of_the_feeds_again(store: Store) -> None:
    keep(store, HELD)
    decide.publish(store, [slug()], "thea", LATER, "mooi")
    came = undo.undo(store, "thea", LATER + HOUR)
    assert now_held(store) == HELD
    assert (came.restored, came.refused, [each.kinds for each in came.strokes]) == ((slug(),), "", [("publish",)])
    event = log(store)[-1]
    assert (event.kind, event.actor, event.before["state"], event.after["released"]) == (
        "undone",
        "thea",
        "published",
        None,
    )
    with store.read() as transaction:
        assert stories.decided(transaction, [1]) == set()


@pytest.mark.parametrize("before", [OUT, ARCHIVED, HELD])
def test_undoing_a_rejection_brings_back_what_was_there(store: Store, before: StoryRow) -> None:
    keep(store, before)
    decide.reject(store, [slug()], "thea", LATER, "dubbel")
    undo.undo(store, "thea", LATER)
    assert now_held(store) == before


def test_a_theme_and_approval_of_many_are_one_step(store: Store) -> None:
    held = [replace(HELD, id=n, origin_id=n, uri=row(n).uri) for n in (1, 2, 3)]
    keep(store, *held)
    steps = [decide.first_theme("leven-lang-ontwikkelen", LATER), decide.publishing(LATER)]
    decide.decide(store, [slug(1), slug(2), slug(3)], steps, Said(actor="thea", at=LATER))
    assert now_held(store, 2).tags.theme == "leven-lang-ontwikkelen"
    came = undo.undo(store, "thea", LATER)
    assert [now_held(store, n) for n in (1, 2, 3)] == held
    assert (len(came.strokes), len(came.restored)) == (1, 3)
    assert came.strokes[0].kinds == ("theme", "publish")


def test_steps_go_back_to_the_first_decision_and_then_there_is_nothing(store: Store) -> None:
    keep(store, HELD, row(2))
    decide.reject(store, [slug()], "thea", LATER)
    decide.publish(store, [slug()], "thea", LATER)
    decide.decide(store, [slug(2)], [decide.starring()], Said(actor="thea", at=LATER))
    assert len(undo.undo(store, "thea", LATER, steps=9).strokes) == 3
    assert (now_held(store), now_held(store, 2)) == (HELD, row(2))
    assert undo.undo(store, "thea", LATER) == undo.Undone()


def test_a_reason_given_afterwards_goes_with_its_rejection(store: Store) -> None:
    keep(store, HELD)
    group = decide.reject(store, [slug()], "thea", LATER).group
    assert decide.give_reason(store, group, "dubbel", "thea", LATER).changed == (slug(),)
    assert (now_held(store).state, now_held(store).reason) == (State.REJECTED, "dubbel")
    assert decide.give_reason(store, group, "dubbel", "piet", LATER).changed == ()
    assert len(undo.undo(store, "thea", LATER).strokes) == 1
    assert now_held(store) == HELD
    assert decide.give_reason(store, group, "oud", "thea", LATER).changed == ()


def test_what_another_decided_later_stays(store: Store) -> None:
    keep(store, HELD)
    decide.reject(store, [slug()], "thea", LATER)
    decide.publish(store, [slug()], "piet", LATER)
    came = undo.undo(store, "thea", LATER)
    assert (came.strokes, came.refused, came.by) == ((), slug(), "piet")
    assert now_held(store).state is State.PUBLISHED
    undo.undo(store, "piet", LATER)
    assert len(undo.undo(store, "thea", LATER).strokes) == 1
    assert now_held(store) == HELD


def test_what_the_program_changed_later_stays(store: Store) -> None:
    keep(store, HELD)
    decide.publish(store, [slug()], "thea", LATER)
    published = now_held(store)
    with store.append() as transaction:
        gone = replace(published, state=State.WITHDRAWN, reason="gone")
        stories.apply(transaction, [(published, gone)], Event(at=LATER, kind="withdrawn"))
    came = undo.undo(store, "thea", LATER)
    assert (came.strokes, came.refused, came.by) == ((), slug(), "")
    assert now_held(store) == gone


def test_a_revision_by_the_partner_does_not_stand_in_the_way(store: Store) -> None:
    keep(store, HELD)
    decide.publish(store, [slug()], "thea", LATER)
    published = now_held(store)
    with store.append() as transaction:
        revised = replace(published, updated=LATER + HOUR)
        stories.apply(transaction, [(published, revised)], Event(at=LATER, kind="revised"))
    undo.undo(store, "thea", LATER)
    assert now_held(store) == HELD


def test_a_decision_from_before_there_were_strokes_is_a_step_too(store: Store) -> None:
    keep(store, HELD)
    with store.append() as transaction:
        new = replace(HELD, state=State.REJECTED, reason="")
        seq = stories.apply(transaction, [(HELD, new)], Event(at=LATER, kind="rejected", actor="thea"))
        decisions.record(transaction, story_id=1, kind="reject", value={}, actor="thea", at=LATER, event_seq=seq)
        stroke = undo.last_stroke(transaction, "thea")
    assert stroke is not None
    assert (stroke.group, stroke.at, stroke.story_ids) == ("", LATER, (1,))
    undo.undo(store, "thea", LATER)
    assert now_held(store) == HELD


SLUGS = [slug(n) for n in range(1, 6)]
THEMES = ["instroom", "leven-lang-ontwikkelen", "publiek-privaat-samenwerken"]
FIRST = [
    replace(each, dated=make_item(each.id).entry.published or each.dated)
    for each in (HELD, row(2, released=None, updated=None), row(3), row(4, state=State.OFF_TOPIC), row(5))
]
who = st.sampled_from(["thea", "piet"])
said = st.builds(
    Edits,
    title=st.sampled_from([None, "Een betere kop"]),
    teaser=st.sampled_from([None, "Een eigen zin."]),
    published=st.sampled_from([None, NOW - DAY]),
)
some = st.lists(st.sampled_from(SLUGS), min_size=1, max_size=3)


def pruned(story: StoryRow) -> StoryRow:
    """A story without the time of its last change, which goes on when readers saw words come and go."""
    return replace(story, updated=story.updated and NOW)


class Desk(RuleBasedStateMachine):
    """Two editors decide and take back, in any order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        copyfile(self.template, f"{self.folder.name}/db")
        self.store = open_store(f"sqlite+pysqlite:///{self.folder.name}/db")
        self.now = NOW

    def teardown(self) -> None:
        timing.let_out(self.store, self.now)
        while undo.undo(self.store, "thea", self.now).strokes or undo.undo(self.store, "piet", self.now).strokes:
            pass
        assert {each.id: pruned(each) for each in self.rows().values()} == {each.id: pruned(each) for each in FIRST}
        with self.store.read() as transaction:
            assert {number: set(held) for number, held in items.of_stories(transaction, range(1, 6)).items()} == {
                number: {number} for number in range(1, 6)
            }
            assert decisions.edits_of(transaction, range(1, 6)) == decisions.pinned(transaction) == {}
            assert decisions.pairs(transaction, decisions.JOIN) == decisions.pairs(transaction, decisions.APART) == []
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        keep(self.store, *FIRST)
        with self.store.write() as transaction:
            take_numbers(transaction, "story", len(FIRST))

    @rule(
        slugs=some,
        who=st.sampled_from(["thea", "piet"]),
        what=st.sampled_from(["publish", "reject", "off-topic", "later", "star", "theme", "second", "theme+publish"]),
        theme=st.sampled_from(THEMES),
    )
    def someone_decides(self, slugs: list[str], who: str, what: str, theme: str) -> None:
        self.now += HOUR
        steps = {
            "publish": [decide.publishing(self.now)],
            "reject": [decide.rejecting()],
            "off-topic": [decide.off_topic_step()],
            "later": [decide.putting_off(next_monday(self.now))],
            "star": [decide.starring()],
            "theme": [decide.giving_theme(theme, None, self.now)],
            "second": [decide.second_theme(theme, self.now)],
            "theme+publish": [decide.first_theme(theme, self.now), decide.publishing(self.now)],
        }[what]
        assert not decide.decide(self.store, slugs, steps, Said(actor=who, at=self.now)).conflicts

    @rule(slug=st.sampled_from(SLUGS), who=who, said=said)
    def someone_edits(self, slug: str, who: str, said: Edits) -> None:
        self.now += HOUR
        edit.edit(self.store, slug, said, who, self.now)

    @rule(slug=st.sampled_from(SLUGS), who=who, field=st.sampled_from(edit.FIELDS))
    def someone_goes_back_to_the_source(self, slug: str, who: str, field: str) -> None:
        self.now += HOUR
        edit.restore(self.store, slug, [field], who, self.now)

    @rule(slug=st.sampled_from(SLUGS), who=who, hours=st.integers(1, 4))
    def someone_plans(self, slug: str, who: str, hours: int) -> None:
        self.now += HOUR
        timing.schedule(self.store, slug, self.now + hours * HOUR, who, self.now)

    @rule(slug=st.sampled_from(SLUGS), who=who, days=st.sampled_from([0, 99]))
    def someone_pins(self, slug: str, who: str, days: int) -> None:
        self.now += HOUR
        timing.pin(self.store, slug, self.now + days * DAY if days else None, who, self.now)

    @rule()
    def the_time_comes(self) -> None:
        timing.let_out(self.store, self.now)

    @rule(slugs=st.lists(st.sampled_from(SLUGS), min_size=2, max_size=3), who=who)
    def someone_joins(self, slugs: list[str], who: str) -> None:
        self.now += HOUR
        join.merge(self.store, slugs, who, self.now)

    @rule(slugs=st.lists(st.sampled_from(SLUGS), min_size=2, max_size=3), who=who)
    def someone_says_never(self, slugs: list[str], who: str) -> None:
        self.now += HOUR
        join.never(self.store, slugs, who, self.now)

    @rule(slug=st.sampled_from(SLUGS), leaving=st.sets(st.integers(1, 5), min_size=1, max_size=2), who=who)
    def someone_splits(self, slug: str, leaving: set[int], who: str) -> None:
        self.now += HOUR
        join.split(self.store, slug, leaving, who, self.now, "techniekpact.nl,2022")

    @rule(who=st.sampled_from(["thea", "piet"]), steps=st.integers(1, 3))
    def someone_undoes(self, who: str, steps: int) -> None:
        self.now += HOUR
        came = undo.undo(self.store, who, self.now, steps)
        assert len(came.strokes) <= steps

    @invariant()
    def the_tables_are_what_the_log_says(self) -> None:
        with self.store.read() as transaction:
            assert contradictions(transaction) == []

    def rows(self) -> dict[int, StoryRow]:
        with self.store.read() as transaction:
            return stories.rows(transaction, range(1, 6))


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("template") / "db"
    store = open_store(f"sqlite+pysqlite:///{path}")
    migrate.prepare(store)
    store.close()
    Desk.template = path


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=max(10, settings().max_examples // 2), stateful_step_count=12)


def test_what_readers_were_told_is_taken_back_as_a_change(store: Store) -> None:
    keep(store, OUT)
    decide.set_theme(store, [slug()], "leven-lang-ontwikkelen", None, "thea", LATER)
    with store.write() as transaction:
        documents.set_released_seq(transaction, events.last_seq(transaction))
    undo.undo(store, "thea", LATER + HOUR)
    assert now_held(store) == replace(OUT, updated=LATER + HOUR)


def test_what_nobody_was_told_leaves_no_trace(store: Store) -> None:
    keep(store, OUT)
    decide.set_theme(store, [slug()], "leven-lang-ontwikkelen", None, "thea", LATER)
    undo.undo(store, "thea", LATER + HOUR)
    assert now_held(store) == OUT


def test_a_change_of_the_partner_meanwhile_is_not_forgotten_with_it(store: Store) -> None:
    keep(store, OUT)
    decide.set_theme(store, [slug()], "leven-lang-ontwikkelen", None, "thea", LATER)
    themed = now_held(store)
    with store.append() as transaction:
        revised = replace(themed, updated=LATER + HOUR)
        stories.apply(transaction, [(themed, revised)], Event(at=LATER + HOUR, kind="revised"))
    undo.undo(store, "thea", LATER + HOUR)
    assert now_held(store) == replace(OUT, updated=LATER + HOUR + HOUR / 3600)
