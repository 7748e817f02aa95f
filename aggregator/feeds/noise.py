"""What software adds to texts, taken off again: "verscheen eerst op", read-more and share lines, the site's name."""

import re
from collections import Counter
from collections.abc import Sequence

TAIL = 700  # characters at the end of a text in which such lines are looked for

_KICKERS = (
    "video|column|interview|podcast|blog|vlog|opinie|persbericht|reportage|achtergrond|verslag|webinar|longread|"
    "in memoriam|fotoserie|fotoverslag|dubbelinterview|nieuwsbericht|gastblog|gastcolumn|recensie"
)
_KICKER = re.compile(rf"^(?:\[({_KICKERS})\]\s*|({_KICKERS})\s*(?:[|:]|\s[-–—])\s+)(?=\S)", re.IGNORECASE)
_GLUED_KICKER = re.compile(r"^(VIDEO|COLUMN|INTERVIEW|PODCAST|BLOG)(?=[A-Z][a-z])")

_FIRST_ON = re.compile(
    r"\s*\b(?:(?:Het|Dit|De)\s(?:bericht|artikel|blog|post)|The\s(?:post|article)|(?:Bericht|Artikel))\s[^\n]{0,400}?"
    r"\s?(?:verscheen\s(?:als\s|het\s)?eerste?\s(?:bij|op)|is\sverschenen\sop|(?:first\sappeared|appeared\sfirst)\son)"
    r"\s[^\n]{1,120}$",
    re.IGNORECASE,
)
_READ_MORE = re.compile(
    r"[\s>»→|-]*[\[(]?\s*(?:(?:…|\.\.\.)\s*)?(?:lees\s(?:meer|verder)|read\s(?:more|on)|continue\sreading|verder\slezen|"
    r"meer\slezen|toon\smeer)(?:\s?(?:…|\.\.\.|\.|:|»|>+|→|\])|\s[^.!?\n]{1,150}(?:→|»))?[\])\s»→>]*$",
    re.IGNORECASE,
)
_CUT_SIGN = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.|\u2026)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.{3,})\s*$")
_NETWORKS = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|e-?mail|mail|pinterest|instagram|bluesky|mastodon|print(?:en)?|telegram)"
)
_SHARE = re.compile(
    rf"\s*(?:(?:deel|delen|share)\s?(?:dit|deze|this)?\s?(?:bericht|artikel|pagina|nieuws|post|article|page)?\s?(?:op|via|on)?\s?:?"
    rf"(?:[\s,|/•-]*(?:(?:deel|delen|share)\s(?:op|via|on)\s)?{_NETWORKS}\b)+|like\sthis:\s?like\s?loading(?:\.\.\.|…)?|"
    r"(?:share|deel)\sthis:?|(?:dit|deze)\s(?:bericht|artikel|pagina)\sdelen:?|deel\s(?:dit|deze)\s(?:bericht|artikel|pagina):?)\s*$",
    re.IGNORECASE,
)
_TAIL_PARAGRAPH = re.compile(
    r"<p>(?:(?:Het|Dit)\s(?:bericht|artikel)|The\s(?:post|article))\s(?:(?!<p>).){0,1200}?"
    r"(?:verscheen\s(?:het\s)?eerst\s(?:bij|op)|appeared\sfirst\son|first\sappeared\son)\s(?:(?!<p>).){0,600}?</p>\s*$",
    re.IGNORECASE | re.DOTALL,
)
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
    while True:
        shorter = _SHARE.sub("", _READ_MORE.sub("", _FIRST_ON.sub("", tail)))
        if shorter == tail:
            break
        tail = shorter
    return head + _CUT_SIGN.sub("…", tail).rstrip() if tail.strip("….[] ") or head else ""


def without_tail_paragraph(html: str) -> str:
    """Return cleaned HTML without the closing paragraph that says where it appeared first."""
    head, tail = html[:-2000], html[-2000:]
    return head + _TAIL_PARAGRAPH.sub("", tail).rstrip()


def title_suffixes(titles: Sequence[str], feed_title: str) -> frozenset[str]:
    """Return what stands behind the last separator of titles only to name their site, casefolded.

    That is the feed's own title or a part of it, or what most of the titles end in.
    """
    counts = Counter(suffix for title in titles if (suffix := _suffix(title)))
    feed = feed_title.casefold().strip()
    own = {feed, *(part.strip() for part in _SEPARATOR.split(feed))} - {""}
    repeated = {suffix for suffix, count in counts.items() if count >= 3 and count >= 0.6 * len(titles)}
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
