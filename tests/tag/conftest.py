"""A model trained on the items that are not set aside: what tests of quality ask."""

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.tag.examples import Example, starter
from aggregator.tag.lexicon import Rules, compile_rules
from aggregator.tag.model import Model
from aggregator.tag.tagger import Tagger
from aggregator.tag.training import train

THEMES = Path(__file__).resolve().parents[2] / "config" / "themes.toml"
RULES = compile_rules(tomllib.loads(THEMES.read_text("utf-8")))
OFF_TOPIC = "off-topic"
OUTCOMES = (*RULES.slugs, OFF_TOPIC)


def is_set_aside(example: Example) -> bool:
    """Whether an item tests only: nobody who wrote rules has read it."""
    return int(sha256(example.id.encode()).hexdigest(), 16) % 7 < 2


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules that ship."""
    return RULES


@pytest.fixture(scope="session")
def learned() -> Model:
    """A model that has not seen what is set aside."""
    return train([each for each in starter() if not is_set_aside(each)], RULES, date="2026-11-27")


@pytest.fixture(scope="session")
def asked(learned: Model) -> Tagger:
    """A tagger with that model."""
    return Tagger(rules=RULES, model=learned)
