"""The commands around backups, as an operator types them."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ended
from tests.factories import make_source
from tests.site import Site

Run = Callable[..., Ended]


@pytest.fixture
def filled(run: Run, site: Site, follow: Callable[..., None], tmp_path: Path) -> Path:
    """A data directory with news in it."""
    follow(make_source(url=site.url(), relevance="all"))
    assert run("poll").code == 0
    return tmp_path / "data"


def stories_of(run: Run) -> list[dict[str, Any]]:
    return run("stories", "list").rows


def test_a_backup_is_written_beside_the_data_and_restored_after_what_is_there_is_kept(run: Run, filled: Path) -> None:
    made = run("backup").json
    assert Path(made["file"]).parent == filled / "backups"
    before = stories_of(run)
    run("stories", "reject", before[0]["id"])
    assert stories_of(run) != before

    refused = run("restore", made["file"])
    assert refused.code == 2
    assert "Nothing was done; add --yes" in refused.err

    restored = run("restore", made["file"], "--yes")
    assert restored.code == 0
    assert stories_of(run) == before
    assert list((filled / "backups").glob("before-restore-*.sqlite.gz"))


def test_only_as_many_backups_as_the_configuration_says_are_kept(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_RETENTION__BACKUPS", "2")
    for day in (1, 2, 3):
        (filled / "backups").mkdir(exist_ok=True)
        (filled / "backups" / f"aggregator-2020010{day}T000000Z.sqlite.gz").touch()
    own = filled / "eigen.sqlite.gz"
    assert run("backup", str(own)).code == 0
    assert len(list((filled / "backups").iterdir())) == 3
    assert run("backup").code == 0
    assert [path.name[:13] for path in sorted((filled / "backups").iterdir())] == ["aggregator-20", "aggregator-20"]
    assert own.exists()


def test_what_is_no_backup_is_refused_with_a_sentence(run: Run, filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "vakantie.jpg"
    other.write_bytes(b"\xff\xd8\xff")
    ended = run("restore", str(other), "--yes")
    assert ended.code == 1
    assert "is no backup of ours, or is damaged" in ended.err
    assert filled.exists()


def test_nothing_is_restored_under_a_running_service(
    run: Run, start: Callable[..., subprocess.Popen[str]], filled: Path
) -> None:
    from aggregator.schedule.embedded import sole_process

    made = run("backup").json
    with sole_process(filled):
        ended = run("restore", made["file"], "--yes")
    assert ended.code == 75
    assert "another service already runs" in ended.err


def test_everything_moves_to_another_database_as_it_is(
    run: Run, filled: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stories_of(run)
    copied = run("db", "copy", "--to", database_url)
    assert copied.code == 0, copied.err
    assert copied.json["rows"] > 20
    monkeypatch.setenv("AGGREGATOR_DATABASE_URL", database_url)
    monkeypatch.setenv("AGGREGATOR_SECRET_KEY", "k" * 32)
    assert stories_of(run) == before
    assert run("db", "check").code == 0


def test_a_database_in_use_is_not_overwritten_unasked(run: Run, filled: Path, database_url: str) -> None:
    assert run("db", "copy", "--to", database_url).code == 0
    again = run("db", "copy", "--to", database_url)
    assert again.code == 2
    assert "is replaced. Nothing was done; add --yes" in again.err
    assert run("db", "copy", "--to", database_url, "--yes").code == 0
    same = run("db", "copy", "--to", f"sqlite:///{filled / 'aggregator.sqlite3'}", "--yes")
    assert same.code == 2
    assert "that is the database which is in use" in same.err
