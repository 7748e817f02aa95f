"""Who may sign in: the manager's list, invitations, roles, and shutting someone out."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Form, HTTPException, Query, Response

from aggregator.accounts import people
from aggregator.accounts.people import HandedOver, Refusal
from aggregator.store import accounts, sessions, sources
from aggregator.store.accounts import Account, Role
from aggregator.web.accounts import Editors, Here, Number, Visit, to
from aggregator.web.devices import device
from aggregator.web.documents import LANGUAGES
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/users"
DONE = ("role", "disabled", "enabled")
Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form(default_factory=list)]


def add_to(editors: Editors) -> None:
    """Add the routes of this file."""
    access = editors.access

    @editors.get(PAGE, role=Role.MANAGER)
    def show(visit: Here) -> Response:
        """Everyone, and the form that invites."""
        return _list(visit)

    @editors.post(PAGE, role=Role.MANAGER)
    def invite(visit: Here, email: Text, role: Text, sources: Texts, name: Text = "", language: Text = "") -> Response:
        """Invite someone; the link is shown once, here."""
        made = people.invite(
            access,
            email,
            _role(role),
            visit.person.actor,
            visit.now,
            name=name,
            source_ids=sources,
            language=language if language in LANGUAGES else "",
        )
        if isinstance(made, Refusal):
            given = {"email": email, "name": name, "role": role, "sources": sources, "language": language}
            return _list(visit, 409 if made is Refusal.TAKEN else 422, error=made, given=given)
        return _list(visit, handed=made)

    @editors.get(PAGE + "/{number}", role=Role.MANAGER)
    def one(visit: Here, number: Number, done: Annotated[str, Query()] = "") -> Response:
        """One account: what it may, where it is signed in."""
        return _one(visit, number, done=done if done in DONE else "")

    @editors.post(PAGE + "/{number}/role", role=Role.MANAGER)
    def change_role(visit: Here, number: Number, role: Text, sources: Texts) -> Response:
        """Let someone do more or less."""
        made = people.set_role(access, number, _role(role), visit.person.actor, visit.now, sources)
        return _after(visit, number, made, "role")

    @editors.post(PAGE + "/{number}/reset", role=Role.MANAGER)
    def reset(visit: Here, number: Number) -> Response:
        """A new link; it is shown once, here."""
        made = people.reset(access, number, visit.person.actor, visit.now)
        return _one(visit, number, 409, error=made) if isinstance(made, Refusal) else _one(visit, number, handed=made)

    @editors.post(PAGE + "/{number}/disable", role=Role.MANAGER)
    def disable(visit: Here, number: Number) -> Response:
        """Shut someone out at once."""
        return _after(visit, number, people.disable(access, number, visit.person.actor, visit.now), "disabled")

    @editors.post(PAGE + "/{number}/enable", role=Role.MANAGER)
    def enable(visit: Here, number: Number) -> Response:
        """Let someone in again."""
        return _after(visit, number, people.enable(access, number, visit.person.actor, visit.now), "enabled")


def _role(text: str) -> Role:
    if text not in set(Role):
        raise HTTPException(422)
    return Role(text)


def _after(visit: Visit, number: int, made: Account | Refusal, done: str) -> Response:
    if isinstance(made, Refusal):
        return _one(visit, number, 422 if made is Refusal.NO_SOURCE else 409, error=made)
    return to(f"{PAGE}/{number}?done={done}")


def _list(
    visit: Visit,
    status: int = 200,
    *,
    error: Refusal | None = None,
    handed: HandedOver | None = None,
    given: Mapping[str, object] | None = None,
) -> Response:
    with visit.access.store.read() as transaction:
        everyone = accounts.every(transaction)
        partners = _partners(sources.all_sources(transaction))
    title = words_for(visit.language)("users_title", n=len(everyone))
    empty = {"email": "", "name": "", "role": Role.EDITOR.value, "sources": [], "language": ""}
    return page(
        visit,
        "users.html",
        title=title,
        status=status,
        place=PAGE,
        everyone=everyone,
        partners=partners,
        error=error,
        handed=handed,
        given=given or empty,
        languages=LANGUAGES,
    )


def _one(
    visit: Visit,
    number: int,
    status: int = 200,
    *,
    done: str = "",
    error: Refusal | None = None,
    handed: HandedOver | None = None,
) -> Response:
    words = words_for(visit.language)
    with visit.access.store.read() as transaction:
        account = accounts.get(transaction, number)
        if account is None:
            raise HTTPException(404)
        held = sessions.of_account(transaction, number, visit.now)
        partners = _partners(sources.all_sources(transaction))
    return page(
        visit,
        "user.html",
        title=account.label,
        status=status,
        place=PAGE,
        account=account,
        partners=partners,
        devices=[(each, device(each.user_agent) or words("unknown_device")) for each in held],
        done=done,
        error=error,
        handed=handed,
    )


def _partners(held: list[sources.Held]) -> list[tuple[str, str]]:
    named = [(each.source.id, each.source.title or each.source.organisation) for each in held]
    return sorted(named, key=lambda each: (each[1].casefold(), each[0]))
