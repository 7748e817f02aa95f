"""The service as a person starts it: a process of its own, a real port, a real stop."""

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.cli.serving import FirstNews, Stop
from aggregator.model import Outcome, Poll, Source
from aggregator.pipeline import Report
from tests.cli.conftest import Run, Start
from tests.factories import make_source
from tests.site import Site

LABELS = ["Address", "Sources", "News", "Editors", "Data", "Stop"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def lines_until(process: subprocess.Popen[str], word: str) -> list[str]:
    """What is said on the terminal, up to and with the line that holds `word`."""
    assert process.stdout is not None
    said: list[str] = []
    while not said or word not in said[-1]:
        line = process.stdout.readline()
        assert line, (said, process.stderr and process.stderr.read())
        said.append(line.rstrip("\n"))
    return said


def when_it_answers(port: int, path: str = "/healthz") -> bytes:
    ends = time.monotonic() + 30
    while True:
        try:
            return get(port, path)[1]
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.05)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_service_says_six_calm_lines_does_its_work_and_stops_at_once(
    start: Start, site: Site, one_source: Source, stop: signal.Signals
) -> None:
    port = free_port()
    running = start("run", "--port", port)
    said = lines_until(running, "the first is in")
    assert [line.split()[0] for line in said] == [*LABELS, "News"]
    assert said[0].split()[1] == f"http://127.0.0.1:{port}"
    assert "1, polled from now on" in said[1]
    assert f"http://127.0.0.1:{port}/feeds/all.atom" in said[2]
    assert said[1].endswith("from now on")
    link = said[3].split()[-1].removeprefix(f"http://127.0.0.1:{port}")
    when_it_answers(port)
    ends = time.monotonic() + 5
    while b"Nieuws nummer 1" not in get(port, "/")[1]:
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert get(port, "/feeds/all.atom")[1].count(b"<entry") == 3
    status, page = get(port, link)
    assert (status, b"Maak het eerste account" in page) == (200, True)
    begun = time.monotonic()
    running.send_signal(stop)
    _, err = running.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert running.returncode == 0
    assert "Traceback" not in err
    polls = [json.loads(line) for line in err.splitlines() if "poll_finished" in line]
    assert [(poll["source"], poll["outcome"], poll["new"]) for poll in polls] == [("fme", "fetched", 3)]


def test_the_service_stops_while_a_server_keeps_it_waiting(start: Start, follow: Callable[..., None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        follow(make_source("stil", url=f"http://127.0.0.1:{silent.getsockname()[1]}/feed"))
        running = start("run", "--port", free_port())
        silent.settimeout(30)
        connection, _ = silent.accept()
        begun = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
        connection.close()
    assert time.monotonic() - begun < 8
    assert (running.returncode, "Traceback" in err) == (0, False)


def test_a_second_service_on_the_same_data_is_refused_and_commands_are_not(
    start: Start, run: Run, one_source: Source
) -> None:
    running = start("run", "--port", free_port())
    lines_until(running, "the first is in")
    second = start("run", "--port", free_port())
    out, err = second.communicate(timeout=30)
    assert (second.returncode, out) == (75, "")
    assert "another service already runs on" in err
    assert len(run("stories", "list").rows) == 3
    assert run("poll", "fme").code == 0
    assert running.poll() is None


def test_a_port_that_is_taken_is_said_before_anything_happens(
    run: Run, one_source: Source, settings: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("run", "--port", taken.getsockname()[1])
    assert (ended.code, ended.out) == (75, "")
    assert ended.err.startswith("aggregator: cannot listen on 127.0.0.1:")
    assert "--port" in ended.err


def test_a_host_that_is_not_this_machine_is_no_matter_of_waiting(run: Run) -> None:
    ended = run("run", "--host", "192.0.2.1", "--port", free_port())
    assert (ended.code, ended.out) == (1, "")
    assert "--host" in ended.err
    assert run("run", "--port", 0).code == 1  # refused by the configuration


def report(new: int = 0, code: str = "") -> Report:
    outcome = Outcome.FAILED if code else Outcome.FETCHED
    return Report(source=make_source(), poll=Poll(outcome=outcome, code=code), new=new)


def test_the_first_news_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    news = FirstNews("http://127.0.0.1:8000")
    for brought in (0, 3, 5):
        news.polled(report(new=brought))
    news.round_over()
    assert capsys.readouterr().out == "  News     the first is in, from FME; see http://127.0.0.1:8000\n"


def test_a_machine_without_internet_is_told_of_the_demo_once(capsys: pytest.CaptureFixture[str]) -> None:
    news = FirstNews("http://127.0.0.1:8000")
    news.round_over()
    assert capsys.readouterr().out == ""
    for _ in range(2):
        news.polled(report(code="dns"))
        news.round_over()
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "none of 1 sources could be reached" in out
    assert "aggregator demo" in out


def test_partners_without_news_are_no_reason_to_worry(capsys: pytest.CaptureFixture[str]) -> None:
    news = FirstNews("http://127.0.0.1:8000")
    news.polled(report(code="dns"))
    news.polled(report())
    news.round_over()
    assert capsys.readouterr().out == ""


def test_without_a_contact_the_terminal_asks_for_one(
    start: Start, one_source: Source, settings: dict[str, str]
) -> None:
    Path(settings["AGGREGATOR_CONFIG_DIR"], "site.toml").write_text("")
    said = lines_until(start("run", "--port", free_port()), "Sources")
    assert "not set" in said[-1]
    assert "site.toml" in said[-1]


def test_an_interrupt_is_noted_also_where_python_loses_it() -> None:
    stop = Stop()
    with pytest.raises(KeyboardInterrupt):
        stop(signal.SIGTERM, None)
    assert stop.is_asked
