"""Readers on the web that take a feed's address in a link: what they promise in their own documentation.

Feedly: feedly.com/factory.html; Feedbin: feedbin.com/help/how-to-subscribe; NewsBlur: the "goodies" of its menu;
The Old Reader: the tips of its start page. Looked up on 28 November 2026.
"""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F{}"),
    ("Feedbin", "https://feedbin.com/?subscribe={}"),
    ("NewsBlur", "https://www.newsblur.com/?url={}"),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url={}"),
)


def reader_links(address: str) -> list[tuple[str, str]]:
    """Return (name, link) of each reader, to follow this feed there; none for a feed that they cannot reach.

    >>> reader_links("https://nieuws.nl/feeds/all.atom")[2]
    ('NewsBlur', 'https://www.newsblur.com/?url=https%3A%2F%2Fnieuws.nl%2Ffeeds%2Fall.atom')
    >>> reader_links("http://127.0.0.1:8000/feeds/all.atom")
    []
    """
    escaped = quote(address, safe="")
    return [(name, link.format(escaped)) for name, link in READERS] if _is_on_the_internet(address) else []


def _is_on_the_internet(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local"))
