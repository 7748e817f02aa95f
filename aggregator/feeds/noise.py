"""What software adds to texts, taken off again: "verscheen eerst op", read-more and share lines, the site's name."""

import re
from collections import Counter
from collections.abc import Sequence

TAIL = 700  # characters at the end of a text in which such lines are looked for
MATCHES = 8  # and how many places are looked at there

_KICKERS = (
    "video|column|interview|podcast|blog|vlog|opinie|persbericht|reportage|achtergrond|verslag|webinar|longread|"
    "in memoriam|fotoserie|fotoverslag|dubbelinterview|nieuwsbericht|gastblog|gastcolumn|recensie"
)
_KICKER = re.compile(rf"^(?:\[({_KICKERS})\]\s*|({_KICKERS})\s*(?:[|:]|\s[-–—])\s+)(?=\S)", re.IGNORECASE)
_GLUED_KICKER = re.compile(r"^(VIDEO|COLUMN|INTERVIEW|PODCAST|BLOG)(?=[A-Z][a-z])")

# Each kind of line is found by its fixed words; what stands before and behind them is then looked at once, so that
# no text of many such words takes long.
_FIRST_ON = re.compile(
    r"\b(?:(?P<v>verscheen (?:als )?(?:het )?eerste? (?:bij|op)|is verschenen op)|"
    r"(?P<a>first appeared on|appeared first on)) ",
    re.IGNORECASE,
)
_OPENINGS = {
    "v": re.compile(r"\b(?:het|dit|de|deze) (?:(?:nieuws)?bericht|artikel|post|blog)\b", re.IGNORECASE),
    "a": re.compile(r"\bthe (?:post|article)\b", re.IGNORECASE),
}
_READ_MORE = re.compile(
    r"\b(?:lees (?:meer|verder)|read (?:more|on)|continue reading|verder lezen|meer lezen|toon meer)\b", re.IGNORECASE
)
_AFTER_READ_MORE = re.compile(r"[\s.…:>»→)\]]*|[^.!?…]{1,150}[→»][\s\])]*")
_SHARE = re.compile(
    r"\b(?:like this:? like|(?:deel|delen|share)(?: (?:dit|deze|this))?"
    r"(?: (?:bericht|artikel|pagina|nieuws|post|article|page))?(?: delen)?)\b|"
    r"\b(?:dit|deze) (?:bericht|artikel|pagina) delen\b",
    re.IGNORECASE,
)
_AFTER_SHARE = re.compile(
    r"(?:[\s:,|/•.…-]|\b(?:op|via|on|of|en|deel|delen|share|tweet|facebook|twitter|x|linkedin|whatsapp|e-?mail|mail|pinterest|"
    r"instagram|bluesky|mastodon|print|printen|telegram|loading)\b)*+",
    re.IGNORECASE,
)
_IS_SHARE = re.compile(r":|this|dit|deze|delen|op |on |via |facebook|twitter|linkedin|whatsapp", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:^|[.!?…:\])\"'’”|]\s*)$")
# One of these stands in every such line, and a look for them costs a tenth of the patterns.
_WORDS = (
    "verscheen",
    "verschenen",
    "appeared",
    "lees ",
    "read",
    "lezen",
    "toon meer",
    "deel",
    "delen",
    "share",
    "like this",
)
_CUT_SIGN = re.compile(r"\s?(?:\[(?:…|\.\.\.|\s…\s)\]|\((?:…|\.\.\.)\)|…|\.{3})$")


_SEPARATOR = re.compile(r"\s+[-–—|·»•]\s+|\s+::\s+|\s\|\s?")
SUFFIX_LIMIT = 50


def kicker(title: str) -> tuple[str, str]:
    """Return the kicker that stands before a title, and the title without it; "" where there is none for sure.

    >>> kicker("COLUMN | De vakman van morgen")
    ('Column', 'De vakman van morgen')
    """
    found = _KICKER.match(title) or _GLUED_KICKER.match(title)
    if not found:
        return "", title
    word = next(group for group in found.groups() if group)
    return word.capitalize(), title[found.end() :]


