from collections.abc import Callable
from pathlib import Path

from aggregator.model import Source
from tests import gallery
from tests.cli.conftest import Run
from tests.factories import make_source
from tests.pictures.material import photo
from tests.site import Page, Site


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


def test_who_runs_no_service_has_pictures_too(
    run: Run, site: Site, follow: Callable[..., None], tmp_path: Path
) -> None:
    follow(make_source("fme", url=site.url(), relevance="all", images=True))
    site.pages["/feed"] = Page(body=gallery.feed((1, site.url("/a.jpg")), (2, "")), media_type="application/rss+xml")
    site.pages["/a.jpg"] = Page(body=photo(), media_type="image/jpeg")
    run("poll")
    out = tmp_path / "public"
    run("publish", "--out", out)
    small, large = sorted((out / "pictures").iterdir(), key=lambda path: path.name.rpartition("-")[2])
    assert f"/pictures/{small.name} 400w, /pictures/{large.name} 800w" in (out / "index.html").read_text()
    run("poll", "fme")
    assert site.asked.count("/a.jpg") == 1


def test_a_place_that_cannot_be_written_is_one_sentence(run: Run, one_source: Source, tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    ended = run("publish", "--out", tmp_path / "bestand")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"aggregator: {tmp_path / 'bestand'}: File exists\n"
