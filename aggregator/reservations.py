"""What sites reserve from text and data mining, kept for a day, asked for only where an article is about to be read.

The header and the meta of an article say the same of one page; policy/reservation.py knows the file that says it of a
whole site.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Answer, Fetched, Source
from aggregator.policy.reservation import MOST_CHARACTERS, address_of, is_fresh, is_reserved
from aggregator.receipts import Line
from aggregator.store import reservations
from aggregator.text.encoding import decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservations:
    """The files of some sites, by their addresses; of a site that is not among them nothing is reserved."""

    texts: Mapping[str, str]

    def hold(self, *urls: str) -> bool:
        """Whether one of these addresses of a page, the asked and the final one, is reserved."""
        return any(is_reserved(self.texts.get(address_of(url), ""), url) for url in urls)


def questions(line: Line, wanted: Mapping[str, Source], now: datetime) -> tuple[Reservations, dict[str, Source]]:
    """What is known of the sites of the `wanted` articles, and which files must be asked for, on whose account."""
    if not wanted:
        return Reservations(texts={}), {}
    sites = {address_of(url): source for url, source in wanted.items()}
    with line.store.read() as transaction:
        kept = reservations.load(transaction, sites)
    stale = {url: source for url, source in sites.items() if url not in kept or not is_fresh(kept[url][0], now)}
    return Reservations(texts={url: text for url, (_, text) in kept.items()}), stale


def heard_of(line: Line, known: Reservations, answers: Iterable[tuple[str, Answer]], now: datetime) -> Reservations:
    """What is known with these answers, which are kept. A server that fails says nothing new."""
    texts = dict(known.texts)
    said = {url: _text(answer, texts.get(url, "")) for url, answer in answers}
    if said:
        with line.store.write() as transaction:
            reservations.save(transaction, said, now)
    return Reservations(texts=texts | said)


def _text(answer: Answer, before: str) -> str:
    if isinstance(answer, Fetched):
        return decode(answer.body[: 4 * MOST_CHARACTERS], answer.charset or "utf-8")[:MOST_CHARACTERS]
    status = answer.wire.status or 0
    return "" if 400 <= status < 500 and status != 429 else before
