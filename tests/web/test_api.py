import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings

from aggregator.desk import decide, join
from aggregator.release import Press, refresh
from aggregator.store import stories
from aggregator.web import rates
from tests.factories import DAY, NOW
from tests.web.test_app import Reply, ask, slug_of


def get(address: str, path: str, **asked: object) -> dict[str, Any]:
    query = urlencode({name: value for name, value in asked.items() if value != ""}, doseq=True)
    reply = ask(address, f"/api/v1{path}?{query}")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json"), reply.body
    found: dict[str, Any] = json.loads(reply.body)
    return found


def problem(reply: Reply) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/problem+json"
    told = json.loads(reply.body)
    assert (told["status"], bool(told["title"]), bool(told["detail"])) == (reply.status, True, True)
    return reply.status, told["type"].removeprefix("/api/docs#")


def test_a_story_says_what_the_feeds_say(address: str, press: Press) -> None:
    (entry, *_) = json.loads(ask(address, "/feeds/all.json").body)["items"]
    story = get(address, f"/stories/{quote(entry['id'], safe='')}")
    assert story == get(address, f"/stories/{story['slug']}")
    assert (story["id"], story["title"], story["teaser"]) == (entry["id"], entry["title"], entry["content_text"])
    assert (story["link"], story["published"]) == (entry["url"], entry["date_published"])
    assert story["updated"] == entry["date_modified"]
    assert story["themes"] == list(entry.get("_themes", {}))
    assert story["source"]["name"] == entry["authors"][0]["name"]
    assert story in get(address, "/stories")["stories"]


def titles(found: dict[str, Any]) -> list[str]:
    return [each["title"] for each in found["stories"]]


def test_stories_are_listed_newest_first_and_narrowed(address: str) -> None:
    assert titles(get(address, "/stories")) == ["Nieuws nummer 1", "Nieuws nummer 2", "Nieuws nummer 3"]
    assert titles(get(address, "/stories", q="nummer 2", theme="instroom", source="fme", label="noord")) in (
        ["Nieuws nummer 2"],
        [],
    )
    assert titles(get(address, "/stories", q="nummer 2", label="noord")) == ["Nieuws nummer 2"]
    assert titles(get(address, "/stories", q="!!")) == []
    until = (NOW - timedelta(hours=2)).isoformat()
    assert titles(get(address, "/stories", until=until)) == ["Nieuws nummer 3"]
    assert titles(get(address, "/stories", since=until)) == ["Nieuws nummer 1", "Nieuws nummer 2"]


@pytest.mark.parametrize("asked", [{}, {"q": "nieuws"}, {"updated_since": "2020-01-01T00:00:00"}])
def test_pages_hold_everything_once(address: str, asked: dict[str, str]) -> None:
    def pages() -> Iterator[str]:
        cursor = ""
        while True:
            found = get(address, "/stories", limit=1, cursor=cursor, **asked)
            yield from titles(found)
            cursor = found["next_cursor"] or ""
            if not cursor:
                return

    assert list(pages()) == titles(get(address, "/stories", **asked))
    assert len(list(pages())) == 3


def test_what_was_withdrawn_is_a_410_and_a_deletion(address: str, press: Press) -> None:
    slug = slug_of(press)
    decide.reject(press.store, [slug], "thea", NOW + DAY)
    refresh(press, NOW + DAY)
    assert problem(ask(address, f"/api/v1/stories/{slug}")) == (410, "gone")
    (left,) = get(address, "/deletions", since="2020-01-01")["deletions"]
    assert (left["slug"], left["merged_into"]) == (slug, None)
    assert get(address, "/deletions", since=(NOW + 2 * DAY).isoformat())["deletions"] == []
    assert len(titles(get(address, "/stories"))) == 2
    assert len(titles(get(address, "/stories", updated_since="2020-01-01T00:00:00Z"))) == 2


