"""Two editors at once: a form says which version of a story it was made from; who was ahead is shown, not undone."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Form, Response

from aggregator.store import Transaction, accounts, events
from aggregator.store.events import SYSTEM, Event
from aggregator.web.accounts import Visit
from aggregator.web.editors.shell import page, words_for

Seen = Annotated[int, Form(ge=0, le=2**53)]  # the hidden field "seen": events.last_seq_of the story that was shown


def overtaken(transaction: Transaction, story_id: int, seen: int, actor: str) -> list[Event]:
    """What others did with a story since event `seen`; what the program did by itself overtakes nobody."""
    log = events.of_story(transaction, story_id)
    return [each for each in log if each.seq > seen and each.actor not in (SYSTEM, actor)]


def conflict_page(
    visit: Visit, found: list[Event], *, title: str, back: str, newest: int, form: Mapping[str, Any], place: str = ""
) -> Response:
    """What the others did, and the two ways on: look at it as it is now, or go on after all with what was sent."""
    with visit.access.store.read() as transaction:
        names = {each.actor: each.label for each in accounts.every(transaction)}
    fields = [
        (name, value) for name, given in form.items() for value in (given if isinstance(given, list) else [given])
    ]
    return page(
        visit,
        "conflict.html",
        title=words_for(visit.language)("conflict_title"),
        status=409,
        place=place,
        subject=title,
        found=found,
        names=names,
        back=back,
        action=visit.request.url.path,
        fields=[*fields, ("seen", newest)],
    )
