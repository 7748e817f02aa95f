"""What the operator and the editors decide: config/*.toml and AGGREGATOR_*, read once at start into model types."""

from aggregator.config.defaults import FILES, shipped, write_defaults
from aggregator.config.environment import environment_names
from aggregator.config.loading import Config, Paths, load
from aggregator.config.secret import ensure_secret_key
from aggregator.config.settings import Polling, Publishing, Retention, Server, known_keys
from aggregator.config.sources import dump_sources, parse_sources

__all__ = [
    "FILES",
    "Config",
    "Paths",
    "Polling",
    "Publishing",
    "Retention",
    "Server",
    "dump_sources",
    "ensure_secret_key",
    "environment_names",
    "known_keys",
    "load",
    "parse_sources",
    "shipped",
    "write_defaults",
]
