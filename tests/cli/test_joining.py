"""`stories merge|split|never|ask|proposed|flood|rebuild|replay`, end to end."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import Entry
from tests.cli.conftest import RSS, Run
from tests.factories import make_entry, make_source
from tests.line.partner import feed
from tests.line.test_joining import COPY, LAB, NEWS, PERHAPS_COPY, SCHOOL_NEWS
from tests.site import Page, Site


@pytest.fixture
def partners(site: Site, follow: Callable[..., None]) -> Callable[..., None]:
    """Lets partners say things; all is taken at its word."""

    def say(**said: list[Entry]) -> None:
        for id_, entries in said.items():
            site.pages[f"/{id_}"] = Page(body=feed(*entries), media_type=RSS)
        follow(*(make_source(id_, url=site.url(f"/{id_}"), relevance="all") for id_ in said))

    return say


def two_stories(run: Run, partners: Callable[..., None]) -> list[str]:
    """The ids of two published stories about different things."""
    partners(fme=[NEWS], aob=[replace(SCHOOL_NEWS, link="https://aob.example/1")])
    run("poll")
    return [row["id"] for row in run("stories", "list").rows]


def shown(run: Run, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = run("stories", "show", id_).json
    return found


def test_two_stories_become_one_and_come_apart_again(run: Run, partners: Callable[..., None]) -> None:
    ids = two_stories(run, partners)
    merged = run("stories", "merge", *ids, "--reason", "hetzelfde nieuws")
    assert merged.code == 0
    survivor = merged.json["story"]
    assert survivor in ids
    found = shown(run, survivor)
    assert sorted(each["source"] for each in found["items"]) == ["aob", "fme"]
    assert "hetzelfde nieuws" in {each["reason"] for each in found["events"]}
    copy = next(each for each in found["items"] if not each["origin"])["item"]
    apart = run("stories", "split", survivor, copy, terminal=True)
    (other,) = set(ids) - {survivor}
    assert (apart.code, apart.out) == (0, f"story {other}\n")
    assert {row["state"] for row in run("stories", "list").rows} == {"published"}


def test_what_cannot_be_regrouped_is_said(run: Run, partners: Callable[..., None]) -> None:
    one, _ = two_stories(run, partners)
    for arguments, words in [
        (("merge", one, "nonesuch"), "no story is called nonesuch; `aggregator stories list` shows their ids"),
        (("merge", one, one), "one story already"),
        (("split", one, 999), "no such item"),
        (("split", "nonesuch", 1), "no story is called nonesuch"),
        (("never", one), "name two stories"),
        (("never", one, "nonesuch"), "no story is called nonesuch"),
    ]:
        ended = run("stories", *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert words in ended.err
    assert len(run("stories", "list", "--state", "published").rows) == 2
    assert run("stories", "split", one, "geen-nummer").code == 2


def test_a_proposed_pair_is_listed_until_an_editor_says_never(run: Run, partners: Callable[..., None]) -> None:
    partners(fme=[SCHOOL_NEWS], vhto=[PERHAPS_COPY])
    run("poll", "fme")
    run("poll", "vhto")
    (card,) = run("stories", "proposed").rows
    assert list(card) == ["id", "other", "because", "title", "other_title", "at"]
    assert (card["title"], card["other_title"]) == (PERHAPS_COPY.title, SCHOOL_NEWS.title)
    assert "%" in card["because"]
    assert card["id"] in run("stories", "proposed", terminal=True).out
    assert run("stories", "proposed", "--limit", 0).rows == []
    assert shown(run, card["id"])["state"] == "held"
    ended = run("stories", "never", card["id"], card["other"])
    assert (ended.code, ended.json) == (0, {"story": card["id"]})
    assert run("stories", "proposed").rows == []
    assert shown(run, card["id"])["state"] == "published"


def test_a_source_can_be_asked_for_and_joined_again(run: Run, partners: Callable[..., None]) -> None:
    partners(fme=[NEWS], vhto=[COPY])
    run("poll", "fme")
    ended = run("stories", "ask", "vhto")
    assert (ended.code, ended.out) == (0, "vhto: an editor joins its items\n")
    run("poll", "vhto")
    assert len(run("stories", "proposed").rows) == 1
    assert run("stories", "ask", "vhto", "--off").out == "vhto: items are joined by themselves again\n"
    ended = run("stories", "ask", "nonesuch")
    assert (ended.code, ended.out) == (2, "")
    assert "no source is called nonesuch; `aggregator sources list`" in ended.err


def flooded(run: Run, partners: Callable[..., None]) -> None:
    partners(fme=[NEWS])
    run("poll")
    many = [make_entry(n, id=f"oud-{n}", title=f"Overgezet bericht {n}") for n in range(30)]
    partners(fme=[NEWS, *many])
    run("poll", "--all")


def test_a_flood_waits_and_is_let_in(run: Run, partners: Callable[..., None]) -> None:
    flooded(run, partners)
    assert run("stories", "flood").rows == [{"source": "fme", "stories": 30}]
    assert "fme" in run("stories", "flood", terminal=True).out
    assert len(run("stories", "list", "--state", "published").rows) == 1
    ended = run("stories", "flood", "fme", "--let-in", "all")
    assert (ended.code, ended.json) == (0, {"source": "fme", "published": 30, "kept": 0})
    assert run("stories", "flood").rows == []
    again = run("stories", "flood", "fme", "--let-in", "none", terminal=True)
    assert (again.code, again.out) == (0, "fme: 0 published, 0 kept as known\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fme", "--let-in", "alles"), "--let-in alles: write one of all, dated, none"),
        (("fme",), "name a source and what to let in"),
        (("--let-in", "all"), "name a source and what to let in"),
        (("nonesuch", "--let-in", "all"), "no source is called nonesuch"),
    ],
)
def test_a_flood_is_let_in_by_name_and_choice(run: Run, one_source: object, arguments: tuple[str], words: str) -> None:
    ended = run("stories", "flood", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_a_rebuild_shows_its_differences_and_is_applied_or_discarded(run: Run, partners: Callable[..., None]) -> None:
    partners(fme=[NEWS], vhto=[COPY])
    run("poll", "fme")
    run("stories", "ask", "vhto")
    run("poll", "vhto")
    assert run("stories", "rebuild").json["moves"] == []
    run("stories", "ask", "vhto", "--off")
    proposed = run("stories", "rebuild").json
    assert (proposed["count"], proposed["moves"][0]["titles"]) == (1, [COPY.title])
    person = run("stories", "rebuild", terminal=True).out
    assert COPY.title in person
    assert "1 moves; `aggregator stories rebuild --apply 3` or `--discard 3`" in person
    assert run("stories", "rebuild", "--discard", 3).out == "rebuild 3 is discarded\n"
    applied = run("stories", "rebuild", "--apply", proposed["rebuild"])
    assert (applied.code, applied.out) == (0, f"rebuild {proposed['rebuild']} is carried out\n")
    assert len(run("stories", "list", "--state", "published").rows) == 1
    for option, number in (("--apply", 3), ("--discard", 3), ("--apply", 99), ("--discard", proposed["rebuild"])):
        ended = run("stories", "rebuild", option, number)
        assert (ended.code, ended.out) == (2, "")
        assert f"no rebuild {number} waits" in ended.err


def test_a_stream_is_replayed_from_a_file_or_a_pipe(run: Run, tmp_path: Path) -> None:
    # A line separator within a text ends no line; a byte order mark is no text.
    told = {"id": "a", "source": "fme", "title": "Techlab\u2028open", "summary": LAB, "seen": "2026-03-01T09:00:00Z"}
    lines = [told, told | {"id": "b", "source": "vhto", "seen": "2026-03-02T09:00:00Z"}]
    stream = ("\ufeff" + "\r\n".join(json.dumps(each, ensure_ascii=False) for each in lines)).encode()
    (tmp_path / "stroom.jsonl").write_bytes(stream)
    found = run("stories", "replay", tmp_path / "stroom.jsonl")
    assert found.code == 0
    assert list(found.json) == ["clusters", "origins", "proposed"]
    assert len(set(found.json["clusters"].values())) == 1
    piped = run("stories", "replay", "-", stdin=stream).json
    assert (list(piped["clusters"]), list(piped["origins"].values())) == (["a", "b"], ["a"])


def test_what_is_no_stream_is_said(run: Run, tmp_path: Path) -> None:
    bad, latin = tmp_path / "slecht.jsonl", tmp_path / "latin.jsonl"
    bad.write_text('{"id": "a"}\n')
    latin.write_bytes(b'{"id": "caf\xe9"}\n')
    for path, words in [(bad, "line 1"), (latin, "is not UTF-8"), (tmp_path / "weg.jsonl", "No such file")]:
        ended = run("stories", "replay", path)
        assert (ended.code, ended.out) == (1, "")
        assert words in ended.err
