import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.config import Config, ensure_secret_key, load, shipped
from aggregator.errors import ConfigError


def config_in(data_dir: Path, **flags: str) -> Config:
    return load(environ={}, flags={"data_dir": str(data_dir), **flags}, config_dir=shipped())


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    config = config_in(tmp_path / "data")
    key = ensure_secret_key(config)
    assert ensure_secret_key(config) == key
    assert len(key.get_secret_value()) >= 64
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


def test_a_configured_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    key = ensure_secret_key(config_in(tmp_path / "data", secret_key="k" * 32))
    assert key.get_secret_value() == "k" * 32
    assert not (tmp_path / "data").exists()


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    config = config_in(tmp_path / "data")
    with ThreadPoolExecutor(16) as pool:
        keys = {key.get_secret_value() for key in pool.map(ensure_secret_key, [config] * 64)}
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_whoever_comes_second_takes_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.key").write_text("k" * 40)
    monkeypatch.setattr(Path, "exists", lambda _: False)  # as seen just before the first one made it
    assert ensure_secret_key(config_in(tmp_path)).get_secret_value() == "k" * 40


def test_a_damaged_key_is_never_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(ConfigError, match="too short"):
        ensure_secret_key(config_in(tmp_path))
    (tmp_path / "secret.key").write_bytes(b"\xff" * 40)
    with pytest.raises(ConfigError, match="cannot be made or read"):
        ensure_secret_key(config_in(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Set AGGREGATOR_SECRET_KEY"):
        ensure_secret_key(config_in(tmp_path / "file"))
