"""Why a page has no list: it says so, it is built in the browser, or it is another page than was asked for."""

import re

from aggregator.errors import ReadError
from aggregator.model import Problem
from aggregator.pages.tree import MAX_BYTES, Page, parse
from aggregator.text.encoding import decode

LITTLE = 600  # characters of text; a page with more is no bare shell or wall

_SCRIPT_NEEDED = re.compile(
    r"(?:enable|requires?|need|zet|schakel|activeer|vereist|zonder)\b[^.]{0,40}javascript|javascript[^.]{0,40}"
    r"(?:enable|required|disabled|aan(?:zetten|staan)?\b|inschakelen|uitgeschakeld|nodig)",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"\bcookie", re.IGNORECASE)
_CONSENT = re.compile(
    r"\b(?:accepte|akkoord|toestaan|toestemming|accept|agree|consent|weiger|voorkeuren)", re.IGNORECASE
)
_NOT_FOUND = re.compile(
    r"(?:pagina|page|artikel|bericht)\b.{0,30}\b(?:niet gevonden|bestaat niet|niet \(?meer\)? beschikbaar|"
    r"not found|does ?n.t exist|no longer)"
    r"|^\W*(?:(?:error|fout|oeps|oops)\W*)?404\b|\b404\W+(?:not found|niet gevonden|error|fout)|^\W*not found\W*$|"
    r"^\W*niet gevonden\W*$",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"\b(?:geen|nog geen)\s(?:\w+\s){0,3}?(?:nieuws|nieuwsberichten|berichten|artikelen|resultaten|items|"
    r"publicaties|blogs)\b"
    r"|\b(?:no|0)\s(?:\w+\s){0,2}?(?:news|posts?|articles|results|entries|items)\b|\bnothing (?:was )?found\b",
    re.IGNORECASE,
)

MESSAGES = {
    "no-list": "No list of news was found on the page.",
    "empty-list": "The page itself says that there is no news.",
    "agenda": "The page lists events; those are not news.",
    "needs-javascript": "The page is built in the browser by JavaScript; without it there is nothing to read.",
    "cookie-wall": "The page shows only a question about cookies.",
    "login-page": "The page asks to log in.",
    "soft-404": "The page says that it was not found, though the server says it was.",
    "no-dates": "No dates could be read on the page.",
    "low-confidence": "It is not sure that this is the list of news.",
}


def problem(code: str) -> Problem:
    """Return the problem with the sentence that belongs to `code`."""
    return Problem(code=code, message=MESSAGES[code])


def is_soft_404(page: Page) -> bool:
    """Tell whether title or first headings say that the page does not exist."""
    headings = [page.line(node)[:200] for node in page.nodes if node.tag in ("h1", "h2")][:2]
    return any(_NOT_FOUND.search(text) for text in [" ".join(page.title.split())[:200], *headings])


def says_not_found(body: bytes, charset: str = "") -> bool:
    """Tell whether a page says of itself that it does not exist; one that cannot be read says nothing."""
    try:
        return len(body) <= MAX_BYTES and is_soft_404(parse(decode(body, charset)))
    except ReadError:
        return False


def asks_login(page: Page) -> bool:
    """Tell whether there is a field for a password."""
    return any(node.tag == "input" and node.get("type").lower() == "password" for node in page.nodes)


def why_empty(page: Page, link_count: int) -> str:
    """Return the code of the reason why no list was found on `page`; `link_count` links might have been items."""
    root = page.nodes[0]
    text = page.line(root)[: 10 * LITTLE] if page.size(root) < 500_000 else ""
    little = len(text) < LITTLE
    if asks_login(page):
        return "login-page"
    if little and _COOKIES.search(text) and _CONSENT.search(text):
        return "cookie-wall"
    says_so = _SCRIPT_NEEDED.search(page.noscript) or _SCRIPT_NEEDED.search(text[:LITTLE])
    if (says_so and little) or (page.script_count and len(text) < 200 and link_count < 3):
        return "needs-javascript"
    if _EMPTY.search(" ".join(line for line in page.lines(root)[:2_000] if len(line) < 200)):
        return "empty-list"
    return "no-list"
