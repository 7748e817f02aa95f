"""The tagger at work: with the model that is adopted, what editors said is always so, and the sample's thresholds.

All that comes out of the database; `renew` asks one number, and reads the rest only when that number is another.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from aggregator.model import Entry, Source, Tags
from aggregator.store import Transaction, decisions, models, samples
from aggregator.tag.always import Always
from aggregator.tag.certainty import Sampled
from aggregator.tag.lexicon import Rules
from aggregator.tag.model import Model, ModelError, load
from aggregator.tag.tagger import WANTED, Tagger, tagger
from aggregator.text.html import text_of_clean

log = structlog.get_logger()

TAGGED_CHARACTERS = 600  # title and first paragraph tell what an item is about; the rest only mentions
SAMPLED_DAYS = 365  # how far back looked-at decisions count


@dataclass(slots=True)
class Tagging:
    """The tagger of the line: over title and text, with what is known of the source."""

    rules: Rules
    starter: Model | None
    wanted: float = WANTED
    tagger: Tagger = field(init=False)
    always: Always = field(init=False)
    model_id: int | None = field(init=False, default=None)  # None: the starter
    seen: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        self.tagger = tagger(self.rules, self.starter, self.wanted)
        self.always = Always(off_topic=self.rules.off_topic)

    def __call__(self, entry: Entry, source: Source) -> Tags:
        """What `entry` is about."""
        text = text_of(entry)
        tags = self.tagger(title=entry.title, text=text, organisation=source.organisation, hints=source.themes)
        return self.always.over(tags, source.id, title=entry.title, text=text)

    def renew(self, transaction: Transaction, now: datetime) -> None:
        """Work from now on with what the database says now: one question while nothing changed."""
        known = models.knowledge(transaction)
        if known == self.seen:
            return
        adopted = models.adopted(transaction)
        model = self._model(transaction, adopted.id if adopted else None)
        drawn = sampled(transaction, self.rules.off_topic, now)
        self.always = standing(transaction, self.rules)
        self.tagger = tagger(self.rules, model, self.wanted, drawn)
        self.seen = known

    def supposing(self, rules: Rules, wanted: float) -> "Tagging":
        """This tagger, were its rules or the wanted precision others."""
        other = Tagging(rules=rules, starter=self.starter, wanted=wanted)
        other.tagger = tagger(rules, self.tagger.model or self.starter, wanted, self.tagger.drawn)
        other.always = self.always
        return other

    def with_model(self, model: Model) -> "Tagging":
        """This tagger, were its model another."""
        other = Tagging(rules=self.rules, starter=self.starter, wanted=self.wanted)
        other.tagger = tagger(self.rules, model, self.wanted, self.tagger.drawn)
        other.always = self.always
        return other

    def _model(self, transaction: Transaction, number: int | None) -> Model | None:
        if number is None:
            self.model_id = None
            return self.starter
        if number == self.model_id:
            return self.tagger.model
        try:
            model = load(models.data_of(transaction, number))
        except ModelError as error:
            log.error("model_unusable", model=number, error=str(error))
            return self.tagger.model
        self.model_id = number
        return model


def text_of(entry: Entry) -> str:
    """The text that an entry is tagged by."""
    text = entry.summary
    lacking = TAGGED_CHARACTERS - len(text)
    if entry.content and lacking > 0:
        # Three characters of HTML give at least one of text: the rest need not be parsed for it.
        text = f"{text} {text_of_clean(entry.content[: 3 * lacking])}"
    return text[:TAGGED_CHARACTERS]


def standing(transaction: Transaction, rules: Rules) -> Always:
    """What editors said is always so; what they said of a theme that is gone holds no more."""
    outcomes = {*rules.slugs, rules.off_topic}
    said = [each for each in decisions.always(transaction) if each["value"]["outcome"] in outcomes]
    return Always(
        off_topic=rules.off_topic,
        sources={
            each["subject"]: each["value"]["outcome"] for each in said if each["subject_kind"] == decisions.SOURCE
        },
        terms=[(each["subject"], each["value"]["outcome"]) for each in said if each["subject_kind"] == decisions.TERM],
    )


def sampled(transaction: Transaction, off_topic: str, now: datetime) -> tuple[Sampled, ...]:
    """The drawn decisions of the last year that a person looked at: how sure, whether right, which verdict."""
    found = samples.decided(transaction, now - timedelta(days=SAMPLED_DAYS))
    return tuple((each.probability, each.verdict == each.theme, each.theme or off_topic) for each in found)
