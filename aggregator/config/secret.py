"""The key that signs sessions and links: made once where one machine does it all, given where there are many."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from aggregator.config.loading import Config
from aggregator.config.settings import SHORTEST_SECRET
from aggregator.errors import ConfigError

FILE = "secret.key"


def ensure_secret_key(config: Config) -> SecretStr:
    """Return the configured key, else the one in the data directory, made at the first call with mode 0600."""
    if config.secret_key:
        return config.secret_key
    path = config.paths.data_dir / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be made or read: {error}. Set AGGREGATOR_SECRET_KEY.") from error
    if len(key) < SHORTEST_SECRET:
        raise ConfigError(f"{path}: is too short to be a key. Remove it (everyone signs in again) or restore it.")
    return SecretStr(key)


def _make(path: Path) -> None:
    """Make the key unless there is one. The link appears with its whole content or not at all, also for two at once."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
