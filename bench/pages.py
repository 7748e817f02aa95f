"""What a public page weighs, how many requests it makes, and how many of it one CPU second of the service serves.

    python bench/pages.py [--feeds 60] [--seconds 3]      needs wrk and taskset (apt install wrk util-linux)

The service has polled the feeds of bench/origin.py and the demo's partners with their pictures, and is what `aggregator
run` starts. *Bytes* of the page alone, with gzip and unpacked. *Requests*: the page, its style sheets, scripts and
frames, each address once; then with the pictures of all of it, as if the reader went to its end. *A CPU second*: wrk
asks for the page with gzip, as bench/serving.py does for a feed; "kept" are pages that are ready when they are asked
for, all others are made for each reader. Search and what composes a feed hold back whoever asks that fast.
"""

import argparse
import gzip
import http.client
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psutil  # type: ignore[import-untyped]
import structlog
from cycle import make_service, origin
from lxml import html
from serving import ANNOUNCE_ALL, needs, per_cpu_second, running

from aggregator.demo.network import Network
from aggregator.illustrating import illustrate
from aggregator.release import refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import documents, stories
from aggregator.wiring import Service

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PORT = 18184
HERE = Path(__file__).resolve().parent
GZIP = {"Accept-Encoding": "gzip"}
COUNTED = {"pictures": "//img/@src", "others": "//link[@rel='stylesheet']/@href|//script/@src|//iframe/@src"}
HELD_BACK = ("/search", "/feeds/samenstellen")
COLUMNS = ("page", "gzip", "bytes", "requests", "with pictures", "kept", "per CPU s")


def main() -> None:
    """Measure, and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=3, help="of one measurement; 0 for weights alone")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.seconds:
        needs("wrk", "taskset")
    with tempfile.TemporaryDirectory() as folder:
        kept, named = fill(Path(folder), asked.feeds)
        command = [sys.executable, str(HERE / "serving.py"), "--serve", folder, str(PORT)]
        with running(command, PORT) as server:
            found = [row(server, path, kept, asked) for path in pages(named)]
    print(json.dumps(found) if asked.json else table(found))


# --- A service with news and pictures ---------------------------------------------------------------------------------


def fill(folder: Path, feeds: int) -> tuple[frozenset[str], str]:
    """Let a service poll; returns the paths of its ready documents, and that of a story of several partners."""
    network = Network.start(clock=lambda: NOW)
    network.started = NOW - timedelta(minutes=10)  # all that the demo tells is out by now
    try:
        with origin(feeds, folder) as urls:
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
            service = make_service(folder, urls, ANNOUNCE_ALL, network.sources())
            poll_round(service, NOW, "bench")
            while illustrate(service.gallery, NOW, "bench"):
                pass
            refresh(service.press, NOW, everything=True)
            with service.store.read() as transaction:
                kept = frozenset(documents.paths(transaction))
            story = shared(service)
            service.close()
    finally:
        network.stop()
    return kept, story


def shared(service: Service) -> str:
    """The page of a story that more than one partner of the demo has."""
    with service.store.read() as transaction:
        numbers = stories.latest(transaction, limit=50)
        found = next(each for each in stories.load(transaction, numbers) if len(each.items) > 1)
    return f"/stories/{found.slug}"


def pages(story: str) -> Iterator[str]:
    """Every kind of page, in Dutch and English."""
    found = ["/", "/themes/instroom", "/feeds", story, "/sources/vakblad", "/feeds/sources/vakblad", "/archief"]
    found += [f"/archief/{NOW:%Y-%m}", "/agenda", "/verantwoording", "/toegankelijkheid", "/privacy"]
    found += ["/search?q=techniek", "/feeds/samenstellen?theme=instroom", "/embed", "/embed/news"]
    for path in found:
        for language in ("nl", "en"):
            yield f"{path}{'&' if '?' in path else '?'}lang={language}"


# --- What a page costs ------------------------------------------------------------------------------------------------


def row(server: psutil.Process, path: str, kept: frozenset[str], asked: argparse.Namespace) -> dict[str, object]:
    """One page's figures; no rate for what holds back who asks that fast."""
    sent = ask(path)
    body = gzip.decompress(sent) if sent.startswith(b"\x1f\x8b") else sent
    wanted = {kind: set(html.fromstring(body).xpath(found)) for kind, found in COUNTED.items()}
    ours = 1 + len([each for each in wanted["others"] if not each.startswith("data:")])
    rate = None
    if asked.seconds and not path.startswith(HELD_BACK):
        rates = [per_cpu_second(server, PORT, path, GZIP, asked.seconds) for _ in range(asked.rounds)]
        rate = round(median(rates))
    figures = (path, len(sent), len(body), ours, ours + len(wanted["pictures"]), path in kept, rate)
    return dict(zip(COLUMNS, figures, strict=True))


def ask(path: str) -> bytes:
    """The bytes of a page as they are sent."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    connection.request("GET", path, headers=GZIP)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return body


def table(rows: list[dict[str, object]]) -> str:
    """The same for people, in Markdown."""
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *([_told(value) for value in each.values()] for each in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _told(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
