"""Known faults of lists of feeds, each found and named."""

import pytest

from aggregator.publish.valid import complaints

GOOD = """<opml version="2.0"><head><title>Partners</title></head><body>
  <outline text="A" type="rss" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/" language="nl"/>
  <outline text="B"><outline text="C" htmlUrl="https://c.example/"/></outline>
</body></opml>"""


def faults(document: str) -> list[str]:
    return complaints(document.encode(), "text/x-opml")


def test_a_good_document_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('text="C"', "", "outline 3: no text"),
        ('xmlUrl="https://a.example/feed"', "", "outline 1: type rss without xmlUrl"),
        ("https://a.example/feed", "/feed", "outline 1: xmlUrl '/feed' is no absolute address"),
        ("https://c.example/", "c", "outline 3: htmlUrl 'c' is no absolute address"),
        ('"nl"', '"n l"', "outline 1: language 'n l' is no language tag"),
        ("<head><title>Partners</title></head>", "", "not one head and then one body"),
        ('version="2.0"', 'version="1.0"', "the root is opml version 1.0, not OPML 2.0"),
    ],
)
def test_a_fault_is_found_and_named(right: str, wrong: str, complaint: str) -> None:
    assert right in GOOD
    assert faults(GOOD.replace(right, wrong, 1)) == [complaint]
