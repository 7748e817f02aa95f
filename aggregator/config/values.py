"""The kinds of value that a configuration holds, each with one sentence for whoever gets it wrong.

Sources: RFC 3986 (addresses), RFC 4151 section 2.1 (authority of a tag: URI), RFC 5646 (language tags).
"""

import re
import shlex
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator

UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) *(d|h|min|s|)")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_AUTHORITY = re.compile(r"[a-zA-Z0-9.@_-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST_PORT = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.*_-]+)(?::\d{1,5})?")
_PLACEHOLDER = re.compile(r"\{[a-z]+(?:[+-]\d+)?\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"`\\^|{}]")
_LONGEST_URL = 4000


def read_duration(value: Any) -> Any:
    """Return the timedelta that "2 h", "5 min", "90" or 90 (seconds) stand for; anything else as it is.

    >>> read_duration("2 h")
    datetime.timedelta(seconds=7200)
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value).strip())
    if not found:
        raise ValueError('must be a duration: "90 s", "5 min", "2 h", "7 d", or a number of seconds')
    return float(found[1]) * UNITS[found[2] or "s"]


def write_duration(span: timedelta) -> str:
    """Return `span` as `read_duration` reads it, in the largest unit that leaves no remainder.

    >>> write_duration(timedelta(hours=36))
    '36 h'
    """
    for unit, size in UNITS.items():
        if span >= size and not span % size:
            return f"{span // size} {unit}"
    return f"{span.total_seconds():.6f}".rstrip("0").rstrip(".") + " s"


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """Return the check of a duration's bounds, both included."""

    def check(span: timedelta) -> timedelta:
        if not least <= span <= most:
            raise ValueError(f"must be between {write_duration(least)} and {write_duration(most)}")
        return span

    return AfterValidator(check)


def check_order(least: timedelta, most: timedelta) -> None:
    """Raise ValueError unless `least` <= `most`."""
    if least > most:
        raise ValueError("interval_min must not be longer than interval_max")


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must be one line of text without control characters")
    return text.strip()


def _named(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def is_slug(text: str) -> bool:
    """Say whether `text` can be part of an address of ours: an id, a label, a theme."""
    return bool(_SLUG.fullmatch(text)) and len(text) <= 64


def _slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError("must be lower-case letters, digits and single hyphens, 64 at most")
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError('must be a language tag such as "nl", "en" or "fy"')
    return text


def _authority(text: str) -> str:
    if not _AUTHORITY.fullmatch(text):
        raise ValueError("must be a domain name and a date on which it was yours")
    return text


def _split_url(text: str, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or _UNSAFE_IN_URL.search(text) or len(text) > _LONGEST_URL:
        raise ValueError(f"must be a full address that starts with {' or '.join(f'{s}://' for s in schemes)}")
    return parts


def _web_address(text: str) -> str:
    parts = _split_url(_PLACEHOLDER.sub("0", text), ("http", "https"))
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    return text


def _base_url(text: str) -> str:
    parts = _split_url(text, ("http", "https"))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address without user name, query or fragment")
    return text.rstrip("/")


def _contact(text: str) -> str:
    if text and not _MAIL.fullmatch(text):
        try:
            _web_address(text)
        except ValueError:
            raise ValueError("must be a mail address or the full address of a page") from None
    return text


def _smtp_url(text: str) -> str:
    if text:
        _split_url(text, ("smtp", "smtps"))
    return text


def _sender(text: str) -> str:
    address = text.rpartition("<")[2].rstrip("> ") if "<" in text else text
    if text and (_CONTROL.search(text) or not _MAIL.fullmatch(address)):
        raise ValueError("must be a mail address, alone or behind a name")
    return text


def _issuer(text: str) -> str:
    if text:
        parts = _split_url(text, ("https", "http"))
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("must start with https://")
    return text


def _hub(text: str) -> str:
    if text:
        _split_url(text, ("https", "http"))
    return text


def _command(text: str) -> str:
    try:
        shlex.split(text)
    except ValueError as error:
        raise ValueError(f"is no command: {error}") from None
    return text


def _domain(text: str) -> str:
    if text and not _DOMAIN.fullmatch(text.lower()):
        raise ValueError("must be the part of a mail address behind the @")
    return text.lower()


def _networks(text: str) -> str:
    for entry in filter(None, (part.strip() for part in text.split(","))):
        try:
            ip_network(entry)
        except ValueError:
            raise ValueError(f"holds {entry!r}, which is no address or CIDR") from None
    return text


def _database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    engine = scheme.partition("+")[0]
    if separator and engine in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    if separator and engine == "sqlite":
        return f"sqlite+pysqlite://{rest}"
    raise ValueError("must start with sqlite:/// or postgresql://")


def _fetch_allow(text: str) -> str:
    for entry in filter(None, (part.strip() for part in text.split(","))):
        if not _is_allowable(entry):
            raise ValueError(f"holds {entry!r}, which is no host[:port], address[:port] or CIDR")
    return text


def _is_allowable(entry: str) -> bool:
    try:
        if "/" in entry:
            return bool(ip_network(entry))
        if entry.count(":") > 1 and not entry.startswith("["):
            return bool(ip_address(entry))
    except ValueError:
        return False
    port = entry.rpartition("]")[2].partition(":")[2]
    return bool(_HOST_PORT.fullmatch(entry)) and 0 < int(port or 1) < 65536


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Line = Annotated[str, AfterValidator(_line)]
Named = Annotated[Line, AfterValidator(_named)]
Slug = Annotated[str, AfterValidator(_slug)]
Language = Annotated[str, AfterValidator(_language)]
Authority = Annotated[str, AfterValidator(_authority)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Contact = Annotated[str, AfterValidator(_contact)]
SmtpUrl = Annotated[str, AfterValidator(_smtp_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Sender = Annotated[str, AfterValidator(_sender)]
Issuer = Annotated[str, AfterValidator(_issuer)]
HubUrl = Annotated[str, AfterValidator(_hub)]
HeartbeatUrl = Annotated[str, AfterValidator(_hub)]
Command = Annotated[Line, AfterValidator(_command)]
Domain = Annotated[str, AfterValidator(_domain)]
Networks = Annotated[str, AfterValidator(_networks)]
FetchAllow = Annotated[str, AfterValidator(_fetch_allow)]