def without_tail(text: str) -> str:
    """Return a teaser without what software put behind it; "…" stays where the text was cut.

    >>> without_tail("Techniek is leuk […] Het bericht Techniek verscheen eerst op FME.")
    'Techniek is leuk…'
    """
    head, tail = text[:-TAIL], text[-TAIL:]
    for _ in range(4 if _is_suspect(tail) else 0):
        shorter = _without_share(_without_read_more(_without_first_on(tail))).rstrip()
        if shorter == tail:
            break
        tail = shorter
    shown = _CUT_SIGN.sub(lambda sign: "" if tail[: sign.start()].endswith((".", "!", "?")) else "…", tail)
    return head + shown if head or shown.strip("… ") else ""


def without_tail_paragraph(html: str) -> str:
    """Return cleaned HTML without the closing paragraph that says where it appeared first."""
    start = html.rfind("<p>")
    if start < 0 or len(html) - start > 3 * TAIL or not _is_suspect(html[start:]):
        return html
    if not _FIRST_ON.search(html, start):
        return html
    starts_so = any(opening.match(html, start + len("<p>")) for opening in _OPENINGS.values())
    return html[:start].rstrip() if starts_so else html


def _is_suspect(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _WORDS)


def _without_first_on(text: str) -> str:
    found = _FIRST_ON.search(text)
    if found is None or len(text) - found.end() > 120:
        return text
    *_, opening = [None, *_OPENINGS[found.lastgroup or "v"].finditer(text, 0, found.start())]
    return text[: opening.start()].rstrip() if opening else text


def _without_read_more(text: str) -> str:
    *_, found = [None, *_READ_MORE.finditer(text)]
    if found is None or not _AFTER_READ_MORE.fullmatch(text, found.end()):
        return text
    before = text[: found.start()].rstrip(" >»→|-[(")
    is_alone = _SENTENCE_END.search(before[-3:]) or text[found.start() - 1 : found.start()] in {"[", "("}
    return before if is_alone or found[0][0].isupper() else text


def _without_share(text: str) -> str:
    for found in list(_SHARE.finditer(text))[-MATCHES:]:
        if _AFTER_SHARE.fullmatch(text, found.end()) and _IS_SHARE.search(text, found.start()):
            before = text[: found.start()].rstrip()
            return before if _SENTENCE_END.search(before[-3:]) or found[0][0].isupper() else text
    return text


def title_suffixes(titles: Sequence[str], feed_title: str) -> frozenset[str]:
    """Return what stands behind the last separator of titles only to name their site, casefolded.

    That is the feed's own title or a part of it, or what most of the titles end in.
    """
    counts = Counter(suffix for title in titles if (suffix := _suffix(title)))
    feed = feed_title.casefold().strip()
    own = {feed, *(part.strip() for part in _SEPARATOR.split(feed))} - {""}
    repeated = {suffix for suffix, count in counts.items() if count > 2 and count >= 0.6 * len(titles)}
    return frozenset(repeated | {s for s in counts if s in own or feed.startswith(s + " ")})


def without_suffix(title: str, suffixes: frozenset[str]) -> str:
    """Return a title without the name of its site.

    >>> without_suffix("Meer meisjes naar techniek - FME", frozenset({"fme"}))
    'Meer meisjes naar techniek'
    """
    if _suffix(title) not in suffixes:
        return title
    *_, last = _SEPARATOR.finditer(title)
    return title[: last.start()].strip() or title


def _suffix(title: str) -> str:
    found = list(_SEPARATOR.finditer(title))
    suffix = title[found[-1].end() :].casefold().strip() if found else ""
    return suffix if 0 < len(suffix) <= SUFFIX_LIMIT else ""
