"""Commands of ours in a process of their own: what takes long or much memory, while the service goes on answering."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta

from aggregator.config import Config


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended: what it told, and what was wrong ("" when it went well)."""

    told: str
    error: str = ""


def run(arguments: tuple[str, ...], config: Config, longest: timedelta) -> Ended:
    """Run `aggregator` with these arguments over the same data, no longer than `longest`."""
    try:
        done = subprocess.run(  # noqa: S603  our own program
            (sys.executable, "-m", "aggregator", *arguments),
            env={**os.environ, **environment(config)},
            capture_output=True,
            text=True,
            timeout=longest.total_seconds(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ended(told="", error=str(error))
    said = done.stderr.strip()[-500:] or f"ended with code {done.returncode}"
    return Ended(told=done.stdout.strip(), error=said if done.returncode else "")


def environment(config: Config) -> dict[str, str]:
    """What tells the other process where our data lies."""
    paths = config.paths
    return {
        "AGGREGATOR_CONFIG_DIR": str(paths.config_dir),
        "AGGREGATOR_DATA_DIR": str(paths.data_dir.resolve()),
        "AGGREGATOR_DATABASE_URL": paths.database_url,
        **({"AGGREGATOR_SECRET_KEY": config.secret_key.get_secret_value()} if config.secret_key else {}),
    }