def test_a_merged_story_leads_to_the_one_it_is_part_of(address: str, press: Press) -> None:
    one, other = slug_of(press, 1), slug_of(press, 2)
    join.merge(press.store, [one, other], "thea", NOW + DAY)
    refresh(press, NOW + DAY)
    with press.store.read() as transaction:
        kept = stories.row_by_slug(transaction, other)
        assert kept is not None
    gone = {one, other} - {stories.slug_of(kept)}
    (slug,) = gone
    reply = ask(address, f"/api/v1/stories/{slug}")
    assert (reply.status, reply.headers["location"]) == (301, f"/api/v1/stories/{stories.slug_of(kept)}")
    assert json.loads(reply.body)["merged_into"] == kept.uri
    (left,) = get(address, "/deletions", since="2020-01-01", limit=1)["deletions"]
    assert (left["slug"], left["merged_into"]) == (slug, kept.uri)


def test_themes_partners_and_labels_are_told_with_their_feeds(address: str) -> None:
    theme = get(address, "/themes")["themes"][0]
    (source,) = get(address, "/sources")["sources"]
    (label,) = get(address, "/labels")["labels"]
    assert (source["id"], source["labels"], label["label"], label["sources"]) == ("fme", ["noord"], "noord", ["fme"])
    for each in (theme, source, label):
        for feed in each["feeds"].values():
            assert ask(address, feed.removeprefix("http://127.0.0.1:8000")).status == 200
    assert "contact" not in source


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/stories?theme=x", (404, "theme")),
        ("/stories?source=x", (404, "source")),
        ("/stories?label=x", (404, "label")),
        ("/stories?limit=0", (400, "unreadable")),
        ("/stories?since=gisteren", (400, "unreadable")),
        ("/stories?cursor=x", (400, "cursor")),
        ("/stories?cursor=c.99999999999999999.aaaaaaaaaaaa", (400, "cursor")),
        ("/stories?updated_since=2020-01-01&q=x", (400, "either")),
        ("/deletions", (400, "unreadable")),
        ("/deletions?since=2020-01-01&cursor=u.1.aaaa", (400, "cursor")),
        ("/stories/nonesuch", (404, "no_story")),
        ("/stories/%00", (404, "no_story")),
        ("/nonesuch", (404, "no_address")),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(address: str, path: str, told: tuple[int, str]) -> None:
    reply = ask(address, f"/api/v1{path}")
    assert problem(reply) == told
    assert reply.headers["access-control-allow-origin"] == "*"


def test_nothing_can_be_written_and_no_foreign_script_is_let_in_to_more(address: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert problem(ask(address, "/api/v1/stories", method)) == (405, "method")
    headers = ask(address, "/api/v1/stories", Origin="https://elders.example").headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert "set-cookie" not in headers


def test_what_did_not_change_is_a_304(address: str) -> None:
    first = ask(address, "/api/v1/stories")
    assert "max-age" in first.headers["cache-control"]
    assert ask(address, "/api/v1/stories", If_None_Match=first.headers["etag"]).status == 304


def test_the_description_is_for_people_too_without_foreign_scripts(address: str) -> None:
    for language in ("nl", "en"):
        reply = ask(address, f"/api/docs?lang={language}")
        assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b"<script" not in reply.body
        assert b"/api/v1/openapi.json" in reply.body
        assert b"/api/v1/deletions" in reply.body


def test_who_asks_too_often_waits(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "PER_SECOND", 0.0)
    replies = [ask(address, "/api/v1/themes") for _ in range(rates.AT_ONCE + 60)]
    late = next(each for each in replies if each.status != 200)
    assert problem(late) == (429, "rate")
    assert int(late.headers["retry-after"]) >= 1


@pytest.mark.long
def test_the_schema_is_true_and_nothing_breaks_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.result import Ok
    from schemathesis.specs.openapi import checks

    monkeypatch.setattr(rates.Rates, "wait", lambda *_: 0)
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 6
    for operation in operations:

        @settings(max_examples=400 if os.environ.get("PROVE") else 25, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def each(case: Any) -> None:
            wanted = [
                not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_schema_conformance,
            ]
            case.validate_response(case.call(base_url=address, allow_redirects=False), checks=wanted)

        each()
