"""Sitemaps (sitemaps.org, protocol 0.9): all pages in all their languages, each naming the others."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

FILE_ADDRESSES = 50_000  # the protocol's limit of one file

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(pages: Sequence[Mapping[str, str]]) -> bytes:
    """Return the list of pages, each as its address by language."""
    lines = [
        f"<url><loc>{escape(address)}</loc>{''.join(_other(code, at) for code, at in page.items())}</url>\n"
        for page in pages
        for address in page.values()
    ]
    space = f'xmlns="{_SPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return f"{_HEAD}<urlset {space}>\n{''.join(lines)}</urlset>\n".encode()


def sitemap_index(addresses: Sequence[str]) -> bytes:
    """Return the list of lists."""
    lines = [f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in addresses]
    return f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n{"".join(lines)}</sitemapindex>\n'.encode()


def _other(language: str, address: str) -> str:
    return f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>'
