"""What editors said is always so: of a source, of a term. Such a rule goes before rules and model.

A term goes before a source, a longer term before a shorter one, what was said last before what was said earlier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.model import Tags
from aggregator.tag.evidence import BREAK, cut
from aggregator.tag.matching import Find, Term, compile_terms

BECAUSE = "altijd, zegt de redactie"


@dataclass(frozen=True, kw_only=True, slots=True)
class Always:
    """The rules: outcomes by source, and by term in the order in which editors said them."""

    off_topic: str
    sources: Mapping[str, str] = field(default_factory=dict)
    terms: Sequence[tuple[str, str]] = ()
    find: Find = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "find", compile_terms([Term(written=term) for term, _ in self.terms]))

    def __call__(self, source_id: str, *, title: str, text: str) -> tuple[str, str] | None:
        """The outcome that an item always has, and what says so; None when no rule speaks of it."""
        if self.terms:
            head, body = cut(title, text)
            hits = {(end - start, number) for number, start, end in self.find([*head, BREAK, *body])}
            if hits:
                written, outcome = self.terms[max(hits)[1]]
                return outcome, written
        outcome = self.sources.get(source_id, "")
        return (outcome, source_id) if outcome else None

    def over(self, tags: Tags, source_id: str, *, title: str, text: str) -> Tags:
        """`tags`, or what an editor said is always so."""
        said = self(source_id, title=title, text=text)
        return tags if said is None else self._tags(tags, *said)

    def _tags(self, tags: Tags, outcome: str, why: str) -> Tags:
        off_topic = outcome == self.off_topic
        return Tags(
            theme=tags.theme if off_topic else outcome,
            second_theme=None if off_topic or tags.second_theme == outcome else tags.second_theme,
            off_topic=off_topic,
            score=1.0,
            decision="off-topic" if off_topic else "publish",
            because=(f"+{why} → {outcome} ({BECAUSE})", *tags.because),
        )


def usable(term: str) -> str:
    """What is wrong with a term of a rule, in a sentence; "" when nothing is."""
    try:
        compile_terms([Term(written=term)])
    except ValueError as error:
        return str(error)
    return ""
