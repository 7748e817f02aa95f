"""The read-only API: /api/v1. What it says stands in models.py; what it means in docs/integrators.md."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from aggregator.model import State
from aggregator.release import Press
from aggregator.store import Transaction, search, stories
from aggregator.store.search import Span
from aggregator.web.api import cursors
from aggregator.web.api.facts import label_facts, source_facts, story_facts, theme_facts
from aggregator.web.api.models import (
    Deletion,
    DeletionList,
    LabelList,
    Merged,
    Problem,
    SourceList,
    StoryFacts,
    StoryList,
    ThemeList,
)
from aggregator.web.problems import ProblemError
from aggregator.web.rates import Rates
from aggregator.web.replies import reply, send
from aggregator.web.search_feeds import limit as count
from aggregator.web.selection import Labels, Selection, Sources, Themes, Words, facts_of, partners, selection

JSON = "application/json"
CACHE = "public, max-age=60, stale-while-revalidate=600"
PREFIX = "/api/v1"

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
CursorText = Annotated[str, Query(alias="cursor", description="next_cursor of the answer before.")]
Moment = Annotated[
    datetime | None,
    Query(description="RFC 3339, as in 2026-11-27T09:00:00+01:00; without an offset by the clocks of Amsterdam."),
]

_SLUG = re.compile(r"[a-z0-9-]{1,64}")


def _can_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem} for status in (*statuses, 429, 500, 503)}


def routes(press: Press, rates: Rates) -> APIRouter:
    """The routes over one store."""

    def limited(request: Request) -> None:
        count(request, rates)

    router = APIRouter(prefix=PREFIX, dependencies=[Depends(limited)])

    @router.get("/stories", response_model=StoryList, responses=_can_fail(400, 404), tags=["stories"])
    def list_stories(
        request: Request,
        themes: Themes,
        sources: Sources,
        labels: Labels,
        q: Words = "",
        since: Moment = None,
        until: Moment = None,
        updated_since: Moment = None,
        limit: Limit = 20,
        cursor: CursorText = "",
    ) -> Response:
        """List public stories: the best and newest first, or with updated_since in order of change."""
        asked = selection(q, themes, sources, labels)
        if updated_since is not None and (asked.q or since is not None or until is not None):
            raise ProblemError(400, "either")
        with press.store.read() as transaction:
            if updated_since is None:
                numbers, following = _found(transaction, press, asked, since, until, limit, cursor)
            else:
                numbers, following = _changed(transaction, press, asked, updated_since, limit, cursor)
            told = _told(transaction, press, numbers)
        return _answer(request, StoryList(stories=told, next_cursor=following))

    @router.get(
        "/stories/{story_id:path}",
        response_model=StoryFacts,
        responses=_can_fail(404, 410) | {301: {"model": Merged, "description": "Part of another story now"}},
        tags=["stories"],
    )
    def get_story(request: Request, story_id: str) -> Response:
        """One story, by its id or the last part of it."""
        with press.store.read() as transaction:
            slug = story_id.rpartition("/")[2]
            row = stories.exact_row(transaction, slug) if _SLUG.fullmatch(slug) else None
            if row is None or story_id not in (row.uri, slug):
                raise ProblemError(404, "no_story")
            if row.merged_into is not None:
                now = stories.row_by_slug(transaction, slug) or row
                merged = Merged(id=row.uri, merged_into=now.uri)
                return _answer(request, merged, 301, {"location": f"{PREFIX}/stories/{stories.slug_of(now)}"})
            if row.state is not State.PUBLISHED:
                is_gone = row.state is State.WITHDRAWN or search.was_public(transaction, row.id)
                raise ProblemError(410, "gone") if is_gone else ProblemError(404, "no_story")
            (told,) = _told(transaction, press, [row.id])
        return _answer(request, told)

    @router.get("/deletions", response_model=DeletionList, responses=_can_fail(400), tags=["stories"])
    def list_deletions(
        request: Request,
        since: Annotated[datetime, Query(description="Those that left at this moment or later.")],
        limit: Limit = 20,
        cursor: CursorText = "",
    ) -> Response:
        """List stories that were public and are no longer, in order of time."""
        read = cursors.read(cursor, cursors.DELETED)
        with press.store.read() as transaction:
            after = cursors.time_of(transaction, read) if read else None
            left = search.gone(transaction, cursors.aware(since), limit=limit, after=after)
            told = _deletions(transaction, left)
        is_more = len(left) == limit
        following = str(cursors.of_time(cursors.DELETED, left[-1][1], told[-1].slug)) if is_more else None
        return _answer(request, DeletionList(deletions=told, next_cursor=following))

    @router.get("/themes", response_model=ThemeList, responses=_can_fail(), tags=["facts"])
    def list_themes(request: Request) -> Response:
        """List the themes."""
        return _answer(request, ThemeList(themes=[theme_facts(each, press.site) for each in press.site.themes]))

    @router.get("/sources", response_model=SourceList, responses=_can_fail(), tags=["facts"])
    def list_sources(request: Request) -> Response:
        """List the partners, by id."""
        with press.store.read() as transaction:
            _, current = partners(transaction)
        ordered = sorted(current, key=lambda source: source.id)
        return _answer(request, SourceList(sources=[source_facts(each, press.site) for each in ordered]))

    @router.get("/labels", response_model=LabelList, responses=_can_fail(), tags=["facts"])
    def list_labels(request: Request) -> Response:
        """List regions, levels and sectors, and the partners that carry them."""
        with press.store.read() as transaction:
            _, current = partners(transaction)
        return _answer(request, LabelList(labels=label_facts(current, press.site)))

    return router


def _found(
    transaction: Transaction,
    press: Press,
    asked: Selection,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    cursor: str,
) -> tuple[list[int], str | None]:
    read = cursors.read(cursor, "abc")
    facts = facts_of(asked, press.site, *partners(transaction))
    hits = search.find(
        transaction,
        asked.wanted,
        facts,
        limit=limit,
        span=Span(since=since and cursors.aware(since), until=until and cursors.aware(until)),
        after=cursors.hit_of(transaction, read) if read else None,
    )
    numbers = [hit.story_id for hit in hits]
    if len(hits) < limit:
        return numbers, None
    last = stories.rows(transaction, numbers[-1:])[numbers[-1]]
    return numbers, str(cursors.of_hit(hits[-1], stories.slug_of(last)))


def _changed(
    transaction: Transaction, press: Press, asked: Selection, since: datetime, limit: int, cursor: str
) -> tuple[list[int], str | None]:
    read = cursors.read(cursor, cursors.UPDATED)
    facts = facts_of(asked, press.site, *partners(transaction))
    after = cursors.time_of(transaction, read) if read else None
    rows = search.changed(transaction, facts, cursors.aware(since), limit=limit, after=after)
    numbers = [number for number, _ in rows]
    if len(rows) < limit:
        return numbers, None
    last = stories.rows(transaction, numbers[-1:])[numbers[-1]]
    return numbers, str(cursors.of_time(cursors.UPDATED, rows[-1][1], stories.slug_of(last)))


def _told(transaction: Transaction, press: Press, numbers: Sequence[int]) -> list[StoryFacts]:
    known, _ = partners(transaction)
    found = [each for each in stories.load(transaction, numbers) if each.state is State.PUBLISHED]
    return [story_facts(each, known, press.site) for each in found]


def _deletions(transaction: Transaction, left: Sequence[tuple[int, datetime]]) -> list[Deletion]:
    rows = stories.rows(transaction, (number for number, _ in left))
    told = []
    for number, at in left:
        row = rows[number]
        now = stories.row_by_slug(transaction, stories.slug_of(row)) if row.merged_into is not None else None
        merged = now.uri if now else None
        told.append(Deletion(id=row.uri, slug=stories.slug_of(row), deleted=at, merged_into=merged))
    return told


def _answer(request: Request, said: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    made = reply(said.model_dump_json(by_alias=True).encode(), JSON)
    response = send(request, made, cache=CACHE)
    if response.status_code == 200:
        response.status_code = status
    response.headers.update(headers or {})
    return response
