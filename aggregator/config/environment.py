"""AGGREGATOR_* variables: what they set, and which of them nobody knows.

A misspelt variable that is ignored in silence is the most expensive kind of default, so unknown ones are errors.
"""

from collections.abc import Mapping
from pathlib import Path

from aggregator.config.problems import Fault, nearest
from aggregator.config.settings import SECRETS, SHORT_NAMES, known_keys

PREFIX = "AGGREGATOR_"
CONFIG_DIR = f"{PREFIX}CONFIG_DIR"


def environment_names() -> dict[str, str]:
    """Return every variable that is understood with the key that it sets; `..._FILE` names a file with the value."""
    names = {f"{PREFIX}{key.upper().replace('.', '__')}": key for key in known_keys()}
    names |= {f"{PREFIX}{short.upper()}": key for short, key in SHORT_NAMES.items()}
    names |= {f"{name}_FILE": key for name, key in names.items() if key in SECRETS}
    return names | {CONFIG_DIR: "paths.config_dir"}


def read_environment(environ: Mapping[str, str]) -> tuple[dict[str, tuple[str, str]], list[Fault]]:
    """Return key → (value, origin) of the variables that are set, and what is wrong; an empty one counts as unset."""
    names = environment_names()
    found: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or not value or name == CONFIG_DIR:
            continue
        if name not in names:
            faults.append(
                Fault(where="environment", key=name, message="is not a known variable", fix=nearest(name, names))
            )
        elif (key := names[name]) in found:
            faults.append(_twice(name, found[key][1]))
        elif _names_file(name, key):
            faults += _take_from_file(found, key, name, value)
        else:
            found[key] = (value, f"environment {name}")
    return found, faults


def _names_file(name: str, key: str) -> bool:
    return key in SECRETS and name.endswith("_FILE")


def _twice(name: str, other: str) -> Fault:
    message = f"sets the same as {other.removeprefix('environment ')}"
    return Fault(where="environment", key=name, message=message, fix="Keep one of the two.")


def _take_from_file(found: dict[str, tuple[str, str]], key: str, name: str, path: str) -> list[Fault]:
    try:
        found[key] = (Path(path).read_text("utf-8").strip(), f"environment {name}")
    except (OSError, UnicodeDecodeError) as error:
        message = f"names a file that cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
        fix = "Name a file that holds nothing but the value."
        return [Fault(where="environment", key=name, value=path, message=message, fix=fix)]
    return []
