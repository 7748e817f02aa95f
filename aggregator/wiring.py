"""Putting the parts together: from a configuration to a line that polls and a press that publishes.

The only file that knows both the configuration and the steps.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from aggregator.accounts import Access
from aggregator.accounts.issuing import MAIL
from aggregator.announcing import DENY, PING, PUSH, WEBHOOK, Outreach
from aggregator.batch import Intake
from aggregator.config import Config, ensure_secret_key
from aggregator.deliver.hub import VERIFY, Denier, Hub, Verifier
from aggregator.deliver.mail import Mailer
from aggregator.deliver.sending import Sender
from aggregator.deliver.subscribe import Subscriber
from aggregator.deliver.webhooks import WebhookSender
from aggregator.deliver.websub import Distributor, Pinger
from aggregator.errors import StoreError
from aggregator.fetch.guard import Allowlist
from aggregator.fetch.http import Fetcher, Limits
from aggregator.fetch.robots import RobotsFile
from aggregator.fetch.sending import Courier
from aggregator.illustrating import CALM, LONGEST_ANSWER, Gallery
from aggregator.joining import Joining
from aggregator.model import Answer, Request, Site
from aggregator.pipeline import Line
from aggregator.policy.interval import Bounds
from aggregator.policy.push import is_reachable
from aggregator.probing import Lookout
from aggregator.release import Press
from aggregator.store import Store, documents, migrate, models, open_store, robots, sources
from aggregator.subscribing import KIND as SUBSCRIBE
from aggregator.tag.lexicon import compile_rules, rules_number
from aggregator.tag.model import ModelError
from aggregator.tag.tagger import starter_model
from aggregator.tagging import Tagging

log = structlog.get_logger()

PRODUCT = "TechniekpactAggregator"
PICTURES = Limits(total=LONGEST_ANSWER, transfers=10)  # of at most 8 MB each, like every body


@dataclass(frozen=True, kw_only=True, slots=True)
class Hubs:
    """Where hubs reach this service: "" when they cannot, and `why`."""

    reached_at: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service that is ready to poll and publish."""

    config: Config
    store: Store
    line: Line
    press: Press
    access: Access
    senders: Mapping[str, Sender]
    hub: Hub | None
    fetcher: Fetcher
    tagging: Tagging
    lookout: Lookout
    gallery: Gallery
    hubs: Hubs

    def close(self) -> None:
        """Give connections and handles back."""
        self.fetcher.close()
        self.lookout.close()
        self.gallery.close()
        self.store.close()


def open_service(config: Config, now: datetime, bounds: Bounds | None = None) -> Service:
    """Open the store (made or upgraded when needed), add sources that are new in the files, and wire the parts.

    Raises StoreError when the database cannot be used.
    """
    store = ready_store(config)
    adopt_sources(store, config, now)
    robots_files = StoredRobots(store)
    fetcher = make_fetcher(config, robots_files)
    tagging = make_tagging(config)
    with store.write() as transaction:
        tagging.renew(transaction, now)
        if not models.tagged_by(transaction):
            models.set_tagged_by(transaction, rules_number(tagging.rules))
    return Service(
        config=config,
        store=store,
        line=make_line(config, store, fetcher.fetch, bounds, tagging),
        press=make_press(config, store),
        access=make_access(config, store),
        senders=make_senders(config, store),
        hub=make_hub(config, store),
        fetcher=fetcher,
        tagging=tagging,
        lookout=make_lookout(config, robots_files),
        gallery=make_gallery(config, store, robots_files, bounds),
        hubs=make_hubs(config),
    )


def ready_store(config: Config) -> Store:
    """The database of this configuration, with tables at our version; the file is copied before an upgrade."""
    if config.paths.on_sqlite:
        config.paths.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(config.paths.database_url)
    migrate.prepare(store, config.paths.data_dir / "backups")
    return store


def adopt_sources(store: Store, config: Config, now: datetime) -> list[str]:
    """Add the sources of sources.toml whose ids were never seen; the others stay as the database has them."""
    with store.write() as transaction:
        known = sources.known_ids(transaction)
        new = [source for source in config.sources if source.id not in known]
        if new:
            sources.add(transaction, new, now)
    return [source.id for source in new]


