from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import (
    Answer,
    Failed,
    Fetched,
    Gone,
    Hop,
    Outcome,
    Refused,
    State,
    Throttled,
    Validators,
    Wire,
)
from aggregator.store import Store, events, leases, sources, stories
from aggregator.store.check import contradictions
from tests.factories import DAY, HOUR, NOW, OFF_TOPIC, SURE, UNSURE, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, run

URL = "https://fme.example/feed"


def all_stories(store: Store) -> list[stories.StoryRow]:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        return list(stories.rows(transaction, stories.by_state(transaction, None, limit=1000)).values())


def log_kinds(store: Store) -> list[str]:
    with store.read() as transaction:
        return [each.kind for each in events.since(transaction, 0)]


def test_what_is_new_is_taken_in_tagged_and_released(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1), make_entry(2))
    (report,) = run(make_line(store, partners))
    assert (report.new, report.changed, report.poll.outcome) == (2, 0, Outcome.FETCHED)
    rows = all_stories(store)
    assert {row.state for row in rows} == {State.PUBLISHED}
    assert {row.tags for row in rows} == {SURE}
    assert {row.released for row in rows} == {NOW}
    assert sorted(row.dated for row in rows) == [NOW - 2 * HOUR, NOW - HOUR]


def test_the_same_document_costs_a_conditional_request_and_changes_nothing(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1))
    line = make_line(store, partners)
    run(line)
    before = log_kinds(store)
    (report,) = run(line, LATER)
    assert partners.requests[1].validators.etag is not None
    assert (report.poll.outcome, report.new, report.changed) == (Outcome.UNCHANGED, 0, 0)
    assert log_kinds(store) == before


def test_the_same_bytes_without_validators_are_not_read_again(store: Store, partners: Partners) -> None:
    follow(store)
    body = feed(make_entry(1))
    partners.planned[URL] = Fetched(wire=Wire(url=URL, status=200, requests=1), body=body)
    line = make_line(store, partners)
    run(line)
    (report,) = run(line, LATER)
    assert report.poll.outcome is Outcome.UNCHANGED


def test_other_bytes_with_the_same_entries_change_no_story(store: Store, partners: Partners) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    before = all_stories(store)
    partners.documents[URL] = feed(make_entry(1), title="Nieuws, opnieuw gemaakt")
    (report,) = run(line, LATER)
    assert (report.poll.outcome, report.new, report.changed) == (Outcome.FETCHED, 0, 0)
    assert all_stories(store) == before


def test_an_entry_twice_in_one_document_is_one_item(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1), make_entry(1, title="Nog eens"))
    (report,) = run(make_line(store, partners))
    assert report.new == 1


def test_a_change_that_readers_see_moves_updated_and_keeps_what_was_said(store: Store, partners: Partners) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    partners.documents[URL] = feed(make_entry(1, title="Een heel andere titel"))
    (report,) = run(line, LATER)
    (row,) = all_stories(store)
    assert report.changed == 1
    assert (row.released, row.updated) == (NOW, LATER)
    assert log_kinds(store) == ["taken-in", "revised"]


def test_a_change_that_nobody_sees_is_kept_but_updates_nothing(store: Store, partners: Partners) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    partners.documents[URL] = feed(make_entry(1)).replace(b"</item>", b"<category>nieuw</category></item>")
    (report,) = run(line, LATER)
    (row,) = all_stories(store)
    assert report.changed == 1
    assert row.updated == NOW


def test_unsure_items_wait_and_sure_ones_do_not(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(
        make_entry(1, title="sure"), make_entry(2, title="unsure"), make_entry(3, title="off")
    )
    verdicts = {"sure": SURE, "unsure": UNSURE, "off": OFF_TOPIC}
    run(make_line(store, partners, lambda entry: verdicts[entry.title]))
    found = {row.state: (row.reason, row.released) for row in all_stories(store)}
    assert found[State.PUBLISHED][1] == NOW
    assert found[State.HELD] == ("unsure", None)
    assert found[State.OFF_TOPIC][1] is None


def test_a_source_with_relevance_all_publishes_what_the_tagger_doubts(store: Store, partners: Partners) -> None:
    follow(store, make_source(relevance="all"))
    partners.documents[URL] = feed(make_entry(1))
    run(make_line(store, partners, lambda _: OFF_TOPIC))
    assert [row.state for row in all_stories(store)] == [State.PUBLISHED]


def test_in_edited_mode_everything_waits(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1))
    run(make_line(store, partners, mode="edited"))
    assert [(row.state, row.released) for row in all_stories(store)] == [(State.HELD, None)]


def test_a_new_source_announces_only_its_latest_recent_items(store: Store, partners: Partners) -> None:
    follow(store)
    recent = [make_entry(n, published=NOW - n * HOUR) for n in range(1, 9)]
    old = [make_entry(20, published=NOW - 30 * DAY), make_entry(21, published=None)]
    partners.documents[URL] = feed(*recent, *old)
    run(make_line(store, partners))
    rows = all_stories(store)
    assert len(rows) == 10
    assert sorted(row.dated for row in rows if row.released) == [NOW - n * HOUR for n in (5, 4, 3, 2, 1)]
    assert all(row.state is State.PUBLISHED for row in rows)


