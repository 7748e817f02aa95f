"""HTML from outside, made harmless or made plain text.

nh3 (the ammonia sanitizer) parses as browsers do, so nothing that it lets through reads differently in one;
every fragment goes through it, whatever reader brought it. It is quadratic on absurd nesting, so a fragment
is looked at before it is parsed; what no author would write keeps its words and loses its markup.
"""

import re
import unicodedata
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urlsplit

import nh3


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


TAGS = _names(
    """
    a abbr b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
    hr i img ins kbd li mark ol p pre q s samp small span strong sub sup table tbody td tfoot th thead
    time tr u ul var
    """
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "ol": {"start"},
    "*": {"lang", "dir"},
}
# Elements whose content is not for readers.
SILENT = _names(
    """
    script style template noscript iframe object embed applet audio video canvas svg math button select
    textarea title head xml
    """
)
# Elements that separate words.
BLOCKS = _names(
    """
    address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure
    footer h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot
    th thead tr ul
    """
)

LENGTH_LIMIT = 1_000_000
DEPTH_LIMIT = 150
TAG_LENGTH_LIMIT = 20_000

_SELF_CLOSING = _names(
    """
    area base br col dd dt hr img input li link meta option p param source td th tr wbr
    """
)
_VOID = _names("br hr img")
_STEADY = _names("a b blockquote br div em figcaption figure h2 h3 h4 hr i img li ol p span strong ul")
_SCOPES = frozenset({"table", "caption", "template", "object", "applet", "marquee", "svg", "math", "select"})
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ANY_TAG = re.compile(r"<[^<>]*>")
_ANY_TAG_OR_START = re.compile(r"<[^<>]*(?:>|$)")
_IMG = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
_PRE = re.compile(r'(<pre(?: [a-z]+="[^"]*")*>)\n+')
_NO_SOURCE = re.compile(r'^(?!.* src="[^"])', re.DOTALL)
# An href or src (or what ends like one) whose address is not plainly written out. The "=" comes first because a
# fixed first character is found ten times as fast as either name.
_EMBEDDED = re.compile(
    r"""<(?:iframe\s(?:[^<>]{0,2000}?\s)?src\s*=\s*["']?([^"'\s<>]{1,2000})|([a-z][a-z0-9]{0,60}-[a-z0-9-]{1,60}))""",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"=(?:(?<=[fFcC]=)|(?<=\s=))(?![\"']?https?://)")
_PIXEL_SIZE = re.compile(r' (?:width|height)="\s*[01](?:px)?\s*"')
_PIXEL_HOST = re.compile(
    r"(?://|\.)(?:feeds\.feedburner\.com|feeds\.wordpress\.com|stats\.wordpress\.com|pixel\.wp\.com|feedsportal\.com|"
    r"doubleclick\.net|google-analytics\.com|feedsburner\.com|pixel\.quantserve\.com|scorecardresearch\.com)/"
    r"|/(?:pixel|spacer|blank|tracking|1x1|clear|open|trans)\.(?:gif|png)\b",
    re.IGNORECASE,
)

# Not for text: controls (white space is joined later), soft hyphens, zero-width and bidirectional controls,
# surrogates, tag characters, non-characters. A zero-width joiner stays inside an emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_EMOJI_BEFORE = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")


def clean_html(html: str, base_url: str) -> str:
    """Return `html` without anything that runs, tracks or styles; links absolute and http(s) only.

    Cleaning what is clean changes nothing.

    >>> clean_html('<p onclick="x()">Zie <a href="/nieuws">het nieuws</a>', "https://fme.nl/")
    '<p>Zie <a href="https://fme.nl/nieuws" rel="noopener noreferrer">het nieuws</a></p>'
    """
    html = _encodable(html)
    if _is_wild(html):
        return escape(_without_tags(html), quote=False)
    # Making a cleaner costs more than cleaning; a base is needed only where an address has to be completed.
    cleaner = _cleaner(base_url if _RELATIVE.search(html) and _is_web_address(base_url) else "")
    cleaned = _cleaned(cleaner, html)
    if _is_steady(html):
        return cleaned
    again = _cleaned(cleaner, cleaned)
    return again if again == cleaned else _cleaned(cleaner, again)


def embedded(html: str) -> tuple[str, ...]:
    """Return what `html` shows of others, before cleaning takes it away: addresses of frames, names of custom elements.

    >>> embedded('<p>Meer:</p><iframe src="https://a.nl/b"></iframe><our-news></our-news>')
    ('https://a.nl/b', 'our-news')
    """
    return tuple(unescape(found[1] or found[2].lower()) for found in _EMBEDDED.finditer(html))


def plain_text(html: str) -> str:
    """Return what a reader of `html` reads, on one line: no markup, no entities, no controls, NFC.

    >>> plain_text("<h2>Nieuws</h2><p>Caf&eacute;<br>en <b>brood</b>jes<script>x</script>")
    'Nieuws Café en broodjes'
    """
    if "<" not in html:
        return clean_text(unescape(html) if "&" in html else html)
    html = _encodable(html)
    if _is_wild(html):
        return clean_text(_without_tags(html))
    # nh3 escapes every "<" of the text, so that what is left in brackets are the bare tags of BLOCKS.
    return clean_text(unescape(_ANY_TAG.sub(" ", _PLAIN.clean(html))))


