"""The log as it is, latest first: what happened, to what, by whom. Filtered and paged by the address."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response

from aggregator.store import Transaction, accounts, events, stories
from aggregator.store.accounts import Role
from aggregator.store.events import SYSTEM, Event
from aggregator.web.accounts import Editors, Here
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/log"
ROWS = 50
KINDS = (
    "taken-in", "joined", "revised", "retagged", "held", "published", "off-topic", "rejected", "later", "scheduled",
    "withdrawn", "edited", "pinned", "unpinned", "pictured", "added", "merged", "split", "origin", "undone",
    "user-added", "user-invited", "user-password", "user-reset", "user-role", "user-disabled", "user-enabled",
)  # fmt: skip
Text = Annotated[str, Query(max_length=100)]


def add_to(editors: Editors) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    @editors.get(PAGE, role=Role.READER)
    def show(
        visit: Here, kind: Text = "", actor: Text = "", before: Annotated[str, Query(max_length=18)] = ""
    ) -> Response:
        """One page of the log."""
        start = int(before) if before.isascii() and before.isdecimal() else None
        with store.read() as transaction:
            found = events.latest(transaction, ROWS, before=start, kind=kind, actor=actor)
            everyone = accounts.every(transaction)
            titles = _titles(transaction, found.events)
        names = {each.actor: each.label for each in everyone}
        words = words_for(visit.language)
        return page(
            visit,
            "log.html",
            title=words("screen_log"),
            place=PAGE,
            rows=found.events,
            titles=titles,
            older=_address(kind, actor, found.next_before) if found.next_before else "",
            is_first=start is None,
            kinds=_with(KINDS, kind),
            actors=_with([SYSTEM, *names], actor),
            names=names,
            kind=kind,
            actor=actor,
        )


def _titles(transaction: Transaction, found: Iterable[Event]) -> dict[int, tuple[str, str]]:
    """The title and the address of the stories that these events are about."""
    numbers = {each.story_id for each in found if each.story_id is not None}
    held = stories.by_number(transaction, numbers)
    return {number: (story.origin.entry.title, f"/stories/{story.slug}") for number, story in held.items()}


def _with(known: Iterable[str], chosen: str) -> list[str]:
    """The choices of a filter; one that someone wrote into the address is among them."""
    return list(dict.fromkeys([*known, *([chosen] if chosen else [])]))


def _address(kind: str, actor: str, before: int) -> str:
    asked = {"kind": kind, "actor": actor, "before": str(before)}
    return f"{PAGE}?{urlencode({name: value for name, value in asked.items() if value})}"
