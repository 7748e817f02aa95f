"""The editors' two cookies: the session, and before it the visit that a sign-in form is bound to.

With https, and on this machine itself, `__Host-` and Secure (RFC 6265bis section 4.1.3): no other host and no plain
connection can set or read them. On other plain http browsers would drop such a cookie: then without, with a warning.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cookies:
    """What the cookies of this request are called, and whether they are protected."""

    is_secure: bool

    @property
    def session(self) -> str:
        """The name of the session's cookie."""
        return self._named("session")

    @property
    def visit(self) -> str:
        """The name of the cookie before anyone signed in."""
        return self._named("visit")

    @property
    def oidc(self) -> str:
        """The name of the cookie that remembers a sign-in elsewhere that is under way."""
        return self._named("oidc")

    def put(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Have the browser keep a value; without `seconds` until it is closed."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, name: str) -> None:
        """Have the browser forget a value."""
        self.put(response, name, "", 0)

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name


def cookies_for(request: Request, base_url: str) -> Cookies:
    """The cookies of this request: secure when it came by https, as it or the proxy before us says, or from here.

    A proxy that says nothing is known by the host that it passes on: the one of `base_url`.
    """
    host = request.url.hostname or ""
    public = urlsplit(base_url)
    is_public = public.scheme == "https" and host == public.hostname
    return Cookies(is_secure=request.url.scheme == "https" or host in LOOPBACK or is_public)


def is_from_here(request: Request, base_url: str) -> bool:
    """Whether a browser sent this from a page of ours (OWASP CSRF prevention: Fetch Metadata, else Origin).

    Browsers set both headers themselves; one that sends neither is held by the form's token alone.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    public = urlsplit(base_url)
    return origin in (f"{request.url.scheme}://{request.url.netloc}", f"{public.scheme}://{public.netloc}")
