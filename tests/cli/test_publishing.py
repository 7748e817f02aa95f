from pathlib import Path

from aggregator.model import Source
from tests.cli.conftest import Run


def test_the_public_side_is_written_as_files(run: Run, one_source: Source, tmp_path: Path) -> None:
    run("poll")
    out = tmp_path / "new" / "public"
    ended = run("publish", "--out", out)
    assert ended.code == 0
    assert list(ended.json) == ["out", "files"]
    assert ended.json["files"] == sum(path.is_file() for path in out.rglob("*")) - 1  # and the list of them
    for name in ("index.html", "en/index.html", "feeds/all.rss", "feeds/labels/noord.json", "sources/fme/index.html"):
        assert (out / name).is_file(), name
    assert (out / "feeds" / "all.atom").read_text().count("<entry") == 3
    told = run("publish", "--out", out, terminal=True)
    assert told.out == f"{ended.json['files']} files written to {out}\n"


def test_a_place_that_cannot_be_written_is_one_sentence(run: Run, one_source: Source, tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    ended = run("publish", "--out", tmp_path / "bestand")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"aggregator: {tmp_path / 'bestand'}: File exists\n"
