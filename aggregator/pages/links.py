"""Which links of a page may lead to an article: the candidates that the list is made of.

Out fall chrome, the page itself and the pages above it, and addresses and texts that on any site mean something else:
tags, authors, page 2, contact, "volgende".
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from aggregator.pages.tree import Node, Page, named
from aggregator.pages.zones import Zones

READ_MORE = re.compile(
    r"^\W*(?:"
    r"(?:lees|bekijk|toon|meer|verder|ga|naar|open|ontdek)(?: (?:meer|verder|lezen|informatie|info|het|hele|"
    r"volledige|dit|de|"
    r"artikel|bericht|nieuwsbericht|item|over|verhaal|column|blog|interview|weten|naar|door|detail|details|pagina))*"
    r"|(?:read|continue|view|see|learn|show|full|find out|more|open|keep)(?: (?:more|reading|the|full|story|"
    r"article|post|entry|"
    r"details|about|it|on|this|out|news|rest))*"
    r"|details?|weiterlesen|mehr(?: lesen| erfahren| dazu)?|weiter|zum artikel"
    r"|lire(?: (?:la suite|plus|l'article))?|en savoir plus|suite|leer(?: más| mas)?|ver(?: más| mas)?|seguir leyendo"
    r"|sigue leyendo|leggi(?: tutto)?|continua(?: a leggere)?|ler mais|saiba mais|continue lendo|link|permalink|"
    r"hier|here|artikel|article"
    r")\W*$",
    re.IGNORECASE,
)
READ_MORE_START = re.compile(
    r"^\W*(?:lees (?:meer|verder)|meer lezen|read more|continue reading|weiterlesen|lire la suite|leer más)\b"
    r"(?: (?:over|about|of|sobre|von|de)\b)?[\s:…]*",
    re.IGNORECASE,
)
PAGER = re.compile(
    r"^\W*(?:\d{1,4}|volgende?|vorige?|ouder|nieuwer|oudere? (?:berichten|posts)|next|prev(?:ious)?|older|newer|"
    r"first|last|"
    r"eerste|laatste|page \d+|pagina \d+)(?: (?:page|pagina|posts?|berichten|entries))?\W*$",
    re.IGNORECASE,
)
# To an overview, not to an item.
OVERVIEW = re.compile(
    r"^\W*(?:(?:bekijk|toon|naar|ga naar|view|see|show|browse|voir|ver) )?(?:al(?:le|l|les)?|more|meer|overige|"
    r"tou(?:te)?s|todas?|todos)"
    r"(?: (?:het|the|onze|our|laatste|latest|les|las|los|ons))?(?: (?:nieuws\w*|berichten|artikelen|blogs?|news|"
    r"posts?|articles?|items?|events?|agenda|"
    r"evenementen|activiteiten|publicaties|publications|updates|stories|verhalen|projects?|projecten|actualit\w*|"
    r"noticias|bekijken|"
    r"tonen))?\W*$|^\W*(?:naar (?:het )?)?(?:nieuws|agenda)?(?:overzicht|archief|archive)\W*$",
    re.IGNORECASE,
)
# A segment before the last: what follows names a collection, not an article.
COLLECTIONS = named(
    "tag tags category categories categorie categorieen author authors auteur auteurs trefwoord "
    "trefwoorden label labels topic topics rubriek rubrieken taxonomy taxonomies keyword keywords "
    "categoria categorias etiqueta etiquetas kategorie kategorien archives archive archief series"
)
# The last segment: never an article.
PLACES = named(
    "feed rss atom contact privacy login inloggen aanmelden register search zoeken sitemap disclaimer "
    "cookies about over-ons about-us impressum datenschutz colofon tags categories category authors "
    "archive archives archief faq home terms toegankelijkheid accessibility privacyverklaring nieuwsbrief "
    "newsletter cart winkelwagen"
)
PAGE_QUERY = re.compile(r"^(?:page|pagina|paged?|p|pg|offset|start|seite|pagenr)=\d{1,3}$", re.IGNORECASE)
PAGE_PATH = re.compile(r"/(?:page|pagina|p|seite)[/-]?\d+/?(?:index\.html?)?$", re.IGNORECASE)
NOT_TEXT = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|avif|ico|css|js|zip|gz|mp3|mp4|webm|avi|mov|xml|rss|atom|json|ics|vcf|epub|exe)$",
    re.IGNORECASE,
)
INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx)$", re.IGNORECASE)


MAX_LINKS = 20_000  # of a page that are looked at


@dataclass(slots=True, eq=False)
class Link:
    """A link that may lead to an article. `key` is equal for spellings of one address; only compared, never shown."""

    node: Node
    url: str
    key: str
    text: str
    host: str
    path: str
    is_read_more: bool


def base_of(page: Page, url: str) -> str:
    """Return what the page's relative links are relative to; a base that is not http(s) does not count."""
    try:
        base = urljoin(url, page.base.strip())
        return base if urlsplit(base).scheme in ("http", "https") and urlsplit(base).hostname else url
    except ValueError:
        return url


