"""The index of likeness: which items share rare terms with new ones, or are linked with them.

It lives in the database, so that memory does not grow with history. A term that CROWDED items of the window share
tells nothing any more: it is not asked for further, and nobody is added to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, delete, func, insert, or_, select

from aggregator.model import Entry
from aggregator.store.codec import from_json
from aggregator.store.database import Transaction, insert_plain
from aggregator.store.items import parts
from aggregator.store.tables import EPOCH, item, reference, revision, shingle, story, wording

CROWDED = 24  # items that may share a term
KEPT = 14  # terms that an item is added to: the rarest ones that it has
DOSSIER, DOSSIER_ITEMS = 10, 30  # related stories that are named; items that may link to a report
EARLIER = 2  # versions of an item, besides the present one
TERM_SLICES = 64  # of the index, for pruning in short transactions
TERM_LIMIT = 2**32
AROUND = 2_000  # stories before and after one, among which it is looked for by words


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An item of the index, as far as joining asks; `at` is the partner's date, or when it was first seen."""

    id: int
    story_id: int
    source_id: str
    at: datetime
    title: str
    lead: str
    url_key: str


def day_of(at: datetime) -> int:
    """The day of an item, as the index has it: days since 1970, UTC."""
    return (at - EPOCH).days


def sharing(
    transaction: Transaction, terms: Iterable[int], *, since: datetime, until: datetime
) -> dict[int, list[int]]:
    """The items between two times by the terms that they share with `terms`, crowded terms too."""
    found: dict[int, list[int]] = {}
    between = shingle.c.day.between(day_of(since), day_of(until))
    # One row a term: a row costs more to fetch than the numbers in it.
    numbers = func.aggregate_strings(cast(shingle.c.item_id, String), ",")
    for part in parts(terms):
        query = select(shingle.c.term, numbers).where(shingle.c.term.in_(part), between).group_by(shingle.c.term)
        found.update(
            (term, [int(number) for number in told.split(",")]) for term, told in transaction.execute(query).all()
        )
    return found


def add(
    transaction: Transaction,
    rows: Sequence[tuple[int, datetime, str, Sequence[int], Iterable[str]]],
    shared: dict[int, list[int]],
) -> None:
    """Make items findable: (id, at, lead, terms, references). `shared` says who has these terms already, all of them:
    a term that looks unused would be taken for a rare one."""
    load = defaultdict(int, {term: len(found) for term, found in shared.items()})
    postings = []
    for number, at, _, terms, _ in rows:
        day = day_of(at)
        free = [term for term in sorted(terms, key=load.__getitem__) if load[term] < CROWDED]
        for term in free[:KEPT]:
            load[term] += 1
            postings.append((term, number, day))
    insert_plain(transaction, wording, [(number, lead) for number, _, lead, _, _ in rows])
    insert_plain(transaction, shingle, postings)
    insert_plain(transaction, reference, [(key, number) for number, _, _, _, keys in rows for key in keys])


def reword(transaction: Transaction, rows: Sequence[tuple[int, str]]) -> None:
    """Let items be compared by what they say now: (id, lead). They are found by the terms that they came with."""
    transaction.execute(delete(wording).where(wording.c.item_id.in_([number for number, _ in rows])))
    transaction.execute(insert(wording), [{"item_id": number, "lead": lead} for number, lead in rows])


def known(transaction: Transaction, ids: Iterable[int]) -> dict[int, Known]:
    """Items by id, with the words that they are compared by."""
    found: dict[int, Known] = {}
    for part in parts(ids):
        query = (
            select(
                *(item.c.id, item.c.story_id, item.c.source_id, item.c.title, item.c.url_key),
                *(item.c.published, item.c.first_seen, wording.c.lead),
            )
            .join(wording, wording.c.item_id == item.c.id)
            .where(item.c.id.in_(part))
        )
        for row in transaction.execute(query):
            found[row.id] = Known(
                id=row.id,
                story_id=row.story_id,
                source_id=row.source_id,
                at=row.published or row.first_seen,
                title=row.title,
                lead=row.lead,
                url_key=row.url_key,
            )
    return found


