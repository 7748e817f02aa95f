"""One-time links: opening one shows what it is for, and only the button uses it up (mail scanners open every link)."""

from typing import Annotated

from fastapi import Form, Response

from aggregator.accounts import entering
from aggregator.accounts.passwords import SHORTEST
from aggregator.accounts.people import Refusal
from aggregator.store.accounts import Role
from aggregator.store.links import Purpose
from aggregator.web.accounts import Editors, Here, Visit, sign_in_on, to
from aggregator.web.editors.shell import page, words_for

Text = Annotated[str, Form()]


def add_to(editors: Editors) -> None:
    """Add the routes of this file."""
    access = editors.access

    @editors.get("/edit/links/{token}", role=None)
    def show(visit: Here, token: str) -> Response:
        """What the link is for."""
        return _page(visit, token)

    @editors.post("/edit/links/{token}", role=None)
    def use(visit: Here, token: str, email: Text = "", name: Text = "", password: Text = "") -> Response:
        """Use it up: the account is taken into use, and its owner signed in."""
        found = entering.by_link(access, token, visit.now, email=email, name=name, password=password)
        if isinstance(found, Refusal):
            return _page(visit, token, 410 if found is Refusal.LINK_OVER else 422, found, email=email, name=name)
        agent = visit.request.headers.get("user-agent", "")
        session = entering.begin_session(access, found, visit.now, agent, visit.token)
        return sign_in_on(visit, to("/edit"), session)


def _page(
    visit: Visit, token: str, status: int = 200, error: Refusal | None = None, *, email: str = "", name: str = ""
) -> Response:
    words = words_for(visit.language)
    opened = entering.open_link(visit.access, token, visit.now)
    if opened is None:
        return page(visit, "link_over.html", title=words("link_over_title"), status=410)
    account = opened.account
    is_owner = account is not None and account.role is Role.OWNER
    purpose = opened.link.purpose
    key = "invite_owner" if is_owner and purpose is Purpose.INVITE else purpose.value
    return page(
        visit,
        "link.html",
        title=words(f"link_{key}_title"),
        status=status,
        key=key,
        token=token,
        account=account,
        role=opened.link.role,
        email=account.email if account else email,
        name=(account.name if account else name) or name,
        asks_name=purpose in (Purpose.FIRST_MANAGER, Purpose.INVITE) and not is_owner,
        asks_password=purpose is not Purpose.SIGN_IN and not is_owner,
        error=error,
        shortest=SHORTEST,
    )
