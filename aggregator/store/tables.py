"""The tables, the same on SQLite and PostgreSQL.

Facts and decisions never share a row: `source` is what people configured, `poll` what visits found; `item` and
`story` are facts, `decision` is what an editor said. `event` is the log that everything else can be folded from.
`account`, `session`, `one_time_link` and `login_attempt` are who may come in; of a token only its hash is kept.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as integer microseconds since 1970: text forms compare wrongly in SQLite."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + int(value) * MICROSECOND


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid is an INTEGER primary key


class HostColumns(TypedColumns):
    """A server that we poll: at most one owner at a time, whose every claim raises `epoch`."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    name: Named[str] = Column(String, unique=True)
    next_due = Column(UtcDateTime)
    owner: Named[str | None]
    epoch: Named[int] = Column(Integer, default=0)
    lease_until = Column(UtcDateTime)
    paused_until = Column(UtcDateTime)


class SourceColumns(TypedColumns):
    """Whom we poll, as configured. A removed source keeps its row: it must not come back at the next start."""

    id: Named[str] = Column(String, primary_key=True)
    settings: Named[dict[str, Any]] = Column(JSON)
    added_at: Named[datetime] = Column(UtcDateTime)
    removed_at = Column(UtcDateTime)


class PollColumns(TypedColumns):
    """The last visit to a source: what SQL asks for as columns, the rest of model.Poll as `details`."""

    source_id: Named[str] = Column(String, primary_key=True)
    host_id: Named[int] = Column(BigId)
    next_due = Column(UtcDateTime)
    outcome: Named[str | None]
    details: Named[dict[str, Any]] = Column(JSON)


class BodyColumns(TypedColumns):
    """The last good and the last failing body of a source, zlib-compressed, so that anyone can see what we saw."""

    source_id: Named[str] = Column(String, primary_key=True)
    verdict: Named[str] = Column(String, primary_key=True)  # "good" or "bad"
    at: Named[datetime] = Column(UtcDateTime)
    url: Named[str]
    media_type: Named[str]
    charset: Named[str]
    body: Named[bytes] = Column(LargeBinary)


class RobotsColumns(TypedColumns):
    """robots.txt as last fetched, per origin ("https://www.fme.nl")."""

    origin: Named[str] = Column(String, primary_key=True)
    fetched_at: Named[datetime] = Column(UtcDateTime)
    status: Named[int | None]
    text: Named[str] = Column(Text)


class ItemColumns(TypedColumns):
    """One entry as we hold it; the fields of model.Entry as columns."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    story_id: Named[int] = Column(BigId)
    source_id: Named[str]
    key: Named[str]
    url_key: Named[str]
    fingerprint: Named[bytes] = Column(LargeBinary)
    first_seen: Named[datetime] = Column(UtcDateTime)
    entry_id: Named[str | None] = Column(Text)
    link: Named[str | None] = Column(Text)
    title: Named[str] = Column(Text)
    summary: Named[str] = Column(Text)
    content: Named[str] = Column(Text)
    published = Column(UtcDateTime)
    updated = Column(UtcDateTime)
    date_evidence: Named[str | None]
    date_precision: Named[str | None]
    authors: Named[list[str]] = Column(JSON)
    categories: Named[list[str]] = Column(JSON)
    image: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    kicker: Named[str]
    language: Named[str]


class RevisionColumns(TypedColumns):
    """What an item said before it changed. Texts stand here, not in events, so that they can be erased."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    item_id: Named[int] = Column(BigId)
    at: Named[datetime] = Column(UtcDateTime)
    before: Named[dict[str, Any]] = Column(JSON)


class WordingColumns(TypedColumns):
    """The plain words that an item is compared by. A text of a partner: erased with its item."""

    item_id = Column(BigId, primary_key=True, autoincrement=False)
    lead: Named[str] = Column(Text)


