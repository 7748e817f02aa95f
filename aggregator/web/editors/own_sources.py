"""What a partner sees: how its site is visited, how that went, and what was taken from it. Its own and no other."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import HTTPException, Query, Response

from aggregator.store import sources, taken
from aggregator.store.accounts import Account, Role
from aggregator.store.sources import Held
from aggregator.store.tables import EPOCH, MICROSECOND
from aggregator.store.taken import Taken
from aggregator.text.outcomes import Explanation, explain
from aggregator.web.accounts import Editors, Here, to
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/own"
ROWS = 25


def add_to(editors: Editors) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    @editors.get(PAGE, role=Role.OWNER)
    def show(visit: Here) -> Response:
        """The sources of whoever is signed in; with one of them, that one."""
        own = visit.person.sources
        if len(own) == 1:
            return to(f"{PAGE}/{own[0]}")
        with store.read() as transaction:
            held = [each for each in sources.all_sources(transaction) if each.source.id in own]
        title = words_for(visit.language)("screen_own")
        return page(visit, "own.html", title=title, place=PAGE, held=held)

    @editors.get(PAGE + "/{source_id}", role=Role.OWNER)
    def one(visit: Here, source_id: str, before: Annotated[str, Query(max_length=40)] = "") -> Response:
        """One source: the last visit in plain words, and what was taken, latest first."""
        if not may_see(visit.person, source_id):
            raise HTTPException(403, "own_source")
        with store.read() as transaction:
            held = sources.held(transaction, source_id)
            if held is None:
                raise HTTPException(404)
            rows = taken.of_source(transaction, source_id, ROWS + 1, read_place(before))
        shown = rows[:ROWS]
        return page(
            visit,
            "own_source.html",
            title=held.source.title or held.source.organisation,
            place=PAGE,
            held=held,
            said=explanation(held, visit.language),
            rows=shown,
            older=write_place(shown[-1]) if len(rows) > ROWS else "",
            is_first=not before,
        )


def may_see(account: Account, source_id: str) -> bool:
    """An owner of sources sees its own; readers and those above see every one."""
    return account.role.includes(Role.READER) or source_id in account.sources


def explanation(held: Held, language: str) -> Explanation | None:
    """How the last visit went, in plain sentences; None before the first."""
    poll = held.poll
    code = poll.code or (poll.outcome.value if poll.outcome else "")
    facts = {"moved_to": poll.address} if poll.address else {}
    return explain(code, "en" if language == "en" else "nl", **facts) if code else None


def write_place(row: Taken) -> str:
    """Where a page of the list ends, for the address of the next."""
    return f"{(row.first_seen - EPOCH) // MICROSECOND}.{row.id}"


def read_place(text: str) -> tuple[datetime, int] | None:
    """The place that `write_place` wrote; None for anything else."""
    moment, _, number = text.partition(".")
    if not (text.isascii() and moment.isdecimal() and number.isdecimal() and len(moment) < 18 and len(number) < 18):
        return None
    return EPOCH + timedelta(microseconds=int(moment)), int(number)
