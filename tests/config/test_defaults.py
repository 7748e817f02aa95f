import re
import tomllib
from pathlib import Path

import pytest

from aggregator.config import FILES, known_keys, load, shipped, write_defaults
from aggregator.config.values import read_duration
from aggregator.errors import ConfigError

IDENTITY = {"site.title", "site.subtitle", "site.tag_authority"}


def test_the_shipped_configuration_is_without_mistakes() -> None:
    config = load(environ={}, config_dir=shipped())
    assert {key for key, where in config.origins.items() if where.endswith("site.toml")} == IDENTITY


def test_site_toml_shows_every_key_with_its_default() -> None:
    text = (shipped() / "site.toml").read_text("utf-8")
    shown = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    keys = {f"{section}.{key}": value for section, table in shown.items() for key, value in table.items()}
    assert set(keys) == set(known_keys()) - {"security.secret_key"}
    for key in set(keys) - IDENTITY - {"site.base_url", "paths.database_url", "websub.callback_url"}:
        default = known_keys()[key].model_fields[key.partition(".")[2]].default
        same = read_duration(keys[key]) if hasattr(default, "days") else type(default)(keys[key])
        assert same == default, key


def test_an_installed_package_brings_its_own(tmp_path: Path) -> None:
    package = tmp_path / "aggregator"
    assert shipped(package) == tmp_path / "config"
    (package / "defaults").mkdir(parents=True)
    assert shipped(package) == package / "defaults"


def test_defaults_are_written_once_and_never_over_what_is_there(tmp_path: Path) -> None:
    here = tmp_path / "new" / "config"
    assert [path.name for path in write_defaults(here)] == list(FILES)
    (here / "site.toml").write_text("mine")
    (here / "themes.toml").unlink()
    assert write_defaults(here) == (here / "themes.toml",)
    assert (here / "site.toml").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file: cannot be written"):
        write_defaults(tmp_path / "file")
