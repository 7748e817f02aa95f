"""What a refresh cycle costs inside one running service: everything new, nothing changed, a tenth changed.

    python bench/cycle.py [--feeds 1000] [--rounds 3] [--profile]

Starts the synthetic origin (origin.py) as a process of its own, and polls all its feeds with a service in this
process: fetch, read, tag, join, store and release, on SQLite. Prints CPU seconds (user + system) of this process,
statements a poll, and peak memory. Machines differ, and so does one machine from minute to minute: just before and
after each cycle feedparser alone parses some of the same feeds, and `x_feedparser` is the cycle's CPU time over what
feedparser would then need for all of them.
"""

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import feedparser
from sqlalchemy import event

from aggregator.config import load, shipped
from aggregator.model import Source
from aggregator.schedule.embedded import settle_memory
from aggregator.schedule.polling import poll_round
from aggregator.store import sources
from aggregator.wiring import Service, open_service

CALIBRATED_ON = 40  # feeds

Row = dict[str, object]

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the cycles and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="where the cold cycle spends its time")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, origin(asked.feeds, Path(folder)) as urls:
        service = make_service(Path(folder), urls)
        rows = cycles(service, urls, asked.rounds, asked.profile)
        service.close()
    for row in rows:
        print(json.dumps(row) if asked.json else "  ".join(f"{name} {value}" for name, value in row.items()))


@contextmanager
def origin(feeds: int, folder: Path) -> Iterator[list[str]]:
    """A running origin with so many feeds; gives their addresses."""
    command = [sys.executable, str(HERE / "origin.py"), "--feeds", str(feeds), "--pages", "0", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        listing = folder / "urls.txt"
        ends = time.monotonic() + 120
        while not listing.exists() or len(listing.read_text().split()) < feeds or not _answers(listing):
            if server.poll() is not None or time.monotonic() > ends:
                raise SystemExit("the origin did not start")
            time.sleep(0.2)
        yield listing.read_text().split()
        server.kill()


def make_service(
    folder: Path, urls: list[str], settings: Mapping[str, object] | None = None, more: Sequence[Source] = ()
) -> Service:
    """A service over these feeds, as partners whose every item is welcome, and `more`; `settings` as in site.toml."""
    flags = {"data_dir": folder / "data", "fetch_allow": "127.0.0.0/8", "polling.gap": "0 s", **(settings or {})}
    config = load(environ={}, flags=flags | {"site.contact": "bench@example.nl"}, config_dir=shipped())
    followed = tuple(
        Source(id=f"f{n}", organisation=f"Partner {n}", url=url, kind="feed") for n, url in enumerate(urls)
    )
    service = open_service(replace(config, sources=(*followed, *more)), _begin())
    settle_memory()  # as the embedded clock does at its start
    return service


def cycles(service: Service, urls: list[str], rounds: int, profile: bool) -> list[Row]:
    """Cold once, then unchanged and a tenth changed `rounds` times; medians of those."""
    statements = [0]
    event.listen(service.store.engine, "before_cursor_execute", lambda *_: statements.__setitem__(0, statements[0] + 1))
    alone = Calibration(urls)
    rows = [alone.beside(partial(cycle, "cold", service, statements, 0, profile))]
    for kind in ("unchanged", "tenth changed"):
        found = []
        for n in range(rounds):
            if kind != "unchanged":
                _ask(urls[0], "/_cycle?share=0.1")
            day = len(rows) * 100 + n
            found.append(alone.beside(partial(cycle, kind, service, statements, day, False)))
        rows.append(sorted(found, key=lambda row: float(str(row["cpu_s"])))[len(found) // 2])
    return rows


def cycle(name: str, service: Service, statements: list[int], day: int, profile: bool) -> Row:
    """One cycle over all feeds."""
    now = _begin() + timedelta(days=day)
    with service.store.write() as transaction:
        every = [each.source.id for each in sources.all_sources(transaction)]
        sources.make_due(transaction, every, now)
    new = [0, 0]

    def watch(report: object) -> None:
        new[0] += report.new  # type: ignore[attr-defined]
        new[1] += report.changed  # type: ignore[attr-defined]

    statements[0] = 0
    profiler = cProfile.Profile() if profile else None
    cpu, wall = _cpu(), time.monotonic()
    if profiler:
        profiler.enable()
    polled = poll_round(service, now, "bench", watch=watch)
    cpu, wall = _cpu() - cpu, time.monotonic() - wall
    if profiler:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumtime").print_stats("aggregator/", 45)
    return {
        "cycle": name,
        "polls": polled,
        "new": new[0],
        "changed": new[1],
        "cpu_s": round(cpu, 3),
        "wall_s": round(wall, 2),
        "statements_per_poll": round(statements[0] / max(polled, 1), 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


class Calibration:
    """What the machine is worth at this moment: feedparser's time, neither cleaning nor resolving, for these feeds."""

    def __init__(self, urls: list[str]) -> None:
        self.feeds = len(urls)
        self.bodies = [urllib.request.urlopen(url).read() for url in urls[:CALIBRATED_ON]]

    def beside(self, run: Callable[[], Row]) -> Row:
        """Run a cycle, and add what feedparser alone would have needed."""
        before = self._seconds()
        row = run()
        alone = (before + self._seconds()) / 2
        return row | {"feedparser_s": round(alone, 2), "x_feedparser": round(float(str(row["cpu_s"])) / alone, 3)}

    def _seconds(self) -> float:
        cpu = _cpu()
        for body in self.bodies:
            feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        return (_cpu() - cpu) / len(self.bodies) * self.feeds


def _begin() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _ask(url: str, path: str) -> None:
    base = "/".join(url.split("/")[:3])
    urllib.request.urlopen(base + path).close()


def _answers(listing: Path) -> bool:
    try:
        _ask(listing.read_text().split()[0], "/_ready")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
