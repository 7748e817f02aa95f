"""Signing in by password or by a mailed link, and signing out."""

from typing import Annotated

from fastapi import Form, Query, Response

from aggregator.accounts import entering
from aggregator.accounts.entering import Wait
from aggregator.store import sessions
from aggregator.store.accounts import Role
from aggregator.web.accounts import SIGN_IN, Editors, Here, Visit, safe_back, sign_in_on, to
from aggregator.web.editors.shell import page, words_for

Text = Annotated[str, Form()]


def add_to(editors: Editors, *, has_provider: bool) -> None:
    """Add the routes of this file."""
    access = editors.access

    @editors.get(SIGN_IN, role=None)
    def show(visit: Here, back: Annotated[str, Query()] = "", done: Annotated[str, Query()] = "") -> Response:
        """The sign-in form; whoever is signed in is sent on."""
        if visit.account:
            return to(safe_back(back))
        notice = "signed_out" if done == "signed_out" else ""
        return form(visit, back=back, notice=notice, has_provider=has_provider)

    @editors.post(SIGN_IN, role=None)
    def enter(visit: Here, email: Text, password: Text, back: Text = "") -> Response:
        """Sign in, under a new session."""
        found = entering.by_password(access, email, password, visit.address, visit.now)
        if isinstance(found, Wait):
            return too_often(visit, found, email=email, back=back, has_provider=has_provider)
        if found is None:
            return form(visit, 403, back=back, email=email, error="wrong_sign_in", has_provider=has_provider)
        agent = visit.request.headers.get("user-agent", "")
        token = entering.begin_session(access, found, visit.now, agent, visit.token)
        return sign_in_on(visit, to(safe_back(back)), token)

    @editors.get(f"{SIGN_IN}/mail", role=None)
    def ask(visit: Here) -> Response:
        """The form that has a link mailed."""
        return _mail_form(visit)

    @editors.post(f"{SIGN_IN}/mail", role=None)
    def mail(visit: Here, email: Text) -> Response:
        """Mail a link. What the page says does not tell whether there is such an account."""
        found = entering.ask_by_mail(access, email, visit.address, visit.now)
        if isinstance(found, Wait):
            return _waiting(_mail_form(visit, 429, email=email, wait=_minutes(found)), found)
        return _mail_form(visit, is_sent=True)

    @editors.post("/edit/sign-out", role=Role.OWNER)
    def leave(visit: Here) -> Response:
        """End this session."""
        with access.store.write() as transaction:
            sessions.revoke(transaction, visit.person.id, visit.now, visit.session.id if visit.session else 0)
        response = to(f"{SIGN_IN}?done=signed_out")
        visit.cookies.drop(response, visit.cookies.session)
        return response


def form(
    visit: Visit,
    status: int = 200,
    *,
    back: str = "",
    email: str = "",
    error: str = "",
    notice: str = "",
    wait: int = 0,
    has_provider: bool = False,
) -> Response:
    """The sign-in form, with what went wrong."""
    return page(
        visit,
        "sign_in.html",
        title=words_for(visit.language)("sign_in"),
        status=status,
        back=back if safe_back(back) == back else "",
        email=email,
        error=error,
        notice=notice,
        wait=wait,
        has_provider=has_provider,
    )


def too_often(visit: Visit, wait: Wait, *, email: str, back: str, has_provider: bool) -> Response:
    """Not now: how long to wait, and what to do meanwhile."""
    made = form(visit, 429, back=back, email=email, wait=_minutes(wait), has_provider=has_provider)
    return _waiting(made, wait)


def _mail_form(visit: Visit, status: int = 200, *, email: str = "", wait: int = 0, is_sent: bool = False) -> Response:
    title = words_for(visit.language)("link_sent" if is_sent else "link_ask")
    return page(visit, "sign_in_mail.html", title=title, status=status, email=email, wait=wait, is_sent=is_sent)


def _minutes(wait: Wait) -> int:
    return int(wait.span.total_seconds() // 60) + 1


def _waiting(response: Response, wait: Wait) -> Response:
    response.headers["retry-after"] = str(int(wait.span.total_seconds()) + 1)
    return response
