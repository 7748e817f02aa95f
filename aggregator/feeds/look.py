"""A look at a body before it is parsed: is it a feed at all, and can reading it be afforded?

What the parsers behind us do with hostile input was measured: 100,000 attributes in one tag cost feedparser more than
40 seconds, nested entities (XML 1.0 section 4.4) all memory. One linear pass refuses such bodies, and mends what is
mendable, so that the strict parser reads nearly everything and the slow, forgiving one hardly ever runs.
"""

import re
from functools import lru_cache
from html.entities import html5
from xml.parsers import expat
from xml.sax.saxutils import escape

from aggregator.errors import ReadError

SIZE_LIMIT = 8_000_000
ENTRY_LIMIT = 10_000
DEPTH_LIMIT = 200
ELEMENT_LIMIT = 200_000
ATTRIBUTE_LIMIT = 200
PREFIX_LIMIT = 100
REPEAT_LIMIT = 500  # categories, authors or links in one entry
SHORT_LIMIT = 5_000  # bytes of a name or a date
REFERENCE_LIMIT = 500_000
FORGIVING_LIMIT = 3_000_000

_ROOT = re.compile(r"<(?:[\w-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:[\w-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_LOGIN = re.compile(r"""<input\b[^<>]{0,500}\btype\s*=\s*["']?password""", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_REFERENCE = re.compile(r"&(?:(#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,40});)?")
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_PREFIX = re.compile(r"\sxmlns:([\w.-]{1,40})")
_USED_PREFIX = re.compile(r"[<\s]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"]{0,200})\"|'([^']{0,200})')\s*>")
_SPECIAL = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z_][^\s/<>\"']*)((?:[^<>\"']+|\"[^\"<]*\"|'[^'<]*')*+)>")
_REPEATED = frozenset({"category", "author", "creator", "contributor", "link", "subject", "source"})
_ENTRIES = frozenset({"item", "entry"})
_SHORT = frozenset(
    {"author", "creator", "contributor", "name", "email", "managingeditor", "webmaster", "publisher", "pubdate"}
    | {"date", "updated", "published", "issued", "modified", "created", "lastbuilddate"}
)
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def looks_like_feed(body: bytes, media_type: str = "") -> bool:
    """Tell by the first bytes whether `body` is a feed; a label only helps where the content leaves it open."""
    head = body[:4096].replace(b"\x00", b"").decode("latin-1")
    root, page = _ROOT.search(head), _HTML.search(head)
    if root:
        return page is None or root.start() < page.start()
    if head.lstrip("\ufeffï»¿ \t\r\n").startswith("{"):
        return "jsonfeed.org" in head or media_type == "application/feed+json" or '"items"' in head
    return page is None and media_type in {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}


def is_json(text: str) -> bool:
    """Tell whether a document is meant to be JSON."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


class Look:
    """XML that can be parsed at bearable cost: `text` from its root element on, and what was wrong with it."""

    def __init__(self, text: str) -> None:
        root = _root(text)
        self.netscape = "netscape" in text[: root.start()].lower()
        _check_counts(text)
        self.text = _without_tail(_with_entities(text[: root.start()], text[root.start() :]))
        self.head = b""
        self.entries = 0
        self.mended = not (self._is_well_formed() or self._is_clean())
        if self.mended:
            self._mend()

    def _is_clean(self) -> bool:
        """Take out what is no XML character: looked for only where expat met one, or something else."""
        self.text = _without_tail(_NOT_XML.sub("", self.text))
        return self._is_well_formed()

    def _mend(self) -> None:
        if self.text.count("&") > REFERENCE_LIMIT:
            raise ReadError("unreadable", "not well-formed, and too many references to mend")
        for mend in (_with_references, _with_prefixes, _with_end):
            self.text = mend(self.text)
            if self._is_well_formed():
                return
        _check_forgiving(self.text)

    def _is_well_formed(self) -> bool:
        """Follow the elements with expat, which costs a fiftieth of reading them; raise ReadError for too many."""
        try:
            body = self.text.encode()
            watch = _Watch()
            watch.parser.Parse(body, True)
        except (UnicodeEncodeError, expat.ExpatError):
            return False
        self.entries = watch.entries
        self.head = watch.outside(body)
        return True


def _root(text: str) -> re.Match[str]:
    root = _ROOT.search(text)
    while root and text.rfind("<!--", 0, root.start()) > text.rfind("-->", 0, root.start()):
        root = _ROOT.search(text, root.end())  # this one stands in a comment
    page = _HTML.search(text, 0, root.start() if root else len(text))
    if root and page is None:
        return root
    if page is None:
        raise ReadError("not-a-feed", text[:80])
    raise ReadError("login-page" if _LOGIN.search(text) else "html-page")


def _check_counts(text: str) -> None:
    if len(text) > SIZE_LIMIT:
        raise ReadError("too-large", f"{len(text)} characters")
    # Plain counts first: they cost a hundredth of the patterns, and nearly every document is far below the limits.
    if text.count("<") > ENTRY_LIMIT and sum(1 for _ in _ENTRY.finditer(text)) > ENTRY_LIMIT:
        raise ReadError("too-many-entries", f"more than {ENTRY_LIMIT}")
    if text.count("xmlns:") > PREFIX_LIMIT and len(set(_PREFIX.findall(text))) > PREFIX_LIMIT:
        raise ReadError("too-many-attributes", "namespaces")


# --- Entities: named characters are put in, all else that a DTD can do is refused ---------------------------------


def _with_entities(prolog: str, text: str) -> str:
    if "<!ENTITY" not in prolog:
        return text
    declared = {name: first or second for name, first, second in _ENTITY.findall(prolog)}
    if prolog.count("<!ENTITY") != len(declared) or any(
        set("&%<") & set(v) for v in declared.values() if not _is_character(v)
    ):
        raise ReadError("entities", "a document type with entities that are more than characters")
    if sum(len(declared.get(found[1] or "", "")) for found in _REFERENCE.finditer(text)) > SIZE_LIMIT:
        raise ReadError("entities", "too much text from entities")
    return _REFERENCE.sub(lambda found: declared.get(found[1] or "", found[0]), text)


def _is_character(value: str) -> bool:
    return re.fullmatch(r"&#\w{1,9};", value) is not None


# --- Well-formed or not -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


class _Watch:
    """What expat calls at every tag: it counts, and remembers where the entries begin and end."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.depth = 0
        self.elements = 0
        self.repeated = 0
        self.started = 0
        self.entries = 0
        self.first_entry = 0
        self.last_end = 0

    def outside(self, body: bytes) -> bytes:
        """The document without its entries and what stands between them."""
        if not self.entries:
            return body
        return body[: self.first_entry] + body[body.index(b">", self.last_end) + 1 :]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.elements > ELEMENT_LIMIT:
            raise ReadError("too-large", f"more than {ELEMENT_LIMIT} elements")
        if self.depth > DEPTH_LIMIT:
            raise ReadError("too-deep", f"more than {DEPTH_LIMIT} levels")
        if len(attributes) > ATTRIBUTE_LIMIT:
            raise ReadError("too-many-attributes", f"{len(attributes)} in one tag")
        local = _local(name)
        if local in _REPEATED:
            self.repeated += 1
            if self.repeated > REPEAT_LIMIT:
                raise ReadError("unreadable", f"more than {REPEAT_LIMIT} of {local} in one entry")
        elif local in _ENTRIES:
            self.repeated = 0
            self.first_entry = self.first_entry or self.parser.CurrentByteIndex
            self.entries += 1
        if local in _SHORT:
            self.started = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        self.depth -= 1
        local = _local(name)
        if local in _ENTRIES:
            self.last_end = self.parser.CurrentByteIndex
        elif local in _SHORT and self.parser.CurrentByteIndex - self.started > SHORT_LIMIT:
            raise ReadError("unreadable", "a name or date of more than a page")


