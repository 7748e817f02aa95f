"""Which entries of a document become items, and what identifies them."""

import pytest

from aggregator.model import Entry
from aggregator.receipts import identified, own_entries
from aggregator.store import Store
from tests.factories import NOW, make_entry, make_source
from tests.line.partner import Partners, make_line


@pytest.mark.parametrize("link", ["http://[fme.example/a", "https://fme.example:99999/a", "mailto:fme@fme.example"])
def test_an_address_that_cannot_be_keyed_joins_nothing_and_harms_nobody(link: str) -> None:
    found = identified([make_entry(1, link=link), make_entry(2)], make_source(), NOW)
    assert [item.url_key for item in found.values()] == ["", "fme.example/nieuws/2"]


def test_the_first_of_equal_entries_counts() -> None:
    entries = [Entry(id="x", title="een"), Entry(id="x", title="twee")]
    assert [item.entry.title for item in identified(entries, make_source(), NOW).values()] == ["een"]


def test_what_we_published_ourselves_is_not_the_sources_own(store: Store, partners: Partners) -> None:
    line = make_line(store, partners)
    ours = make_entry(2, id=f"tag:{line.tag_authority}:story/abc")
    assert own_entries([make_entry(1), ours], line) == [make_entry(1)]