class ShingleColumns(TypedColumns):
    """The index of likeness: items by their rarest terms (dedup/shingles.py), while their news may be told again."""

    term = Column(BigId, primary_key=True, autoincrement=False)
    item_id = Column(BigId, primary_key=True, autoincrement=False)
    day: Named[int] = Column(Integer)  # of the item, in days since 1970


class ReferenceColumns(TypedColumns):
    """An article or report that an item's text links to."""

    url_key: Named[str] = Column(String, primary_key=True)
    item_id = Column(BigId, primary_key=True, autoincrement=False)


class ProposalColumns(TypedColumns):
    """Two items that are perhaps the same news: one card for an editor. `outcome` "" while nobody said."""

    item_id = Column(BigId, primary_key=True, autoincrement=False)
    other_id = Column(BigId, primary_key=True, autoincrement=False)
    because: Named[str]
    strength: Named[float] = Column(Float)
    at: Named[datetime] = Column(UtcDateTime)
    outcome: Named[str]  # "", "joined" or "apart"


class StoryColumns(TypedColumns):
    """A story as the log says it is now. `dated` is the partner's date, or when we first saw it."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    uri: Named[str] = Column(String, unique=True)
    slug: Named[str] = Column(String, unique=True)
    state: Named[str]
    reason: Named[str]
    origin_id: Named[int] = Column(BigId)
    theme: Named[str | None]
    second_theme: Named[str | None]
    off_topic: Named[int] = Column(Integer)
    score: Named[float] = Column(Float)
    verdict: Named[str]
    because: Named[list[str]] = Column(JSON)
    dated: Named[datetime] = Column(UtcDateTime)
    released = Column(UtcDateTime)
    updated = Column(UtcDateTime)
    merged_into: Named[int | None] = Column(BigId)  # the story that an editor made it part of
    tray: Named[str]  # with `rank`: follows from the rest, for the editors' queue (trays.py)
    rank: Named[int] = Column(Integer)


class EventColumns(TypedColumns):
    """What happened, once, for ever. `seq` is in commit order; before/after hold the changed fields."""

    seq = Column(BigId, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(UtcDateTime)
    story_id: Named[int | None] = Column(BigId)
    item_id: Named[int | None] = Column(BigId)
    kind: Named[str]
    actor: Named[str]
    reason: Named[str]
    group_id: Named[str | None]
    before: Named[dict[str, Any]] = Column(JSON)
    after: Named[dict[str, Any]] = Column(JSON)


class DecisionColumns(TypedColumns):
    """What a person decided about a story, a pair of items or a source; `undone_at` ends it."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    subject_kind: Named[str]
    subject: Named[str]
    kind: Named[str]
    value: Named[dict[str, Any]] = Column(JSON)
    actor: Named[str]
    at: Named[datetime] = Column(UtcDateTime)
    event_seq: Named[int | None] = Column(BigId)
    group_id: Named[str | None]  # what was decided at one stroke, and is undone at one
    undone_at = Column(UtcDateTime)


class OutboxColumns(TypedColumns):
    """A delivery, written in the transaction of what causes it (`event_seq`, 0 for no event); worked off by deliver/.

    `payload` names what is to be said and holds no text of a partner; one that holds a secret is emptied at its end.
    """

    id = Column(BigId, primary_key=True, autoincrement=False)
    event_seq: Named[int] = Column(BigId)
    kind: Named[str]
    target: Named[str]
    lane: Named[str]  # what goes one after another: the deliveries to one host
    subject: Named[str]  # whom or what it is for: a webhook, a subscription; "" for none
    payload: Named[dict[str, Any]] = Column(JSON)
    due: Named[datetime] = Column(UtcDateTime)
    tries: Named[int] = Column(Integer)
    taken_at = Column(UtcDateTime)  # while it is being delivered
    done_at = Column(UtcDateTime)
    dead_at = Column(UtcDateTime)
    error: Named[str | None] = Column(Text)


