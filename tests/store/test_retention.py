"""What is old goes, and nothing comes back as new because of it."""

from datetime import timedelta

from sqlalchemy import Table, func, insert, select

from aggregator.desk.erase import erase
from aggregator.store import Store, accounts, events, links, retention, sessions, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.check import contradictions
from aggregator.store.links import Link, Purpose
from aggregator.store.tables import agenda, body, item, one_time_link, revision, session
from tests.factories import DAY, HOUR, NOW, make_entry, make_source
from tests.line.conftest import partners
from tests.line.partner import Partners, feed, follow, make_line, run

__all__ = ["partners"]

YEAR = timedelta(days=365)
LATER = NOW + YEAR + 5 * DAY
URL = "https://fme.example/feed"


def count(store: Store, table: Table) -> int:
    with store.read() as transaction:
        return transaction.execute(select(func.count()).select_from(table)).scalar_one()


def thin(store: Store) -> dict[str, int]:
    with store.write() as transaction:
        return retention.thin(transaction, LATER, YEAR)


def test_an_item_whose_texts_were_thrown_away_or_erased_is_not_announced_again(
    store: Store, partners: Partners
) -> None:
    follow(store)
    line = make_line(store, partners)
    old = [make_entry(1), make_entry(2), make_entry(3)]
    partners.documents[URL] = feed(*old)
    run(line)
    changed = [make_entry(1, summary="Nu met een andere samenvatting."), *old[1:]]
    partners.documents[URL] = feed(*changed)
    run(line, NOW + 2 * DAY)
    assert count(store, revision) == 1
    with store.read() as transaction:
        found = stories.load(transaction, (1, 2, 3))
    [slug] = [each.slug for each in found if each.origin.entry.title == "Nieuws nummer 2"]
    erase(store, [slug], "cli:piet", NOW + 3 * DAY, "verzoek")

    assert thin(store)["revision"] == 1
    with store.read() as transaction:
        before = events.last_seq(transaction)
    partners.documents[URL] = feed(*changed, title="Een ander document")
    (report,) = run(line, LATER)
    assert (report.new, report.changed) == (0, 0)
    with store.read() as transaction:
        assert [each.kind for each in events.since(transaction, before)] == []
        assert contradictions(transaction) == []
    assert count(store, item) == 3


def test_a_removed_source_leaves_no_document_behind_and_the_last_good_one_of_the_others_stays(
    store: Store, partners: Partners
) -> None:
    follow(store, make_source("fme"), make_source("weg"))
    for id_ in ("fme", "weg"):
        partners.documents[f"https://{id_}.example/feed"] = feed(make_entry(1))
    run(make_line(store, partners))
    partners.documents[URL] = b"<p>stuk"
    run(make_line(store, partners), NOW + 2 * DAY)
    with store.write() as transaction:
        sources.remove(transaction, "weg", NOW + 3 * DAY)
    assert thin(store)["body"] == 2
    with store.read() as transaction:
        assert transaction.execute(select(body.c.source_id, body.c.verdict)).all() == [("fme", "good")]


def test_sessions_links_and_events_that_are_over_go_and_those_in_force_stay(store: Store) -> None:
    with store.write() as transaction:
        account = accounts.add(transaction, email="thea@example.nl", role=Role.EDITOR, now=NOW)
        assert account is not None
        sessions.begin(transaction, "old", account.id, NOW, "")
        for name, made in (("old", NOW), ("new", LATER)):
            link = Link(
                purpose=Purpose.SIGN_IN, account_id=None, role=Role.EDITOR, created=made, expires=made + HOUR, used=None
            )
            links.put(transaction, name, link)
        for key, starts, ends in (("past", NOW, None), ("long", NOW, LATER), ("coming", LATER + DAY, None)):
            values = {"source_id": "fme", "key": key, "title": key, "starts": starts, "ends": ends, "place": ""}
            transaction.execute(insert(agenda).values(**values, first_seen=NOW, last_seen=NOW))
    thrown = thin(store)
    assert (thrown["agenda"], thrown["session"]) == (1, 1)
    assert (count(store, agenda), count(store, session), count(store, one_time_link)) == (2, 0, 1)
    assert thin(store) == {}
