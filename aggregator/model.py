"""The nouns, in the order of a news item's life.

`Source` whom we poll → `Request` what is asked of its server → `Answer` what the server says → `Reading` what the
document says, a list of `Entry` → `Item` one entry as we hold it → `Story` the items that are the same news.

A type contains the one before it (`item.entry.title`) and never copies its fields, so a field is declared once.
All times are aware and UTC. A date without a time of day (`Precision.DAY`) is midnight in Amsterdam, written in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

# --- Whom we poll -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Selectors:
    """CSS selectors of a page whose list an operator described by hand; relative to `item`, empty means unused."""

    item: str
    title: str = ""
    link: str = ""
    date: str = ""
    teaser: str = ""
    image: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A partner's feed or page, as configured. docs/configuration.md explains every field."""

    id: str
    organisation: str
    url: str
    title: str = ""
    kind: Literal["auto", "feed", "page"] = "auto"
    language: str = "nl"
    themes: tuple[str, ...] = ()
    relevance: Literal["filter", "all"] = "filter"
    publish: Literal["auto", "review"] = "auto"
    labels: tuple[str, ...] = ()
    join: Literal["normal", "url", "never"] = "normal"
    republisher: bool = False
    licence: Literal["teaser", "full"] = "teaser"
    images: bool = False
    interval_min: timedelta | None = None
    interval_max: timedelta | None = None
    paused: bool = False
    contact: str = ""
    terms_note: str = ""
    selectors: Selectors | None = None


# --- One visit ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What makes the next request conditional (RFC 9110 section 8.8), byte for byte as the server sent it."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One polite GET. `source_id` comes back with the answer; `parallel` and `gap` are the host's."""

    source_id: str
    url: str
    validators: Validators = Validators()
    validators_url: str = ""  # the address that sent them, the only one that gets them back; "" means `url`
    respect_robots: bool = False
    accept: Literal["feed", "page", "picture"] = "feed"
    parallel: int = 2
    gap: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One redirect on the way: the status code and the absolute address that it led to."""

    status: int
    location: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """What every visit tells, whatever came of it."""

    url: str  # where the last answer came from
    status: int | None = None  # None when there was no answer
    hops: tuple[Hop, ...] = ()
    requests: int = 0  # redirects and robots.txt included
    validators: Validators = Validators()
    fresh_for: timedelta | None = None  # Cache-Control max-age or Expires; None when nothing usable was said


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A 2xx answer with its body, inflated and complete."""

    wire: Wire
    body: bytes
    media_type: str = ""  # lower case, without parameters
    charset: str = ""  # as declared in Content-Type
    tdm_reservation: str = ""  # the header of that name (W3C TDM Reservation Protocol): "1" reserves text mining
    links: tuple[tuple[str, str], ...] = ()  # the Link header: (rel, absolute URL), for rel=hub and rel=self


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    """304: nothing changed. `wire.validators` holds what the 304 itself carried (RFC 9111 section 4.3.4)."""

    wire: Wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """410."""

    wire: Wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttled:
    """429 (the whole host) or 503 (this address). `retry_after` is counted from now; None when not said."""

    wire: Wire
    retry_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """robots.txt forbids this address to us."""

    wire: Wire
    robots_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """No usable answer. `code` is a key of text/outcomes.py; `detail` is what the other side or the library said."""

    wire: Wire
    code: str
    detail: str = ""
    transient: bool = True


Answer = Fetched | NotModified | Gone | Throttled | Refused | Failed


# --- What a document says -----------------------------------------------------------------------------------------


class Evidence(StrEnum):
    """Where a date was read."""

    FEED = "feed"
    JSON_LD = "json-ld"
    TIME = "time"
    TEXT = "text"
    URL = "url"
    FIRST_SEEN = "first-seen"


