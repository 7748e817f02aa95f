"""Where a site offers its news for machines: every address that is worth a try, best first.

A page says it by rel=alternate (HTML Living Standard, 4.6.7.1 and 4.12.5.1), by an ordinary link called "RSS", or by
the system that made it: WordPress has its REST API, most systems a feed at one of few paths. Nothing is promised here:
an address becomes a source only after it was fetched and read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aggregator.pages.head import Anchor, Head, read_head, rels
from aggregator.pages.links import absolute
from aggregator.pages.tree import named
from aggregator.text.encoding import decode
from aggregator.text.html import clean_text

Name = Literal["feed-link", "feed-anchor", "common-path", "wordpress", "news-sitemap"]
Note = Literal["", "comments", "part", "other"]

MAX_CANDIDATES = 16
MAX_LINKED, MAX_ANCHORS, MAX_LAST = 4, 3, 4
POSTS = (
    "per_page=20&_embed=wp:featuredmedia"
    "&_fields=id,guid,date,date_gmt,modified_gmt,link,title,excerpt,content,_links.wp:featuredmedia,_embedded"
)

FEED_TYPES = named(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json text/rss text/rss+xml"
)
# Types that say little: only with an address or a title that says feed.
VAGUE_TYPES = named("application/json application/xml text/xml")
FEED_ADDRESS = re.compile(
    r"(?:^|[/._?&=-])(?:feeds?|rss(?:20?|feeds?)?|atom|rdf|xmlfeed)(?:$|[/._?&=-])|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
FEED_TEXT = re.compile(r"\b(?:rss|feed|nieuwsfeed|newsfeed|webfeed)\b|^\W*atom\W*$", re.IGNORECASE)
COMMENTS = re.compile(r"comment|reactie|\breplies\b|kommentar", re.IGNORECASE)
PART_ADDRESS = re.compile(
    r"/(?:category|categorie|categories|tag|tags|author|auteur|search|zoeken|topics?|trefwoord(?:en)?)/", re.IGNORECASE
)
PART_TEXT = re.compile(r"\b(?:categor(?:ie|y)|tag|auteur|author|zoekresultaten|search results)\b", re.IGNORECASE)
OTHER = re.compile(
    r"agenda|events?\b|evenement|vacature|\bjobs?\b|podcast|ical|\.ics|webcal|producten|products|\bshop\b|oembed",
    re.IGNORECASE,
)
NEWS = re.compile(r"nieuws|news|actue|bericht|artikel|blog", re.IGNORECASE)
# Services that read feeds for people: a link to them is no feed.
READERS = re.compile(r"(?:^|\.)(?:feedly|inoreader|netvibes|newsblur|bloglovin|addtoany|follow\.it)\b", re.IGNORECASE)
COMMON = ("/feed/", "/rss.xml", "/rss", "/nieuws/feed/", "/nieuws/rss", "/feed.xml", "/atom.xml", "/index.xml")
# Where the systems that name themselves in `<meta name=generator>` have theirs.
OF_SYSTEMS = {
    "wordpress": "feed/",
    "drupal": "rss.xml",
    "hugo": "index.xml",
    "jekyll": "feed.xml",
    "ghost": "rss/",
    "joomla": "?format=feed&type=rss",
    "gatsby": "rss.xml",
    "wix": "blog-feed.xml",
}
IN_SECTION = ("feed/", "rss", "rss.xml")
FIRST_PATHS = 5  # are tried before the sitemap
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An address that may hold a site's news. `type` is what the page says it is; `note` why it is a last resort."""

    url: str
    rung: Name
    title: str = ""
    type: str = ""
    note: Note = ""  # comments, only a part (one category, one author), other things than news

    @property
    def last_resort(self) -> bool:
        """Whether it is to be taken only when there is nothing else."""
        return bool(self.note)


def candidates(body: bytes, url: str, charset: str = "", sitemaps: Iterable[str] = ()) -> tuple[Candidate, ...]:
    """Return what the page at `url` offers, and what is usual on such a site; the best first, each address once.

    `sitemaps` are those that the site's robots.txt names. Never fails; nothing but http(s).
    """
    head = read_head(decode(body, charset))
    base = absolute(url, head.base) or url
    found = [*_linked(head, base, url), *_anchored(head, base, url)]
    found.sort(key=lambda candidate: _rank(candidate, url))
    good = [candidate for candidate in found if not candidate.note]
    linked = [candidate for candidate in good if candidate.rung == "feed-link"][:MAX_LINKED]
    anchored = [candidate for candidate in good if candidate.rung == "feed-anchor"][:MAX_ANCHORS]
    last = [candidate for candidate in found if candidate.note]
    taken = {_key(candidate.url) for candidate in last}
    paths = [path for path in _common(url, head.meta("generator")) if _key(path.url) not in taken]
    ordered = [
        *linked,
        *anchored,
        *_wordpress(head, base, url),
        *paths[:FIRST_PATHS],
        *_news_sitemaps(sitemaps, url),
        *paths[FIRST_PATHS:],
        *last[:MAX_LAST],
    ]
    best: dict[str, Candidate] = {}
    for candidate in ordered:
        best.setdefault(_key(candidate.url), candidate)
    return tuple(best.values())[:MAX_CANDIDATES]


