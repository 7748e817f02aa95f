"""Pictures of stories: those that are wanted, with how fetching them stands, and the files that we made of them.

A row is dropped, with its files, the moment its story should have no picture, or another.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from aggregator.model import Picture, PictureFile, State
from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import counter, event, item, picture, picture_file, picture_source, revision, story

FOLLOWED_SEQ, FOLLOWED_REVISION = "pictured_seq", "pictured_revision"
NAME_HASH = 12  # hexadecimal digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A picture that a story should have: at which address, on which host, and the source that allows it."""

    story_id: int
    source_id: str
    url: str
    host: str
    tries: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """How far what is wanted follows the log and the revisions of items, and the sources whose pictures are fetched."""

    seq: int
    revision: int
    sources: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A picture as we made it: WebP."""

    width: int
    height: int
    body: bytes


# --- What is shown ----------------------------------------------------------------------------------------------------


def of_stories(transaction: Transaction, ids: Iterable[int]) -> dict[int, Picture]:
    """The pictures that are here, by story."""
    files: dict[int, list[PictureFile]] = {}
    urls: dict[int, str] = {}
    for part in parts(ids):
        query = (
            select(
                picture.c.url,
                picture_file.c.story_id,
                picture_file.c.name,
                picture_file.c.width,
                picture_file.c.height,
            )
            .join(picture, picture.c.story_id == picture_file.c.story_id)
            .where(picture_file.c.story_id.in_(part))
            .order_by(picture_file.c.story_id, picture_file.c.width)
        )
        for row in transaction.execute(query):
            urls[row.story_id] = row.url
            files.setdefault(row.story_id, []).append(PictureFile(name=row.name, width=row.width, height=row.height))
    return {number: Picture(url=urls[number], files=tuple(found)) for number, found in files.items()}


def source_of(transaction: Transaction, name: str) -> str | None:
    """Who allows a picture."""
    query = select(picture.c.source_id).join(picture_file, picture_file.c.story_id == picture.c.story_id)
    return transaction.execute(query.where(picture_file.c.name == name)).scalar_one_or_none()


def body_of(transaction: Transaction, name: str) -> bytes | None:
    """A picture's bytes, while its story is public."""
    query = (
        select(picture_file.c.body)
        .join(story, story.c.id == picture_file.c.story_id)
        .where(picture_file.c.name == name, story.c.state == State.PUBLISHED.value)
    )
    found = transaction.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def names(transaction: Transaction) -> list[str]:
    """The names of all pictures of public stories."""
    query = select(picture_file.c.name).join(story, story.c.id == picture_file.c.story_id)
    return list(transaction.execute(query.where(story.c.state == State.PUBLISHED.value)).scalars())


# --- What is wanted ---------------------------------------------------------------------------------------------------


def followed(transaction: Transaction) -> Followed:
    """How far it is followed now."""
    query = select(counter.c.name, counter.c.value).where(counter.c.name.in_((FOLLOWED_SEQ, FOLLOWED_REVISION)))
    values = {row.name: row.value for row in transaction.execute(query)}
    found = frozenset(transaction.execute(select(picture_source.c.source_id)).scalars())
    return Followed(seq=values[FOLLOWED_SEQ], revision=values[FOLLOWED_REVISION], sources=found)


def newest(transaction: Transaction, allowed: Collection[str]) -> Followed:
    """How far it could be followed, with these sources."""
    return Followed(
        seq=transaction.execute(select(func.max(event.c.seq))).scalar() or 0,
        revision=transaction.execute(select(func.max(revision.c.id))).scalar() or 0,
        sources=frozenset(allowed),
    )


def follow(transaction: Transaction, done: Followed) -> None:
    """Say how far it is followed."""
    for name, value in ((FOLLOWED_SEQ, done.seq), (FOLLOWED_REVISION, done.revision)):
        transaction.execute(update(counter).where(counter.c.name == name).values(value=value))
    transaction.execute(delete(picture_source))
    if done.sources:
        transaction.execute(insert(picture_source), [{"source_id": each} for each in sorted(done.sources)])


