"""The sections and keys of site.toml, with their defaults; docs/configuration.md is checked against them."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from aggregator.config.values import (
    Authority,
    BaseUrl,
    Command,
    Contact,
    DatabaseUrl,
    Domain,
    Duration,
    FetchAllow,
    HeartbeatUrl,
    HubUrl,
    Issuer,
    Language,
    Line,
    Named,
    Networks,
    Sender,
    SmtpUrl,
    between,
    check_order,
)

FLOOR = timedelta(minutes=5)
SHORTEST_SECRET = 32

PositiveInt = Annotated[int, Field(ge=1)]
Interval = Annotated[Duration, between(FLOOR, timedelta(days=7))]
Count = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """A table of site.toml: fixed once read, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SiteSection(Section):
    """Who we are: what every output and every request says of us."""

    title: Named = "Technieknieuws"
    subtitle: Line = ""
    base_url: BaseUrl | None = Field(default=None, description="http://HOST:PORT")
    tag_authority: Authority = "techniekpact.nl,2022"
    contact: Contact = ""
    language: Language = "nl"
    rights: Line = ""


class Publishing(Section):
    """What is published by itself, and how much of it."""

    mode: Literal["automatic", "edited"] = "automatic"
    wanted_precision: Annotated[float, Field(ge=0.5, lt=1.0)] = 0.98
    feed_length: Annotated[int, Field(ge=1, le=1000)] = 100
    announce_days: Count = 14
    announce_items: Count = 5
    teaser_length: Annotated[int, Field(ge=40, le=1000)] = 300


class Learning(Section):
    """When the tagger learns from editors, and how many of its own decisions they look at."""

    corrections: Count = 50
    sample: Annotated[int, Field(ge=0, le=1000)] = 20


class Desk(Section):
    """When editors are reminded by mail of what waits."""

    reminder_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "never"] = (
        "monday"
    )
    reminder_hour: Annotated[int, Field(ge=0, le=23)] = 9


class JoiningSection(Section):
    """How far back news is looked for that may be the same."""

    window_days: Annotated[int, Field(ge=1, le=3650)] = 60
    window_items: Annotated[int, Field(ge=1000)] = 1_000_000


class Polling(Section):
    """How politely and how often partners are visited."""

    parallel: Annotated[int, Field(ge=1, le=2)] = 2
    gap: Annotated[Duration, between(timedelta(0), FLOOR)] = timedelta(seconds=1)
    interval_min: Interval = timedelta(hours=1)
    interval_max: Interval = timedelta(hours=24)
    transfers: Annotated[int, Field(ge=1, le=1000)] = 100
    body_keep: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> "Polling":
        check_order(self.interval_min, self.interval_max)
        return self


class Cluster(Section):
    """How several workers share the polling."""

    lease: Annotated[Duration, between(timedelta(seconds=5), timedelta(hours=1))] = timedelta(minutes=3)


class Retention(Section):
    """How long is kept what need not be kept for ever; stories and decisions stay."""

    days: PositiveInt = 365
    backups: PositiveInt = 14


class BackupSection(Section):
    """What is done with each nightly backup."""

    command: Command = ""


class Operations(Section):
    """What watches the service from outside, and when it spares the disk."""

    heartbeat_url: HeartbeatUrl = ""
    metrics_token: SecretStr = SecretStr("")
    disk_guard: Annotated[int, Field(ge=50, le=100)] = 90


class Paths(Section):
    """Where data lies. `config_dir` is a flag or AGGREGATOR_CONFIG_DIR: a file cannot say where it is."""

    data_dir: Path = Path("data")
    database_url: DatabaseUrl | None = Field(default=None, description="SQLite in the data directory")


class Server(Section):
    """Where our own pages and feeds are served."""

    host: Named = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    trusted_proxies: Networks = "127.0.0.1, ::1"


class Fetch(Section):
    """What of the private network may be polled: host[:port], address[:port] or CIDR, with commas."""

    allow: FetchAllow = ""


class Mail(Section):
    """Where mail is handed over: smtp://user:password@host:587 or smtps://..."""

    smtp_url: SmtpUrl = ""
    sender: Sender = Field(default="", description="site.contact, else noreply@ the host of site.base_url")


class Security(Section):
    """What signs sessions and links."""

    secret_key: Annotated[SecretStr, Field(min_length=SHORTEST_SECRET)] | None = Field(
        default=None, description="made once, in the data directory"
    )


class Oidc(Section):
    """Signing in with an account of one's organisation (OpenID Connect Core 1.0). Off while `issuer` is empty."""

    issuer: Issuer = ""
    client_id: Line = ""
    client_secret: SecretStr = SecretStr("")
    allowed_domain: Domain = ""
    default_role: Literal["lezer", "redacteur", "beheerder"] = "lezer"

    def as_arguments(self) -> dict[str, str]:
        """The keys as plain texts."""
        return {name: getattr(self, name) for name in type(self).model_fields} | {
            "client_secret": self.client_secret.get_secret_value()
        }

    @model_validator(mode="after")
    def _whole(self) -> "Oidc":
        if self.issuer and not self.client_id:
            raise ValueError("issuer needs a client_id: the provider gave you one for this site")
        return self


class WebSub(Section):
    """Pushes instead of polls (W3C WebSub): of our feeds, by a hub elsewhere or by our own, and to us.

    `callback_url` is where hubs reach us when that is not base_url.
    """

    hub: HubUrl = ""
    own_hub: bool = False
    subscribers: Annotated[int, Field(ge=1, le=100_000)] = 1000
    subscribers_per_host: PositiveInt = 50
    subscribe: bool = True
    callback_url: BaseUrl | None = Field(default=None, description="base_url, when that is public and https")


class Settings(Section):
    """All of site.toml."""

    site: SiteSection = SiteSection()
    publishing: Publishing = Publishing()
    learning: Learning = Learning()
    desk: Desk = Desk()
    joining: JoiningSection = JoiningSection()
    polling: Polling = Polling()
    cluster: Cluster = Cluster()
    retention: Retention = Retention()
    backup: BackupSection = BackupSection()
    operations: Operations = Operations()
    paths: Paths = Paths()
    server: Server = Server()
    fetch: Fetch = Fetch()
    mail: Mail = Mail()
    security: Security = Security()
    oidc: Oidc = Oidc()
    websub: WebSub = WebSub()


SECRETS = frozenset(
    {"paths.database_url", "mail.smtp_url", "security.secret_key", "oidc.client_secret", "operations.metrics_token"}
)

# The first ones needed have short names, in the environment and as flags.
SHORT_NAMES = {
    "database_url": "paths.database_url",
    "data_dir": "paths.data_dir",
    "host": "server.host",
    "port": "server.port",
    "base_url": "site.base_url",
    "fetch_allow": "fetch.allow",
    "smtp_url": "mail.smtp_url",
    "secret_key": "security.secret_key",
}


def known_keys() -> dict[str, type[Section]]:
    """Return every "section.key" with its section, in the order of the documentation."""
    sections = {name: type(section) for name, section in Settings()}
    return {f"{name}.{key}": section for name, section in sections.items() for key in section.model_fields}
