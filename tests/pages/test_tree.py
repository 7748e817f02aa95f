"""Hostile markup: a clear outcome in bounded time and memory."""

import resource
import subprocess
import sys
import textwrap

import pytest

from aggregator.errors import ReadError
from aggregator.pages.tree import MAX_BYTES, parse
from tests.pace import Stopwatch

ITEM = (
    "<article><h2><a href='/n/{0}-een-bericht'>Bericht nummer {0} over techniek</a></h2><p>30 juni 2022</p></article>"
)


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("<div>" * 100_000, "too-deep"),
        ("<p>a" * 300_001, "too-large"),
        ("<!-- niets -->", "unreadable"),
        ("a" * (MAX_BYTES + 1), "too-large"),
    ],
    ids=["nothing", "white space", "endless nesting", "too many elements", "no HTML", "too many bytes"],
)
def test_what_cannot_be_read_is_refused_by_name(markup: str, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(markup)
    assert caught.value.code == code


def test_text_is_read_as_it_is_seen() -> None:
    page = parse(
        "<title>Nieuws</title><title>Meer</title><base href='/a/'><base href='/b/'>"
        "<p>Eerste <b>r</b>egel<br>tweede</p><script>x</script><style>y</style>"
        "<span>Nieuws</span><span>30 juni</span><svg><title>pijl</title></svg><noscript>Zet JavaScript aan</noscript>"
    )
    assert page.lines(page.nodes[0]) == ["Eerste regel", "tweede", "Nieuws 30 juni"]
    assert (page.title, page.base, page.noscript, page.script_count) == ("Nieuws", "/a/", "Zet JavaScript aan", 1)


def test_nodes_know_what_they_hold() -> None:
    page = parse("<html lang='nl'><body><ul id='l'><li>a</li><li>b<i>c</i></li></ul><p>d</p></body></html>")
    (lijst,) = [node for node in page.nodes if node.get("id") == "l"]
    assert [node.tag for node in page.inside(lijst)] == ["ul", "li", "li", "i"]
    assert [node.tag for node in lijst.up()] == ["ul", "body", "html"]
    assert lijst.holds(lijst.children[1].children[0])
    assert not lijst.holds(page.nodes[-1])
    assert page.language == "nl"


HOSTILE = {
    "5 MB of items": "'<main>' + ''.join(ITEM.format(n) for n in range(40000)) + '</main>'",
    "100,000 links": "''.join(f'<li><a href=/n/{n}-a-b>Titel van {n}</a> 3 juni 2022' for n in range(100000))",
    "100,000 links on one line": "''.join(f'<a href=/n/{n}-a-b>Titel {n}</a> 3 juni 2022 ' for n in range(100000))",
    "100,000 links in a paragraph": "'<p>' + ''.join(f'<a href=/n/{n}-a-b>Titel {n}</a><br>' for n in range(100000))",
    "100,000 attributes": "'<a ' + ' '.join(f'a{n}=1' for n in range(100000)) + '>x</a>'",
    "a shape for each link": "''.join(f'<p class={chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676 % 26)}>"
    "<a href=/n/{n}-a-b>Titel van bericht {n}</a> 3 juni 2022' for n in range(60000))",
    "links far down": "'<div>' * 1400 + ''.join(ITEM.format(n) for n in range(20000))",
    "nothing but <": "'<' * 5000000",
    "unclosed tags": "'<p><b><i>' * 150000",
    "one text": "'<p>' + 'Er staat hier 3 juni 2022 en nog meer. ' * 120000",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_less_than_5_seconds_and_300_mb(name: str) -> None:
    program = f"""
        import resource
        from datetime import UTC, datetime
        from pathlib import Path
        from aggregator.errors import ReadError
        from aggregator.pages import read_page
        ITEM = {ITEM!r}
        def peak():  # not ru_maxrss, which begins at the parent's
            status = Path("/proc/self/status").read_text()
            return int(status.partition("VmHWM:")[2].split()[0]) // 1024
        body = ({HOSTILE[name]}).encode()
        before = resource.getrusage(resource.RUSAGE_SELF)
        try:
            reading = read_page(body, url="https://x.example/n", now=datetime(2022, 7, 4, tzinfo=UTC))
            outcome = len(reading.entries) or reading.problems[0].code
        except ReadError as error:
            outcome = error.code
        after = resource.getrusage(resource.RUSAGE_SELF)
        print(outcome, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak())
    """
    limit = 1_000_000_000
    with Stopwatch() as watch:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
    outcome, seconds, megabytes = done.stdout.split()
    assert outcome
    assert watch.of_child(float(seconds)) < 5
    assert int(megabytes) < 300
