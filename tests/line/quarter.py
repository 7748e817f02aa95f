"""A simulated quarter of a consortium's news: partners post and change, editors withdraw, restore, retheme and join."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from aggregator.desk import decide, join
from aggregator.model import Entry, State, Tags
from aggregator.release import Press, refresh
from aggregator.store import Store, documents, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from aggregator.withdrawal import BACK, GONE
from tests.factories import DAY, HOUR, NOW, make_entry, make_source
from tests.line.partner import Partners, feed, follow, make_line, run

PARTNERS = ("fme", "vhto", "roc")
LISTED = 25  # entries that a partner's feed holds
THEMES = ("instroom", "leven-lang-ontwikkelen")


def by_title(entry: Entry) -> Tags:
    """Sure of a theme: that which the number in the title says."""
    number = int(entry.title.split()[1])
    return Tags(theme=THEMES[number % 2], score=0.99, decision="publish")


@dataclass
class Quarter:
    """The days go by one after another; every random choice comes from one seed."""

    store: Store
    press: Press
    random: Random
    now: datetime = NOW
    posted: dict[str, list[Entry]] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self.partners = Partners()
        follow(self.store, *(make_source(each, labels=("noord",) if each != "roc" else ()) for each in PARTNERS))
        self.line = make_line(self.store, self.partners, by_title)

    def days(self, count: int) -> Iterator[datetime]:
        """Each day: partners post, we poll, editors decide, we release."""
        for _ in range(count):
            self.now += DAY
            for partner in PARTNERS:
                self._post(partner)
            run(self.line, self.now)
            for _ in range(self.random.randint(0, 2)):
                self.now += HOUR
                self.random.choice([self._withdraw, self._restore, self._retheme, self._lose, self._find, self._join])()
            refresh(self.press, self.now)
            yield self.now

    def _post(self, partner: str) -> None:
        listed = self.posted.setdefault(partner, [])
        for _ in range(self.random.randint(0, 4)):
            self.count += 1
            title = f"Bericht {self.count} van {partner} over iets dat niemand anders {self.random.random():.9f} brengt"
            link = f"https://{partner}.example/{self.count}"
            fields = {"id": f"{partner}-{self.count}", "summary": f"Woorden {self.random.random():.12f}."}
            listed.insert(0, make_entry(self.count, title=title, link=link, published=self.now - HOUR, **fields))
        if listed and self.random.random() < 0.3:
            n = self.random.randrange(min(len(listed), LISTED))
            listed[n] = replace(listed[n], title=f"{listed[n].title}, bijgewerkt")
        self.partners.documents[f"https://{partner}.example/feed"] = feed(*listed[:LISTED])

    def _one(self, *states: State, reason: str = "") -> StoryRow | None:
        with self.store.read() as transaction:
            numbers = [n for state in states for n in stories.by_state(transaction, state, limit=1000)]
            rows = stories.rows(transaction, numbers)
        found = [each for each in rows.values() if not reason or each.reason == reason]
        return self.random.choice(found) if found else None

    def _withdraw(self) -> None:
        if row := self._one(State.PUBLISHED):
            decide.reject(self.store, [stories.slug_of(row)], "thea", self.now, "niet van ons")

    def _restore(self) -> None:
        if row := self._one(State.WITHDRAWN, reason="niet van ons"):
            decide.publish(self.store, [stories.slug_of(row)], "thea", self.now)

    def _retheme(self) -> None:
        if row := self._one(State.PUBLISHED):
            theme = self.random.choice(THEMES)
            decide.set_theme(self.store, [stories.slug_of(row)], theme, None, "thea", self.now)

    def _lose(self) -> None:
        self._move(self._one(State.PUBLISHED), State.WITHDRAWN, GONE)

    def _find(self) -> None:
        self._move(self._one(State.WITHDRAWN, reason=GONE), State.PUBLISHED, BACK)

    def _move(self, row: StoryRow | None, state: State, reason: str) -> None:
        if row is not None:
            with self.store.append() as transaction:
                event = Event(at=self.now, kind=state.value, reason=reason)
                stories.apply(transaction, [(row, replace(row, state=state, reason=reason))], event)

    def _join(self) -> None:
        one, other = self._one(State.PUBLISHED), self._one(State.PUBLISHED)
        if one and other and one.id != other.id:
            join.merge(self.store, [stories.slug_of(one), stories.slug_of(other)], "thea", self.now)


def published(store: Store) -> dict[str, documents.Kept]:
    """Every document by path."""
    with store.read() as transaction:
        found = [documents.get(transaction, path) for path in documents.paths(transaction)]
    return {each.document.path: each for each in found if each is not None}
