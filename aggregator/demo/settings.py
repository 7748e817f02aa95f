"""The demo's own configuration: loopback partners, a clock in seconds, data of its own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aggregator.config import Config, load, shipped
from aggregator.demo.network import Network
from aggregator.policy.interval import Bounds

DATABASE = "demo.sqlite3"
SECOND = timedelta(seconds=1)
BOUNDS = Bounds(
    floor=SECOND,
    default_min=3 * SECOND,
    default_max=10 * SECOND,
    hint_cap=60 * SECOND,
    retry_after_cap=60 * SECOND,
    throttled_min=5 * SECOND,
    gone_again=10 * SECOND,
    nameless=SECOND,
)


def demo_config(network: Network, data: Path, port: int) -> Config:
    """The configuration of the demo: the shipped one, with the demo's partners and nothing of the environment."""
    config = load(
        environ={},
        flags={
            "port": port,
            "data_dir": data,
            "database_url": f"sqlite+pysqlite:///{data / DATABASE}",
            "fetch_allow": "127.0.0.1",
            "polling.gap": "0 s",
            "site.title": "Technieknieuws (demo)",
            "site.contact": "https://demo.example/contact",
        },
        config_dir=shipped(),
    )
    return replace(config, sources=network.sources())


def empty(data: Path) -> None:
    """Remove what the demo before left. Its database has a name of its own: a service's data may lie beside it."""
    for ending in ("", "-wal", "-shm"):
        (data / f"{DATABASE}{ending}").unlink(missing_ok=True)
