"""One article, read to complete what a list said of it: date, teaser, picture.

What the page states as data comes first (JSON-LD, Open Graph, meta), then what it shows. Whose maker reserves text and
data mining (W3C TDM Reservation Protocol, section 6.1) is read no further than its head. A page that is not the article
asked for says so in `code`, and completes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from aggregator.errors import ReadError
from aggregator.model import Evidence, Image
from aggregator.pages.article_date import date_of
from aggregator.pages.blocks import Block
from aggregator.pages.head import Head, head_only, read_head
from aggregator.pages.jsonld import Node as Data
from aggregator.pages.jsonld import addresses_of, is_article, nodes_in, referred
from aggregator.pages.links import absolute, key_parts
from aggregator.pages.matter import Matter, is_alike, matter_of
from aggregator.pages.outcome import asks_login, is_soft_404, why_empty
from aggregator.pages.pictures import picture_of
from aggregator.pages.stated import make_image, stated_image, stated_text
from aggregator.pages.tree import MAX_BYTES, Node, Page, parse
from aggregator.text.dates import Dated
from aggregator.text.encoding import decode
from aggregator.text.html import clean_text, cut

MAX_PICTURES = 200
MAX_TITLE = 500
DESCRIPTIONS = ("og:description", "description", "dcterms.description", "dc.description", "twitter:description")
NO_ARTICLE = frozenset({"login-page", "cookie-wall", "needs-javascript"})

_SIZE = re.compile(r"(?:-\d+x\d+|-scaled|@\dx|_\d+x\d+)+$")
_LOGIN = re.compile(r"^\W*(?:inloggen|log ?in|aanmelden|sign in|login vereist)\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"\w{5,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What an article's page says. `code` is "" or why it is none: a key of text/outcomes.py.

    `teaser` has at most 300 characters; `lead` is how the text begins, longer, to complete a teaser that was cut.
    """

    title: str = ""
    published: Dated | None = None
    evidence: Evidence | None = None
    teaser: str = ""
    lead: str = ""
    image: Image | None = None
    canonical: str | None = None
    language: str = ""
    tdm_reserved: bool = False
    code: str = ""

    @property
    def is_article(self) -> bool:
        """Whether the page is an article at all."""
        return not self.code


def read_article(
    body: bytes, *, url: str, now: datetime, charset: str = "", language: str = "nl", tdm_reservation: str = ""
) -> Article:
    """Return what the article at `url` says; never fails. `tdm_reservation` is the header of that name."""
    if len(body) > MAX_BYTES:
        return Article(code="too-large")
    markup = decode(body, charset)
    head = read_head(head_only(markup))
    article = Article(
        title=clean_text(head.meta("og:title", "twitter:title", "dcterms.title"))[:MAX_TITLE],
        canonical=_canonical(head, url),
        language=(head.language or head.meta("og:locale", "dcterms.language")).replace("_", "-"),
        tdm_reserved="1" in (tdm_reservation.strip(), head.meta("tdm-reservation")),
    )
    if article.tdm_reserved:
        return _from_head(article, head, url, now, language)
    try:
        return _from_page(article, parse(markup), head, url, now, language)
    except ReadError as error:
        return replace(article, code=error.code)


def _canonical(head: Head, url: str) -> str | None:
    """The address of rel=canonical; a front page that claims to be all pages is a mistake of its template."""
    found = absolute(absolute(url, head.base) or url, head.canonical())
    is_front = bool(found) and key_parts(found)[1] == "/" != key_parts(url)[1] and not urlsplit(found).query
    return found if found and not is_front else None


def _from_head(article: Article, head: Head, url: str, now: datetime, language: str) -> Article:
    found = date_of(head, None, (), None, url=url, now=now, language=language)
    return replace(
        article,
        published=found.dated if found else None,
        evidence=found.evidence if found else None,
        teaser=stated_text(head.meta(*DESCRIPTIONS)),
    )


def _from_page(article: Article, page: Page, head: Head, url: str, now: datetime, language: str) -> Article:
    base = absolute(url, head.base) or url
    called = article.title or clean_text(page.title)
    nodes = nodes_in(head.scripts)
    data = _data(nodes, called, base, {url, article.canonical or url})
    matter = matter_of(page, called)
    title = _title(article, data, matter)
    if code := _no_article(page, matter, data, head):
        return replace(article, title=title, code=code)
    found = date_of(head, data, nodes, matter, url=url, now=now, language=language)
    lead = matter.lead
    return replace(
        article,
        title=title,
        published=found.dated if found else None,
        evidence=found.evidence if found else None,
        lead=lead,
        teaser=_teaser(data, head, title, lead),
        image=_image(referred(data.get("image"), nodes) if data else None, head, matter, base),
    )


