"""A simulated editor of the queue: reads what a page shows, knows what is right, and presses the fewest keys she sees.

Seconds follow the keystroke-level model (Card, Moran and Newell, "The keystroke-level model for user performance time
with interactive systems", Communications of the ACM 23(7), 1980): K 0.28 s a key of an average typist (Shift counts as
a key), M 1.35 s a decision of the head, here one for each story that is read, P 1.10 s to point with a mouse.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from aggregator.desk import decide, lookalikes, undo
from aggregator.desk.decide import Said
from aggregator.model import Story
from aggregator.store import Store, events, queue, stories
from aggregator.store.queue import Wanted
from aggregator.store.trays import Tray

KEY, THINK, POINT = 0.28, 1.35, 1.10
PAGE, SCREEN, LEAP = 20, 10, 5  # rows of a page, on a laptop's screen, of one J
ACTOR = "thea"
OFF_TOPIC = "off-topic"


@dataclass(slots=True)
class Editor:
    """One editor and what she did. `truth`: of a story's origin (its id in the feed) the theme, or OFF_TOPIC.

    Of what is wrong she overlooks a share where she decides story by story, and another where she reads a page and
    says that the rest is right. `slips` is how many keys of a round are pressed amiss, noticed, and taken back.
    """

    store: Store
    themes: Sequence[str]
    truth: Mapping[str, str]
    has_rest: bool  # whether she uses "the rest as proposed" and look-alikes
    overlooks_one: float = 0.0
    overlooks_run: float = 0.0
    slips: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    clicks: int = 0
    read: set[str] = field(default_factory=set)
    overlooked: set[str] = field(default_factory=set)

    def round(self, now: datetime) -> None:
        """Begin, go through both lists until nothing waits, close."""
        self.clicks += 2
        slips = self.slips
        for tray in (Tray.NEW, Tray.UNSURE):
            focus = 0
            while rows := self._page(tray):
                now += timedelta(seconds=2)
                self.read |= {each.slug for each in rows}
                focus = self._act(rows, min(focus, len(rows) - 1), now)
                if slips and focus >= 0:
                    self._slip(now)
                    slips -= 1
                focus = max(focus, 0)
            if tray is Tray.NEW and self._page(Tray.UNSURE):
                self._press("n")

    @property
    def seconds(self) -> float:
        """What the round took, by the keystroke-level model."""
        pressed = sum(count * (2 if len(key) > 1 else 1) for key, count in self.keys.items())
        return pressed * KEY + self.clicks * (POINT + KEY) + len(self.read) * THINK

    @property
    def strokes(self) -> int:
        """Keys and clicks; Shift counts."""
        return sum(count * (2 if len(key) > 1 else 1) for key, count in self.keys.items()) + self.clicks

    def _page(self, tray: Tray) -> list[Story]:
        with self.store.read() as transaction:
            found = queue.page(transaction, Wanted(tray=tray), limit=PAGE)
            held = stories.by_number(transaction, found.stories)
        return [held[number] for number in found.stories]

    def _act(self, rows: Sequence[Story], focus: int, now: datetime) -> int:
        """One decision; where the focus is afterwards, -1 after a whole page."""
        wrong = [place for place, row in enumerate(rows) if self._key(row, run=True) != proposed_key(row)]
        if not self.has_rest or walk(focus, wrong) + len(wrong) + presses(rows) >= len(rows):
            self._decide(rows[focus], self._key(rows[focus], run=False), now)
            return focus
        if not wrong:
            for _ in range(presses(rows)):
                self._press("p")
            self.overlooked |= {each.slug for each in rows if self._is_wrong(each)}
            decide.as_proposed(self.store, Said(actor=ACTOR, at=now, seen=self._seen(rows)))
            return -1
        place = min(wrong, key=lambda each: moves(each - focus))
        for key, count in steps(place - focus).items():
            self._press(key, count)
        self._decide(rows[place], self._key(rows[place], run=True), now)
        return place

    def _decide(self, row: Story, key: str, now: datetime) -> None:
        if self._is_wrong(row) and key == (proposed_key(row) or "a"):
            self.overlooked.add(row.slug)
        self._press(key)
        self._take([row.slug], key, self._seen([row]), now)
        alike = self._alike(row) if self.has_rest else []
        if alike and all(self._key(each, run=True) == key and key != "a" for each in alike):
            self._press("l")
            self.read |= {each.slug for each in alike}
            self._take([each.slug for each in alike], key, self._seen(alike), now)

    def _take(self, slugs: Sequence[str], key: str, seen: Mapping[str, int], now: datetime) -> None:
        made: dict[str, list[Any]] = {"a": [decide.publishing(now)], "0": [decide.off_topic_step()]}
        step = made.get(key) or [decide.first_theme(self.themes[int(key) - 1], now), decide.publishing(now)]
        decide.decide(self.store, slugs, step, Said(actor=ACTOR, at=now, seen=seen))

    def _alike(self, row: Story) -> list[Story]:
        with self.store.read() as transaction:
            own = stories.row_by_slug(transaction, row.slug)
            found = [each.id for each in lookalikes.of_story(transaction, own.id)] if own else []
            return list(stories.by_number(transaction, found).values())

    def _slip(self, now: datetime) -> None:
        """The last key was another than she meant: taken back, and decided again as meant."""
        with self.store.read() as transaction:
            stroke = undo.last_stroke(transaction, ACTOR)
            row = stories.by_number(transaction, stroke.story_ids)[stroke.story_ids[0]] if stroke else None
        if stroke is None or row is None:
            return
        undo.undo(self.store, ACTOR, now)
        self._press("z")
        with self.store.read() as transaction:
            again = stories.by_number(transaction, stroke.story_ids)[stroke.story_ids[0]]
        self._decide(again, self._key(again, run=False), now)

    def _key(self, row: Story, *, run: bool) -> str:
        """The key that she would press for a row, by what she sees."""
        proposal = proposed_key(row)
        share = self.overlooks_run if run else self.overlooks_one
        if proposal and self._is_wrong(row) and Random(row.origin.entry.id).random() < share:
            return proposal
        right = self.truth_of(row)
        if right == OFF_TOPIC:
            return "0"
        return "a" if right == row.tags.theme and not row.tags.off_topic else str(self.themes.index(right) + 1)

    def truth_of(self, row: Story) -> str:
        """What a story is about."""
        return self.truth[row.origin.entry.id or ""]

    def _is_wrong(self, row: Story) -> bool:
        return (OFF_TOPIC if row.tags.off_topic else row.tags.theme) != self.truth_of(row)

    def _seen(self, rows: Sequence[Story]) -> dict[str, int]:
        with self.store.read() as transaction:
            numbers = {each.slug: stories.row_by_slug(transaction, each.slug) for each in rows}
            ids = {slug: found.id for slug, found in numbers.items() if found}
            versions = events.versions(transaction, list(ids.values()))
        return {slug: versions.get(number, 0) for slug, number in ids.items()}

    def _press(self, key: str, count: int = 1) -> None:
        if count:
            self.keys[key] += count


def proposed_key(row: Story) -> str:
    """The key that does what "as proposed" does; "" where that leaves the story alone."""
    return {decide.PUBLISH: "a", decide.OFF_TOPIC: "0"}.get(decide.proposal_of(row), "")


def presses(rows: Sequence[Story]) -> int:
    """How often p is pressed for a page: once a screen."""
    return -(-len(rows) // SCREEN)


def walk(focus: int, wrong: Sequence[int]) -> int:
    """The keys to get from row to row. What is decided leaves, and the next stands in its place."""
    found = 0
    for gone, place in enumerate(wrong):
        found += moves(place - gone - focus)
        focus = place - gone
    return found


def moves(distance: int) -> int:
    """The fewest keys to a row so far away; Shift counts."""
    return sum(count * len(key) for key, count in steps(distance).items())


def steps(distance: int) -> dict[str, int]:
    """The keys to a row so far down (or up): j, k, and Shift with them for five at once ("⇧J")."""
    on, back = ("j", "k") if distance >= 0 else ("k", "j")
    far = abs(distance)
    ways = [
        {f"⇧{on.upper()}": leaps, on: max(0, far - LEAP * leaps), back: max(0, LEAP * leaps - far)}
        for leaps in (far // LEAP, far // LEAP + 1, 0)
    ]
    best = min(ways, key=lambda way: sum(count * len(key) for key, count in way.items()))
    return {key: count for key, count in best.items() if count}
