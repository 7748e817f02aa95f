"""The picture that goes with an entry: with its alt text, caption and credit, and never a counter or a smiley."""

import re
from collections.abc import Iterator
from html import unescape

from aggregator.model import Image
from aggregator.text.html import clean_text, cut, is_pixel, plain_text

TEXT_LIMIT = 300

_IMG = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_ORNAMENT = re.compile(
    r"/(?:emoji|smilies|smileys)/|gravatar\.com/avatar|/avatars?/|s\.w\.org/images/core", re.IGNORECASE
)
_LINE_END = re.compile(r"<br>|</?p>|</div>|</figure>")
_SIZE = re.compile(r"\d{1,5}")
_CREDIT = re.compile(
    r"(?:(?:foto(?:grafie|graaf)?|beeld|bron foto|photo(?: by)?|image|credits?|picture)\s*(?:\(c\)|©|:)\s*:?\s*|©\s?|"
    r"\(c\)\s|photo by\s)([^|.;()\[\]\n]{2,60})",
    re.IGNORECASE,
)
_ALT_NOISE = re.compile(
    r"^(?:[\w-]*\d{3,}[\w\s.-]*|[\w-]+\.(?:jpe?g|png|gif|webp)|(?:img|dsc|image|foto|normal)[\s_-]*\w*)$", re.IGNORECASE
)
SMALLEST = 32


def first_in(html: str) -> Image | None:
    """Return the first picture of cleaned HTML that shows something; its caption stands in the same figure."""
    for found in _IMG.finditer(html):
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        if _is_shown(attributes):
            after = html[found.end() : found.end() + 1000]
            caption = _caption(after)
            return make_image(attributes["src"], attributes.get("alt", ""), caption, _credit_after(after))
    return None


def make_image(url: str, alt: str = "", caption: str = "", credit: str = "") -> Image:
    """Return the picture with texts as text; a credit inside the caption or the alt text is told apart."""
    alt, caption, credit = (cut(clean_text(text), TEXT_LIMIT) for text in (alt, caption, credit))
    credit = _name(credit) or credit or credit_in(caption) or credit_in(alt)
    if credit:
        caption, alt = _without_credit(caption), _without_credit(alt)
    return Image(url=url, alt="" if _ALT_NOISE.match(alt) else alt, caption=caption, credit=credit)


def credit_in(text: str) -> str:
    """Return whom a text credits a picture to: "Jan Jansen" for "Foto: Jan Jansen" or "© Jan Jansen", else ""."""
    return _name(text)


def without_figures(html: str) -> str:
    """Return HTML without its figures, so that no caption ends up in a teaser."""
    if "</figure>" not in html:
        return html
    return "".join(_outside(html))


def without_caption(summary: str, picture: Image | None) -> str:
    """Return a teaser without the caption or credit that it starts with."""
    if picture is None:
        return summary
    for text in (f"{picture.caption} {picture.credit}".strip(), picture.caption, f"Foto: {picture.credit}"):
        if len(text) > len("Foto: ") and summary.startswith(text):
            summary = summary[len(text) :].lstrip(" .|–-")
    return summary


def _outside(html: str) -> Iterator[str]:
    for position, part in enumerate(html.split("<figure")):
        _, end, after = part.partition("</figure>")
        if position == 0 or not end:
            yield part if position == 0 else "<figure" + part
        else:
            yield " " + after


def _is_shown(attributes: dict[str, str]) -> bool:
    url = attributes.get("src", "")
    if not url or _ORNAMENT.search(url) or is_pixel(url, attributes.get("width", ""), attributes.get("height", "")):
        return False
    sizes = [_SIZE.match(attributes.get(side, "")) for side in ("width", "height")]
    return not any(size and int(size[0]) < SMALLEST for size in sizes)


def _caption(after: str) -> str:
    figure, end, _ = after.partition("</figure>")
    if not end:
        return ""
    _, start, caption = figure.partition("<figcaption>")
    return plain_text(caption) if start else ""


def _credit_after(after: str) -> str:
    """Return the credit in the line right under a picture."""
    lines = filter(None, (plain_text(line) for line in _LINE_END.split(after[:TEXT_LIMIT])))
    found = _CREDIT.match(next(lines, ""))
    return _tidy(found[1])[:60] if found and len(found[1].split()) <= 4 else ""


def _name(text: str) -> str:
    found = _CREDIT.search(text)
    return _tidy(found[1]) if found else ""


def _tidy(name: str) -> str:
    return re.sub(r"\s+(?:on|op|via)\s+(?:Unsplash|Pexels|Flickr).*$", "", name.strip(" ,:-–©"), flags=re.IGNORECASE)


def _without_credit(text: str) -> str:
    return _CREDIT.sub("", text).strip(" ,;|()[]–-")
