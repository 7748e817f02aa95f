"""Look-alikes: what a source brings in a mould ("Open dag op 3 maart in Almelo"); one decision may serve all."""

import re

from aggregator.store import Transaction, queue, stories
from aggregator.store.queue import Open

_DAYS_AND_MONTHS = """
januari februari maart april mei juni juli augustus september oktober november december
jan feb mrt apr jun jul aug sep sept okt nov dec maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
"""
MONTHS = frozenset(_DAYS_AND_MONTHS.split())
LEAST_WORDS = 2  # that a mould has, besides what changes: "# @" is none

_TOKENS = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")


def skeleton(title: str) -> str:
    """The mould of a title: its words, without figures, months and names; "" when hardly anything is left.

    >>> skeleton("Open dag op 3 maart in Almelo") == skeleton("Open dag op 12 april in Den Haag")
    True
    """
    words = _TOKENS.findall(title)
    kept = [word.lower() for place, word in enumerate(words) if not _changes(word, place)]
    return " ".join(kept) if len(kept) >= LEAST_WORDS else ""


def of_story(transaction: Transaction, story_id: int) -> list[Open]:
    """The stories that wait, come from the same source and have the same mould."""
    story = stories.by_number(transaction, [story_id]).get(story_id)
    if story is None or not (mould := skeleton(story.origin.entry.title)):
        return []
    waiting = queue.open_of_source(transaction, story.origin.source_id)
    return [each for each in waiting if each.id != story_id and skeleton(each.title) == mould]


def _changes(word: str, place: int) -> bool:
    """Whether a word is a figure, a month, or a name: capitals inside a sentence are names in Dutch."""
    return word[0].isdigit() or word.lower() in MONTHS or (place > 0 and word[0].isupper())
