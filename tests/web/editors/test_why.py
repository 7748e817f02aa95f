"""The chain of sentences: one for each thing that can happen to a story."""

import pytest

from aggregator.model import Tags
from aggregator.store.events import SYSTEM, Event
from aggregator.web.editors import why
from aggregator.web.editors.shell import words_for
from tests.factories import NOW, make_entry, make_item, make_source
from tests.line.test_release import SITE

WORDS = words_for("nl")
KNOWN = why.Known(items={1: make_item(1)}, sources={"fme": make_source()}, names={"account:1": "Thea"}, site=SITE)


@pytest.mark.parametrize(
    ("kind", "actor", "reason", "told"),
    [
        ("joined", SYSTEM, "url", "FME bracht hetzelfde artikel, op hetzelfde adres."),
        ("joined", SYSTEM, "text: 90% van de woorden", "lijkt er sterk op (90% van de woorden)."),
        ("joined", SYSTEM, "anders", "FME bracht het ook."),
        ("joined", "account:1", "", "Thea voegde het bericht van FME hierbij."),
        ("taken-in", "account:1", "", "Thea maakte hier een eigen bericht van."),
        ("origin", SYSTEM, "", "FME geldt nu als de maker van het nieuws."),
        ("revised", SYSTEM, "title", "FME veranderde de tekst."),
        ("edited", "account:1", "title, teaser", "Thea bewerkte: Titel, Eerste regels."),
        ("vreemd", "account:1", "", "Thea: vreemd."),
        ("vreemd", SYSTEM, "", ""),
    ],
)
def test_what_happened_is_a_sentence(kind: str, actor: str, reason: str, told: str) -> None:
    ((_, text),) = why.chain([Event(at=NOW, kind=kind, actor=actor, reason=reason, item_id=1)], KNOWN, WORDS)
    assert text.endswith(told)


def test_what_the_tagger_made_of_it() -> None:
    assert "geen thema" in why.tagged(Tags(), SITE, WORDS)
    assert "niet over technisch onderwijs (90 % zeker)" in why.tagged(Tags(off_topic=True, score=0.9), SITE, WORDS)


def test_where_a_date_came_from() -> None:
    assert "noemt geen datum" in why.dated(make_item(entry=make_entry(1, published=None, date_evidence=None)), WORDS)
    assert "gekozen door de redactie" in why.dated(make_item(entry=make_entry(1, date_evidence=None)), WORDS)
