import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.factories import make_entry
from tests.line.partner import feed
from tests.site import Page, Site

KEYS = ["kind", "format", "title", "entries", "problems", "events"]
ENTRY_KEYS = [
    *("id", "link", "title", "summary", "content", "published", "updated", "date_evidence", "date_precision"),
    *("authors", "categories", "image", "kicker"),
]
PICTURE = """{"version": "https://jsonfeed.org/version/1.1", "title": "Met beeld", "items": [{"id": "1",
 "url": "nieuws/1", "title": "Een", "image": "/a.jpg", "date_published": "2026-06-30T10:00:00Z"}]}"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(make_entry(1), make_entry(2, published=None)))
    return path


def test_a_file_is_read_into_the_keys_of_the_contract(run: Run, document: Path) -> None:
    ended = run("read", document)
    assert ended.code == 0
    assert list(ended.json) == KEYS
    assert (ended.json["kind"], ended.json["format"], ended.json["title"]) == ("feed", "rss20", "Nieuws")
    first, second = ended.json["entries"]
    assert list(first) == ENTRY_KEYS
    assert (first["published"], first["date_evidence"], first["date_precision"]) == (
        "2026-11-23T12:00:00+01:00",
        "feed",
        "minute",
    )
    assert (second["published"], second["date_evidence"], second["image"]) == (None, None, None)


def test_reading_needs_no_set_up_and_leaves_none(
    run: Run, document: Path, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_CONFIG_DIR", "/nergens")
    assert run("read", document).code == 0
    assert not Path(settings["AGGREGATOR_DATA_DIR"]).exists()


def test_what_is_piped_in_is_read(run: Run, document: Path) -> None:
    assert run("read", "-", stdin=document.read_bytes()).json == run("read", document).json


def test_relative_links_start_from_the_address_that_is_given(run: Run) -> None:
    ended = run("read", "-", "--url", "https://fme.example/feed.json", stdin=PICTURE.encode())
    (entry,) = ended.json["entries"]
    assert entry["link"] == "https://fme.example/nieuws/1"
    assert entry["image"] == {"url": "https://fme.example/a.jpg", "alt": "", "caption": "", "credit": ""}


def test_an_address_is_fetched_and_read(run: Run, site: Site) -> None:
    ended = run("read", site.url())
    assert len(ended.json["entries"]) == 3
    assert site.asked == ["/feed"]


def test_the_content_type_that_is_told_goes_before_what_is_guessed(run: Run) -> None:
    body = feed(make_entry(1, title="Één")).decode().encode("latin-1")
    ended = run("read", "-", "--content-type", 'application/rss+xml; charset="iso-8859-1"; x=y', stdin=body)
    assert ended.json["entries"][0]["title"] == "Één"


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"<rss", b"%PDF-1.7", b'{"items": 3}'])
def test_a_document_that_cannot_be_read_says_why(run: Run, body: bytes) -> None:
    ended = run("read", "-", "--as", "feed", stdin=body)
    assert ended.code == 1
    assert list(ended.json) == KEYS
    assert ended.json["entries"] == []
    (problem,) = ended.json["problems"]
    assert list(problem) == ["code", "message"]
    assert problem["message"].endswith(".")
    told = run("read", "-", "--as", "feed", terminal=True, stdin=body)
    assert (told.code, told.out, told.err) == (1, "", problem["message"] + "\n")


def test_a_feed_is_not_taken_for_a_page_against_better_knowledge(run: Run) -> None:
    page = b"<!doctype html><html lang=nl><title>x</title><p>Geen lijst van nieuws."
    ended = run("read", "-", "--as", "feed", stdin=page)
    assert (ended.code, ended.json["entries"]) == (1, [])


def test_an_unreadable_part_is_told_as_a_problem(run: Run) -> None:
    body = feed(make_entry(1)).replace(b"</channel>", b"<item><guid>x</guid></item></channel>")
    ended = run("read", "-", stdin=body)
    assert ended.code == 0
    assert [each["code"] for each in ended.json["problems"]] == ["entry-skipped"]


@pytest.mark.parametrize("name", ["nergens.xml", ""])
def test_a_file_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path, name: str) -> None:
    ended = run("read", tmp_path / name)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"aggregator: {tmp_path / name}: ")


def test_an_address_that_gives_nothing_is_one_sentence(run: Run, site: Site) -> None:
    for path in ("/weg", "/gone"):
        site.pages["/gone"] = Page(status=410)
        ended = run("read", site.url(path))
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.startswith(f"aggregator: {site.url(path)}: The ")


def test_a_private_address_is_not_asked(run: Run, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGGREGATOR_FETCH_ALLOW")
    assert run("read", site.url()).code == 1
    assert site.asked == []


def test_a_person_reads_titles_dates_and_links(run: Run, document: Path) -> None:
    body = document.read_bytes().replace(b"</channel>", b"<item><guid>x</guid></item></channel>")
    ended = run("read", "-", terminal=True, stdin=body)
    assert "Nieuws nummer 1\n    23 November 2026 (feed)  https://fme.example/nieuws/1" in ended.out
    assert "no date (-)" in ended.out
    assert ended.out.endswith("2 entries, 1 problems\n")
    assert "entry-skipped" in ended.err


def test_a_page_is_read_for_its_list(run: Run, tmp_path: Path) -> None:
    items = "".join(
        f"<article><h2><a href='/nieuws/bericht-{n}'>Bericht {n} over techniek in het onderwijs</a></h2>"
        f"<time datetime='2026-06-{n:02}'>{n} juni 2026</time><p>Wat er in bericht {n} staat, in een zin.</p></article>"
        for n in range(1, 9)
    )
    page = f"<!doctype html><html lang=nl><title>Nieuws</title><main><h1>Nieuws</h1>{items}</main></html>".encode()
    ended = run("read", "-", "--as", "page", "--url", "https://fme.example/nieuws", stdin=page)
    assert ended.code == 0
    assert ended.json["kind"] == "page"
    assert len(ended.json["entries"]) == 8
    assert ended.json["entries"][0]["published"] == "2026-06-01T00:00:00+02:00"


def test_the_same_at_another_moment(run: Run, document: Path) -> None:
    early = run("read", document, "--now", "2020-01-01").json
    assert [each["code"] for each in early["problems"]] == ["date-odd"]
    assert json.dumps(run("read", document, "--now", "2027-01-01").json) == json.dumps(run("read", document).json)


def test_other_kinds_of_reading_are_a_mistake_in_use(run: Run, document: Path) -> None:
    assert run("read", document, "--as", "xml").code == 2