def earlier(transaction: Transaction, ids: Iterable[int]) -> dict[int, list[Entry]]:
    """What revised items said before, the latest first; at most EARLIER of each."""
    found: dict[int, list[Entry]] = {}
    for part in parts(ids):
        query = select(revision).where(revision.c.item_id.in_(part)).order_by(revision.c.id.desc())
        for row in transaction.execute(query):
            said = found.setdefault(row.item_id, [])
            if len(said) < EARLIER:
                said.append(from_json(Entry, row.before))
    return found


def referring(transaction: Transaction, url_keys: Iterable[str]) -> dict[str, list[int]]:
    """The items whose text links to these addresses, oldest first."""
    found: dict[str, list[int]] = {}
    for part in parts(url_keys):
        query = select(reference).where(reference.c.url_key.in_(part)).order_by(reference.c.item_id)
        for row in transaction.execute(query):
            found.setdefault(row.url_key, []).append(row.item_id)
    return found


def references_of(transaction: Transaction, ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Where the texts of items link to."""
    found: dict[int, set[str]] = {}
    for part in parts(ids):
        for row in transaction.execute(select(reference).where(reference.c.item_id.in_(part))):
            found.setdefault(row.item_id, set()).add(row.url_key)
    return {number: frozenset(keys) for number, keys in found.items()}


def dossier(transaction: Transaction, story_id: int) -> list[int]:
    """The other stories whose items link to the same reports: related news, never the same. Latest first.

    A report that is an article of a partner tells nothing here, nor one that many link to.
    """
    own = select(reference.c.url_key).join(item, item.c.id == reference.c.item_id).where(item.c.story_id == story_id)
    articles = select(item.c.url_key).where(item.c.url_key == reference.c.url_key).exists()
    rare = (
        select(reference.c.url_key)
        .where(reference.c.url_key.in_(own), ~articles)
        .group_by(reference.c.url_key)
        .having(func.count() <= DOSSIER_ITEMS)
    )
    query = (
        select(item.c.story_id)
        .join(reference, reference.c.item_id == item.c.id)
        .where(reference.c.url_key.in_(rare), item.c.story_id != story_id)
        .distinct()
        .order_by(item.c.story_id.desc())
        .limit(DOSSIER)
    )
    return list(transaction.execute(query).scalars())


def prune(transaction: Transaction, before: datetime, up_to_item: int, slice_: int) -> int:
    """Forget the terms of items from before `before`, or numbered up to `up_to_item`, in one of TERM_SLICES parts."""
    width = TERM_LIMIT // TERM_SLICES
    here = shingle.c.term.between(slice_ * width, (slice_ + 1) * width - 1)
    old = or_(shingle.c.day < day_of(before), shingle.c.item_id <= up_to_item)
    return transaction.execute(delete(shingle).where(here, old)).rowcount


def size(transaction: Transaction) -> int:
    """How many terms the index holds."""
    return transaction.execute(select(func.count()).select_from(shingle)).scalar_one()


def titled(transaction: Transaction, story_id: int, words: Sequence[str], limit: int) -> list[int]:
    """The stories that came in around one and have all these words in their origin's title; the nearest first."""
    query = (
        select(story.c.id)
        .join(item, item.c.id == story.c.origin_id)
        .where(story.c.id.between(story_id - AROUND, story_id + AROUND), story.c.id != story_id)
        .where(story.c.merged_into.is_(None))
        .where(*(func.lower(item.c.title).contains(word.lower(), autoescape=True) for word in words))
        .order_by(func.abs(story.c.id - story_id), story.c.id)
        .limit(limit)
    )
    return list(transaction.execute(query).scalars())
