"""Joining and splitting from a row of the queue: one key, because undo takes back what was wrong."""

from typing import Annotated

from fastapi import Form, HTTPException, Response

from aggregator.desk import join
from aggregator.model import Story
from aggregator.publish import entry as words_of
from aggregator.store import Transaction, events, items, proposals, sources, stories
from aggregator.store.accounts import Role
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors.queue_forms import PAGE, Field, address_of, subject
from aggregator.web.editors.queue_rows import Same
from aggregator.web.editors.version import conflict_page

Other = Annotated[int, Form(ge=0, le=2**53)]
Newer = Annotated[int | None, Form(ge=0, le=2**53)]  # sent by the page that told of another editor


def add_to(editors: Editors, tag_authority: str) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    @editors.post(f"{PAGE}/join", role=Role.EDITOR)
    def join_(visit: Here, story: Field, same: Field, seen: Newer = None, back: Field = "", at: Field = "") -> Response:
        """One story of a row and what it was proposed to be."""
        slug, known = subject(story)
        known = known if seen is None else seen
        came = join.merge(store, [slug, same], visit.person.actor, visit.now, seen=known)
        return _told(visit, came, slug, came.story, {"story": story, "same": same, "back": back, "at": at})

    @editors.post(f"{PAGE}/split", role=Role.EDITOR)
    def split(visit: Here, story: Field, item: Other, seen: Newer = None, back: Field = "", at: Field = "") -> Response:
        """One item goes its own way; the row stays."""
        slug, known = subject(story)
        known = known if seen is None else seen
        came = join.split(store, slug, [item], visit.person.actor, visit.now, tag_authority, seen=known)
        return _told(visit, came, slug, slug, {"story": story, "item": str(item), "back": back, "at": at})


def same_as(transaction: Transaction, numbers: list[int]) -> dict[int, Same]:
    """What each of these stories is most likely the same news as, by the open proposals."""
    pairs: dict[int, int] = {}
    for card in proposals.of_stories(transaction, numbers):
        pairs.setdefault(card.story_id, card.other_story_id)
        pairs.setdefault(card.other_story_id, card.story_id)
    wanted = {number: pairs[number] for number in numbers if number in pairs}
    others = stories.by_number(transaction, wanted.values())
    partners = sources.by_id(transaction, {each.origin.source_id for each in others.values()})
    return {
        number: Same(
            slug=others[other].slug,
            title=words_of.title(others[other]),
            partner=words_of.author(words_of.partner(others[other].origin, partners)),
        )
        for number, other in wanted.items()
    }


def other_items(transaction: Transaction, held: dict[int, Story]) -> dict[int, int]:
    """Of each story of two items, the one that it is not published by."""
    twos = [number for number, story in held.items() if len(story.items) == 2]
    origins = stories.origins(transaction, twos)
    members = items.of_stories(transaction, twos)
    return {story: number for story, found in members.items() for number in found if number != origins[story]}


def _told(visit: Visit, came: join.Regrouped, slug: str, onto: str, form: dict[str, str]) -> Response:
    back = form["back"]
    if came.conflicts:
        with visit.access.store.read() as transaction:
            row = stories.row_by_slug(transaction, slug)
            story = stories.by_number(transaction, [row.id])[row.id] if row else None
            newest = events.last_seq_of(transaction, row.id) if row else 0
        title = words_of.title(story) if story else ""
        return conflict_page(
            visit, came.conflicts, title=title, back=address_of(back), newest=newest, form=form, place=PAGE
        )
    if came.problem:
        raise HTTPException(409)
    return to(address_of(back, at=onto))
