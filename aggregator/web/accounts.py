"""Who is asking, and whether they may: every route of the editors' side says whom it is for when it is added."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse

from aggregator.accounts import Access
from aggregator.accounts.tokens import form_token, is_form_token, is_token, new_token, token_hash
from aggregator.store import sessions
from aggregator.store.accounts import Account, Role
from aggregator.store.sessions import SEEN_EVERY, Session
from aggregator.web.cookies import Cookies, cookies_for, is_from_here
from aggregator.web.documents import LANGUAGES, preferred_language

log = structlog.get_logger()

SIGN_IN = "/edit/sign-in"
STALE_FORM = "stale_form"  # detail of a 403: the form was not ours, or from before signing in or out


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request to the editors' side: whose it is, in which language, and what its forms carry."""

    access: Access
    request: Request
    cookies: Cookies
    now: datetime
    language: str
    visitor: str  # the token of the visit before anyone signed in
    token: str = ""  # the session's; "" when nobody is signed in
    session: Session | None = None
    account: Account | None = None

    @property
    def form_token(self) -> str:
        """What every form of this page carries."""
        return form_token(self.access.secret_key, token_hash(self.token or self.visitor))

    @property
    def person(self) -> Account:
        """Who is signed in; for routes that ask for a role."""
        assert self.account is not None  # the guard let nobody else through
        return self.account

    @property
    def address(self) -> str:
        """The network address that the request came from, as far as trusted proxies tell."""
        return self.request.client.host if self.request.client else ""

    def may(self, role: Role) -> bool:
        """Whether who is signed in may do what asks for `role`."""
        return self.account is not None and self.account.role.includes(role)


class SignInFirst(Exception):  # noqa: N818  it is an answer
    """Nobody is signed in: the sign-in page comes first, then `back` if that is an address to look at."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


def visit_of(request: Request) -> Visit:
    """The visit that the guard let through."""
    visit: Visit = request.state.visit
    return visit


Here = Annotated[Visit, Depends(visit_of)]
Number = Annotated[int, Path(ge=0, le=2**53)]  # of an account, a session: what every database can compare


class Editors:
    """The routes of the editors' side. `role` None: for everyone, also signed out; else that role and those above.

    >>> @editors.get("/edit/users", role=Role.MANAGER)  # doctest: +SKIP
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self.router = APIRouter(include_in_schema=False)
        self.rules: dict[tuple[str, str], Role | None] = {}

    def get(self, path: str, *, role: Role | None) -> Callable[[Any], Any]:
        """A page: it shows, and changes nothing."""

        def guard(request: Request) -> None:
            check_address(request)
            request.state.visit = allowed(begin_visit(request, self.access), role)

        return self._add("GET", path, role, guard)

    def post(self, path: str, *, role: Role | None) -> Callable[[Any], Any]:
        """An act: only from a form of ours, made for this session."""

        def guard(request: Request, csrf: Annotated[str, Form()] = "") -> None:
            check_address(request)
            visit = begin_visit(request, self.access)
            if not is_from_here(request, self.access.base_url):
                raise HTTPException(403, STALE_FORM)
            allowed(visit, role)
            bound = [visit.token] if role else [visit.token, visit.visitor]
            if not any(is_form_token(self.access.secret_key, token_hash(each), csrf) for each in filter(None, bound)):
                raise HTTPException(403, STALE_FORM)
            request.state.visit = visit

        return self._add("POST", path, role, guard)

    def _add(self, method: str, path: str, role: Role | None, guard: Callable[..., None]) -> Callable[[Any], Any]:
        self.rules[(method, path)] = role
        return self.router.api_route(path, methods=[method], dependencies=[Depends(guard)], response_model=None)


def check_address(request: Request) -> None:
    """Raise HTTPException 404 for an address that names nothing: PostgreSQL has no text with a NUL in it."""
    if "%00" in str(request.url) or "\0" in request.url.path:
        raise HTTPException(404)


def allowed(visit: Visit, role: Role | None) -> Visit:
    """`visit`, if it may go on. Raises SignInFirst, or HTTPException 403."""
    if role is not None and visit.account is None:
        is_page = visit.request.method == "GET"
        query = f"?{visit.request.url.query}" if visit.request.url.query else ""
        raise SignInFirst(visit.request.url.path + query if is_page else "")
    if role is not None and not visit.may(role):
        raise HTTPException(403)
    return visit


def begin_visit(request: Request, access: Access) -> Visit:
    """Who is asking, by the session's cookie. Raises StoreError."""
    now = datetime.now(UTC)
    cookies = cookies_for(request, access.base_url)
    token = request.cookies.get(cookies.session, "")
    found = _signed_in(access, token, now) if is_token(token) else None
    session, account = found or (None, None)
    visitor = request.cookies.get(cookies.visit, "")
    return Visit(
        access=access,
        request=request,
        cookies=cookies,
        now=now,
        language=_language(request, account, access.language),
        visitor=visitor if is_token(visitor) else new_token(),
        token=token if found else "",
        session=session,
        account=account,
    )


def nobody(request: Request, access: Access) -> Visit:
    """A visit of which nothing is known: for error pages when the database does not answer."""
    return Visit(
        access=access,
        request=request,
        cookies=cookies_for(request, access.base_url),
        now=datetime.now(UTC),
        language=_language(request, None, access.language),
        visitor="",
    )


def sign_in_on(visit: Visit, response: Response, token: str) -> Response:
    """Let the browser keep a new session, and forget the visit before it."""
    if not visit.cookies.is_secure:
        log.warning("sign_in_without_tls", host=visit.request.url.hostname, fix="put TLS in front, set site.base_url")
    visit.cookies.put(response, visit.cookies.session, token, int(sessions.LONGEST.total_seconds()))
    visit.cookies.drop(response, visit.cookies.visit)
    return response


def to(path: str) -> RedirectResponse:
    """After an act, on to a page that shows what came of it."""
    return RedirectResponse(path, 303)


def safe_back(path: str) -> str:
    """An address of the editors' side to return to; "/edit" for anything else, whatever someone put in a link."""
    parts = urlsplit(path)
    is_ours = not parts.scheme and not parts.netloc and (parts.path == "/edit" or parts.path.startswith("/edit/"))
    is_plain = path.isascii() and path.isprintable() and "\\" not in path and ".." not in parts.path
    return path if is_ours and is_plain and not parts.path.startswith(SIGN_IN) else "/edit"


def _signed_in(access: Access, token: str, now: datetime) -> tuple[Session, Account] | None:
    with access.store.read() as transaction:
        found = sessions.find(transaction, token_hash(token), now)
    if found and now - found[0].last_seen > SEEN_EVERY:
        with access.store.write() as transaction:
            sessions.touch(transaction, found[0].id, now)
    return found


def _language(request: Request, account: Account | None, default: str) -> str:
    wanted = request.query_params.get("lang", "")
    if wanted in LANGUAGES:
        return wanted
    if account and account.language in LANGUAGES:
        return account.language
    return preferred_language(request.headers.get("accept-language", ""), default)
