from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.model import Source
from tests.cli.conftest import RSS, Run
from tests.factories import make_entry, make_source
from tests.line.partner import feed
from tests.site import Page, Site

KEYS = [
    *("id", "organisation", "url", "address", "kind", "labels", "themes", "paused", "outcome", "status", "code"),
    *("message", "failures", "last_poll", "last_success", "last_change", "next_due", "reposts"),
    *("hub", "last_push", "pushes"),
]
FOUND_KEYS = ["url", "code", "message", "robots_forbid", "reading"]


def listed(run: Run) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in run("sources", "list").rows}


# --- list -------------------------------------------------------------------------------------------------------------


def test_sources_are_listed_with_stable_keys(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(
        make_source("fme", url=site.url()), make_source("weg", url=site.url("/weg")), make_source("stil", paused=True)
    )
    before = listed(run)
    assert [list(row) for row in before.values()] == [KEYS] * 3
    assert (before["fme"]["outcome"], before["fme"]["message"], before["fme"]["last_poll"]) == (None, "", None)
    run("poll")
    after = listed(run)
    assert {id_: row["outcome"] for id_, row in after.items()} == {"fme": "fetched", "weg": "failed", "stil": None}
    assert (after["weg"]["code"], after["weg"]["failures"], after["weg"]["last_success"]) == ("http-404", 1, None)
    assert (after["stil"]["paused"], after["stil"]["next_due"]) == (True, None)
    table = run("sources", "list", terminal=True).out
    assert "FME" in table
    assert "yes" in table


def test_how_a_source_pushes_is_told_in_one_word(run: Run, site: Site, follow: Callable[..., None]) -> None:
    link = "<link xmlns='http://www.w3.org/2005/Atom' rel='{}' href='https://hub.example/{}'/>"
    head = link.format("hub", "") + link.format("self", "feed")
    site.pages["/feed"] = Page(body=feed(make_entry(1), head=head), media_type=RSS)
    follow(make_source("fme", url=site.url("/feed")), make_source("weg", url=site.url("/weg")))
    run("poll")
    found = listed(run)
    assert [(row["hub"], row["pushes"], row["last_push"]) for row in found.values()] == [
        ("https://hub.example/", "offered", None),
        (None, "", None),
    ]


# --- preview and add --------------------------------------------------------------------------------------------------


def test_a_preview_says_what_is_there_and_stores_nothing(run: Run, site: Site) -> None:
    ended = run("sources", "preview", site.url())
    assert ended.code == 0
    assert set(ended.json) >= set(FOUND_KEYS)
    assert len(ended.json["reading"]["entries"]) == 3
    assert "Nieuws nummer 1" in run("sources", "preview", site.url(), terminal=True).out
    assert listed(run) == {}


def test_a_preview_of_nothing_says_why(run: Run, site: Site) -> None:
    ended = run("sources", "preview", site.url("/weg"))
    assert (ended.code, ended.json["code"], ended.json["reading"]) == (3, "http-404", None)
    told = run("sources", "preview", site.url("/weg"), terminal=True)
    assert (told.code, told.out.strip()) == (3, ended.json["message"])


@pytest.mark.parametrize("verb", ["preview", "add"])
@pytest.mark.parametrize("address", ["fme.nl", "ftp://fme.nl/feed", "https://", "http://fme.nl:x/", "javascript:x"])
def test_half_an_address_is_a_mistake_in_use(run: Run, verb: str, address: str) -> None:
    ended = run("sources", verb, address)
    assert (ended.code, ended.out) == (2, "")
    assert "write a whole address" in ended.err


def test_a_source_is_added_and_waits_for_an_editor(run: Run, site: Site) -> None:
    ended = run("sources", "add", site.url(), "--organisation", "FME", "--label", "oost", "--label", "mbo")
    assert ended.code == 0
    assert ended.json["added"] == "127-0-0"
    (row,) = listed(run).values()
    assert (row["organisation"], row["labels"], row["url"]) == ("FME", ["oost", "mbo"], site.url())
    run("poll")
    stories = run("stories", "list").rows
    assert {story["state"] for story in stories} <= {"held", "off-topic"}
    assert len(stories) == 3


def test_a_source_takes_its_name_from_what_is_read(run: Run, site: Site) -> None:
    told = run("sources", "add", site.url(), "--id", "fme", terminal=True)
    assert told.code == 0
    assert "added as fme" in told.out
    assert listed(run)["fme"]["organisation"] == "Nieuws"


def test_the_same_address_is_not_added_twice(run: Run, site: Site, one_source: Source) -> None:
    ended = run("sources", "add", site.url("/feed/") + "?utm_source=mail", "--id", "anders")
    assert (ended.code, ended.out) == (1, "")
    assert "is already the source fme" in ended.err


def test_an_id_belongs_to_one_source(run: Run, site: Site, one_source: Source) -> None:
    site.pages["/twee"] = site.pages["/feed"]
    ended = run("sources", "add", site.url("/twee"), "--id", "fme")
    assert (ended.code, ended.out) == (1, "")
    assert "choose another --id" in ended.err


@pytest.mark.parametrize("words", [["--id", "../x"], ["--id", "A b"], ["--label", "Noord Oost"]])
def test_what_cannot_be_in_an_address_is_refused(run: Run, site: Site, words: list[str]) -> None:
    ended = run("sources", "add", site.url(), *words)
    assert (ended.code, ended.out) == (1, "")
    assert "lower-case" in ended.err
    assert listed(run) == {}


def test_what_cannot_be_read_is_added_only_when_that_is_meant(run: Run, site: Site) -> None:
    ended = run("sources", "add", site.url("/weg"), "--id", "weg")
    assert (ended.code, ended.json["added"]) == (3, None)
    assert listed(run) == {}
    assert "--anyway" in run("sources", "add", site.url("/weg"), terminal=True).out
    assert run("sources", "add", site.url("/weg"), "--id", "weg", "--anyway").code == 0
    assert list(listed(run)) == ["weg"]


def test_a_feed_that_robots_txt_forbids_is_told_so(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(make_source("fme", url=site.url()))
    site.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /", media_type="text/plain")
    (row,) = run("sources", "check").rows
    assert (row["ok"], row["robots_forbid"]) == (True, True)


# --- check ------------------------------------------------------------------------------------------------------------


def test_a_check_says_of_each_source_whether_it_can_be_read(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(
        make_source("fme", url=site.url()), make_source("weg", url=site.url("/weg")), make_source("stil", paused=True)
    )
    ended = run("sources", "check")
    rows = {row["id"]: row for row in ended.rows}
    assert ended.code == 3
    assert list(rows["fme"]) == ["id", "ok", "code", "entries", "format", "robots_forbid", "message", "url"]
    assert {id_: (row["ok"], row["code"], row["entries"]) for id_, row in rows.items()} == {
        "fme": (True, "", 3),
        "weg": (False, "http-404", 0),
    }
    assert run("sources", "check", "fme").code == 0
    told = run("sources", "check", terminal=True).out
    assert "ok  fme" in told
    assert "NOT weg" in told
    assert run("stories", "list").rows == []


@pytest.mark.parametrize("words", [["check", "nonesuch"], ["pause", "nonesuch"], ["remove", "nonesuch"]])
def test_a_source_that_is_none_is_a_mistake_in_use(run: Run, one_source: Source, words: list[str]) -> None:
    ended = run("sources", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "no source is called nonesuch" in ended.err


# --- pause and remove -------------------------------------------------------------------------------------------------


def test_a_paused_source_is_not_polled_until_it_is_resumed(run: Run, site: Site, one_source: Source) -> None:
    assert run("sources", "pause", "fme").out == "fme is paused\n"
    assert run("poll").rows == []
    assert run("sources", "pause", "fme", "--resume").code == 0
    assert len(run("poll").rows) == 1


def test_a_removed_source_stays_removed_and_what_it_brought_stays(run: Run, one_source: Source, tmp_path: Path) -> None:
    run("poll")
    assert run("sources", "remove", "fme").code == 0
    assert listed(run) == {}
    assert len(run("stories", "list").rows) == 3
    assert run("sources", "remove", "fme").code == 2
    assert run("poll", "fme").code == 2


# --- import and export ------------------------------------------------------------------------------------------------


def test_a_list_is_compared_first_and_taken_over_when_told(run: Run, site: Site, tmp_path: Path) -> None:
    opml = tmp_path / "list.opml"
    opml.write_text(
        f"<opml version='2.0'><body><outline text='Één' xmlUrl='{site.url()}'/>"
        "<outline text='Twee' xmlUrl='https://twee.example/rss'/></body></opml>"
    )
    told = run("sources", "import", opml)
    assert (told.code, [(row["id"], row["change"], row["applied"]) for row in told.rows]) == (
        0,
        [("een", "add", False), ("twee", "add", False)],
    )
    assert listed(run) == {}
    assert "nothing was changed; --apply does it" in run("sources", "import", opml, terminal=True).out
    assert "2 taken over" in run("sources", "import", opml, "--apply", terminal=True).out
    assert list(listed(run)) == ["een", "twee"]
    again = run("sources", "import", opml, "--apply")
    assert (again.code, again.out) == (0, "")
    assert "nothing differs" in run("sources", "import", opml, terminal=True).out


def test_a_file_wins_when_it_is_told_to(run: Run, one_source: Source, tmp_path: Path) -> None:
    run("poll")
    exported = run("sources", "export").out
    mine = tmp_path / "mine.toml"
    mine.write_text(exported.replace('organisation = "FME"', 'organisation = "FME Nieuw"'))
    assert [row["change"] for row in run("sources", "import", mine, "--apply").rows] == ["change"]
    row = listed(run)["fme"]
    assert (row["organisation"], row["outcome"]) == ("FME Nieuw", "fetched")


def test_what_is_exported_comes_back(run: Run, site: Site, follow: Callable[..., None], tmp_path: Path) -> None:
    follow(make_source("fme", url=site.url(), kind="auto", labels=("oost",)), make_source("vhto"))
    run("poll", "fme")
    for format_ in ("toml", "opml"):
        file = tmp_path / f"list.{format_}"
        file.write_text(run("sources", "export", "--format", format_).out)
        assert run("sources", "import", file).out == ""
        assert "fme" in file.read_text().lower()
    ended = run("sources", "export", "--format", "csv")
    assert (ended.code, ended.out) == (2, "")


def test_a_removed_source_that_is_imported_is_polled_again(run: Run, one_source: Source, tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text(run("sources", "export").out)
    run("poll")
    run("sources", "remove", "fme")
    run("sources", "import", file, "--apply")
    assert [row["outcome"] for row in run("poll").rows] == ["unchanged"]


@pytest.mark.parametrize("text", ["geen toml", "<opml/>", '[[source]]\nid = "A"\n'])
def test_a_list_that_cannot_be_used_changes_nothing_and_says_why(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "list"
    file.write_text(text)
    ended = run("sources", "import", file, "--apply")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("aggregator: ")
    assert str(file) in ended.err
    assert listed(run) == {}


def test_a_news_page_that_links_its_feed_is_read_by_that_feed(run: Run, site: Site) -> None:
    site.pages["/feed"] = Page(body=feed(*map(make_entry, range(1, 5))), media_type=RSS)
    site.pages["/nieuws"] = Page(
        body=b"<!doctype html><html lang=nl><title>FME</title>"
        b"<link rel=alternate type='application/rss+xml' href='/feed'><p>Welkom"
    )
    ended = run("sources", "preview", site.url("/nieuws"))
    assert ended.code == 0
    assert ended.json["url"] == site.url("/feed")
    assert len(ended.json["reading"]["entries"]) == 4


def test_what_healed_can_be_looked_at_and_an_unknown_number_is_said(run: Run) -> None:
    assert run("sources", "healed", "--json").out == ""
    refused = run("sources", "rollback", "7")
    assert refused.code == 2
    assert "sources healed" in refused.err


def test_the_coming_events_of_sources_are_listed_apart(run: Run, site: Site, one_source: Source) -> None:
    start = b"<startdate xmlns='http://purl.org/rss/1.0/modules/event/'>2099-12-05T10:00:00+01:00</startdate>"
    body = site.pages["/feed"].body.replace(b"</item>", start + b"</item>", 1)
    site.pages["/feed"] = Page(body=body, media_type=RSS)
    read = run("read", site.url()).json
    assert [list(event) for event in read["events"]] == [["title", "link", "starts", "ends", "place"]]
    assert len(read["entries"]) == 2
    run("poll")
    (row,) = run("sources", "agenda").rows
    assert list(row) == ["source", "title", "link", "starts", "ends", "place"]
    assert (row["source"], row["starts"], row["ends"]) == ("fme", "2099-12-05T10:00:00+01:00", None)
    assert run("sources", "agenda", "--source", "vhto").rows == []
    assert "2099-12-05" in run("sources", "agenda", terminal=True).out
