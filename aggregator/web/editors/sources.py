"""The sources: how each visit went in plain words, and what an editor can do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Form, HTTPException, Query, Response

from aggregator.desk import flood
from aggregator.desk import sources as desk
from aggregator.errors import ConfigError
from aggregator.model import Source
from aggregator.policy.admission import FLOOD
from aggregator.probing import Lookout, Probe, probe
from aggregator.publish.characters import web_address
from aggregator.receipts import Line
from aggregator.release import Press, refresh
from aggregator.store import Store, sources, stories, taken
from aggregator.store.accounts import Role
from aggregator.store.sources import Held
from aggregator.text.dates import dutch_date
from aggregator.text.html import clean_text
from aggregator.text.outcomes import Explanation, explain
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors.own_sources import explanation
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/sources"
DONE = ("poll", "pause", "resume", "added", "back", "flood")
FILTERS = ("wrong", "paused", "quiet", "reposts")
LATEST = 15
SHOWN = 12  # entries of a preview
Text = Annotated[str, Form(max_length=2_000)]
Ask = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One source in the list."""

    held: Held
    name: str
    said: Explanation | None
    brought: int
    flood: int
    pushes: bool  # its hub sends what is new, so that its next visit is far away

    @property
    def is_wrong(self) -> bool:
        """Whether the last visit did not go well."""
        return bool(self.held.poll.code)


def add_to(editors: Editors, press: Press, line: Line, lookout: Lookout) -> None:
    """Add the routes of this file."""
    _add_pages(editors)
    _add_following(editors, lookout)
    _add_acts(editors)
    _add_flood(editors, press, line.intake.announce_days)


def _add_pages(editors: Editors) -> None:
    @editors.get(PAGE, role=Role.READER)
    def show(visit: Here, filter: Ask = "", q: Ask = "", removed: Ask = "") -> Response:
        """All of them, or those that the address asks for."""
        rows = _rows(visit)
        shown = [each for each in rows if _is_wanted(each, filter) and q.casefold() in each.name.casefold()]
        gone = _removed_name(visit, removed) if removed else ""
        words = words_for(visit.language)
        return page(
            visit,
            "sources.html",
            title=words("sources_title", n=len(shown)),
            place=PAGE,
            rows=shown,
            filters=FILTERS,
            filter=filter,
            q=q,
            removed=removed if gone else "",
            gone=gone,
            can_edit=visit.may(Role.EDITOR),
        )

    @editors.get(PAGE + "/{source_id}", role=Role.READER)
    def one(visit: Here, source_id: str, done: Ask = "") -> Response:
        """One source: how it is visited, what it brought last, and its flood if there is one."""
        row = next((each for each in _rows(visit) if each.held.source.id == source_id), None)
        if row is None:
            raise HTTPException(404)
        with visit.access.store.read() as transaction:
            latest = taken.of_source(transaction, source_id, LATEST, None)
        return page(
            visit,
            "source.html",
            title=row.name,
            place=PAGE,
            row=row,
            latest=latest,
            done=done if done in DONE else "",
            can_edit=visit.may(Role.EDITOR),
        )


def _add_following(editors: Editors, lookout: Lookout) -> None:
    store = editors.access.store

    @editors.post(f"{PAGE}/preview", role=Role.EDITOR)
    def preview(visit: Here, url: Text) -> Response:
        """What stands at an address; nothing is stored."""
        return _preview(visit, lookout, url)

    @editors.post(PAGE, role=Role.EDITOR)
    def follow(visit: Here, url: Text, organisation: Text = "", labels: Text = "") -> Response:
        """Follow it from now on; what it brings waits for an editor."""
        with store.read() as transaction:
            held = sources.all_sources(transaction)
            taken_ids = sources.known_ids(transaction)
        address = web_address(url.strip())
        if address is None or desk.followed_as(address, held):
            return _preview(visit, lookout, url)
        named = [clean_text(each).lower() for each in labels.split(",") if each.strip()]
        try:
            made = desk.new_source(None, address, taken_ids, organisation=clean_text(organisation), labels=named)
        except ConfigError as error:
            return _preview(visit, lookout, url, organisation=organisation, labels=labels, wrong=str(error))
        desk.add(store, made, visit.now)
        return to(f"{PAGE}/{made.id}?done=added")