def test_what_a_new_source_had_long_before_does_not_fill_the_queue(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1, published=NOW - 60 * DAY))
    run(make_line(store, partners, lambda _: UNSURE))
    assert [(row.state, row.reason) for row in all_stories(store)] == [(State.HELD, "archive")]


def test_the_same_article_address_at_two_partners_is_one_story(store: Store, partners: Partners) -> None:
    follow(store, make_source("fme"), make_source("vhto"))
    link = "https://fme.example/nieuws/girlsday"
    partners.documents["https://fme.example/feed"] = feed(make_entry(1, link=link))
    partners.documents["https://vhto.example/feed"] = feed(make_entry(2, link=f"{link}/?utm_source=rss"))
    run(make_line(store, partners))
    assert len(all_stories(store)) == 1
    assert log_kinds(store) == ["taken-in", "joined"]


def test_a_late_copy_joins_and_updates_nothing(store: Store, partners: Partners) -> None:
    follow(store, make_source("fme"))
    line = make_line(store, partners)
    link = "https://fme.example/nieuws/girlsday"
    partners.documents[URL] = feed(make_entry(1, link=link))
    run(line)
    before = all_stories(store)
    follow(store, make_source("vhto"), now=LATER)
    partners.documents["https://vhto.example/feed"] = feed(make_entry(2, link=link, published=LATER))
    run(line, LATER)
    assert all_stories(store) == before


@pytest.mark.parametrize("together", [True, False])
def test_who_only_passes_on_is_never_credited_with_the_news(store: Store, partners: Partners, together: bool) -> None:
    link = "https://fme.example/nieuws/girlsday"
    copy, original = make_source("vakblad", republisher=True), make_source("fme")
    for source in (copy, original):
        partners.documents[source.url] = feed(make_entry(1, id=source.id, link=link))
    line = make_line(store, partners)
    follow(store, *((copy, original) if together else (copy,)))
    run(line)
    follow(store, original, now=LATER)
    run(line, LATER)
    with store.read() as transaction:
        (story,) = stories.load(transaction, [row.id for row in all_stories(store)])
    assert [item.source_id for item in story.items] == ["fme", "vakblad"]
    assert story.updated == NOW


def test_a_source_that_never_joins_keeps_its_own_story(store: Store, partners: Partners) -> None:
    follow(store, make_source("fme"), make_source("vhto", join="never"))
    link = "https://fme.example/nieuws/girlsday"
    for id_ in ("fme", "vhto"):
        partners.documents[f"https://{id_}.example/feed"] = feed(make_entry(1, link=link))
    run(make_line(store, partners))
    assert len(all_stories(store)) == 2


def test_a_site_that_links_every_item_to_one_page_keeps_its_items_apart(store: Store, partners: Partners) -> None:
    follow(store, make_source("fme"), make_source("vhto"))
    page = "https://fme.example/nieuws"
    partners.documents["https://fme.example/feed"] = feed(make_entry(1, link=page), make_entry(2, link=page))
    partners.documents["https://vhto.example/feed"] = feed(make_entry(3, link=page))
    run(make_line(store, partners))
    assert len(all_stories(store)) == 3