def make_fetcher(
    config: Config, robots_files: MutableMapping[str, RobotsFile] | None = None, limits: Limits | None = None
) -> Fetcher:
    """The polite fetcher of this configuration."""
    return Fetcher(
        user_agent=user_agent(config.site),
        allow=Allowlist.parse(config.fetch_allow),
        limits=limits or Limits(transfers=config.polling.transfers),
        robots=robots_files,
        language=config.site.language,
    )


def make_courier(config: Config) -> Courier:
    """What brings requests of ours to hubs, subscribers and webhooks, behind the same guard as polling."""
    return Courier(user_agent=user_agent(config.site), allow=Allowlist.parse(config.fetch_allow))


def make_lookout(config: Config, robots_files: MutableMapping[str, RobotsFile] | None = None) -> Lookout:
    """What people look at addresses with: a fetcher serves one thread, and polling has its own."""
    fetcher = make_fetcher(config, robots_files)
    polling = config.polling
    return Lookout(fetcher.fetch, product=PRODUCT, parallel=polling.parallel, gap=polling.gap, close=fetcher.close)


def make_gallery(
    config: Config,
    store: Store,
    robots_files: MutableMapping[str, RobotsFile] | None = None,
    bounds: Bounds | None = None,
) -> Gallery:
    """What pictures come by: a fetcher of its own, because one fetcher serves one thread."""
    fetcher = make_fetcher(config, robots_files, PICTURES)
    calm = min(CALM, (bounds or Bounds()).floor / 2)
    return Gallery(store=store, fetch=fetcher.fetch, gap=config.polling.gap, calm=calm, close=fetcher.close)


def make_line(
    config: Config,
    store: Store,
    fetch: Callable[[Iterable[Request], datetime, Callable[[Request], bool]], Iterator[tuple[Request, Answer]]],
    bounds: Bounds | None = None,
    tagging: Tagging | None = None,
) -> Line:
    """The line of this configuration; `bounds` replaces the usual times between polls."""
    polling, publishing = config.polling, config.publishing
    tagging = tagging or make_tagging(config)
    return Line(
        store=store,
        fetch=fetch,
        tag=tagging,
        renew=tagging.renew,
        intake=Intake(
            mode=publishing.mode,
            announce_days=publishing.announce_days,
            announce_items=publishing.announce_items,
            tag_authority=config.site.tag_authority,
            joining=Joining(
                window=timedelta(days=config.joining.window_days), window_items=config.joining.window_items
            ),
        ),
        base_url=config.site.base_url,
        tag_authority=config.site.tag_authority,
        anonymous=lambda url: not config.site.contact and is_public_host(url),
        bounds=bounds or Bounds(default_min=polling.interval_min, default_max=polling.interval_max),
        parallel=polling.parallel,
        gap=polling.gap,
        keep_bodies=polling.body_keep,
    )


def make_tagging(config: Config) -> Tagging:
    """The tagger of this configuration: with the trained starter when it was made for these themes, else by rules.

    It works with what the database says from its first `renew` on.
    """
    rules = compile_rules(config.themes_rules)
    try:
        model = starter_model()
    except (ModelError, OSError) as error:
        log.warning("model_unusable", error=str(error))
        model = None
    return Tagging(rules=rules, starter=model, wanted=config.publishing.wanted_precision)


def tagging_at_work(config: Config, now: datetime) -> Tagging:
    """The tagger as the service uses it, where there is a database with our tables; it makes none."""
    made = make_tagging(config)
    path = config.paths.data_dir if config.paths.on_sqlite else None
    if path is not None and not path.exists():
        return made
    store = open_store(config.paths.database_url)
    try:
        file = store.engine.url.database
        if (store.dialect != "sqlite" or (file and Path(file).exists())) and migrate.version(store) == migrate.HEAD:
            with store.read() as transaction:
                made.renew(transaction, now)
    except StoreError as error:
        log.warning("database_unusable", error=str(error))
    finally:
        store.close()
    return made