class WebhookColumns(TypedColumns):
    """An address that is told what happens to stories. `secret` signs, so it cannot be kept as a hash."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    url: Named[str] = Column(Text)
    secret: Named[str]
    kinds: Named[list[str]] = Column(JSON)
    created: Named[datetime] = Column(UtcDateTime)
    told_at = Column(UtcDateTime)
    failing_since = Column(UtcDateTime)
    off_at = Column(UtcDateTime)
    off_because: Named[str] = Column(Text)


class SubscriptionColumns(TypedColumns):
    """Who gets a feed sent by our own hub (WebSub), since it confirmed and until its lease is over."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    topic: Named[str]  # the path of a document
    callback: Named[str] = Column(Text)
    key: Named[str] = Column(String, unique=True)  # of topic and callback
    host: Named[str]
    secret: Named[str]
    created: Named[datetime] = Column(UtcDateTime)
    lease_until: Named[datetime] = Column(UtcDateTime)
    told: Named[int] = Column(BigId)  # the generation of the document that it got last
    failing_since = Column(UtcDateTime)


class HubSubscriptionColumns(TypedColumns):
    """What we asked a hub for, as model.Subscription; at most one of a source is not LEAVING."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    source_id: Named[str]
    hub: Named[str] = Column(Text)
    topic: Named[str] = Column(Text)
    callback: Named[str] = Column(Text)
    token: Named[str] = Column(String, unique=True)
    state: Named[str]  # model.Asking
    asked_at: Named[datetime] = Column(UtcDateTime)
    next_at: Named[datetime] = Column(UtcDateTime)
    lease_until = Column(UtcDateTime)
    failures: Named[int] = Column(Integer)
    reason: Named[str] = Column(Text)


class PushColumns(TypedColumns):
    """What a hub pushed for a source. Once it is done its digest stays for a while: the same bytes say nothing new.

    An empty digest: there was more than we keep, or nothing in it; the source is visited instead.
    """

    source_id: Named[str] = Column(String, primary_key=True)
    digest: Named[bytes] = Column(LargeBinary, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime)
    content_type: Named[str]
    body: Named[bytes] = Column(LargeBinary)
    tries: Named[int] = Column(Integer)
    done_at = Column(UtcDateTime)


class DocumentColumns(TypedColumns):
    """A published file and its ready-made gzip; `generation` is that of the last change."""

    path: Named[str] = Column(String, primary_key=True)
    media_type: Named[str]
    etag: Named[str]
    body: Named[bytes] = Column(LargeBinary)
    gzip: Named[bytes] = Column(LargeBinary)
    changed: Named[datetime] = Column(UtcDateTime)
    generation: Named[int] = Column(BigId)


class ArchiveColumns(TypedColumns):
    """What the readers of a channel have to be told, in order: a story, as it stands when its page is sealed.

    `page` is null until then. `updated` is what the sealed page says of the entry, null when it says that it is gone.
    """

    id = Column(BigId, primary_key=True, autoincrement=False)
    channel: Named[str]
    story_id: Named[int] = Column(BigId)
    page: Named[int | None] = Column(Integer)
    updated = Column(UtcDateTime)


class DepartureColumns(TypedColumns):
    """A story that stood in our feeds and left them: the fact behind its tombstone. It may have returned."""

    story_id = Column(BigId, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(UtcDateTime)
    why: Named[str]
    returned_at = Column(UtcDateTime)


class PictureColumns(TypedColumns):
    """The picture that a story should have, wherever its fetching stands. `due` None: it is here, or we gave up."""

    story_id = Column(BigId, primary_key=True, autoincrement=False)
    source_id: Named[str]  # who allows it
    url: Named[str] = Column(Text)
    host: Named[str]
    since: Named[datetime] = Column(UtcDateTime)
    due = Column(UtcDateTime)
    tries: Named[int] = Column(Integer)
    code: Named[str]  # why the last try brought nothing, "" for none


class PictureFileColumns(TypedColumns):
    """A picture as we made it, in one width; an address of ours (/pictures/<name>) whose bytes never change."""

    name: Named[str] = Column(String, primary_key=True)
    story_id: Named[int] = Column(BigId)
    width: Named[int] = Column(Integer)
    height: Named[int] = Column(Integer)
    body: Named[bytes] = Column(LargeBinary)


class PictureSourceColumns(TypedColumns):
    """A source whose pictures are fetched: it allows them, and its latest stories were looked at for them."""

    source_id: Named[str] = Column(String, primary_key=True)


class RefusalColumns(TypedColumns):
    """A document that our own rules refused at the last release: the one before it is still served."""

    path: Named[str] = Column(String, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime)
    complaints: Named[list[str]] = Column(JSON)


class SearchColumns(TypedColumns):
    """What a public story is found by (search_words.py), and where it stands among all in order of date.

    `headline` holds the words of the better classes, `words` all of them.
    A place is a whole number: minutes since 1970 and the story's number (search_index.py). One that is public no more
    keeps its row, without words, and `gone_at`.
    """

    story_id = Column(BigId, primary_key=True, autoincrement=False)
    dated_place: Named[int] = Column(BigId, unique=True)
    released_place: Named[int | None] = Column(BigId, unique=True)
    headline: Named[str] = Column(Text)
    words: Named[str] = Column(Text)
    gone_at = Column(UtcDateTime)


class TrialColumns(TypedColumns):
    """A change of judgement (a page's rule, themes, a model, a threshold): what it replaced and what it changed."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    kind: Named[str]
    subject: Named[str]
    at: Named[datetime] = Column(UtcDateTime)
    state: Named[str]  # "applied" or "rolled back"
    before: Named[dict[str, Any]] = Column(JSON)
    after: Named[dict[str, Any]] = Column(JSON)
    differences: Named[dict[str, Any]] = Column(JSON)


class ModelColumns(TypedColumns):
    """A trained model of themes. The one adopted last and not retired works; none: the package's starter."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    made_at: Named[datetime] = Column(UtcDateTime)
    bytes: Named[bytes] = Column(LargeBinary)
    checksum: Named[str]
    training: Named[dict[str, Any]] = Column(JSON)  # what it learned from, and how it compared with the one before
    adopted_at = Column(UtcDateTime)
    retired_at = Column(UtcDateTime)


class SampleColumns(TypedColumns):
    """An automatic decision that was drawn to be looked at; what it was is copied here, for the story may change."""

    story_id = Column(BigId, primary_key=True, autoincrement=False)
    drawn_at: Named[datetime] = Column(UtcDateTime)
    kind: Named[str]  # "published" or "dropped"
    theme: Named[str]  # the automatic verdict: a slug, or "" for off-topic
    probability: Named[float] = Column(Float)
    decided_at = Column(UtcDateTime)
    verdict: Named[str | None]  # the editor's: a slug, "" for off-topic; None while unknown


class AbsenceColumns(TypedColumns):
    """An item whose source no longer lists it, or whose article was not found: what came of asking for it."""

    item_id = Column(BigId, primary_key=True, autoincrement=False)
    status: Named[str]  # model.Standing
    listed: Named[int] = Column(Integer)  # 1 while the source lists it all the same
    first_missing_at = Column(UtcDateTime)
    checks: Named[int] = Column(Integer)
    last_checked_at = Column(UtcDateTime)
    gone_at = Column(UtcDateTime)


class AgendaColumns(TypedColumns):
    """An event that a source announces. Never an item, never a story: its dates say when it takes place."""

    source_id: Named[str] = Column(String, primary_key=True)
    key: Named[str] = Column(String, primary_key=True)
    title: Named[str] = Column(Text)
    link: Named[str | None] = Column(Text)
    starts: Named[datetime] = Column(UtcDateTime)
    ends = Column(UtcDateTime)
    place: Named[str] = Column(Text)
    first_seen: Named[datetime] = Column(UtcDateTime)
    last_seen: Named[datetime] = Column(UtcDateTime)


class ReservationColumns(TypedColumns):
    """/.well-known/tdmrep.json (W3C TDM Reservation Protocol) as last fetched; "" where there is none."""

    address: Named[str] = Column(String, primary_key=True)
    fetched_at: Named[datetime] = Column(UtcDateTime)
    text: Named[str] = Column(Text)


class AccountColumns(TypedColumns):
    """Who may sign in. `email` is lower-cased; no `password_hash`: invited, or signs in by mail or elsewhere (OIDC)."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    email: Named[str] = Column(String, unique=True)
    name: Named[str]
    password_hash: Named[str | None]
    role: Named[str]
    sources: Named[list[str]] = Column(JSON)  # of an owner of sources: which
    language: Named[str]  # "" follows the browser
    keys_enabled: Named[bool]
    oidc_subject: Named[str | None] = Column(String, unique=True)
    created: Named[datetime] = Column(UtcDateTime)
    disabled = Column(UtcDateTime)
    wants_reminders: Named[bool]
    reminded = Column(UtcDateTime)  # when a letter about the round was last put in the outbox


class SessionColumns(TypedColumns):
    """Someone who is signed in on one device."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    token_hash: Named[str] = Column(String, unique=True)
    account_id: Named[int] = Column(BigId)
    created: Named[datetime] = Column(UtcDateTime)
    last_seen: Named[datetime] = Column(UtcDateTime)
    expires: Named[datetime] = Column(UtcDateTime)
    revoked = Column(UtcDateTime)
    user_agent: Named[str]


class OneTimeLinkColumns(TypedColumns):
    """An address that lets someone in once: to an account, or to become the first one with `role`."""

    token_hash: Named[str] = Column(String, primary_key=True)
    purpose: Named[str]
    account_id: Named[int | None] = Column(BigId)
    role: Named[str]
    created: Named[datetime] = Column(UtcDateTime)
    expires: Named[datetime] = Column(UtcDateTime)
    used = Column(UtcDateTime)


class LoginAttemptColumns(TypedColumns):
    """A try to sign in that failed or is under way, once for the account and once for the address; kept for minutes."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    subject: Named[str]  # a hash: people type passwords where names belong
    at: Named[datetime] = Column(UtcDateTime)


class RoundColumns(TypedColumns):
    """An editor's weekly walk through what waits: from when to when, and how much there was to do."""

    id = Column(BigId, primary_key=True, autoincrement=False)
    account_id: Named[int] = Column(BigId)
    started: Named[datetime] = Column(UtcDateTime)
    closed = Column(UtcDateTime)
    planned: Named[int] = Column(Integer)
    first_decision: Named[int] = Column(BigId)  # the number that decisions of this round are greater than


class CounterColumns(TypedColumns):
    """Numbers that only grow: ids, event seq, the generation of the documents, how far release has read the log."""

    name: Named[str] = Column(String, primary_key=True)
    value: Named[int] = Column(BigId)


class DutyColumns(TypedColumns):
    """Work that an operator relies on: when it was last tried, when it last went well, and what was wrong since."""

    name: Named[str] = Column(String, primary_key=True)
    tried_at: Named[datetime] = Column(UtcDateTime)
    done_at = Column(UtcDateTime)
    error: Named[str] = Column(Text)  # "" when the last try went well


host = Table("host", metadata, HostColumns)
source = Table("source", metadata, SourceColumns)
poll = Table("poll", metadata, PollColumns)
body = Table("body", metadata, BodyColumns)
robots = Table("robots", metadata, RobotsColumns)
item = Table("item", metadata, ItemColumns, UniqueConstraint("source_id", "key"))
revision = Table("revision", metadata, RevisionColumns)
wording = Table("wording", metadata, WordingColumns)
shingle = Table("shingle", metadata, ShingleColumns, sqlite_with_rowid=False)
reference = Table("reference", metadata, ReferenceColumns, sqlite_with_rowid=False)
proposal = Table("proposal", metadata, ProposalColumns)
story = Table("story", metadata, StoryColumns)
event = Table("event", metadata, EventColumns)
decision = Table("decision", metadata, DecisionColumns)
outbox = Table("outbox", metadata, OutboxColumns)
webhook = Table("webhook", metadata, WebhookColumns)
subscription = Table("subscription", metadata, SubscriptionColumns)
hub_subscription = Table("hub_subscription", metadata, HubSubscriptionColumns)
push = Table("push", metadata, PushColumns)
document = Table("document", metadata, DocumentColumns)
archive = Table("archive", metadata, ArchiveColumns)
departure = Table("departure", metadata, DepartureColumns)
picture = Table("picture", metadata, PictureColumns)
picture_file = Table("picture_file", metadata, PictureFileColumns)
picture_source = Table("picture_source", metadata, PictureSourceColumns)
refusal = Table("refusal", metadata, RefusalColumns)
search = Table("search", metadata, SearchColumns)
trial = Table("trial", metadata, TrialColumns)
model = Table("model", metadata, ModelColumns)
sample = Table("sample", metadata, SampleColumns)
absence = Table("absence", metadata, AbsenceColumns)
agenda = Table("agenda", metadata, AgendaColumns)
reservation = Table("reservation", metadata, ReservationColumns)
counter = Table("counter", metadata, CounterColumns)
account = Table("account", metadata, AccountColumns)
session = Table("session", metadata, SessionColumns)
one_time_link = Table("one_time_link", metadata, OneTimeLinkColumns)
login_attempt = Table("login_attempt", metadata, LoginAttemptColumns)
round_ = Table("round", metadata, RoundColumns)
duty = Table("duty", metadata, DutyColumns)

Index(None, host.c.next_due)
Index(None, poll.c.host_id, poll.c.next_due)
Index(None, item.c.url_key)
Index(None, item.c.story_id)
Index(None, item.c.source_id, item.c.first_seen)
Index(None, revision.c.item_id)
Index(None, reference.c.item_id)
Index(None, proposal.c.other_id)
Index(None, story.c.merged_into)
Index(None, story.c.state, story.c.released)
Index(None, story.c.state, story.c.dated)
Index(None, story.c.state, story.c.updated, story.c.id)
Index(None, story.c.tray, story.c.rank, story.c.dated, story.c.id)
Index(None, event.c.story_id)
Index(None, event.c.item_id)
Index(None, decision.c.subject_kind, decision.c.subject)
Index(None, decision.c.actor, decision.c.id)
Index(None, decision.c.group_id)
Index(None, round_.c.account_id, round_.c.id)
Index(None, decision.c.kind, decision.c.undone_at)
Index(None, outbox.c.done_at, outbox.c.due)
Index(None, outbox.c.kind, outbox.c.subject)
Index(None, subscription.c.topic)
Index(None, subscription.c.host)
Index(None, hub_subscription.c.source_id)
Index(None, push.c.done_at, push.c.at)
Index(None, document.c.generation)
Index(None, archive.c.channel, archive.c.page)
Index(None, archive.c.story_id)
Index(None, picture.c.due)
Index(None, picture.c.source_id)
Index(None, picture_file.c.story_id)
Index(None, search.c.gone_at, search.c.story_id)
Index(None, sample.c.decided_at)
Index(None, sample.c.drawn_at)
Index(None, absence.c.status)
Index(None, agenda.c.starts)
Index(None, trial.c.kind, trial.c.subject)
Index(None, session.c.account_id)
Index(None, session.c.expires)
Index(None, one_time_link.c.account_id)
Index(None, login_attempt.c.subject, login_attempt.c.at)
Index(None, login_attempt.c.at)
