import signal
import time
from pathlib import Path

from aggregator.demo.partners import PARTNERS, TOUR
from tests.cli.conftest import Start
from tests.cli.test_serving import free_port, get, lines_until, when_it_answers


def test_the_demo_runs_with_nothing_set_up_and_stops_at_once(start: Start, tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "demo"
    data.mkdir()
    (data / "aggregator.sqlite3").write_text("van een echte dienst")
    (data / "demo.sqlite3").write_text("van de vorige keer")
    running = start("demo", "--port", port, "--data", data, AGGREGATOR_CONFIG_DIR="/nergens", AGGREGATOR_DATA_DIR="/x")
    said = lines_until(running, "the first is in")
    address = f"http://127.0.0.1:{port}"
    assert said[0].split() == ["Address", address]
    assert f"{len(PARTNERS)}, polled from now on" in said[1]
    told = "\n".join(said)
    assert all(line.format(address=address) in told for line in TOUR)
    when_it_answers(port)
    ends = time.monotonic() + 10
    while get(port, "/feeds/all.atom")[1].count(b"<entry") < 8:
        assert time.monotonic() < ends
        time.sleep(0.1)
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert (running.returncode, "Traceback" in err) == (0, False)
    assert (data / "aggregator.sqlite3").read_text() == "van een echte dienst"


def test_a_second_demo_does_not_empty_the_first(start: Start, tmp_path: Path) -> None:
    port = free_port()
    first = start("demo", "--port", port, "--data", tmp_path / "demo")
    lines_until(first, "the first is in")
    second = start("demo", "--port", free_port(), "--data", tmp_path / "demo")
    second.communicate(timeout=30)
    assert second.returncode == 75
    when_it_answers(port)
    assert b"<entry" in get(port, "/feeds/all.atom")[1]
    assert first.poll() is None
