"""Every route says whom it is for, and holds to it: the whole route table times every role, and nobody."""

import re
from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute

from aggregator.accounts import Access
from aggregator.release import Press
from aggregator.store.accounts import Role
from aggregator.web.app import make_app
from aggregator.web.documents import Documents
from aggregator.web.editors.routes import make_editors
from tests.line.partner import lookout_over, make_line
from tests.web.editors.conftest import WEB, Client

# What is for everyone and no part of the editors' side. A new address of the web side takes its place here on purpose.
PUBLIC = {
    "/stories/{part0}", "/sources/{part0}", "/archief", "/archief/{part0}", "/archief/{part0}/{part1}", "/agenda",
    "/search", "/zoeken", "/verantwoording", "/toegankelijkheid", "/privacy", "/sitemap.xml", "/sitemap/{part0}",
    "/.well-known/security.txt", "/robots.txt", "/icon.png", "/static/{name}", "/healthz", "/readyz", "/metrics",
    "/feeds/sources/{part0}", "/feeds/labels/{part0}", "/feeds/samenstellen", "/feeds/search.{suffix}",
    "/embed", "/embed/themes/{themes}", "/embed/news", "/embed/news/labels/{labels}", "/embed/news/sources/{sources}",
    "/embed/news/themes/{themes}", "/embed/preview/{how}", "/embed/preview/{how}/themes/{themes}",
    "/embed/{version}/{name}",
    "/api/docs", "/api/v1/openapi.json", "/api/v1/stories", "/api/v1/stories/{story_id:path}", "/api/v1/themes",
    "/api/v1/sources", "/api/v1/labels", "/api/v1/deletions",
    "/websub/callback/{token}", "/pictures/{name}",
}  # fmt: skip


def app_of(press: Press, access: Access) -> Documents:
    return make_app(press, access, line=make_line(press.store, WEB), lookout=lookout_over(WEB))


def routes_of(press: Press, access: Access) -> list[APIRoute]:
    return [route for route in walk(app_of(press, access).app.routes) if isinstance(route, APIRoute)]  # type: ignore[attr-defined]


def walk(routes: list[object]) -> list[object]:
    found: list[object] = []
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        found += walk(list(inner)) if inner and not isinstance(route, APIRoute) else [route]
    return found


def test_every_route_has_a_rule(press: Press, access: Access) -> None:
    rules = make_editors(access, press, make_line(press.store, WEB), lookout_over(WEB)).rules
    paths = {(method, route.path) for route in routes_of(press, access) for method in route.methods or ()}
    unruled = {path for method, path in paths if (method, path) not in rules}
    assert unruled == PUBLIC
    assert {path for _, path in rules} == {path for _, path in paths if path.startswith("/edit")}


def test_what_everyone_may_use_is_the_way_in_and_nothing_else(press: Press, access: Access) -> None:
    open_to_all = {
        path
        for (_, path), role in make_editors(access, press, make_line(press.store, WEB), lookout_over(WEB)).rules.items()
        if role is None
    }
    assert open_to_all == {
        "/edit/sign-in", "/edit/sign-in/mail", "/edit/sign-in/oidc", "/edit/sign-in/oidc/return", "/edit/links/{token}",
    }  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_lets_in_whom_its_rule_names_and_nobody_else(
    press: Press, access: Access, address: str, signed_in: Callable[..., Client], role: Role | None
) -> None:
    client = signed_in(role) if role else Client(address)
    csrf = client.get("/edit/account" if role else "/edit/sign-in").csrf
    rules = make_editors(access, press, make_line(press.store, WEB), lookout_over(WEB)).rules
    last = ("POST", "/edit/sign-out")  # after it nobody is signed in
    for method, path in sorted(rules, key=lambda each: each == last):
        needed = rules[(method, path)]
        filled = re.sub(r"\{[a-z_]+\}", "999", path)
        reply = client.get(filled) if method == "GET" else client.post(filled, csrf=csrf)
        if needed is None:
            assert reply.status != 401, path
        elif role is None:
            assert reply.status == 303, path
            assert reply.header("location").startswith("/edit/sign-in"), path
        elif role.includes(needed):
            assert reply.status in (200, 303, 404, 409, 422) or "eigen organisatie" in reply.text, (
                method,
                path,
                reply.status,
            )
            assert not reply.header("location").startswith("/edit/sign-in?back"), path
        else:
            assert reply.status == 403, path
            assert "hoort niet bij uw rol" in reply.text


@pytest.mark.parametrize(("held", "needed", "may"), [
    (Role.OWNER, Role.OWNER, True), (Role.OWNER, Role.READER, False), (Role.READER, Role.EDITOR, False),
    (Role.EDITOR, Role.READER, True), (Role.EDITOR, Role.MANAGER, False), (Role.MANAGER, Role.OWNER, True),
])  # fmt: skip
def test_each_role_may_do_what_those_before_it_may(held: Role, needed: Role, may: bool) -> None:
    assert held.includes(needed) is may
