"""The small grammars on which the formats stand: addresses, dates, languages, media types.

Strict on purpose: what passes here is understood by every reader, not only by the forgiving ones.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[^\x00-\x20\"<>\\^`{|}%\x7f-\xa0]|%[0-9A-Fa-f]{2})+")
_REFERENCE = re.compile(r"(?![^/?#]*:)(?:[^\x00-\x20\"<>\\^`{|}%\x7f-\xa0]|%[0-9A-Fa-f]{2})+")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-][01]\d:[0-5]\d|[+-]2[0-3]:[0-5]\d)")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC822 = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}), )?(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) "
    r"([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)? (?:GMT|UT|[+-](?:[01]\d|2[0-3])[0-5]\d)"
)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;\s*[A-Za-z0-9-]+=(\"[^\"]*\"|[^\s;\"]+))*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@lru_cache(maxsize=4096)
def is_iri(text: str) -> bool:
    """Tell whether `text` is an absolute IRI (RFC 3987); an http(s) one must name a host."""
    if not _IRI.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme not in {"http", "https"} or bool(parts.hostname and parts.port != 0)
    except ValueError:
        return False


def is_reference(text: str) -> bool:
    """Tell whether `text` is a relative reference (RFC 3986 section 4.2) that is not empty."""
    return bool(_REFERENCE.fullmatch(text))


def is_rfc3339(text: str) -> bool:
    """Tell whether `text` is a date-time of RFC 3339 as Atom wants it (capital T and Z) on a day that exists."""
    if not _RFC3339.fullmatch(text):
        return False
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def is_rfc822(text: str) -> bool:
    """Tell whether `text` is a date of RFC 822 with a four-digit year, on a day that exists and is named rightly."""
    match = _RFC822.fullmatch(text)
    if not match:
        return False
    weekday, day, month, year = match.group(1, 2, 3, 4)
    try:
        calendar_day = date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        return False
    return weekday in {None, _WEEKDAYS[calendar_day.weekday()]}


def is_language(text: str) -> bool:
    """Tell whether `text` is a well-formed language tag (RFC 5646)."""
    return bool(_LANGUAGE.fullmatch(text))


def is_media_type(text: str) -> bool:
    """Tell whether `text` is a media type (RFC 6838), with parameters or without."""
    return bool(_MEDIA_TYPE.fullmatch(text))


def is_email(text: str) -> bool:
    """Tell whether `text` looks like one mail address."""
    return bool(_EMAIL.fullmatch(text))
