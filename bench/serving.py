"""What serving costs: ready documents beside nginx's static files, and how long a feed takes during a cold cycle.

    python bench/serving.py [--seconds 5] [--rounds 3]     needs nginx and wrk (apt install nginx-light wrk)
    python bench/serving.py --waiting [--feeds 1000]

*Rates*: `/feeds/all.atom` of 100 entries, made by polling bench/origin.py, served by what `aggregator run` starts and
by nginx from files with the same bytes (one worker, gzip_static, no log). Both on the first core, by turns, wrk on the
second. Counted are the CPU seconds of the server's processes: a busy machine lowers both. `304` sends the ETag, `200`
asks for gzip. *Waiting*: the same service polls many new feeds, as at its first start, while one client asks for the
feed fifty times a second; told are percentiles of its answers in milliseconds.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import psutil  # type: ignore[import-untyped]
from cycle import make_service, origin

from aggregator.cli.serving import make_server
from aggregator.config import load, shipped
from aggregator.release import refresh
from aggregator.schedule.embedded import Clock
from aggregator.schedule.polling import poll_round
from aggregator.store import documents
from aggregator.wiring import Service, open_service

PATH = "/feeds/all.atom"
FEEDS_FOR_A_FEED = 60
ANNOUNCE_ALL = {
    "publishing.announce_items": 50,
    "publishing.announce_days": 3650,
}  # else hardly a hundred are published
CONNECTIONS = 16
PAUSE = 0.02  # between two requests of the one who waits
NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; keepalive_requests 100000000; gzip_static on;
  types {{ application/atom+xml atom; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
"""


def main() -> None:
    """Run what is asked and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--waiting", action="store_true")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"), help=argparse.SUPPRESS)
    parser.add_argument("--poll", nargs=2, metavar=("FOLDER", "PORT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        make_server(service_on(Path(asked.serve[0]), int(asked.serve[1]))).run()
    elif asked.poll:
        poll_and_serve(Path(asked.poll[0]), int(asked.poll[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = waiting(Path(folder), asked.feeds) if asked.waiting else rates(Path(folder), asked)
        print(json.dumps(found))


# --- Rates ------------------------------------------------------------------------------------------------------------


def rates(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    """Requests per CPU second of both servers, and ours as a share of nginx's."""
    needs("nginx", "wrk", "taskset")
    entries = _make_feed(folder)
    found: dict[str, object] = {"entries": entries}
    ours = [sys.executable, __file__, "--serve", str(folder), "18181"]
    theirs = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(ours, 18181) as service, running(theirs, 18182) as nginx:
        for kind in ("304", "200 gzip"):
            told: dict[str, list[float]] = {"ours": [], "nginx": []}
            for _ in range(asked.rounds):
                told["ours"].append(per_cpu_second(service, 18181, PATH, sent(18181, kind), asked.seconds))
                told["nginx"].append(per_cpu_second(nginx, 18182, PATH, sent(18182, kind), asked.seconds))
            one, other = median(told["ours"]), median(told["nginx"])
            found[kind] = {"ours": round(one), "nginx": round(other), "share": round(one / other, 3)}
    return found


def needs(*programs: str) -> None:
    """Stop with a sentence when one of these is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing: apt install nginx-light wrk util-linux")


def _make_feed(folder: Path) -> int:
    """Let a service make the feed, and write its bytes where nginx finds them; returns how many entries it has."""
    with origin(FEEDS_FOR_A_FEED, folder) as urls:
        service = make_service(folder, urls, ANNOUNCE_ALL)
        poll_round(service, datetime(2026, 11, 23, 12, tzinfo=UTC), "bench")
        with service.store.read() as transaction:
            kept = documents.get(transaction, PATH)
        service.close()
    if kept is None:
        raise SystemExit("no feed was made")
    file = folder / "files" / PATH.removeprefix("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(kept.document.body)
    file.with_name(f"{file.name}.gz").write_bytes(kept.gzip)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=18182), "utf-8")
    return kept.document.body.count(b"<entry")


def service_on(folder: Path, port: int) -> Service:
    """The service over what lies in this folder, to be served at `port`."""
    flags = {"data_dir": folder / "data", "server.port": port, "site.contact": "bench@example.nl"}
    return open_service(replace(load(environ={}, flags=flags, config_dir=shipped()), sources=()), datetime.now(UTC))


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[psutil.Process]:
    """A server on the first core, once it answers."""
    with subprocess.Popen(["taskset", "-c", "0", *command], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port, server)
            yield psutil.Process(server.pid)
        finally:
            server.terminate()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        try:
            _ask(port, {})
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def _ask(port: int, headers: dict[str, str]) -> str:
    """The ETag of the feed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", PATH, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["etag"] or ""


def sent(port: int, kind: str) -> dict[str, str]:
    """The headers of a request of this kind."""
    asked = {"Accept-Encoding": "gzip"}
    return asked | {"If-None-Match": _ask(port, asked)} if kind == "304" else asked


def per_cpu_second(server: psutil.Process, port: int, path: str, headers: dict[str, str], seconds: int) -> float:
    """Answers to this request in each second that the server's processes compute."""
    said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    load_ = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *said, f"http://127.0.0.1:{port}{path}"]
    before = _cpu(server)
    told = subprocess.run(["taskset", "-c", "1", *load_], capture_output=True, text=True, check=True).stdout
    spent = _cpu(server) - before
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    answered = re.search(r"(\d+) requests in", told)
    return int(answered[1] if answered else 0) / spent


def _cpu(server: psutil.Process) -> float:
    every = [server, *server.children(recursive=True)]
    return float(sum(each.cpu_times().user + each.cpu_times().system for each in every))


# --- Waiting ----------------------------------------------------------------------------------------------------------


def waiting(folder: Path, feeds: int) -> dict[str, object]:
    """How long the feed takes while a service takes in many new sources."""
    with origin(feeds, folder) as urls:
        (folder / "followed.txt").write_text("\n".join(urls), "utf-8")
        command = [sys.executable, __file__, "--poll", str(folder), "18183"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            _wait_for(18183, server)
            found = []
            while not (folder / "over").exists():
                began = time.perf_counter()
                _ask(18183, {"Accept-Encoding": "gzip"})
                found.append(1000 * (time.perf_counter() - began))
                time.sleep(PAUSE)
            server.terminate()
    hundredths = quantiles(found, n=100)
    return {
        "feeds": feeds,
        "asked": len(found),
        "p50_ms": round(hundredths[49], 1),
        "p99_ms": round(hundredths[98], 1),
        "longest_ms": round(max(found), 1),
    }


def poll_and_serve(folder: Path, port: int) -> None:
    """One process that serves and polls, until the first round is over and somebody ends it."""
    service = make_service(folder, (folder / "followed.txt").read_text("utf-8").split())
    settings = service.config.server.model_copy(update={"port": port})
    service = replace(service, config=replace(service.config, server=settings))
    refresh(service.press, datetime.now(UTC), everything=True)
    clock = Clock(service, after_round=(folder / "over").touch)
    server = make_server(service)
    threading.Timer(2.0, clock.start).start()
    server.run()
    os._exit(0)  # nothing of this is kept


if __name__ == "__main__":
    main()
