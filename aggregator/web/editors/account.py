"""Someone's own account: name, language, keys, password, and the devices on which they are signed in."""

from typing import Annotated

from fastapi import Form, HTTPException, Query, Response

from aggregator.accounts import people
from aggregator.accounts.passwords import SHORTEST
from aggregator.store import accounts, sessions
from aggregator.store.accounts import Role
from aggregator.web.accounts import Editors, Here, Number, Visit, to
from aggregator.web.devices import device
from aggregator.web.documents import LANGUAGES
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/account"
DONE = ("settings", "password", "session", "sessions")
Text = Annotated[str, Form()]


def add_to(editors: Editors) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    @editors.get(PAGE, role=Role.OWNER)
    def show(visit: Here, done: Annotated[str, Query()] = "") -> Response:
        """All of it on one page."""
        return _page(visit, done=done if done in DONE else "")

    @editors.post(f"{PAGE}/settings", role=Role.OWNER)
    def settings(visit: Here, name: Text = "", language: Text = "", keys: Text = "", reminders: Text = "") -> Response:
        """Name, language, whether letters are commands in lists (WCAG 2.1.4), and whether to be reminded by mail."""
        if language not in ("", *LANGUAGES):
            raise HTTPException(422)
        values: dict[str, object] = {"name": people.tidy(name), "language": language, "keys_enabled": keys == "on"}
        if visit.person.role.includes(Role.EDITOR):
            values["wants_reminders"] = reminders == "on"
        with store.write() as transaction:
            accounts.change(transaction, visit.person.id, **values)
        return to(f"{PAGE}?done=settings")

    @editors.post(f"{PAGE}/password", role=Role.OWNER)
    def password(visit: Here, new: Text, old: Text = "") -> Response:
        """A new password; every other device is signed out."""
        if visit.person.role is Role.OWNER:
            raise HTTPException(403)
        kept = visit.session.id if visit.session else 0
        wrong = people.change_password(editors.access, visit.person, old, new, visit.now, kept)
        return _page(visit, 422, error=wrong) if wrong else to(f"{PAGE}?done=password")

    @editors.post(f"{PAGE}/sessions/others/end", role=Role.OWNER)
    def end_others(visit: Here) -> Response:
        """Sign out everywhere else."""
        with store.write() as transaction:
            sessions.revoke(transaction, visit.person.id, visit.now, keep=visit.session.id if visit.session else 0)
        return to(f"{PAGE}?done=sessions#devices")

    @editors.post(PAGE + "/sessions/{number}/end", role=Role.OWNER)
    def end(visit: Here, number: Number) -> Response:
        """Sign out one device; only one's own."""
        with store.write() as transaction:
            sessions.revoke(transaction, visit.person.id, visit.now, number)
        return to(f"{PAGE}?done=session#devices")


def _page(visit: Visit, status: int = 200, *, done: str = "", error: people.Refusal | None = None) -> Response:
    words = words_for(visit.language)
    with visit.access.store.read() as transaction:
        held = sessions.of_account(transaction, visit.person.id, visit.now)
    return page(
        visit,
        "account.html",
        title=words("screen_account"),
        status=status,
        place=PAGE,
        account=visit.person,
        devices=[(each, device(each.user_agent) or words("unknown_device")) for each in held],
        languages=LANGUAGES,
        done=done,
        error=error,
        shortest=SHORTEST,
    )
