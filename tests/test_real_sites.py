"""The main job on real input: the feeds of real sites, made by other people's software, polled over real HTTP.

The sites come from the shared test material beside the checkout; where that is absent these tests skip and say so.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import select

from aggregator.publish.valid import complaints
from aggregator.store import documents, open_store
from aggregator.store.check import contradictions
from aggregator.store.tables import item
from tests.pace import Stopwatch

BACK_WITHIN = 5.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Sites:
    """The running sites; each on a loopback address of its own."""

    base: str
    feeds: dict[str, str]

    def log(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.base}/_log") as answer:
            return list(json.load(answer))

    def tell(self, path: str) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.base}{path}", method="POST")).close()


@pytest.fixture
def sites(shared: Path) -> Iterator[Sites]:
    port = free_port()
    command = [sys.executable, str(shared / "real" / "serve.py"), "--port", str(port), "--latency-ms", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        base = line.split("list: ")[1].strip().removesuffix("/_sites")
        with urllib.request.urlopen(f"{base}/_sites") as answer:
            rows = json.load(answer)
        yield Sites(base=base, feeds={row["site"]: row["feed"] for row in rows if row["feed"]})
        server.kill()


@dataclass
class Service:
    """The product as installed, as processes, over a data directory."""

    folder: Path
    port: int

    @property
    def environment(self) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        return ours | {
            "AGGREGATOR_DATA_DIR": str(self.folder / "data"),
            "AGGREGATOR_CONFIG_DIR": str(self.folder / "config"),
            "AGGREGATOR_FETCH_ALLOW": "127.0.0.0/8",
            "AGGREGATOR_PORT": str(self.port),
            "AGGREGATOR_POLLING__TRANSFERS": "4",
            "AGGREGATOR_PUBLISHING__ANNOUNCE_DAYS": "36500",
            "AGGREGATOR_PUBLISHING__ANNOUNCE_ITEMS": "10000",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "aggregator", *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment
        )

    def poll(self) -> dict[str, dict[str, Any]]:
        process = self.start("poll", "--all", "--json")
        out, err = process.communicate(timeout=120)
        assert process.returncode in (0, 4), err
        return {row["source"]: row for row in map(json.loads, out.splitlines())}

    def published(self) -> dict[str, bytes]:
        store = open_store(f"sqlite+pysqlite:///{self.folder / 'data' / 'aggregator.sqlite3'}")
        with store.read() as transaction:
            kept = [documents.get(transaction, path) for path in documents.paths(transaction)]
        store.close()
        return {each.document.path: each.document.body for each in kept if each}

    def items(self) -> list[tuple[str, str, str]]:
        store = open_store(f"sqlite+pysqlite:///{self.folder / 'data' / 'aggregator.sqlite3'}")
        with store.read() as transaction:
            assert contradictions(transaction) == []
            rows = transaction.execute(select(item.c.source_id, item.c.key, item.c.title))
            found = sorted((row.source_id, row.key, row.title) for row in rows)
        store.close()
        return found


@pytest.fixture
def service(sites: Sites, tmp_path: Path) -> Service:
    config = tmp_path / "config"
    config.mkdir()
    sources = [
        f'[[source]]\nid = "s{site}"\norganisation = "Site {site}"\nurl = "{url}"\n'
        'kind = "feed"\nrelevance = "all"\npublish = "auto"\n'
        for site, url in sites.feeds.items()
    ]
    (config / "sources.toml").write_text("\n".join(sources))
    return Service(folder=tmp_path, port=free_port())


def test_real_feeds_come_in_once_and_an_unchanged_round_changes_no_published_byte(
    sites: Sites, service: Service
) -> None:
    broken, *_ = sites.feeds
    sites.tell(f"/_fail?site={broken}&status=503")
    first = service.poll()
    assert set(first) == {f"s{site}" for site in sites.feeds}
    assert [row["source"] for row in first.values() if row["code"]] == [f"s{broken}"]
    assert all(row["new"] > 0 for row in first.values() if not row["code"])

    before, asked = service.published(), len(sites.log())
    for path, body in before.items():
        if path.endswith((".atom", ".rss", ".json")):
            kind = {"atom": "atom+xml", "rss": "rss+xml", "json": "feed+json"}[path.rsplit(".", 1)[1]]
            assert complaints(body, f"application/{kind}") == [], path
    entries = feedparser.parse(before["/feeds/all.atom"]).entries
    assert len(entries) == 100
    assert all(entry.title and entry.link.startswith("http") for entry in entries)

    second = service.poll()
    assert {row["outcome"] for row in second.values() if not row["code"]} == {"unchanged"}
    assert sum(row["new"] + row["changed"] for row in second.values()) == 0
    assert service.published() == before
    requests = [row for row in sites.log()[asked:] if row["site"] != broken]
    assert len(requests) == len(sites.feeds) - 1
    assert all(row["conditional"] and row["status"] == 304 for row in requests)


def test_killed_in_the_middle_of_a_round_nothing_is_lost_and_nothing_doubled(sites: Sites, service: Service) -> None:
    service.poll()
    calm = Service(folder=service.folder / "calm", port=free_port())
    calm.folder.mkdir()
    for name in ("data", "config"):
        shutil.copytree(service.folder / name, calm.folder / name)
    sites.tell("/_change")
    calm.poll()

    victim = service.start("poll", "--all", "--json")
    assert victim.stdout is not None
    done = json.loads(victim.stdout.readline())
    victim.send_signal(signal.SIGKILL)
    rest = victim.stdout.read()
    assert done["source"]
    assert len(rest.splitlines()) + 1 < len(sites.feeds), "the victim had nothing left to do"

    with Stopwatch() as watch:
        running = service.start("run")
        _wait_until_it_answers(service.port)
    try:
        assert watch.clock < BACK_WITHIN
        ends = time.monotonic() + 60
        while service.items() != calm.items():
            assert time.monotonic() < ends
            time.sleep(0.2)
        titles = [entry.title for entry in feedparser.parse(service.published()["/feeds/all.atom"]).entries]
        assert len(set(titles)) > 90
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)


def _wait_until_it_answers(port: int) -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.05)
