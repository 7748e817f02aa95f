"""The search page and the composer of feeds: forms that work by GET, without script, under one rate with the feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from aggregator.model import Source
from aggregator.ondemand import HTML
from aggregator.publish.channel import Format
from aggregator.publish.site import Chosen, Composed, Found, compose_page, search_page
from aggregator.publish.site.rows import feeds
from aggregator.release import Press
from aggregator.store import Transaction, search, stories
from aggregator.store.search_words import Facts
from aggregator.web.documents import page_number
from aggregator.web.public import fresh, language_of
from aggregator.web.rates import Rates
from aggregator.web.search_feeds import channel
from aggregator.web.selection import OF_A_KIND, Selection, facts_of, partners, selection

PAGE = 20
PAGES = 10  # whoever has not found it by then needs other words
PREVIEW = 5
WEEKS = 8
COUNTED = 1_000
FORMATS: tuple[Format, ...] = ("atom", "rss", "json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a form asks, without names that we do not know: an old address of ours must not be an error to a person."""

    selection: Selection
    facts: Facts
    known: Mapping[str, Source]
    current: Mapping[str, Source]

    @property
    def chosen(self) -> Chosen:
        """The same for a page."""
        said = self.selection
        return Chosen(q=said.q, themes=said.themes, sources=said.sources, labels=said.labels)


def routes(press: Press, rates: Rates) -> APIRouter:
    """The routes over one store."""
    router = APIRouter()

    @router.api_route("/search", methods=["GET", "HEAD"])
    def find(request: Request) -> Response:
        """Search, or the form for it."""
        _within(request, rates)
        now, language = datetime.now(UTC), language_of(request, press)
        number = min(max(page_number(request.query_params.get("page", "1")), 1), PAGES)
        with press.store.read() as transaction:
            asked = asked_of(request, press, transaction)
            found = found_by(transaction, asked, number)
            addresses = addresses_of(press, asked) if found.stories else {}
            body = search_page(asked.chosen, found, addresses, asked.current, press.site, language)
        return fresh(request, body, HTML, now)

    @router.get("/zoeken")
    def other_name(request: Request) -> Response:
        """What a Dutch reader may type."""
        query = request.url.query
        return RedirectResponse(f"/search?{query}" if query else "/search", 308)

    @router.api_route("/feeds/samenstellen", methods=["GET", "HEAD"])
    def compose(request: Request) -> Response:
        """The composer; with an answer once something was chosen or the button was pressed."""
        _within(request, rates)
        now, language = datetime.now(UTC), language_of(request, press)
        with press.store.read() as transaction:
            asked = asked_of(request, press, transaction)
            wants = asked.chosen.is_asked or "make" in request.query_params
            composed = composed_of(press, transaction, asked, now) if wants else None
            body = compose_page(asked.chosen, composed, asked.current, press.site, language)
        return fresh(request, body, HTML, now)

    return router


def asked_of(request: Request, press: Press, transaction: Transaction) -> Asked:
    """What an address asks, as far as we know its names."""
    every, current = partners(transaction)
    known = {
        "theme": {theme.slug for theme in press.site.themes},
        "source": set(every),
        "label": {label for source in current for label in source.labels},
    }
    said = {
        kind: [each for each in request.query_params.getlist(kind) if each in names][:OF_A_KIND]
        for kind, names in known.items()
    }
    asked = selection(request.query_params.get("q", ""), said["theme"], said["source"], said["label"])
    facts = facts_of(asked, press.site, every, current)
    return Asked(selection=asked, facts=facts, known=every, current={source.id: source for source in current})


def found_by(transaction: Transaction, asked: Asked, number: int) -> Found:
    """One page of results, counted from 1."""
    wanted = asked.selection.wanted
    if asked.selection.is_everything or wanted.is_hopeless:
        return Found(is_hopeless=wanted.is_hopeless)
    hits = search.find(transaction, wanted, asked.facts, limit=PAGE * PAGES + 1)
    shown = hits[(number - 1) * PAGE : number * PAGE]
    is_more = len(hits) > PAGE * PAGES
    return Found(
        stories=stories.load(transaction, [hit.story_id for hit in shown]),
        count=None if is_more else len(hits),
        more_than=PAGE * PAGES,
        number=number,
        has_more=number < PAGES and len(hits) > number * PAGE,
    )


def composed_of(press: Press, transaction: Transaction, asked: Asked, now: datetime) -> Composed:
    """The feed of a selection: where it is, its newest stories, and how many a week there were lately."""
    wanted = asked.selection.wanted
    lately = search.Span(since=now - timedelta(weeks=WEEKS))
    recent = search.find(transaction, wanted, asked.facts, limit=COUNTED, span=lately)
    newest = search.in_feed(transaction, wanted, asked.facts, limit=PREVIEW)
    return Composed(
        name=channel(press, asked.selection, asked.known).title,
        addresses=addresses_of(press, asked),
        stories=stories.load(transaction, newest),
        per_week=len(recent) / WEEKS,
    )


def addresses_of(press: Press, asked: Asked) -> dict[Format, str]:
    """Where the feed of a selection is: one of our own feeds when there is one that holds the same."""
    said = asked.selection
    if said.is_everything:
        return feeds(press.site, "all")
    names = [f"themes/{each}" for each in said.themes] + [f"labels/{each}" for each in said.labels]
    names += [f"sources/{each}" for each in said.sources if each in asked.current]
    if len(names) == 1 and not said.q and len(said.themes) + len(said.labels) + len(said.sources) == 1:
        return feeds(press.site, names[0])
    made = channel(press, said, asked.known)
    return {format: made.address(format, press.site) for format in FORMATS}


def _within(request: Request, rates: Rates) -> None:
    seconds = rates.wait(request.client.host if request.client else "")
    if seconds:
        raise HTTPException(429, headers={"retry-after": str(seconds)})
