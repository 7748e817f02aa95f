"""Characters that may leave the house.

One control character makes a whole XML document unreadable (XML 1.0 section 2.2) and one space makes a link no link
(RFC 3987). Texts were cleaned when they came in; here nothing that was missed may cost a reader the whole feed.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from aggregator.text.html import clean_text

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_IRI = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f-\xa0\u2028\u2029\u200e\u200f\u202a-\u202e]')
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def legal(text: str) -> str:
    """Return `text` without the characters that XML does not allow.

    >>> legal("Techniek\\x00 is\\ud800 overal")
    'Techniek is overal'
    """
    return _ILLEGAL.sub("", text)


@lru_cache(maxsize=8192)
def line(text: str) -> str:
    """Return `text` on one line, legal everywhere. Remembered: one story is written in a dozen feeds."""
    return clean_text(text)


@lru_cache(maxsize=8192)
def web_address(address: str) -> str | None:
    """Return `address` as an absolute http(s) IRI, or None if it cannot be one.

    >>> web_address("https://fme.nl/nieuws/één jaar")
    'https://fme.nl/nieuws/één%20jaar'
    """
    escaped = _NOT_IN_IRI.sub(lambda match: quote(match[0]), legal(address.strip()))
    escaped = _BARE_PERCENT.sub("%25", escaped)
    try:
        parts = urlsplit(escaped)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return escaped if usable and "%" not in parts.netloc else None


def language_tag(*tags: str) -> str:
    """Return the first well-formed language tag (RFC 5646), "und" when there is none."""
    return next((tag for tag in tags if _LANGUAGE.fullmatch(tag)), "und")
