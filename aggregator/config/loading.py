"""The whole configuration, read once at start: flag before environment before file before default.

Every value remembers where it came from, so that `config show` can answer the question that people really have.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from aggregator.config.defaults import FILES, shipped
from aggregator.config.environment import CONFIG_DIR, read_environment
from aggregator.config.problems import Fault, complain, details, nearest, plain
from aggregator.config.settings import (
    SECRETS,
    SHORT_NAMES,
    BackupSection,
    Cluster,
    Desk,
    JoiningSection,
    Learning,
    Oidc,
    Operations,
    Polling,
    Publishing,
    Retention,
    Server,
    Settings,
    WebSub,
    known_keys,
)
from aggregator.config.sources import read_sources
from aggregator.config.themes import read_themes
from aggregator.config.values import write_duration
from aggregator.model import Site, Source, Theme

DEFAULT = "default"
_EXAMPLES = {
    "site.base_url": '"https://nieuws.example.nl"',
    "site.tag_authority": '"example.nl,2026": your domain name and a date on which it was yours',
    "site.contact": '"https://example.nl/contact" or "nieuws@example.nl"',
    "paths.database_url": '"postgresql://user:password@host/name" or "sqlite:////var/lib/aggregator/db.sqlite3"',
    "websub.callback_url": '"https://nieuws.example.nl"',
    "fetch.allow": '"10.0.0.0/8, intranet.example.nl:8080"',
    "server.trusted_proxies": '"127.0.0.1, 10.0.0.0/8"',
    "mail.sender": '"Technieknieuws <nieuws@example.nl>"',
    "backup.command": '"rclone copy --config /etc/aggregator/rclone.conf"',
    "operations.heartbeat_url": '"https://hc-ping.com/your-own-uuid"',
    "websub.hub": '"https://pubsubhubbub.appspot.com/"',
    "oidc.issuer": '"https://login.example.nl"',
    "oidc.allowed_domain": '"example.nl"',
    "mail.smtp_url": '"smtp://user:password@mail.example.nl:587"',
    "security.secret_key": "32 random characters or more",
}
_TOGETHER = ("interval_min", "interval_max", "issuer")
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  an address to listen on is none to be found at


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """Where things lie. `database_url` is an SQLAlchemy address with its driver."""

    data_dir: Path
    config_dir: Path
    database_url: str

    @property
    def on_sqlite(self) -> bool:
        """Whether one machine does it all."""
        return self.database_url.startswith("sqlite")


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """The configuration as it holds for this process; nothing in it changes while it runs."""

    site: Site
    publishing: Publishing
    learning: Learning
    desk: Desk
    joining: JoiningSection
    polling: Polling
    cluster: Cluster
    retention: Retention
    backup: BackupSection
    operations: Operations
    paths: Paths
    server: Server
    fetch_allow: str
    smtp_url: SecretStr
    mail_sender: str
    secret_key: SecretStr | None
    oidc: Oidc
    websub: WebSub
    sources: tuple[Source, ...]
    themes_rules: Mapping[str, Any]
    origins: Mapping[str, str]

    def origin(self, key: str) -> str:
        """Return where "section.key" came from: "flag", "environment NAME", a file, or "default"."""
        return self.origins.get(key, DEFAULT)

    def show(self) -> list[tuple[str, str, str]]:
        """Return (key, value, origin) of every key; secrets are masked."""
        values = {f"{name}.{key}": getattr(getattr(self, name), key) for name, key in self._shown()}
        values |= {
            "paths.database_url": _without_password(self.paths.database_url),
            "fetch.allow": self.fetch_allow,
            "websub.callback_url": self.websub.callback_url or "",
            "mail.smtp_url": _without_password(self.smtp_url.get_secret_value()),
            "mail.sender": self.mail_sender,
            "security.secret_key": "***" if self.secret_key else "",
            "oidc.client_secret": "***" if self.oidc.client_secret else "",
            "operations.metrics_token": "***" if self.operations.metrics_token else "",
        }
        keys = [*known_keys(), "paths.config_dir"]
        return [(key, _text(values[key]), self.origin(key)) for key in keys]

    @staticmethod
    def _shown() -> list[tuple[str, str]]:
        sections = (
            "site",
            "publishing",
            "learning",
            "desk",
            "joining",
            "polling",
            "cluster",
            "retention",
            "backup",
            "operations",
            "paths",
            "server",
            "oidc",
            "websub",
        )
        keys = [*(key.split(".") for key in known_keys()), ["paths", "config_dir"]]
        return [(name, key) for name, key in keys if name in sections]


def load(
    *,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
    config_dir: Path | None = None,
) -> Config:
    """Return the configuration; raise ConfigError that names every problem in it.

    `flags` are named by section and key ("server.port") or by short name ("port"); None means not given.
    Without `config_dir` it is AGGREGATOR_CONFIG_DIR, else ./config, else what ships with the package.
    """
    given, faults = _read_flags(flags or {})
    folder, origin = _config_dir(environ, given.pop("paths.config_dir", config_dir))
    faults += _check_folder(folder)
    values, found = _read_file(folder / "site.toml")
    read, more = read_environment(environ)
    values |= read | {key: (value, "flag") for key, value in given.items()}
    settings, wrong = _validate(values)
    themes, rules, strange = _themes(folder)
    sources, bad = _sources(folder, [theme.slug for theme in themes] if themes else None)
    complain([*faults, *found, *more, *wrong, *strange, *bad])
    assert settings is not None  # else `wrong` was not empty
    origins = {key: where for key, (_, where) in values.items()} | {"paths.config_dir": origin}
    return _assemble(settings, folder, themes, rules, sources, origins)


def _read_flags(flags: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    names = SHORT_NAMES | {key: key for key in known_keys()}
    names |= {"config_dir": "paths.config_dir", "paths.config_dir": "paths.config_dir"}
    given = {name: value for name, value in flags.items() if value is not None}
    unknown = [
        Fault(where="flag", key=name, message="is not a known flag", fix=nearest(name, names))
        for name in given
        if name not in names
    ]
    return {names[name]: value for name, value in given.items() if name in names}, unknown


def _config_dir(environ: Mapping[str, str], given: str | Path | None) -> tuple[Path, str]:
    if given is not None:
        return Path(given), "flag"
    if environ.get(CONFIG_DIR):
        return Path(environ[CONFIG_DIR]), f"environment {CONFIG_DIR}"
    here = Path("config")
    return (here, DEFAULT) if here.is_dir() else (shipped(), DEFAULT)


def _check_folder(folder: Path) -> list[Fault]:
    where = str(folder)
    if not folder.is_dir():
        fix = f"Make it with `aggregator init {folder}`, or name another."
        return [Fault(where=where, message="is not a folder", fix=fix)]
    strange = sorted(path.name for path in folder.glob("*.toml") if path.name not in FILES)
    return [Fault(where=where, key=name, message="is not a known file", fix=nearest(name, FILES)) for name in strange]


def _read_file(path: Path) -> tuple[dict[str, tuple[Any, str]], list[Fault]]:
    """Return key → (value, origin) of site.toml; a missing file says nothing and is no problem."""
    where = str(path)
    try:
        tables = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [Fault(where=where, message=f"cannot be read: {error}", fix="Mend that line.")]
    values: dict[str, tuple[Any, str]] = {}
    faults: list[Fault] = []
    for section, table in tables.items():
        if section not in Settings.model_fields:
            fix = nearest(section, Settings.model_fields)
            faults.append(Fault(where=where, key=f"[{section}]", message="is not a known section", fix=fix))
        elif not isinstance(table, dict):
            fix = f"Write [{section}] above its keys."
            faults.append(Fault(where=where, key=section, value=table, message="must be a table", fix=fix))
        else:
            values |= {f"{section}.{key}": (value, where) for key, value in table.items()}
    return values, faults


def _validate(values: Mapping[str, tuple[Any, str]]) -> tuple[Settings | None, list[Fault]]:
    nested: dict[str, dict[str, Any]] = {}
    for key, (value, _) in values.items():
        section, _, name = key.partition(".")
        nested.setdefault(section, {})[name] = value
    try:
        return Settings.model_validate(nested), []
    except ValidationError as error:
        return None, [_fault(found, values) for found in details(error)]


def _fault(found: ErrorDetails, values: Mapping[str, tuple[Any, str]]) -> Fault:
    key = ".".join(str(part) for part in found["loc"][:2])
    if "." not in key:  # said of the section as a whole: which of its keys do not go together
        key = next(name for name in (f"{key}.{part}" for part in _TOGETHER) if name in values)
    value, origin = values[key]
    where, name = ("environment", origin[12:]) if origin.startswith("environment ") else (origin, key)
    if found["type"] == "extra_forbidden":
        section = key.partition(".")[0]
        siblings = [known for known in known_keys() if known.startswith(f"{section}.")]
        return Fault(where=where, key=name, message="is not a known key", fix=nearest(key, siblings))
    shown = None if key in SECRETS else value
    return Fault(where=where, key=name, value=shown, message=plain(found), fix=_fix(key))


def _fix(key: str) -> str:
    if key in _EXAMPLES:
        return f"Write e.g. {_EXAMPLES[key]}."
    default = known_keys()[key].model_fields[key.partition(".")[2]].default
    return f"The default is {_text(default) or 'empty'}."


def _themes(folder: Path) -> tuple[tuple[Theme, ...], Mapping[str, Any], list[Fault]]:
    own = folder / "themes.toml"
    path = own if own.exists() else shipped() / "themes.toml"
    return read_themes(path, str(path))


def _sources(folder: Path, themes: list[str] | None) -> tuple[tuple[Source, ...], list[Fault]]:
    path = folder / "sources.toml"
    if not path.exists():
        return (), []
    try:
        return read_sources(path.read_text("utf-8"), str(path), themes)
    except (OSError, UnicodeDecodeError) as error:
        return (), [Fault(where=str(path), message=f"cannot be read: {error}", fix="Save it as UTF-8 text.")]


def _assemble(
    settings: Settings,
    folder: Path,
    themes: tuple[Theme, ...],
    rules: Mapping[str, Any],
    sources: tuple[Source, ...],
    origins: Mapping[str, str],
) -> Config:
    data_dir = settings.paths.data_dir
    own = f"sqlite+pysqlite:///{data_dir / 'aggregator.sqlite3'}"
    paths = Paths(data_dir=data_dir, config_dir=folder, database_url=settings.paths.database_url or own)
    complain(_needs_secret(settings, paths))
    about = settings.site.model_dump()
    about["base_url"] = settings.site.base_url or _own_address(settings.server)
    return Config(
        site=Site(**about, themes=themes),
        publishing=settings.publishing,
        learning=settings.learning,
        desk=settings.desk,
        joining=settings.joining,
        polling=settings.polling,
        cluster=settings.cluster,
        retention=settings.retention,
        backup=settings.backup,
        operations=settings.operations,
        paths=paths,
        server=settings.server,
        fetch_allow=settings.fetch.allow,
        smtp_url=SecretStr(settings.mail.smtp_url),
        mail_sender=settings.mail.sender or _own_sender(about["contact"], about["base_url"]),
        secret_key=settings.security.secret_key,
        oidc=settings.oidc,
        websub=settings.websub,
        sources=sources,
        themes_rules=rules,
        origins=origins,
    )


def _needs_secret(settings: Settings, paths: Paths) -> list[Fault]:
    if paths.on_sqlite or settings.security.secret_key:
        return []
    # Several machines must sign alike, and a key made on one of them is unknown to the others.
    return [
        Fault(
            where="environment",
            key="AGGREGATOR_SECRET_KEY",
            message="is needed with PostgreSQL, the same on every machine",
            fix="Set it to 32 random characters or more, or AGGREGATOR_SECRET_KEY_FILE to a file that holds them.",
        )
    ]


def _own_address(server: Server) -> str:
    host = _ANYWHERE.get(server.host, server.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{server.port}"


def _own_sender(contact: str, base_url: str) -> str:
    """Whom our mail is from when nobody says: partners may answer to a contact address, and to nobody else."""
    return contact if "@" in contact and ":" not in contact else f"noreply@{urlsplit(base_url).hostname}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@", 1)


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case _ if hasattr(value, "total_seconds"):
            return write_duration(value)
        case _:
            return str(value)
