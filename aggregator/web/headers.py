"""Security headers (OWASP secure headers project), per area: what a page may load, and who may frame it."""

from dataclasses import dataclass

COMMON = {
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
NOTHING = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

PUBLIC = COMMON | {
    "content-security-policy": f"{NOTHING}; style-src 'self'; img-src 'self' data:",
    "referrer-policy": "strict-origin-when-cross-origin",
}

# The desk runs its own script and nobody else's. "same-origin" and not "no-referrer": browsers send the Origin that
# we check along with a form only then. No cache keeps a page, nor does a browser's back button after signing out.
DESK = COMMON | {
    "content-security-policy": f"{NOTHING}; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}

# The embed. Frames and scripts are what anybody may put on a page of theirs. The page that makes codes shows them on
# an invented page, and both run what a website owner's page would run.
NEWS_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *; style-src 'self'"
FRAME_WITH_SCRIPT = f"{NEWS_POLICY}; script-src 'self'"
ELSEWHERE = {"cross-origin-resource-policy": "cross-origin"}
FRAME = {name: value for name, value in (PUBLIC | ELSEWHERE).items() if name != "x-frame-options"} | {
    "content-security-policy": NEWS_POLICY
}
_EMBEDS = "script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'"
BUILDER = PUBLIC | {"content-security-policy": f"{NOTHING}; {_EMBEDS}"}
PREVIEW = PUBLIC | {
    "content-security-policy": f"{NOTHING}; {_EMBEDS}".replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    "x-frame-options": "SAMEORIGIN",
}

# Pages with feeds' addresses have buttons that copy them.
FOLLOWING = PUBLIC | {
    "content-security-policy": f"{NOTHING}; script-src 'self'; style-src 'self'; img-src 'self' data:"
}

HSTS = ("strict-transport-security", "max-age=31536000")


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A part of the addresses and the headers that every answer in it carries."""

    prefix: str
    headers: dict[str, str]


AREAS = (
    Area(prefix="/edit", headers=DESK),
    Area(prefix="/embed/news", headers=FRAME),
    Area(prefix="/embed/preview", headers=PREVIEW),
    Area(prefix="/embed", headers=BUILDER),
    Area(prefix="/feeds", headers=FOLLOWING),
    Area(prefix="", headers=PUBLIC),
)


def headers_of(path: str, scheme: str) -> dict[str, str]:
    """The headers of every answer at this address, error pages included."""
    area = next(each for each in AREAS if in_area(path, each.prefix))
    return area.headers | ({HSTS[0]: HSTS[1]} if scheme == "https" else {})


def in_area(path: str, prefix: str) -> bool:
    """Whether an address lies below `prefix`: "/edit" and "/edit/users" below "/edit", "/editors" not."""
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