def spoken_of(transaction: Transaction, since: Followed, until: Followed) -> set[int]:
    """The stories that the log speaks of meanwhile, and those of items that say something else than before.

    The log is silent about a change that no reader notices, and another picture is one.
    """
    log = select(event.c.story_id).where(event.c.seq > since.seq, event.c.seq <= until.seq)
    revised = (
        select(item.c.story_id)
        .join(revision, revision.c.item_id == item.c.id)
        .where(revision.c.id > since.revision, revision.c.id <= until.revision)
    )
    found = {number for query in (log, revised) for number in transaction.execute(query.distinct()).scalars()}
    return {number for number in found if number is not None}


def want(transaction: Transaction, wanted: Mapping[int, Wanted | None], now: datetime) -> list[int]:
    """Let each story want this picture and no other; None: none. Returns those that lost the one that they had."""
    held: dict[int, tuple[str, str]] = {}
    for part in parts(wanted):
        query = select(picture.c.story_id, picture.c.source_id, picture.c.url).where(picture.c.story_id.in_(part))
        held |= {row.story_id: (row.source_id, row.url) for row in transaction.execute(query)}
    keys = {number: (each.source_id, each.url) for number, each in wanted.items() if each}
    dropped = [number for number, key in held.items() if keys.get(number) != key]
    lost = sorted(of_stories(transaction, dropped))
    drop(transaction, dropped)
    new = [each for number, each in wanted.items() if each and held.get(number) != keys[number]]
    if new:
        transaction.execute(insert(picture), [_row(each, now) for each in new])
    return lost


def stories_with(transaction: Transaction, sources: Collection[str]) -> list[int]:
    """The stories that have, or should have, a picture of these sources."""
    return list(transaction.execute(select(picture.c.story_id).where(picture.c.source_id.in_(sources))).scalars())


def drop(transaction: Transaction, story_ids: Collection[int]) -> None:
    """Leave nothing of the pictures of these stories."""
    for part in parts(story_ids):
        for table in (picture_file, picture):
            transaction.execute(delete(table).where(table.c.story_id.in_(part)))


# --- Fetching ---------------------------------------------------------------------------------------------------------


def due(transaction: Transaction, now: datetime, limit: int) -> list[Wanted]:
    """The pictures that are to be fetched by now, those that wait longest first."""
    query = select(picture).where(picture.c.due <= now).order_by(picture.c.due, picture.c.story_id).limit(limit)
    return [
        Wanted(story_id=row.story_id, source_id=row.source_id, url=row.url, host=row.host, tries=row.tries)
        for row in transaction.execute(query)
    ]


def plan(transaction: Transaction, wanted: Iterable[Wanted], at: datetime) -> None:
    """Nobody else takes these before `at`."""
    for part in parts(each.story_id for each in wanted):
        transaction.execute(update(picture).where(picture.c.story_id.in_(part)).values(due=at))


def leave_alone(transaction: Transaction, host: str, until: datetime) -> None:
    """Ask a host for no picture before `until`."""
    waiting = (picture.c.host == host, picture.c.due < until)
    transaction.execute(update(picture).where(*waiting).values(due=until))


def fail(transaction: Transaction, wanted: Wanted, code: str, again: datetime | None) -> None:
    """It did not come; try again at that time, None: never by itself."""
    values = {"code": code, "tries": wanted.tries + 1, "due": again}
    transaction.execute(update(picture).where(*_is(wanted)).values(values))


def keep(transaction: Transaction, wanted: Wanted, slug: str, made: Sequence[Made]) -> bool:
    """Keep what was made of it, unless its story wants another one by now, or none; returns whether it was kept."""
    here = {"code": "", "due": None, "tries": wanted.tries + 1}
    if not transaction.execute(update(picture).where(*_is(wanted)).values(here)).rowcount:
        return False
    transaction.execute(delete(picture_file).where(picture_file.c.story_id == wanted.story_id))
    rows = [
        {"story_id": wanted.story_id, "width": each.width, "height": each.height, "body": each.body}
        | {"name": f"{slug}-{hashlib.sha256(each.body).hexdigest()[:NAME_HASH]}-{each.width}.webp"}
        for each in made
    ]
    transaction.execute(insert(picture_file), rows)
    return True


def _is(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    return picture.c.story_id == wanted.story_id, picture.c.url == wanted.url


def _row(wanted: Wanted, now: datetime) -> dict[str, object]:
    return {
        "story_id": wanted.story_id,
        "source_id": wanted.source_id,
        "url": wanted.url,
        "host": wanted.host,
        "since": now,
        "due": now,
        "tries": 0,
        "code": "",
    }
