"""The configuration that ships: in the checkout the folder config/, in an installed package aggregator/defaults/."""

from pathlib import Path

from aggregator.errors import ConfigError

FILES = ("site.toml", "sources.toml", "themes.toml")
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(package: Path = _PACKAGE) -> Path:
    """Return the folder with the configuration that ships with the program."""
    installed = package / "defaults"
    return installed if installed.is_dir() else package.parent / "config"


def write_defaults(directory: Path) -> tuple[Path, ...]:
    """Write the files that ship into `directory` and return those written; what is there already stays."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return tuple(path for name in FILES if (path := directory / name) and _write(path, name))
    except OSError as error:
        raise ConfigError(f"{directory}: cannot be written: {error.strerror}. Name another folder.") from error


def _write(path: Path, name: str) -> bool:
    try:
        with path.open("xb") as file:
            file.write((shipped() / name).read_bytes())
    except FileExistsError:
        return False
    return True