def _data(nodes: Sequence[Data], title: str, base: str, urls: set[str]) -> Data | None:
    """The JSON-LD of this article: by its address, by its title, or because it is the only one."""
    articles = [node for node in nodes if is_article(node)]
    keys = {key_parts(url) for url in urls}
    for node in articles:
        if keys & {key_parts(address) for address in addresses_of(node, base)}:
            return node
    for node in articles:
        if is_alike(stated_text(node.get("headline") or node.get("name"), MAX_TITLE), title):
            return node
    return articles[0] if len(articles) == 1 and not addresses_of(articles[0], base) else None


def _title(article: Article, data: Data | None, matter: Matter) -> str:
    shown = clean_text(matter.page.line(matter.heading)) if matter.heading else ""
    stated = stated_text(data.get("headline"), MAX_TITLE) if data else ""
    return cut(shown or stated or article.title or clean_text(matter.page.title), MAX_TITLE)


def _no_article(page: Page, matter: Matter, data: Data | None, head: Head) -> str:
    """Why a page is not the article asked for; "" if it may be."""
    if is_soft_404(page):
        return "soft-404"
    heading = page.line(matter.heading)[:100] if matter.heading else page.title
    if asks_login(page) and _LOGIN.match(heading):
        return "login-page"
    if matter.paragraphs or data or head.meta("og:type").lower() == "article":
        return ""
    code = why_empty(page, 0)
    return code if code in NO_ARTICLE else ""


# --- The teaser ---------------------------------------------------------------------------------------------------


def _teaser(data: Data | None, head: Head, title: str, lead: str) -> str:
    """What is said of the article, if it is of the article; the beginning of its text otherwise."""
    said = next(_descriptions(data, head, title, lead), "")
    is_whole = said.endswith((".", "!", "?")) and not said.endswith("...")
    told = said if is_whole else continuation(said, lead) or said
    return cut(told or lead) or stated_text(head.meta(*DESCRIPTIONS))


def _descriptions(data: Data | None, head: Head, title: str, lead: str) -> Iterator[str]:
    said = [data.get("description") if data else "", *(head.meta(name) for name in DESCRIPTIONS)]
    for value in said:
        text = stated_text(value)
        if len(text) >= 40 and text != title and (not lead or _is_about(text, f"{title} {lead}")):
            yield text


def _is_about(text: str, matter: str) -> bool:
    """Tell whether a description is of this text; many a site says the same of itself on every page."""
    words = set(_LONG_WORD.findall(text.casefold()))
    return len(words & set(_LONG_WORD.findall(matter.casefold()))) * 4 >= len(words)


def continuation(text: str, lead: str) -> str:
    """Return `lead` from where `text`, cut short, begins in it; "" if it does not, or goes no further."""
    start = text.rstrip(" .…[]")
    place = lead.find(start) if len(start) >= 20 else -1
    whole = lead[place:] if place >= 0 else ""
    return whole if len(whole) > len(start) + 1 else ""


# --- The picture --------------------------------------------------------------------------------------------------


def _image(stated: object, head: Head, matter: Matter, base: str) -> Image | None:
    """The picture that data names, with what the page says of it; else the first one of the article."""
    alt = head.meta("og:image:alt")
    named = stated_image(stated, base) or make_image(
        head.meta("og:image", "og:image:url", "twitter:image"), base, alt=alt
    )
    shown = list(_shown(matter, base))
    if named is None:
        return shown[0] if shown else None
    twin = next((image for image in shown if _file(image.url) == _file(named.url)), None)
    return _joined(named, twin) if twin else named


def _shown(matter: Matter, base: str) -> Iterator[Image]:
    pictures = (node for node in _near(matter) if node.tag == "img" and not matter.is_beside(node))
    for _, node in zip(range(MAX_PICTURES), pictures, strict=False):
        if image := picture_of(matter.page, _alone(node), base):
            yield image


def _near(matter: Matter) -> Iterable[Node]:
    """The article's part of the page; a picture may stand right above its heading."""
    heading = matter.heading or matter.top
    return matter.page.nodes[max(0, heading.index - 30) : matter.top.last + 1]


def _alone(node: Node) -> Block:
    figure = next((step.index for step in node.up() if step.tag == "figure"), node.index)
    return Block(links=[], top=node, first=figure, last=node.index, start=node.text_start, end=node.text_end)


def _file(url: str) -> str:
    """The name of a picture's file, without its size."""
    return _SIZE.sub("", unquote(urlsplit(url).path).rsplit("/", 1)[-1].rpartition(".")[0])


def _joined(named: Image, twin: Image) -> Image:
    return Image(
        url=named.url,
        alt=twin.alt or named.alt,
        caption=twin.caption or named.caption,
        credit=twin.credit or named.credit,
    )
