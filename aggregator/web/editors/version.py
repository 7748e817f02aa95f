"""Two editors at once: a form says which version of a story it was made from; who was ahead is shown, not undone.

Whether somebody was ahead is asked in the transaction that decides (`aggregator/store/events.py:by_others`).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Form, Response

from aggregator.store import accounts
from aggregator.store.events import Event
from aggregator.web.accounts import Visit
from aggregator.web.editors.shell import page, words_for

Seen = Annotated[int, Form(ge=0, le=2**53)]  # the hidden field "seen": events.last_seq_of the story that was shown


def conflict_page(
    visit: Visit,
    found: Sequence[Event],
    *,
    title: str,
    back: str,
    newest: int,
    form: Mapping[str, Any],
    place: str = "",
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