def absolute(base: str, reference: str) -> str:
    """Return `reference` as an absolute http(s) address, "" if it is none."""
    reference = re.sub(r"[\t\r\n]", "", reference).strip()
    if not reference:
        return ""
    try:
        joined = urljoin(base, reference)
        parts = urlsplit(joined)
        if parts.scheme in ("http", "https") and parts.hostname and len(joined) < 2_000:
            return joined.replace(" ", "%20")
    except ValueError:
        pass
    return ""


def candidates(page: Page, zones: Zones, base: str, url: str) -> list[Link]:
    """Return the links of `page` that may lead to an article, in document order."""
    links: list[Link] = []
    here = key_parts(url)
    for node in page.nodes:
        if node.tag != "a" or zones.chrome[node.index]:
            continue
        if len(links) == MAX_LINKS:
            break
        link = _candidate(page, node, base, here)
        if link:
            links.append(link)
    return links


def _candidate(page: Page, node: Node, base: str, here: tuple[str, str, str]) -> Link | None:
    address = absolute(base, node.get("href"))
    if not address:
        return None
    host, path, query = key_parts(address)
    if not _may_be_article(host, path, query, here):
        return None
    text = page.line(node) if page.size(node) < 5_000 else ""
    if PAGER.match(text) or OVERVIEW.match(text) or "author" in node.get("rel"):
        return None
    is_read_more = bool(READ_MORE.match(text))
    if "tag" in node.get("rel").split() and not is_read_more and not READ_MORE_START.match(text):
        return None
    return Link(node, address.partition("#")[0], f"{host}{path}?{query}", text, host, path, is_read_more)


def key_parts(url: str) -> tuple[str, str, str]:
    """Return host, path and query of an address, spelled in one way."""
    parts = urlsplit(url)
    path = INDEX.sub("/", re.sub(r"/{2,}", "/", parts.path or "/"))
    path = re.sub(r"\.html?$", "", path).rstrip("/") or "/"
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith("utm_"))
    return parts.netloc.lower().removeprefix("www."), path, query


def _may_be_article(host: str, path: str, query: str, here: tuple[str, str, str]) -> bool:
    if host == here[0] and _is_here_or_above(path, query, here):
        return False
    segments = path.lower().strip("/").split("/")
    if (path == "/" and not query) or NOT_TEXT.search(path) or PAGE_PATH.search(path):
        return False
    if any(PAGE_QUERY.match(part) for part in query.split("&")) and path == here[1]:
        return False
    is_collection = host == here[0] and bool(COLLECTIONS.intersection(segments[:-1][-2:]))
    return segments[-1] not in PLACES and not is_collection


def _is_here_or_above(path: str, query: str, here: tuple[str, str, str]) -> bool:
    if path == here[1]:
        return query == here[2] or not query
    return here[1].startswith(path.rstrip("/") + "/") and not query
