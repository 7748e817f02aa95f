"""Whatever a partner's feed has become, it is read or refused, costs no other source anything, and harms no reader."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree, html
from structlog.testing import capture_logs

from aggregator.errors import ReadError
from aggregator.feeds import read_feed
from aggregator.model import Answer, Document, Entry, Fetched, Request, Wire
from aggregator.publish.site.style import following_script
from aggregator.publish.valid import MEDIA_TYPES, complaints
from aggregator.schedule.polling import poll_round
from aggregator.store import documents
from aggregator.store.check import contradictions
from aggregator.wiring import Service
from tests.factories import DAY, NOW, make_entry
from tests.line.partner import feed
from tests.prove.mutation import BODIES, HOSTILE, WHOLE, mutated
from tests.prove.network import FEEDS, Network, environment, opened
from tests.prove.sizes import sample_and_full

LONGEST = 5.0  # seconds of CPU
RUNS = frozenset({"script", "iframe", "object", "embed", "base", "form", "svg", "math", "style", "meta", "link"})
OUR_OWN = frozenset({"style", "meta", "link"})  # of our pages
ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcset", "poster", "data"})
HEALTHY = "s0"


def examined(body: bytes) -> tuple[Entry, ...]:
    """What a body says, within the time it may take; nothing when it is refused."""
    started = thread_time()
    entries: tuple[Entry, ...] = ()
    with suppress(ReadError):
        entries = read_feed(body, url="https://partner.example/feed", now=NOW).entries
    assert thread_time() - started < LONGEST
    return entries


def dangers(markup: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What in HTML could run in a browser."""
    if not markup.strip():
        return []
    found = []
    for element in html.document_fromstring(f"<body>{markup}").iter(etree.Element):
        name = str(element.tag)
        if name in allowed:
            continue
        found += [name] if name in RUNS else []
        for key, value in element.attrib.items():
            scheme = "".join(str(value).split()).lower().partition(":")[0]
            runs = key in ADDRESSES and scheme in ("javascript", "vbscript", "data")
            found += [f"{key}={value}"] if runs or str(key).startswith("on") else []
    return found


def check(entry: Entry) -> None:
    """Hold an entry to what model.py promises of it."""
    for text in (entry.title, entry.summary, entry.kicker, *entry.authors, *entry.categories):
        assert unicodedata.is_normalized("NFC", text)
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")], text
    for address in (entry.link, entry.image.url if entry.image else None):
        assert address is None or address.startswith(("http://", "https://"))
    assert dangers(entry.content) == []
    for moment in (entry.published, entry.updated):
        assert moment is None or (moment.tzinfo and moment < NOW + 3660 * DAY)
    (entry.title + entry.summary + entry.content).encode()


@pytest.mark.parametrize(
    "markup",
    ["<script>x</script>", "<a href=' java\nscript:x'>", "<p onclick=x>", "<img src=data:text/html,x>", "<svg>"],
)
def test_what_could_run_is_seen(markup: str) -> None:
    assert len(dangers(f"<p>Tekst</p>{markup}")) == 1


@sample_and_full("examples", 150, 5_000)
def test_any_body_is_read_or_refused_in_time(examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(BODIES)
    def holds(body: bytes) -> None:
        for entry in examined(body):
            check(entry)

    holds()


@pytest.mark.parametrize("whole", WHOLE)
def test_what_is_mutated_can_be_read_before(whole: bytes) -> None:
    assert examined(whole)


@pytest.mark.parametrize("laced", HOSTILE)
@pytest.mark.parametrize("whole", WHOLE)
def test_a_hostile_part_anywhere_between_tags_does_no_harm(whole: bytes, laced: str) -> None:
    for match in re.finditer(rb">|\{", whole):
        body = whole[: match.end()] + laced.encode("utf-8", "surrogatepass") + whole[match.end() :]
        for entry in examined(body):
            check(entry)


# --- The whole line ---------------------------------------------------------------------------------------------------


def serving(bodies: dict[str, bytes]) -> Callable[..., Iterator[tuple[Request, Answer]]]:
    """A fetcher that brings these bodies, by source."""

    def fetch(requests: Iterable[Request], _now: datetime, _may_start: Any) -> Iterator[tuple[Request, Answer]]:
        for request in requests:
            wire = Wire(url=request.url, status=200, requests=1)
            yield request, Fetched(wire=wire, body=bodies[request.source_id])

    return fetch


def published(service: Service) -> dict[str, Document]:
    with service.store.read() as transaction:
        assert contradictions(transaction) == []
        kept = {path: documents.get(transaction, path) for path in documents.paths(transaction)}
    return {path: each.document for path, each in kept.items() if each}


OWN_FORM = re.compile(r'<form class="search" role="search" action="/search\?lang=(?:nl|en)">.*?</form>', re.DOTALL)

OWN_SCRIPT = f'<script type="module" src="/static/{following_script()[0]}"></script>'


def harm_in(document: Document) -> list[str]:
    """What in a published document could run in a browser or in a feed reader."""
    text = document.body.decode()
    if "json" in document.media_type:
        items = json.loads(text)["items"]
        addresses = [item.get(key, "https:") for item in items for key in ("url", "image", "external_url")]
        found = [harm for item in items for harm in dangers(item.get("content_html", ""))]
        return found + [address for address in addresses if not address.startswith(("https:", "http:"))]
    if "html" in document.media_type:
        page = text.replace(OWN_SCRIPT, "", 1)
        return re.findall(r"<[^<>\w]*script", page) + dangers(OWN_FORM.sub("", page), OUR_OWN)
    found = re.findall(r"<[^<>\w]*script", text)
    if "calendar" in document.media_type:
        return found + re.findall(r"(?im)^url[^:]*:(?!https?:).*", text)
    for element in etree.fromstring(document.body).iter(etree.Element):
        addresses = [str(element.get(key, "https:")) for key in ("href", "url", "src", "uri")]
        found += [address for address in addresses if not address.startswith(("https:", "http:"))]
        if element.get("type") == "html" or etree.QName(element).localname in ("description", "encoded"):
            found += dangers(element.text or "")
    return found


@sample_and_full("rounds", 6, 200)
def test_a_mutated_feed_stops_no_other_and_nothing_invalid_is_published(
    rounds: int, network: Network, tmp_path: Path
) -> None:
    environ = environment(tmp_path, network)
    with opened(environ) as service:
        for round_ in range(rounds):
            bodies = {f"s{n}": mutated(WHOLE[n % 4], round_ * FEEDS + n, 1 + n % 5) for n in range(FEEDS)}
            healthy = make_entry(round_, link=f"https://healthy.example/{round_}", title=f"Gezond bericht {round_}")
            bodies[HEALTHY] = feed(healthy)
            now = datetime.now(UTC) + timedelta(days=2 * round_)
            with capture_logs() as logs:
                line = replace(service.line, fetch=serving(bodies))
                assert poll_round(replace(service, line=line), now, "fuzz") == FEEDS
            assert not [each for each in logs if each["log_level"] in ("error", "critical")]
            found = published(service)
            for path, document in found.items():
                kind = document.media_type.partition(";")[0]
                assert kind not in MEDIA_TYPES or complaints(document.body, kind) == []
                assert harm_in(document) == [], path
            for path in ("/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", f"/feeds/sources/{HEALTHY}.atom"):
                assert str(healthy.link).encode() in found[path].body