class Precision(StrEnum):
    """How exact a date is."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture that goes with an entry. Texts are plain; empty means not given."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What a source says at one moment; fields named as in RFC 4287, already clean.

    `title`, `summary`, `kicker`, authors and categories are plain text (NFC, no markup, no control characters);
    `content` is harmless HTML, "" if there is none. `id` and `link` are None when the source gives none that is usable.
    `copied_from` holds ids and links of atom:source, the feed that this entry was copied from, and what its text
    embedded: addresses of frames, names of custom elements.
    """

    id: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    date_evidence: Evidence | None = None
    date_precision: Precision | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    image: Image | None = None
    kicker: str = ""
    language: str = ""
    copied_from: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """An event that a source announces. Its dates say when it takes place: it is never news, never an entry.

    `key` identifies it within its source. `ends` is None and `place` empty when not said.
    """

    key: str
    title: str
    link: str | None = None
    starts: datetime
    ends: datetime | None = None
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something in a document that was mended, skipped or refused. `code` is stable; `message` is for a person."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What a feed itself says about when to come again (ttl, sy:updatePeriod, skipHours, skipDays)."""

    every: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()  # 0-23, GMT
    skip_days: frozenset[int] = frozenset()  # 0 is Monday, GMT


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One document, read: its entries in document order, and what was wrong with it."""

    kind: Literal["feed", "page"]
    format: str  # "rss20", "atom10", "json11", "rss10", "html" ...
    title: str = ""
    language: str = ""
    link: str | None = None  # the site that the feed belongs to
    entries: tuple[Entry, ...] = ()
    events: tuple[Happening, ...] = ()
    problems: tuple[Problem, ...] = ()
    pace: Pace = Pace()
    hubs: tuple[str, ...] = ()
    topic: str = ""  # of a feed: the address that it calls its own (rel=self), which its hubs know it by
    suffixes: frozenset[str] = frozenset()  # what stood behind its titles only to name the site, and was taken off
    rule: str = ""  # of a page: how its list was found; another rule means another list, or a redesign


# --- What we hold -------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """How a poll went."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    GONE = "gone"
    THROTTLED = "throttled"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """The last visit to a source and what the next one needs. `next_due` None: not by itself (410)."""

    at: datetime | None = None
    outcome: Outcome | None = None
    status: int | None = None
    code: str = ""  # key of text/outcomes.py; "" when all is well
    detail: str = ""
    next_due: datetime | None = None
    address: str = ""  # where we poll now, when that is not source.url (moved, or a feed found on the page)
    rung: str = ""  # how the address is read, as the ladder found (ladder.py); "" while nobody climbed it
    rule: str = ""  # of a page: how its list was found at the last good poll
    refused: str = ""  # a rule that a person rolled back: its list is not believed again
    offers: str = ""  # a feed that the page links by now, for people to see
    moved_to: str = ""  # a permanent redirect that is being confirmed ...
    moved_polls: int = 0  # ... and at how many polls it led to something readable
    validators: Validators = Validators()
    validators_url: str = ""  # validators belong to the address that sent them
    body_hash: bytes = b""
    failures: int = 0  # in a row
    succeeded_at: datetime | None = None  # the last poll that brought or confirmed a readable document
    changed_at: datetime | None = None  # the last poll that brought a new or changed entry
    rhythm: timedelta | None = None  # the usual time between its items, as its own dates tell
    usual: float = 0.0  # new items that its busier polls bring, after the first
    reposted_at: datetime | None = None  # when it last brought back what we published ourselves
    pace: Pace = Pace()
    fresh_for: timedelta | None = None
    hub: str = ""  # that its feed names (WebSub), and the topic to ask there for ...
    topic: str = ""
    suffixes: frozenset[str] = frozenset()  # ... what its titles end in, so that a push of one entry reads the same ...
    pushed_at: datetime | None = None  # ... and the last push that could be read


