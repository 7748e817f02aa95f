"""The web side of a configured service; also what each process of `aggregator web --workers` starts from."""

import os
from datetime import UTC, datetime

from aggregator.config import Config, load
from aggregator.web.app import make_app
from aggregator.web.documents import Documents
from aggregator.web.oidc import make_provider
from aggregator.web.operations import Operations
from aggregator.wiring import Service, open_service


def app_of(service: Service) -> Documents:
    """The application over this service."""
    provider = make_provider(**service.config.oidc.as_arguments())
    return make_app(
        service.press,
        service.access,
        provider,
        line=service.line,
        lookout=service.lookout,
        hub=service.hub,
        watched=watched_of(service.config),
    )


def watched_of(config: Config) -> Operations:
    """What /readyz and /metrics go by."""
    return Operations(
        data_dir=config.paths.data_dir,
        disk_guard=config.operations.disk_guard,
        metrics_token=config.operations.metrics_token.get_secret_value(),
    )


def from_environment() -> Documents:
    """The application as the environment configures it."""
    return app_of(open_service(load(environ=os.environ), datetime.now(UTC)))