def make_press(config: Config, store: Store) -> Press:
    """What documents of this configuration are made with."""
    with store.read() as transaction:
        created = documents.created(transaction)
    return Press(
        store=store,
        site=config.site,
        created=created,
        feed_length=config.publishing.feed_length,
        outreach=make_outreach(config),
    )


def make_outreach(config: Config) -> Outreach:
    """The hubs that our feeds name."""
    return Outreach(base_url=config.site.base_url, hub=config.websub.hub, has_own_hub=config.websub.own_hub)


def make_access(config: Config, store: Store) -> Access:
    """The way in to this service, for its editors."""
    return Access(
        store=store,
        secret_key=ensure_secret_key(config).get_secret_value(),
        base_url=config.site.base_url,
        title=config.site.title,
        language=config.site.language,
        sends_mail=bool(config.smtp_url.get_secret_value()),
    )


def make_hub(config: Config, store: Store) -> Hub | None:
    """Our own hub, where it is wanted."""
    wanted = config.websub
    if not wanted.own_hub:
        return None
    base_url = config.site.base_url
    return Hub(store=store, base_url=base_url, most=wanted.subscribers, most_per_host=wanted.subscribers_per_host)


def make_senders(config: Config, store: Store) -> dict[str, Sender]:
    """What can be delivered, by its kind in the outbox."""
    url, courier, outreach = config.smtp_url.get_secret_value(), make_courier(config), make_outreach(config)
    key = ensure_secret_key(config).get_secret_value()
    made: dict[str, Sender] = {
        WEBHOOK: WebhookSender(store=store, site=config.site, courier=courier),
        SUBSCRIBE: Subscriber(store=store, post=courier.post, secret_key=key),
    }
    if url:
        made[MAIL] = Mailer(url=url, sender=config.mail_sender)
    if outreach.hub:
        made[PING] = Pinger(courier=courier)
    if hub := make_hub(config, store):
        base_url, hubs = config.site.base_url, outreach.hubs
        made[VERIFY] = Verifier(hub=hub, courier=courier)
        made[PUSH] = Distributor(store=store, courier=courier, base_url=base_url, hubs=hubs)
        made[DENY] = Denier(courier=courier)
    return made


def make_hubs(config: Config) -> Hubs:
    """Where hubs reach the service of this configuration."""
    reached_at, why = reached_by_hubs(config)
    return Hubs(reached_at=reached_at, why=why)


def reached_by_hubs(config: Config) -> tuple[str, str]:
    """Where hubs reach this service, and when they cannot "" with the reason."""
    if not config.websub.subscribe:
        return "", "websub.subscribe is false"
    if config.websub.callback_url:
        return config.websub.callback_url, ""
    if is_reachable(config.site.base_url):
        return config.site.base_url, ""
    return "", f"no hub can reach {config.site.base_url}: it is not a public https address"


def user_agent(site: Site) -> str:
    """What we call ourselves to partners' servers, with where to reach us."""
    contact = site.contact or "contact not set"
    return (
        f"{PRODUCT}/{program_version()} (+{contact})" if site.contact else f"{PRODUCT}/{program_version()} ({contact})"
    )


def program_version() -> str:
    """The version of the installed program."""
    try:
        return package_version("aggregator")
    except PackageNotFoundError:
        return "0"


def is_public_host(url: str) -> bool:
    """Whether `url` names someone else's server: not this machine, not a private network address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


@dataclass(slots=True)
class StoredRobots(MutableMapping[str, RobotsFile]):
    """The robots.txt files that we keep: read once, written through, so that a restart asks nobody again."""

    store: Store
    files: dict[str, RobotsFile] = field(init=False)

    def __post_init__(self) -> None:
        with self.store.read() as transaction:
            rows = robots.load(transaction)
        self.files = {origin: RobotsFile(fetched_at=at, status=status, text=text) for origin, at, status, text in rows}

    def __getitem__(self, origin: str) -> RobotsFile:
        return self.files[origin]

    def __setitem__(self, origin: str, file: RobotsFile) -> None:
        self.files[origin] = file
        with self.store.write() as transaction:
            robots.save(transaction, [(origin, file.fetched_at, file.status, file.text)])

    def __delitem__(self, origin: str) -> None:
        del self.files[origin]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)
