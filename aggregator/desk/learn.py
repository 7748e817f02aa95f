"""Learning: what editors decided becomes examples, a model is trained on them, and works when it is not worse.

An example is read out of a decision, never copied: one that is undone teaches no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.desk.decide import OFF_TOPIC
from aggregator.store import Store, decisions, lessons, models, sources
from aggregator.store.lessons import Said
from aggregator.store.models import Kept
from aggregator.tag.examples import Example, identity, is_gold
from aggregator.tag.lexicon import Rules
from aggregator.tag.model import dump
from aggregator.tagging import text_of

EVERY = timedelta(days=7)
RECENT = 5  # of the decisions, one in so many is only asked, not learned from, while models are compared


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What one editor's decision teaches."""

    example: Example
    actor: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """A candidate: its number, what it learned from, how it compared, and whether it works now."""

    number: int
    training: dict[str, Any]
    is_adopted: bool


def lesson_of(said: Said, off_topic: str) -> tuple[str, str | None] | None:
    """The theme and second theme that a decision says are right (pure); None when it says nothing of themes."""
    if said.kind == "off-topic" or (said.kind == "reject" and said.value.get("reason") == OFF_TOPIC):
        return off_topic, None
    if said.kind == "reject":
        return None
    theme, second = said.theme, said.second_theme
    if said.kind == "theme":
        theme, second = said.value["theme"], said.value["second_theme"]
    return (theme, second) if theme else None


def taught(store: Store, rules: Rules) -> list[Lesson]:
    """The lessons of all decisions in force in their order: of each story the last that says something."""
    outcomes = {*rules.slugs, rules.off_topic}
    with store.read() as transaction:
        last: dict[int, tuple[Said, tuple[str, str | None]]] = {}
        for each in lessons.said(transaction):
            found = lesson_of(each, rules.off_topic)
            if found is not None and found[0] in outcomes:
                last.pop(each.story_id, None)
                last[each.story_id] = (each, found)
        origins = lessons.origins(transaction, list(last))
        known = sources.by_id(transaction)
    return [
        Lesson(
            example=Example(
                id=f"story:{number}",
                title=origins[number].entry.title,
                text=text_of(origins[number].entry),
                theme=theme,
                second_theme=second,
                organisation=known[origins[number].source_id].organisation
                if origins[number].source_id in known
                else "",
            ),
            actor=said.actor,
            at=said.at,
        )
        for number, (said, (theme, second)) in last.items()
        if number in origins
    ]


def is_due(store: Store, now: datetime, corrections: int) -> bool:
    """Whether to train by now: after so many new decisions, or a week after the last time if there was any."""
    with store.read() as transaction:
        kept = models.every(transaction)
        since = max((each.made_at for each in kept), default=None)
        new = lessons.count_since(transaction, since)
    if not new or not corrections:
        return False
    return new >= corrections or (since is not None and now - since >= EVERY)


def train(store: Store, starter: Sequence[Example], rules: Rules, now: datetime, *, adopt: bool) -> Trained:
    """Train a candidate, compare it with what works now, keep it, and let it work if asked and not worse.

    Raises TrainingError for too few examples, ImportError without scikit-learn.
    """
    from aggregator.tag.comparison import compare, weight_of_editors
    from aggregator.tag.training import train as train_model

    found = taught(store, rules)
    with store.read() as transaction:
        current = models.adopted(transaction)
    weight = weight_of_editors(starter, [each.example for each in found], rules)
    current_side, candidate_side, recent = sides(found, _learned_until(current))
    rest, gold = set_aside(starter, rules)
    was = float(current.training["weight"]) if current else 1.0
    compared = compare(rest, _weighed(current_side, was), _weighed(candidate_side, weight), (gold, recent), rules)
    examples = [*starter, *_weighed([each.example for each in found], weight)]
    model = train_model(examples, rules, date=now.date().isoformat())
    training = compared.told() | {
        "examples": len(examples),
        "corrections": len(found),
        "weight": weight,
        "hash": identity(examples),
        "learned_until": found[-1].at.isoformat() if found else None,
        "accuracy": model.figures["accuracy"],
        "not_worse": compared.is_not_worse,
    }
    works = adopt and compared.is_not_worse
    with store.write() as transaction:
        number = models.keep(transaction, dump(model), training, now)
        if works:
            models.adopt(transaction, number, now)
    return Trained(number=number, training=training, is_adopted=works)


def set_aside(starter: Sequence[Example], rules: Rules) -> tuple[list[Example], list[Example]]:
    """What models that are compared may learn from, and the gold set; of too few examples nothing is set aside."""
    from aggregator.tag.training import TrainingError, check

    rest = [each for each in starter if not is_gold(each)]
    try:
        check(rest, rules)
    except TrainingError:
        return list(starter), []
    return rest, [each for each in starter if is_gold(each)]


def sides(
    found: Sequence[Lesson], learned_until: datetime | None
) -> tuple[list[Example], list[Example], list[Example]]:
    """What the current model has learned from, what the candidate may, and what both are asked (pure).

    Asked are as many as a fifth of all, spread over those that the current model has not learned from. Not the latest:
    who corrects what is wrong and then says that the rest is right, ends with what the current model had right.
    """
    ordered = sorted(found, key=lambda each: each.at)
    known = [each for each in ordered if learned_until is not None and each.at <= learned_until]
    new = ordered[len(known) :]
    count = min(len(new), -(-len(ordered) // RECENT))
    asked = {(2 * place + 1) * len(new) // (2 * count) for place in range(count)}
    return (
        [each.example for each in known],
        [each.example for each in known] + [each.example for place, each in enumerate(new) if place not in asked],
        [each.example for place, each in enumerate(new) if place in asked],
    )


def roll_back(store: Store, now: datetime) -> bool:
    """Let the model before work again, or the starter; False when the starter works already."""
    with store.write() as transaction:
        return models.roll_back(transaction, now)


def always(store: Store, subject_kind: str, subject: str, outcome: str, actor: str, now: datetime) -> int:
    """Say what a source or a term is always about from now on; returns the number of the rule."""
    with store.write() as transaction:
        number = decisions.record_always(transaction, subject_kind, subject, outcome, actor=actor, at=now)
        models.renew(transaction)
    return number


def forget(store: Store, number: int, now: datetime) -> bool:
    """Let a rule of an editor hold no more; False when none of that number is in force."""
    with store.write() as transaction:
        if number not in {each["id"] for each in decisions.always(transaction)}:
            return False
        decisions.end(transaction, number, now)
        models.renew(transaction)
    return True


def _learned_until(current: Kept | None) -> datetime | None:
    said = current.training.get("learned_until") if current else None
    return datetime.fromisoformat(said) if said else None


def _weighed(examples: Sequence[Example], weight: float) -> list[Example]:
    return [replace(each, weight=weight) for each in examples]