def _add_acts(editors: Editors) -> None:
    store = editors.access.store

    @editors.post(PAGE + "/{source_id}/poll", role=Role.EDITOR)
    def poll(visit: Here, source_id: str) -> Response:
        """Visit it at the next chance."""
        if _known(store, source_id).paused:
            raise HTTPException(409)
        desk.poll_now(store, source_id, visit.now)
        return to(f"{PAGE}/{source_id}?done=poll")

    @editors.post(PAGE + "/{source_id}/pause", role=Role.EDITOR)
    def pause(visit: Here, source_id: str, resume: Text = "") -> Response:
        """Stop visiting it for now, or start again."""
        _known(store, source_id)
        desk.pause(store, source_id, visit.now, paused=not resume)
        return to(f"{PAGE}/{source_id}?done={'resume' if resume else 'pause'}")

    @editors.post(PAGE + "/{source_id}/remove", role=Role.EDITOR)
    def remove(visit: Here, source_id: str) -> Response:
        """Follow it no longer; the page that comes offers to undo it."""
        _known(store, source_id)
        desk.remove(store, source_id, visit.now)
        return to(f"{PAGE}?removed={source_id}")

    @editors.post(PAGE + "/{source_id}/back", role=Role.EDITOR)
    def back(visit: Here, source_id: str) -> Response:
        """Undo taking it away."""
        if not desk.bring_back(store, source_id, visit.now):
            raise HTTPException(404)
        return to(f"{PAGE}/{source_id}?done=back")


def _add_flood(editors: Editors, press: Press, days: int) -> None:
    store = editors.access.store

    @editors.post(PAGE + "/{source_id}/flood", role=Role.EDITOR)
    def settle(visit: Here, source_id: str, choice: Annotated[Literal["all", "dated", "none"], Form()]) -> Response:
        """Let a flood in, or what of it is dated, or nothing."""
        _known(store, source_id)
        flood.settle(store, source_id, choice, visit.person.actor, visit.now, days=days)
        refresh(press, visit.now)
        return to(f"{PAGE}/{source_id}?done=flood")


def _known(store: Store, source_id: str) -> Source:
    """The source of this id; raises HTTPException 404 when there is none."""
    with store.read() as transaction:
        held = sources.held(transaction, source_id)
    if held is None:
        raise HTTPException(404)
    return held.source


def _rows(visit: Visit) -> list[Row]:
    with visit.access.store.read() as transaction:
        held = sources.all_sources(transaction)
        brought = stories.counts_by_source(transaction)
        floods = stories.held_by_source(transaction, FLOOD)
    rows = [_row(each, brought, floods, visit) for each in held]
    return sorted(rows, key=lambda each: (not each.flood, each.name.casefold()))


def _row(held: Held, brought: Mapping[str, int], floods: Mapping[str, int], visit: Visit) -> Row:
    source = held.source
    return Row(
        held=held,
        name=source.title or source.organisation,
        said=explanation(held, visit.language),
        brought=brought.get(source.id, 0),
        flood=floods.get(source.id, 0),
        pushes=bool(held.poll.pushed_at and held.pushes_until and held.pushes_until > visit.now),
    )


def _is_wanted(row: Row, wanted: str) -> bool:
    match wanted:
        case "wrong":
            return row.is_wrong
        case "paused":
            return row.held.source.paused
        case "quiet":
            return not row.brought
        case "reposts":
            return row.held.poll.reposted_at is not None
        case _:
            return True


def _removed_name(visit: Visit, source_id: str) -> str:
    """The name of a source that was taken away; "" for any other."""
    with visit.access.store.read() as transaction:
        if source_id not in sources.removed_ids(transaction):
            return ""
        source = sources.by_id(transaction, [source_id])[source_id]
    return source.title or source.organisation


def _preview(
    visit: Visit, lookout: Lookout, url: str, *, organisation: str = "", labels: str = "", wrong: str = ""
) -> Response:
    words = words_for(visit.language)
    address = web_address(url.strip())
    with visit.access.store.read() as transaction:
        same = desk.followed_as(address, sources.all_sources(transaction)) if address else ""
    found = (
        probe(lookout, Source(id="preview", organisation="", url=address), visit.now) if address and not same else None
    )
    is_good = found is not None and found.reading is not None
    return page(
        visit,
        "source_preview.html",
        title=words("sources_add"),
        status=409 if same else 200 if is_good and not wrong else 422,
        place=PAGE,
        url=url,
        is_address=bool(address),
        same=same,
        found=found,
        said=explain(found.code or "failed", "en" if words.language == "en" else "nl")
        if found and not is_good
        else None,
        entries=_entries(found, words.language),
        organisation=organisation or (found.reading.title if found and found.reading else ""),
        labels=labels,
        wrong=wrong,
    )


def _entries(found: Probe | None, language: str) -> Sequence[tuple[str, str]]:
    """The first entries of a preview: (day, title)."""
    if found is None or found.reading is None:
        return []
    return [
        (dutch_date(each.published, language) if each.published else "", each.title)
        for each in found.reading.entries[:SHOWN]
    ]