class Asking(StrEnum):
    """How a subscription stands."""

    ASKED = "asked"  # its hub has not confirmed it yet, or not again
    ACTIVE = "active"  # confirmed; it holds while its lease does
    DENIED = "denied"
    LEAVING = "leaving"  # we asked to end it


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """What we asked a hub for: one source's topic, to be pushed to `callback`. W3C WebSub, section 5."""

    id: int
    source_id: str
    hub: str
    topic: str
    callback: str
    token: str  # the unguessable part of `callback`
    state: Asking = Asking.ASKED
    asked_at: datetime
    next_at: datetime  # when to ask again; of one that is LEAVING, when to forget it
    lease_until: datetime | None = None  # as the hub confirmed; None while it did not
    failures: int = 0  # times in a row that it was asked for and not confirmed
    reason: str = ""  # why it was denied, or could not be asked for; said by the hub: hostile text


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """What an item is about. `theme` None: no theme found; `off_topic`: not technical-education news.

    `score` is the certainty of the verdict, 0..1. `because` names the terms that decided, strongest first, as
    "+term → slug" or "-term → slug", for an editor to read.
    """

    theme: str | None = None
    second_theme: str | None = None
    off_topic: bool = False
    score: float = 0.0
    decision: Literal["publish", "review", "off-topic"] = "review"
    because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry as we hold it, identified within its source."""

    key: str  # what identifies it within its source: its id, else its link, else its text
    source_id: str
    entry: Entry
    url_key: str = ""
    first_seen: datetime


class Standing(StrEnum):
    """What is known of an article that its source lists no more, or that was not found."""

    UNLISTED = "unlisted"  # it vanished from its list; its address has said nothing yet
    MISSING = "missing"  # 404 or 410, once
    GONE = "gone"  # and again, days later
    ALIVE = "alive"  # it is there, only not in the list


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """How it stands with one such article. `listed`: its source lists it all the same."""

    item_id: int
    status: Standing = Standing.UNLISTED
    listed: bool = False
    first_missing_at: datetime | None = None
    checks: int = 0
    last_checked_at: datetime | None = None
    gone_at: datetime | None = None


class State(StrEnum):
    """Where a story stands; DESIGN section 2."""

    HELD = "held"
    PUBLISHED = "published"
    OFF_TOPIC = "off-topic"
    REJECTED = "rejected"
    LATER = "later"
    SCHEDULED = "scheduled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edits:
    """What editors made of a story's words; None where those of the source hold.

    An `image` without an address says that there is none. `precision` goes with `published`.
    """

    title: str | None = None
    teaser: str | None = None
    published: datetime | None = None
    precision: Precision | None = None
    image: Image | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFile:
    """A picture of ours in one width, served as /pictures/<name>: the name changes with the bytes."""

    name: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A story's picture as we made it anew from what stood at `url`; the smaller file first."""

    url: str
    files: tuple[PictureFile, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """The items that are the same news, origin first; published as one atom:entry.

    `id` is a tag: URI (RFC 4151), minted once. `released` is when it first entered our feeds, None while it has not;
    `updated` is released, or the last change that a reader would notice.
    """

    id: str
    items: tuple[Item, ...]
    tags: Tags = Tags()
    state: State = State.HELD
    reason: str = ""
    released: datetime | None = None
    updated: datetime | None = None
    edits: Edits = Edits()
    picture: Picture | None = None  # whether it may be shown, publish/entry.py says

    @property
    def origin(self) -> Item:
        """The item that comes from the producer of the news."""
        return self.items[0]

    @property
    def slug(self) -> str:
        """The last part of `id`, for /stories/<slug>."""
        return self.id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


# --- What comes out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One of the consortium's themes: names and definitions per language ("nl", "en")."""

    slug: str
    label: Mapping[str, str]
    definition: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Who we are: what every output and every request says of us."""

    title: str
    base_url: str  # without trailing slash
    tag_authority: str  # "techniekpact.nl,2022" (RFC 4151)
    subtitle: str = ""
    contact: str = ""  # page or mail address for partners; "" while unset
    language: str = "nl"
    rights: str = ""
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """A story that stood in our feeds and is gone: at:deleted-entry of RFC 6721.

    `ref` is the story's id; `why` is "withdrawn", "gone", "merged" or "erased".
    """

    ref: str
    when: datetime
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A published file. `changed` is when its bytes last changed."""

    path: str  # "/feeds/all.atom"
    media_type: str
    body: bytes
    changed: datetime
    etag: str = field(default="")