def text_of_clean(html: str) -> str:
    """Return roughly the text of what `clean_html` returned, or of its beginning: for looking at, not for showing.

    >>> text_of_clean('<p>R&amp;D in <a href="https://fme.nl/">de techniek</a>, zie <img src="https')
    ' R&D in  de techniek , zie  '
    """
    return unescape(_ANY_TAG_OR_START.sub(" ", html))


def clean_text(text: str) -> str:
    """Return `text` (not HTML) on one line in NFC, without control, bidirectional or invisible characters."""
    if not (text.isascii() and text.isprintable()):  # what most names and titles are, told without a pattern
        text = unicodedata.normalize("NFC", _without_invisible(text))
    return " ".join(text.split())


def cut(text: str, length: int = 300) -> str:
    """Return `text`, or its first words and "…", at most `length` characters.

    >>> cut("Techniek is overal om ons heen", 20)
    'Techniek is overal…'
    """
    if len(text) <= length:
        return text
    head, space, _ = text[:length].rpartition(" ")
    if not space:
        head = text[: length - 1]
        while head and unicodedata.combining(text[len(head)]):
            head = head[:-1]
    return head.rstrip(" ,;:–-(…") + "…"


def is_pixel(url: str, width: str = "", height: str = "") -> bool:
    """Tell whether a picture is there to count readers, or to fill space, rather than to be seen."""
    return bool(_PIXEL_HOST.search(url)) or any(
        size.strip().removesuffix("px") in {"0", "1"} for size in (width, height)
    )


@lru_cache(maxsize=512)
def _cleaner(base_url: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(SILENT),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative=("rewrite_with_base", base_url) if base_url else "deny",
    )


_PLAIN = nh3.Cleaner(tags=set(BLOCKS), clean_content_tags=set(SILENT), attributes={}, link_rel=None)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    pictured = _IMG.sub(_keep_picture, cleaner.clean(html))
    # A parser eats the first line break of <pre>; eaten here, it is not eaten again.
    return _without_invisible(_PRE.sub(r"\1", pictured) if "<pre" in pictured else pictured)


def _is_steady(html: str) -> bool:
    """Tell whether one cleaning is enough: parsed, stripped and parsed again, odd nesting may come out otherwise."""
    open_elements: list[str] = []
    for slash, name in _TAG_NAME.findall(html):
        if name not in _STEADY or (name == "a" and not slash and "a" in open_elements):
            return False
        if name in _VOID:
            continue
        if not slash:
            open_elements.append(name)
        elif not open_elements or open_elements.pop() != name:
            return False
    return not open_elements


def _keep_picture(match: re.Match[str]) -> str:
    tag = match[0]
    gone = _NO_SOURCE.search(tag) or _PIXEL_SIZE.search(tag) or _PIXEL_HOST.search(tag)
    return "" if gone else tag


def _encodable(html: str) -> str:
    # JSON can carry half a surrogate pair, which is no character and which nh3 cannot be given.
    return html if html.isascii() else html.encode("utf-8", "ignore").decode()


def _without_invisible(text: str) -> str:
    return _INVISIBLE.sub(_joiner, text)


def _joiner(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 1) : match.start()]
    return match[0] if match[0] == "\u200d" and _EMOJI_BEFORE.match(before) else ""


def _without_tags(html: str) -> str:
    return unescape(_ANY_TAG.sub(" ", html)).replace("<", " ").replace(">", " ")


def _is_wild(html: str) -> bool:
    # Neither depth nor attributes can exceed these counts: ordinary fragments are looked at no further.
    if len(html) > LENGTH_LIMIT:
        return True
    if html.count("<") > DEPTH_LIMIT and _is_too_deep(html):
        return True
    return len(html) > TAG_LENGTH_LIMIT and any(map(_is_endless_tag, html.split(">")))


def _is_too_deep(html: str) -> bool:
    """Follow the open elements as HTML's tree construction does, as far as its cost depends on them."""
    open_elements: list[str] = []
    unclosed = 0  # what an outer end tag closed is opened again in the next paragraph, if it is formatting
    for slash, name in _TAG_NAME.findall(html.lower()):
        if not slash and name not in _SELF_CLOSING:
            open_elements.append(name)
        elif slash and name not in _SELF_CLOSING:
            unclosed += _close(open_elements, name)
        if len(open_elements) + unclosed > DEPTH_LIMIT:
            return True
    return False


def _close(open_elements: list[str], name: str) -> int:
    """Take the innermost `name` off, with all inside it; say how many that were. A table shields the rest."""
    for index in range(len(open_elements) - 1, -1, -1):
        if open_elements[index] == name:
            inside = len(open_elements) - index - 1
            del open_elements[index:]
            return inside
        if open_elements[index] in _SCOPES:
            break
    return 0


def _is_endless_tag(part: str) -> bool:
    start = _TAG_NAME.search(part) if len(part) > TAG_LENGTH_LIMIT else None
    return start is not None and len(_QUOTED.sub("", part[start.start() :])) > TAG_LENGTH_LIMIT