def test_what_we_published_ourselves_never_comes_back_as_news(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(
        make_entry(1, id="tag:techniekpact.nl,2022:story/abcdefghijkm"),
        make_entry(2, link="https://nieuws.techniekpact.example/stories/abcdefghijkm"),
        make_entry(3),
    )
    (report,) = run(make_line(store, partners))
    assert report.new == 1


FAILURES: list[tuple[Answer, Outcome, str]] = [
    (Failed(wire=Wire(url=URL, status=500, requests=1), code="http-500"), Outcome.FAILED, "http-500"),
    (Gone(wire=Wire(url=URL, status=410, requests=1)), Outcome.GONE, "gone"),
    (Throttled(wire=Wire(url=URL, status=429, requests=1)), Outcome.THROTTLED, "throttled"),
    (Refused(wire=Wire(url=URL, requests=1), robots_url="https://fme.example/robots.txt"), Outcome.REFUSED, "refused"),
    (Fetched(wire=Wire(url=URL, status=200, requests=1), body=b"<html><p>hallo"), Outcome.FAILED, "html-page"),
]


@pytest.mark.parametrize(("answer", "outcome", "code"), FAILURES)
def test_a_failure_is_a_result_and_costs_the_others_nothing(
    store: Store, partners: Partners, answer: Answer, outcome: Outcome, code: str
) -> None:
    follow(store, make_source("fme"), make_source("vhto"))
    partners.planned[URL] = answer
    partners.documents["https://vhto.example/feed"] = feed(make_entry(1))
    reports = {report.source.id: report for report in run(make_line(store, partners))}
    assert (reports["fme"].poll.outcome, reports["fme"].poll.code) == (outcome, code)
    assert reports["fme"].poll.failures == 1
    assert reports["vhto"].new == 1


def test_a_source_that_recovers_is_well_again(store: Store, partners: Partners) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.planned[URL] = FAILURES[0][0]
    run(line)
    del partners.planned[URL]
    partners.documents[URL] = feed(make_entry(1))
    (report,) = run(line, LATER)
    assert (report.poll.failures, report.poll.code, report.new) == (0, "", 1)


def test_too_many_requests_pauses_the_whole_host(store: Store, partners: Partners) -> None:
    one, two = f"{URL}/1", f"{URL}/2"
    follow(store, make_source("one", url=one), make_source("two", url=two))
    partners.planned[one] = Throttled(wire=Wire(url=one, status=429, requests=1), retry_after=timedelta(hours=3))
    partners.documents[two] = feed(make_entry(1))
    line = make_line(store, partners)
    run(line)
    assert run(line, NOW + 2 * HOUR) == []
    assert len(run(line, NOW + 4 * HOUR)) == 2


def moved(status: int, target: str) -> Fetched:
    wire = Wire(url=target, status=200, requests=2, hops=(Hop(status=status, location=target),))
    return Fetched(wire=wire, body=feed(make_entry(1)), media_type="application/rss+xml")


def test_a_permanent_move_is_adopted_at_the_third_poll(store: Store, partners: Partners) -> None:
    new = "https://fme.example/nieuw.xml"
    follow(store)
    partners.planned[URL] = moved(301, new)
    partners.documents[new] = feed(make_entry(1))
    line = make_line(store, partners)
    outcomes = [run(line, NOW + n * DAY)[0].poll.outcome for n in range(4)]
    assert outcomes[2] is Outcome.MOVED
    assert [request.url for request in partners.requests] == [URL, URL, URL, new]


@pytest.mark.parametrize("status", [302, 307])
def test_a_temporary_move_is_never_adopted(store: Store, partners: Partners, status: int) -> None:
    follow(store)
    partners.planned[URL] = moved(status, "https://fme.example/tijdelijk.xml")
    line = make_line(store, partners)
    for n in range(5):
        run(line, NOW + n * DAY)
    assert {request.url for request in partners.requests} == {URL}


def test_a_move_to_something_that_is_no_feed_keeps_the_old_address(store: Store, partners: Partners) -> None:
    follow(store)
    login = replace(moved(301, "https://fme.example/login"), body=b"<html><form><input type=password></form></html>")
    partners.planned[URL] = login
    line = make_line(store, partners)
    for n in range(5):
        (report,) = run(line, NOW + n * 2 * DAY)
        assert report.poll.outcome is Outcome.FAILED
        assert report.poll.address == ""


def test_validators_go_back_only_to_the_address_that_sent_them(store: Store, partners: Partners) -> None:
    target = "https://cdn.example/feed.xml"
    follow(store)
    answer = moved(302, target)
    wire = replace(answer.wire, validators=Validators(etag='"x"', last_modified="odd"))
    partners.planned[URL] = replace(answer, wire=wire)
    line = make_line(store, partners)
    run(line)
    run(line, LATER)
    asked = partners.requests[1]
    assert (asked.url, asked.validators_url) == (URL, target)
    assert asked.validators == Validators(etag='"x"', last_modified="odd")


def test_the_results_of_a_lost_lease_are_dropped_whole(store: Store, partners: Partners) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1))

    def lose() -> None:
        with store.write() as transaction:
            leases.free_all(transaction)
        partners.on_fetch = lambda: None

    partners.on_fetch = lose
    line = make_line(store, partners)
    reports = run(line)
    assert [report.new for report in reports] == [1]  # only the second try, under a lease that held
    assert len(all_stories(store)) == 1
    assert len(partners.requests) == 2


def test_the_last_good_and_the_last_bad_body_are_kept(store: Store, partners: Partners) -> None:
    import zlib

    follow(store)
    line = make_line(store, partners)
    good = partners.documents[URL] = feed(make_entry(1))
    run(line)
    partners.planned[URL] = FAILURES[4][0]
    run(line, LATER)
    with store.read() as transaction:
        kept = {verdict: sources.last_body(transaction, "fme", verdict) for verdict in ("good", "bad")}
    assert kept["good"] is not None
    assert kept["bad"] is not None
    assert zlib.decompress(kept["good"][0]) == good
    assert zlib.decompress(kept["bad"][0]) == b"<html><p>hallo"


def test_an_unchanged_round_costs_a_tenth_of_a_statement_a_poll(store: Store, partners: Partners) -> None:
    from sqlalchemy import event

    followed = [make_source(f"s{n}", url=f"https://h{n % 7}.example/{n}") for n in range(300)]
    follow(store, *followed)
    for source in followed:
        partners.documents[source.url] = feed(make_entry(1, link=f"{source.url}/1"))
    line = make_line(store, partners)
    run(line)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert len(run(line, LATER)) == 300
    assert len(statements) <= 0.1 * 300
