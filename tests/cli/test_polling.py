import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.config import load
from aggregator.model import Source
from aggregator.store import leases, open_store
from aggregator.wiring import ready_store
from tests.cli.conftest import RSS, Run, Start
from tests.factories import HOUR, NOW, make_entry, make_source
from tests.line.partner import feed
from tests.site import Page, Site

KEYS = ["source", "outcome", "status", "new", "changed", "requests", "next_due", "message", "code"]
BUSY = Page(status=429, headers={"Retry-After": "36000"})


def hold(settings: dict[str, str]) -> None:
    """Let another process have every host."""
    store = open_store(load(environ=settings).paths.database_url)
    with store.write() as transaction:
        claimed = leases.claim(transaction, "other", NOW + 1000 * HOUR, hosts=9, per_host=9, lease=HOUR)
    assert claimed
    store.close()


def test_a_poll_is_one_object_with_stable_keys(run: Run, one_source: Source) -> None:
    ended = run("poll")
    (row,) = ended.rows
    assert ended.code == 0
    assert list(row) == KEYS
    assert {name: row[name] for name in ("source", "outcome", "status", "new", "changed", "requests", "code")} == {
        "source": "fme",
        "outcome": "fetched",
        "status": 200,
        "new": 3,
        "changed": 0,
        "requests": 1,
        "code": "",
    }
    assert row["next_due"].endswith("Z")
    assert row["message"]


def test_what_is_not_due_is_polled_only_when_asked_for(run: Run, one_source: Source) -> None:
    run("poll")
    assert run("poll").rows == []
    for asked in (["fme"], ["--all"], ["fme", "fme"]):
        assert [row["outcome"] for row in run("poll", *asked).rows] == ["unchanged"]


def test_another_moment_can_be_rehearsed(run: Run, one_source: Source) -> None:
    first = run("poll", "--now", "2030-01-01T12:00:00Z").rows[0]
    assert first["next_due"].startswith("2030-01-0")
    assert run("poll", "--now", "2030-01-01T12:30:00Z").rows == []
    assert len(run("poll", "--now", "2030-01-03").rows) == 1


def test_changes_are_counted(run: Run, site: Site, one_source: Source) -> None:
    run("poll")
    site.pages["/feed"] = Page(body=feed(make_entry(1, title="Heel anders"), make_entry(4)), media_type=RSS)
    (row,) = run("poll", "--all").rows
    assert (row["new"], row["changed"]) == (1, 1)


def test_the_exit_code_tells_whether_all_some_or_none_failed(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(make_source("goed", url=site.url()), make_source("weg", url=site.url("/weg")))
    ended = run("poll")
    assert ended.code == 4
    assert {row["source"]: row["code"] for row in ended.rows} == {"goed": "", "weg": "http-404"}
    assert run("poll", "weg").code == 1
    assert run("poll", "goed").code == 0


def test_messages_are_in_the_language_of_the_site(
    run: Run, one_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    dutch = run("poll").rows[0]["message"]
    monkeypatch.setenv("AGGREGATOR_SITE__LANGUAGE", "en")
    english = run("poll", "--all").rows[0]["message"]
    assert "bron" in dutch
    assert "source" in english


@pytest.mark.parametrize("words", [["nonesuch"], ["fme", "nonesuch", "other"]])
def test_a_source_that_is_none_is_a_mistake_in_use_and_nothing_is_polled(
    run: Run, site: Site, one_source: Source, words: list[str]
) -> None:
    ended = run("poll", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "no source is called nonesuch" in ended.err
    assert "aggregator sources list" in ended.err
    assert site.asked == []


def test_a_paused_source_is_left_alone_also_when_it_is_named(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(make_source("fme", url=site.url(), paused=True))
    ended = run("poll", "fme")
    assert (ended.code, ended.out) == (2, "")
    assert "sources pause fme --resume" in ended.err
    assert run("poll", "--all").code == run("poll").code == 0
    assert site.asked == []


def test_what_another_process_polls_is_busy(run: Run, one_source: Source, settings: dict[str, str]) -> None:
    run("sources", "list")
    hold(settings)
    ended = run("poll", "fme")
    assert (ended.code, ended.out) == (75, "")
    assert "not polled now: fme" in ended.err
    assert run("poll").code == 0


def test_a_host_that_asked_for_rest_keeps_the_rest_waiting(run: Run, site: Site, follow: Callable[..., None]) -> None:
    site.pages["/busy"] = BUSY
    names = [f"fme-{n}" for n in range(7)]
    follow(make_source("druk", url=site.url("/busy")), *(make_source(name, url=site.url(f"/{name}")) for name in names))
    run("poll", "druk")
    ended = run("poll", "--all")
    assert (ended.code, ended.out) == (75, "")
    assert "and 3 more" in ended.err


def test_some_that_wait_make_it_partly(run: Run, site: Site, follow: Callable[..., None]) -> None:
    other = Site()
    other.pages["/feed"] = Page(body=feed(make_entry(9)), media_type=RSS)
    site.pages["/busy"] = BUSY
    follow(make_source("druk", url=site.url("/busy")), make_source("goed", url=other.url()))
    run("poll", "druk")
    ended = run("poll", "druk", "goed")
    other.close()
    assert (ended.code, [row["source"] for row in ended.rows]) == (4, ["goed"])


def test_a_person_gets_lines_and_no_json(run: Run, site: Site, follow: Callable[..., None]) -> None:
    follow(make_source("fme", url=site.url()), make_source("weg", url=site.url("/weg")))
    ended = run("poll", terminal=True)
    lines = {line.split()[0]: line for line in ended.out.splitlines()}
    assert lines["fme"].split()[1:] == ["fetched", "3", "new,", "0", "changed"]
    assert lines["weg"].split()[1] == "failed"
    assert "pagina" in lines["weg"]
    assert json.loads(run("poll", "--all", "--json", terminal=True).out.splitlines()[0])


def test_progress_is_shown_on_stderr_while_a_person_watches(
    run: Run, site: Site, follow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(make_source("fme", url=site.url()), make_source("weg", url=site.url("/weg")))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ended = run("poll")
    assert len(ended.rows) == 2
    assert "/2" in ended.err


def test_what_a_poll_changed_is_published(run: Run, one_source: Source, settings: dict[str, str]) -> None:
    from aggregator.store import documents

    run("poll")
    store = ready_store(load(environ=settings))
    with store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
    store.close()
    assert kept is not None
    assert kept.document.body.count(b"<entry") == 3


def test_polls_beside_each_other_take_in_everything_once(
    start: Start, run: Run, site: Site, follow: Callable[..., None]
) -> None:
    sources = []
    for n in range(12):
        entries = [make_entry(n * 10 + k, link=f"https://p{n}.example/{k}") for k in range(3)]
        site.pages[f"/{n}"] = Page(body=feed(*entries), media_type=RSS)
        sources.append(replace(make_source(f"p{n}"), url=site.url(f"/{n}"), relevance="all"))
    follow(*sources)
    run("sources", "list")
    polling = [start("poll") for _ in range(2)]
    outs = [each.communicate(timeout=60)[0] for each in polling]
    rows = [json.loads(line) for out in outs for line in out.splitlines()]
    assert sorted(row["source"] for row in rows) == sorted(source.id for source in sources)
    assert sum(row["new"] for row in rows) == 36
    assert run("db", "check").json == {"ok": True, "contradictions": []}