def _check_forgiving(text: str) -> None:
    """The forgiving parser is slow on what browsers call tag soup, so less of it is read."""
    if len(text) > FORGIVING_LIMIT:
        raise ReadError("unreadable", "not well-formed, and too large to guess")
    plain = _SPECIAL.sub(" ", text)
    open_elements: dict[str, int] = {}
    depth = matched = 0
    for slash, name, attributes in _TAG.findall(plain):
        matched += 1
        if attributes.count("=") > ATTRIBUTE_LIMIT or len(attributes) > 50_000:
            raise ReadError("too-many-attributes")
        if slash:
            depth -= 1 if open_elements.get(name, 0) > 0 else 0
            open_elements[name] = max(0, open_elements.get(name, 0) - 1)
        elif not attributes.endswith("/"):
            depth += 1
            open_elements[name] = open_elements.get(name, 0) + 1
    if depth > 20 * DEPTH_LIMIT:
        raise ReadError("too-deep")
    if plain.count("<") - matched > 1000:
        raise ReadError("unreadable", "more broken tags than text")


# --- Mending ------------------------------------------------------------------------------------------------------


def _with_references(text: str) -> str:
    """Put named characters in, and make a bare "&" text; CDATA sections stay as they are."""
    parts = _CDATA.split(text)
    parts[::2] = (_REFERENCE.sub(_reference, part) for part in parts[::2])
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    name = found[1] or ""
    if name in _XML_NAMES:
        return found[0]
    if name.startswith("#"):
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        is_allowed = (
            code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        )
        return found[0] if is_allowed else ""
    character = html5.get(f"{name};")
    return escape(character) if character else "&amp;" + found[0][1:]


def _with_prefixes(text: str) -> str:
    """Declare the namespace prefixes that are used but not declared."""
    missing = sorted(set(_USED_PREFIX.findall(_SPECIAL.sub(" ", text))) - set(_PREFIX.findall(text)) - {"xml", "xmlns"})
    if not missing:
        return text
    if len(missing) > PREFIX_LIMIT:
        raise ReadError("too-many-attributes", "namespaces")
    declarations = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")}"' for prefix in missing
    )
    root = _ROOT.match(text)
    assert root is not None
    return text[: root.end()] + declarations + text[root.end() :]


def _with_end(text: str) -> str:
    """Close a document that was cut off behind its last whole entry."""
    root = _ROOT.match(text)
    assert root is not None
    name = root[0][1:]
    ends = [text.rfind(f"</{end}>") + len(f"</{end}>") for end in ("item", "entry") if f"</{end}>" in text]
    if not ends or f"</{name}>" in text:
        return text
    inside = text[: max(ends)]
    channel = "</channel>" if name.lower() == "rss" and "<channel" in inside else ""
    return f"{inside}{channel}</{name}>"


def _without_tail(text: str) -> str:
    """Drop what follows the root's end tag: statistics scripts, error messages, a second document."""
    root = _ROOT.match(text)
    assert root is not None
    end = text.rfind(f"</{root[0][1:]}>")
    return text if end < 0 else text[: end + len(root[0]) + 2]
