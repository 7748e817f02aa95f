"""The same stories in the same order on both databases, against an order that is worked out without either."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from aggregator.model import Item, State, Tags
from aggregator.store import Store, copying, events, items, migrate, open_store, search_index, stories
from aggregator.store.events import Event
from aggregator.store.search import ALWAYS, Hit, Span, find, gone, in_feed
from aggregator.store.search_words import Facts
from aggregator.store.tables import metadata
from aggregator.text.query import wanted
from aggregator.text.stems import stems
from tests.factories import DAY, HOUR, NOW, make_entry, make_item
from tests.pace import Stopwatch
from tests.store.test_stories import row

ORDERED = metadata.sorted_tables
ALL = Facts()
WORDS = ["techniek", "school", "leraar", "bedrijf", "energie", "regio", "student", "innovatie", "metaal", "zorg"]


def keep(store: Store, number: int, *, source: str = "fme", theme: str = "instroom", **said: object) -> None:
    """One public story, dated `number` hours ago unless said otherwise, and indexed."""
    dated = said.pop("dated", NOW - number * HOUR)
    released = said.pop("released", NOW - number * HOUR)
    state = said.pop("state", State.PUBLISHED)
    assert isinstance(dated, datetime)
    item = make_item(number, source, entry=make_entry(number, **({"title": "", "summary": "", "content": ""} | said)))
    made = row(number, dated=dated, released=released, state=state, tags=Tags(theme=theme))
    with store.append() as transaction:
        stories.create(transaction, [made])
        items.insert_items(transaction, [(number, number, item, b"")])
        told = Event(at=NOW, kind="taken-in", story_id=number, item_id=number, after=made.fields())
        events.append(transaction, [told])


def found(store: Store, query: str, *, limit: int = 20, facts: Facts = ALL, span: Span = ALWAYS) -> list[int]:
    search_index.follow(store)
    with store.read() as transaction:
        return [each.story_id for each in find(transaction, wanted(query), facts, limit=limit, span=span)]


def change(store: Store, number: int, kind: str, at: datetime = NOW, **fields: object) -> None:
    """Something happens to a story."""
    with store.append() as transaction:
        old = stories.rows(transaction, [number])[number]
        new = replace(old, **fields)  # type: ignore[arg-type]
        stories.apply(transaction, [(old, new)], Event(at=at, kind=kind))


# --- What is found, and in which order --------------------------------------------------------------------------------


def test_titles_go_before_teasers_before_texts_and_newer_before_older(store: Store) -> None:
    keep(store, 1, summary="Kort", content="<p>Over <b>techniek</b></p>")
    keep(store, 2, title="Kort", summary="Techniek in het mbo")
    keep(store, 3, title="Techniek", summary="Kort")
    keep(store, 4, title="Meer techniek")
    keep(store, 5, title="Iets anders")
    assert found(store, "techniek") == [3, 4, 2, 1]


def test_all_words_must_be_found_and_a_class_needs_them_all(store: Store) -> None:
    keep(store, 1, title="Techniek", summary="met scholen")
    keep(store, 2, title="Scholen en techniek")
    keep(store, 3, title="Techniek")
    keep(store, 4, title="School", summary="x", content="techniek " * 30)
    assert found(store, "techniek school") == [2, 1, 4]


def test_equal_stories_stand_in_order_of_their_minute_then_of_coming_in(store: Store) -> None:
    minute = NOW.replace(second=0)
    keep(store, 1, title="techniek", dated=minute + timedelta(seconds=50))
    keep(store, 2, title="techniek", dated=minute + timedelta(seconds=10))
    keep(store, 3, title="techniek", dated=datetime.fromisoformat("1914-07-28T12:00:00+00:00"))
    keep(store, 4, title="techniek", dated=datetime.fromisoformat("9999-07-28T12:00:00+00:00"))
    assert found(store, "techniek") == [4, 2, 1, 3]


def test_phrases_are_words_in_a_row_and_never_run_from_title_into_teaser(store: Store) -> None:
    keep(store, 1, title="Technisch onderwijs groeit")
    keep(store, 2, title="Onderwijs, technisch")
    keep(store, 3, title="Het is technisch", summary="Onderwijs groeit")
    keep(store, 4, title="A", summary="het technische onderwijs")
    assert found(store, '"technisch onderwijs"') == [1, 4]


def test_excluded_words_exclude_wherever_they_stand(store: Store) -> None:
    keep(store, 1, title="Techniek", content="<p>energie</p>")
    keep(store, 2, title="Techniek en zorg")
    keep(store, 3, title="Zorg")
    assert found(store, "techniek -energie") == [2]
    assert found(store, "-techniek") == [3]


def test_beginnings_are_found_with_a_star(store: Store) -> None:
    keep(store, 1, title="Techniekonderwijs")
    keep(store, 2, summary="technieken")
    assert found(store, "techniek") == [2]
    assert found(store, "techniek*") == [1, 2]


def test_english_stories_are_found_by_english_forms(store: Store) -> None:
    keep(store, 1, title="Universities", language="en-GB")
    keep(store, 2, title="Universities")
    assert found(store, "university") == [1]
    assert found(store, "universities") == [1, 2]


def test_themes_and_sources_narrow_any_of_each_kind_and_all_kinds(store: Store) -> None:
    keep(store, 1, title="techniek", source="fme")
    keep(store, 2, title="techniek", source="a.b_c-1", theme="leven-lang-ontwikkelen")
    keep(store, 3, title="techniek", source="aob", theme="leven-lang-ontwikkelen")
    assert found(store, "techniek", facts=Facts(themes=("leven-lang-ontwikkelen",))) == [2, 3]
    assert found(store, "", facts=Facts(sources=("fme", "a.b_c-1"))) == [1, 2]
    narrow = Facts(themes=("leven-lang-ontwikkelen", "instroom"), sources=("aob",))
    assert found(store, "techniek", facts=narrow) == [3]
    assert found(store, "techniek", facts=Facts(sources=())) == []
    assert found(store, "techniek", facts=Facts(sources=(*tuple(f"bron{n}" for n in range(1000)), "aob"))) == [3]


def test_a_span_takes_its_first_moment_in_and_leaves_its_last_out(store: Store) -> None:
    for number in range(1, 6):
        keep(store, number, title="techniek")
    assert found(store, "techniek", span=Span(since=NOW - 4 * HOUR, until=NOW - 2 * HOUR)) == [3, 4]
    assert found(store, "", span=Span(since=NOW - 2 * HOUR)) == [1, 2]


def naive(store: Store, query: str, numbers: list[int]) -> list[int]:
    """The order as the rules say it, worked out word by word."""
    asked = wanted(query)
    ranked = []
    with store.read() as transaction:
        for number, story in stories.by_number(transaction, numbers).items():
            entry = story.origin.entry
            fields = [
                f" {' '.join(stems(each))} " for each in (entry.title, entry.summary or entry.content, entry.content)
            ]

            def has(term: object, upto: int, fields: list[str] = fields) -> bool:
                rows = [f" {' '.join(form)} " for form in term.forms]  # type: ignore[attr-defined]
                return any(form in field for form in rows for field in fields[:upto])

            if any(has(each, 3) for each in asked.excluded):
                continue
            classes = [upto for upto in (1, 2, 3) if all(has(each, upto) for each in asked.required)]
            if classes:
                ranked.append((classes[0] if asked.required else 0, number))
    return [number for _, number in sorted(ranked)]


@pytest.fixture
def many(store: Store) -> list[int]:
    rng = Random(7)

    def some(most: int) -> str:
        return " ".join(rng.choices(WORDS, weights=range(10, 0, -1), k=rng.randint(0, most)))

    numbers = list(range(1, 301))
    for number in numbers:  # ten years, the more the newer
        keep(store, number, title=some(4), summary=some(8), content=some(12), dated=NOW - number**2 * HOUR)
    return numbers


QUERIES = [
    *WORDS,
    *(f"{one} {other}" for one, other in itertools.pairwise(WORDS)),
    *(f'"{one} {other}"' for one, other in zip(WORDS, WORDS[3:], strict=False)),
    *(f'{one} -{other} -"{one} leraar"' for one, other in zip(WORDS, WORDS[5:], strict=False)),
    "-techniek -school",
    'zorg "metaal zorg" techniek',
]


def test_both_databases_give_the_order_of_the_rules(store: Store, many: list[int]) -> None:
    for query in QUERIES:
        assert found(store, query, limit=1_000) == naive(store, query, many), query


@pytest.mark.parametrize("limit", [1, 5, 40])
def test_a_page_is_the_beginning_of_all(store: Store, many: list[int], limit: int) -> None:
    for query in QUERIES[::3]:
        assert found(store, query, limit=limit) == naive(store, query, many)[:limit], query


def test_pages_are_the_same_however_many_sources_are_asked_for(store: Store, many: list[int]) -> None:
    for number in range(301, 320):
        keep(store, number, title="techniek", source=f"bron{number}", dated=NOW - number**2 * HOUR)
    for count in (1, 5, 19):
        some = Facts(sources=tuple(f"bron{number}" for number in range(301, 301 + count)))
        assert found(store, "techniek", facts=some) == list(range(301, 301 + count))
        assert found(store, "techniek -techniek", facts=some) == []


def test_pages_follow_each_other_without_a_gap_while_news_comes_in(store: Store, many: list[int]) -> None:
    whole = found(store, "techniek", limit=1_000)
    seen: list[int] = []
    after: Hit | None = None
    for page in range(1_000):
        with store.read() as transaction:
            hits = find(transaction, wanted("techniek"), Facts(), limit=7, after=after)
        if not hits:
            break
        seen += [each.story_id for each in hits]
        after = hits[-1]
        keep(store, 1_000 + page, title="techniek", dated=NOW + page * DAY)
        search_index.follow(store)
    assert seen == whole


def test_a_feed_is_ordered_by_release_and_holds_what_was_announced(store: Store) -> None:
    keep(store, 1, title="techniek", released=NOW - 9 * DAY)
    keep(store, 2, summary="techniek", released=NOW)
    keep(store, 3, title="techniek", released=None)
    keep(store, 4, title="zorg", released=NOW)
    search_index.follow(store)
    with store.read() as transaction:
        assert in_feed(transaction, wanted("techniek"), Facts(), limit=100) == [2, 1]
        assert in_feed(transaction, wanted("techniek"), Facts(), limit=1) == [2]
        assert in_feed(transaction, wanted("!!"), Facts(), limit=1) == []
    assert found(store, "techniek") == [1, 3, 2]


HOSTILE = [
    *("a" * 10_000, '"' * 10_000, "\x00", "a\x00b", "AND", "NEAR(a b)", "a OR", "^a", "headline: a", "a:*", "!a & b |"),
    *("' OR 1=1; DROP TABLE search; --", "%' UNION SELECT", "🎓" * 3_000, "\u202eقلم", "مرحبا بالعالم", "*" * 5_000),
    *(
        "-" * 9_000,
        "a* " * 3_000,
        "(((((((",
        "\ud800",
        "%s :words \\ \\'",
        " ".join(WORDS * 900),
        "-a " * 4_000,
        "ﬀ" * 9_000,
    ),
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_typed_is_an_error_or_takes_long(store: Store, query: str) -> None:
    keep(store, 1, title="techniek")
    with Stopwatch() as watch:
        assert set(found(store, query)) <= {1}
    assert watch.cpu < 1


def test_a_story_is_found_by_its_own_hostile_title(store: Store) -> None:
    title = "a'b \\ : & | ! <-> (1) 日本語 مرحبا e1e5 12.5 x@y.nl https://a.nl/b?c -5 1e5"
    keep(store, 1, title=title)
    for word in title.split():
        if wanted(word).required and not word.startswith("-"):
            assert found(store, word) == [1], word
    assert found(store, f'"{title[:40]}"') == [1]


# --- Kept up to date --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [each for each in State if each is not State.PUBLISHED])
def test_only_what_is_public_is_found(store: Store, state: State) -> None:
    keep(store, 1, title="techniek", state=state)
    assert found(store, "techniek") == []
    change(store, 1, "published", state=State.PUBLISHED)
    assert found(store, "techniek") == [1]
    change(store, 1, state.value, at=NOW + HOUR, state=state)
    assert found(store, "techniek") == []
    with store.read() as transaction:
        assert gone(transaction, NOW, limit=9) == [(1, NOW + HOUR)]
        assert gone(transaction, NOW + DAY, limit=9) == []
        assert gone(transaction, NOW, limit=9, after=(NOW + HOUR, 1)) == []
        assert search_index.is_broken(store) is False
    change(store, 1, "published", state=State.PUBLISHED)
    assert found(store, "techniek") == [1]
    with store.read() as transaction:
        assert gone(transaction, NOW, limit=9) == []


def test_another_theme_is_found_and_the_former_no_more(store: Store) -> None:
    keep(store, 1, title="techniek")
    assert found(store, "", facts=Facts(themes=("instroom",))) == [1]
    change(store, 1, "retagged", tags=Tags(theme="anders"))
    assert found(store, "", facts=Facts(themes=("instroom",))) == []
    assert found(store, "", facts=Facts(themes=("anders",))) == [1]


def test_a_text_that_only_its_partner_changed_is_found_by_its_new_words(store: Store) -> None:
    keep(store, 1, title="techniek", content="zorg")
    assert found(store, "zorg") == [1]
    with store.append() as transaction:
        (before,) = items.load_items(transaction, [1]).values()
        after: Item = replace(before, entry=replace(before.entry, content="energie"))
        items.revise_items(transaction, [(1, after, b"")], [before], NOW)
    assert found(store, "zorg") == []
    assert found(store, "energie") == [1]


def generation(store: Store) -> int:
    from aggregator.store import documents

    with store.read() as transaction:
        return documents.generation(transaction)


def test_what_is_made_from_the_index_learns_of_public_changes_only(store: Store) -> None:
    keep(store, 1, title="techniek", state=State.HELD)
    before = generation(store)
    assert not search_index.follow(store)
    assert generation(store) == before
    keep(store, 2, title="techniek")
    assert search_index.follow(store)
    assert generation(store) > before


def test_an_index_that_is_wrong_is_found_out_and_mended(store: Store) -> None:
    from sqlalchemy import text

    keep(store, 1, title="techniek")
    keep(store, 2, title="zorg")
    search_index.follow(store)

    def wrong() -> list[str]:
        with store.read() as transaction:
            return list(search_index.contradictions(transaction))

    assert wrong() == []
    with store.write() as transaction:
        transaction.execute(text("DELETE FROM search WHERE story_id = 1"))
        transaction.execute(text("UPDATE search SET words = 'p cenergie' WHERE story_id = 2"))
    assert [line.partition(":")[0] for line in wrong()] == ["story 1", "story 2"]
    assert search_index.is_broken(store) is (store.dialect == "sqlite")
    search_index.reindex(store)
    assert wrong() == []
    assert not search_index.is_broken(store)
    assert found(store, "techniek") == [1]


def test_an_existing_database_is_filled_in_portions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "AT_ONCE", 7)
    for number in range(1, 31):
        keep(store, number, title="techniek")
    assert len(found(store, "techniek", limit=100)) == 30


def test_words_made_by_other_rules_are_made_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, 1, title="techniek")
    search_index.follow(store)
    monkeypatch.setattr(search_index, "words_of", lambda *_: ("azorg bzorg", "p czorg"))
    search_index.renew(store)
    assert found(store, "techniek") == [1]
    monkeypatch.setattr(search_index, "rules_number", lambda: 5)
    search_index.renew(store)
    assert found(store, "techniek") == []
    assert found(store, "zorg") == [1]


def test_a_copy_finds_what_its_original_finds(store: Store, database_url: str, tmp_path: Path) -> None:
    keep(store, 1, title="techniek")
    search_index.follow(store)
    copy = open_store(f"sqlite+pysqlite:///{tmp_path / 'copy.sqlite3'}")
    migrate.prepare(copy)
    with store.read() as reading, copy.write() as writing:
        copying.copy_all(reading, writing, copying.tables_of(reading) if store.dialect == "postgresql" else ORDERED)
    assert found(copy, "techniek") == [1]
    assert not search_index.is_broken(copy)
    copy.close()


def test_of_two_that_follow_at_once_none_writes_what_is_older(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, 1, title="techniek")
    made: Callable[..., list[search_index.Row]] = search_index._rows
    turns: Iterator[int] = iter(range(9))

    def meanwhile(transaction: object, numbers: object) -> list[search_index.Row]:
        rows = made(transaction, numbers)
        if next(turns) == 0:
            monkeypatch.setattr(search_index, "_rows", made)
            change(store, 1, "withdrawn", state=State.WITHDRAWN)
            search_index.follow(store)
        return rows

    monkeypatch.setattr(search_index, "_rows", meanwhile)
    assert found(store, "techniek") == []