def robots_sitemaps(text: str) -> tuple[str, ...]:
    """Return the addresses of a robots.txt's Sitemap lines (sitemaps.org), in order, as far as they are http(s)."""
    found = (absolute("", match[1]) for match in _SITEMAP_LINE.finditer(text[:500_000]))
    return tuple(dict.fromkeys(filter(None, found)))[:50]


def _linked(head: Head, base: str, page: str) -> Iterator[Candidate]:
    for link in head.links:
        if "alternate" not in rels(link) and "feed" not in rels(link):
            continue
        url, title = absolute(base, link.get("href", "")), clean_text(link.get("title", ""))[:200]
        type_ = link.get("type", "").partition(";")[0].strip().lower()
        if url and _is_feed_link(link, url, title, type_):
            yield Candidate(url=url, rung="feed-link", title=title, type=type_, note=_note(url, title, page))


def _is_feed_link(link: Mapping[str, str], url: str, title: str, type_: str) -> bool:
    if type_ in FEED_TYPES or "feed" in rels(link):
        return True
    says_so = FEED_ADDRESS.search(_path(url)) or FEED_TEXT.search(title)
    return type_ in VAGUE_TYPES and bool(says_so) and "/wp-json/" not in url


def _anchored(head: Head, base: str, page: str) -> Iterator[Candidate]:
    for anchor in head.anchors:
        url = absolute(base, anchor.href)
        if url and _is_feed_anchor(anchor, url, page):
            title = clean_text(anchor.text)
            yield Candidate(url=url.partition("#")[0], rung="feed-anchor", title=title, note=_note(url, title, page))


def _is_feed_anchor(anchor: Anchor, url: str, page: str) -> bool:
    host = _host(url)
    is_ours = _site(host) == _site(_host(page)) or host.endswith("feedburner.com")
    if not is_ours or READERS.search(host) or _key(url) == _key(page) or "mailto:" in url:
        return False
    says_so = len(anchor.text) <= 60 and bool(FEED_TEXT.search(anchor.text)) and "feedback" not in anchor.text.lower()
    return says_so or bool(FEED_ADDRESS.search(_path(url)))


def _wordpress(head: Head, base: str, page: str) -> Iterator[Candidate]:
    """The REST API of WordPress: where the page says it is, else at its usual place if WordPress made the page."""
    roots = (absolute(base, link.get("href", "")) for link in head.links if "https://api.w.org/" in rels(link))
    root = next(filter(None, roots), "")
    made_by = head.meta("generator").lower().startswith("wordpress") or head.mentions_wordpress
    if not root and made_by:
        root = absolute(page, "/wp-json/")
    if root and _site(_host(root)) == _site(_host(page)):
        joint = "&" if "?" in root else "?"  # "?rest_route=/" where addresses are not rewritten
        yield Candidate(url=f"{root.rstrip('/')}/wp/v2/posts{joint}{POSTS}", rung="wordpress", type="application/json")


def _common(page: str, generator: str) -> list[Candidate]:
    """The paths at which most systems have their feed: this system's own, then those of the page's section."""
    path = urlsplit(page).path
    section = path.rpartition("/")[0] if _has_file(page) else path.rstrip("/")
    own = next((feed for system, feed in OF_SYSTEMS.items() if generator.lower().startswith(system)), "")
    above = [section, section.rpartition("/")[0], ""]
    paths = [f"{each}/{own}" for each in above if own]
    paths += [f"{section}/{name}" for name in IN_SECTION] if section.count("/") in (1, 2) else []
    addresses = dict.fromkeys(absolute(page, path) for path in [*paths, *COMMON])
    return [Candidate(url=address, rung="common-path") for address in addresses][:8]


def _has_file(url: str) -> bool:
    return "." in urlsplit(url).path.rpartition("/")[2]


def _news_sitemaps(sitemaps: Iterable[str], page: str) -> Iterator[Candidate]:
    """The sitemaps called after news; others name addresses without titles."""
    named = [url for url in sitemaps if NEWS.search(_path(url)) and _site(_host(url)) == _site(_host(page))]
    for url in [*named[:2], absolute(page, "/sitemap-news.xml")]:
        yield Candidate(url=url, rung="news-sitemap", type="application/xml")


def _note(url: str, title: str, page: str) -> Note:
    address = f"{_path(url)}/"
    if COMMENTS.search(address) or COMMENTS.search(title):
        return "comments"
    if OTHER.search(address) or OTHER.search(title):
        return "other"
    is_part = PART_ADDRESS.search(address) or PART_TEXT.search(title)
    return "part" if is_part and not _is_below(url, page) else ""


def _is_below(url: str, page: str) -> bool:
    """Tell whether an address is of the page's own section; the front page has none."""
    section = urlsplit(page).path.rstrip("/") + "/"
    return section != "/" and f"{urlsplit(url).path}/".startswith(section)


def _rank(candidate: Candidate, page: str) -> tuple[bool, bool, bool]:
    """What is of the page's own section goes first, then what is called news; otherwise as on the page."""
    says_news = bool(NEWS.search(candidate.title) or NEWS.search(_path(candidate.url)))
    is_nearly_good = candidate.note in ("", "part")
    return not is_nearly_good, not _is_below(candidate.url, page), not says_news


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _site(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _key(url: str) -> str:
    """Equal for spellings of one address: for comparison only."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"
