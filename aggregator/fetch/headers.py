"""What the headers of an answer say, read carefully: they come from outside and may say anything.

RFC 9110 (Content-Type, Retry-After, validators), RFC 9111 section 4.2 (freshness), RFC 8288 (Link).
Values are bytes on the wire; we keep them as Latin-1 text, which gives every byte back as it came.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aggregator.fetch.address import redirect_target
from aggregator.model import Validators

Headers = Mapping[bytes, Sequence[bytes]]  # names in lower case

LONGEST = timedelta(days=36_500)  # a longer stretch of time is kept as this one: sums with it stay dates
MOST_LINKS = 50

DIRECTIVE = re.compile(r'([\w-]+)(?:=(?:"([^"]*)"|([^\s,"]*)))?')
LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+(?:=(?:"[^"]*"|[^\s",;]*))?)*)')
PARAMETER = re.compile(r';\s*([\w*-]+)(?:=(?:"([^"]*)"|([^\s",;]*)))?')


def parse_headers(lines: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """Return the values of each header, in their order, from the lines of one answer."""
    headers: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip(b" \t\r\n"))
    return headers


def header(headers: Headers, name: bytes) -> str:
    """Return the first value of a header, "" if there is none."""
    values = headers.get(name)
    return values[0].decode("latin-1") if values else ""


def validators_of(headers: Headers) -> Validators:
    """Return what the answer itself carried, byte for byte."""
    etag, last_modified = header(headers, b"etag"), header(headers, b"last-modified")
    return Validators(etag=etag or None, last_modified=last_modified or None)


def fresh_for(headers: Headers, now: datetime) -> timedelta | None:
    """Return how long the answer stays fresh (RFC 9111 section 4.2.1): zero if not at all, None if nothing is said.

    `s-maxage` is for shared caches, which we are not. Expires counts from Date, from `now` if there is none; what
    cannot be read is over (section 5.3).
    """
    directives = _directives(headers)
    if "no-store" in directives or directives.get("no-cache") == "":
        return timedelta(0)
    if "max-age" in directives:
        age = _seconds(header(headers, b"age")) or timedelta(0)
        lifetime = _seconds(directives["max-age"]) or timedelta(0)
        return max(lifetime - age, timedelta(0))
    if b"expires" not in headers:
        return None
    expires = _http_date(header(headers, b"expires"))
    sent = _http_date(header(headers, b"date")) or now
    return (expires and _positive(expires - sent)) or timedelta(0)


def retry_after(headers: Headers, now: datetime) -> timedelta | None:
    """Return how long to stay away, from seconds or a date; None when nothing usable is said."""
    said = header(headers, b"retry-after")
    seconds = _seconds(said)
    if seconds is not None:
        return _positive(seconds)
    date = _http_date(said)
    return _positive(date - now) if date else None


def content_type(headers: Headers) -> tuple[str, str]:
    """Return media type, in lower case, and charset, as declared; "" for what is not said."""
    media_type, _, parameters = header(headers, b"content-type").partition(";")
    found = {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(";" + parameters)}
    return media_type.strip().lower(), found.get("charset", "").strip("'\" ")


def links_of(headers: Headers, address: str) -> tuple[tuple[str, str], ...]:
    """Return (relation, absolute URL) of every usable link in the Link headers, relations in lower case."""
    found: list[tuple[str, str]] = []
    for value in headers.get(b"link", ()):
        for target, parameters in LINK.findall(value.decode("latin-1")):
            said = {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(parameters)}
            if "anchor" not in said:  # with an anchor it is not about this document
                found += _links(target, said.get("rel", ""), address)
    return tuple(found[:MOST_LINKS])


def _links(target: str, relations: str, address: str) -> list[tuple[str, str]]:
    try:
        url = redirect_target(address, target.encode("latin-1"))
    except ValueError:
        return []
    return [(relation, url) for relation in relations.lower().split()]


def _directives(headers: Headers) -> dict[str, str]:
    value = b",".join(headers.get(b"cache-control", ())).decode("latin-1").lower()
    found: dict[str, str] = {}
    for name, quoted, plain in DIRECTIVE.findall(value):
        found.setdefault(name, quoted or plain)
    return found


def _seconds(text: str) -> timedelta | None:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        return None
    digits = digits.lstrip("0") or "0"
    return timedelta(seconds=int(digits)) if len(digits) < 10 else LONGEST


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _positive(span: timedelta) -> timedelta | None:
    return min(span, LONGEST) if span > timedelta(0) else None
