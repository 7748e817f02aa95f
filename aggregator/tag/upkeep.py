"""Looking after themes.toml: terms and senses that did nothing in a run of items, and rules that contradict others."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from aggregator.tag.evidence import BREAK, cut, sense_at
from aggregator.tag.lexicon import NO_THEME, Rules, Sense
from aggregator.tag.matching import Hit

Line = dict[str, str]


@dataclass(slots=True)
class Usage:
    """Which terms and senses of the rules had a part in the items that were noted."""

    rules: Rules
    terms: set[int] = field(default_factory=set)
    senses: set[tuple[int, int]] = field(default_factory=set)  # term, place of the sense

    def note(self, title: str, text: str) -> None:
        """One more item."""
        head, body = cut(title, text)
        hits = self.rules.find([*head, BREAK, *body])
        places: dict[int, list[Hit]] = {}
        for hit in hits:
            places.setdefault(hit[0], []).append(hit)
        self.terms.update(places)
        for hit in hits:
            senses = self.rules.roles[hit[0]].senses
            won = sense_at(senses, hit, places) if senses else None
            if won is not None:
                self.senses.add((hit[0], senses.index(won)))

    def idle(self) -> Iterator[Line]:
        """What had no part in any item."""
        for number, role in enumerate(self.rules.roles):
            if number not in self.terms:
                yield {"problem": "idle", "term": role.written, "says": "matched nothing"}
                continue
            for place, sense in enumerate(role.senses):
                if (number, place) not in self.senses:
                    yield {"problem": "idle", "term": role.written, "says": f"sense {_named(place, sense)} never won"}


def conflicts(rules: Rules) -> Iterator[Line]:
    """Terms that are strong for more themes, and senses that can never win because an earlier one always does."""
    for role in rules.roles:
        if len(role.strong) > 1:
            yield {"problem": "conflict", "term": role.written, "says": f"strong for {' and '.join(role.strong)}"}
        for place, sense in enumerate(role.senses):
            first = next((n for n, each in enumerate(role.senses[:place]) if _covers(each, sense)), None)
            if first is not None:
                says = f"sense {_named(place, sense)} never wins: {_named(first, role.senses[first])} comes before it"
                yield {"problem": "conflict", "term": role.written, "says": says}


def _covers(earlier: Sense, later: Sense) -> bool:
    return later.near <= earlier.near and later.window <= earlier.window


def _named(place: int, sense: Sense) -> str:
    return f"{place + 1} ({sense.theme or NO_THEME})"
