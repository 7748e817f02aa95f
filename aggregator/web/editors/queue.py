"""Wachtrij: what waits for an editor, list by list; one button or key decides, and everything can be undone."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form, HTTPException, Query, Response

from aggregator.desk import decide, flood, lookalikes, rounds, undo
from aggregator.desk.decide import Decided, Said
from aggregator.model import Theme
from aggregator.policy.waiting import next_monday
from aggregator.store import Transaction, accounts, decisions, events, queue, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from aggregator.store.queue import COUNTED, Found, Wanted, place
from aggregator.store.trays import Tray
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors import queue_joining
from aggregator.web.editors.queue_forms import PAGE, Field, address_of, subject
from aggregator.web.editors.queue_rows import Beside, Choice, Row, choices, row
from aggregator.web.editors.queue_said import line_of
from aggregator.web.editors.shell import page, words_for

ROWS = 20
TABS = (Tray.NEW, Tray.UNSURE, Tray.LATER, Tray.PUBLISHED, Tray.REJECTED, Tray.DROPPED, Tray.SAMPLE)
REASONS = ("duplicate", "old news", "advertising", "not for us")
HELP = (
    ("j k", "key_move"), ("a", "key_publish"), ("1 2 3 4", "key_theme"), ("⇧1 ⇧2 ⇧3 ⇧4", "key_second"),
    ("0", "key_off_topic"), ("d", "key_reject"), ("b", "key_later"), ("s", "key_star"), ("e", "key_edit"),
    ("m", "key_join"), ("⇧M", "key_split"), ("x", "key_select"), ("⇧A ⇧D", "key_bulk"), ("l", "key_alike"),
    ("z", "key_undo"), ("/", "key_search"), ("n", "key_next"), ("f", "key_flood"), ("?", "key_help"),
)  # fmt: skip
REPEATABLE = frozenset({decide.PUBLISH, decide.REJECT, decide.THEME, decide.OFF_TOPIC, decide.LATER})
RECENT_DAYS = 14  # of a flood, what is dated within
FRESH = timedelta(hours=1)  # so long the end of a round is told
MOST = 200  # stories of one stroke

Text = Annotated[str, Query(max_length=100)]
Many = Annotated[Sequence[str], Form(max_length=MOST)]


def add_to(editors: Editors, themes: Sequence[Theme]) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    @editors.get(PAGE, role=Role.READER)
    def show(
        visit: Here, tab: Text = "", theme: Text = "", source: Text = "", q: Text = "", after: Text = "",
        at: Text = "", said: Text = "",
    ) -> Response:  # fmt: skip
        """One page of a list."""
        tray = Tray(tab) if tab in TABS else Tray.NEW
        asked = {"tab": tray.value, "theme": theme, "source": source, "q": q.strip(), "after": after}
        wanted = Wanted(tray=tray, theme=theme, source=source, words=asked["q"])
        return _list(visit, themes, wanted, asked, at=at, said=said)

    @editors.post(f"{PAGE}/decide", role=Role.EDITOR)
    def decide_(visit: Here, act: Field, story: Many = (), back: Field = "", at: Field = "") -> Response:
        """One decision about one story, or about many at one stroke."""
        if not story:
            return to(address_of(back, said="nothing"))
        seen = dict(subject(each) for each in story)
        steps = steps_of(act, visit, [each.slug for each in themes])
        said = Said(actor=visit.person.actor, at=visit.now, seen=seen)
        came = decide.decide(store, seen, steps, said)
        if came.conflicts:
            return _conflict(visit, came, act, seen, back)
        is_staying = act == decide.STAR or act.startswith("second:")
        return to(address_of(back, at=next(iter(seen)) if is_staying else at))

    @editors.post(f"{PAGE}/undo", role=Role.EDITOR)
    def undo_(visit: Here, back: Field = "") -> Response:
        """Take the last stroke back."""
        came = undo.undo(store, visit.person.actor, visit.now)
        if came.refused:
            return to(address_of(back, said=f"refused:{came.refused}:{came.by}"))
        number = len(came.strokes[0].story_ids) if came.strokes else 0
        return to(address_of(back, at=came.restored[0] if came.restored else "", said=f"undone:{number}"))

    @editors.post(f"{PAGE}/reason", role=Role.EDITOR)
    def reason(visit: Here, group: Field, reason: Field, back: Field = "", at: Field = "") -> Response:
        """Why something was rejected, said afterwards."""
        if reason not in REASONS:
            raise HTTPException(422)
        decide.give_reason(store, group, reason, visit.person.actor, visit.now)
        return to(address_of(back, at=at))

    @editors.post(f"{PAGE}/flood", role=Role.EDITOR)
    def flood_(visit: Here, source: Field, choice: Field) -> Response:
        """What to do with what a source suddenly brought by the dozen."""
        if choice not in flood.CHOICES:
            raise HTTPException(422)
        out, kept = flood.settle(store, source, flood.CHOICES[choice], visit.person.actor, visit.now, days=RECENT_DAYS)
        return to(address_of("", said=f"flood:{out}:{kept}"))

    @editors.post(f"{PAGE}/round", role=Role.EDITOR)
    def round_(visit: Here, act: Field, back: Field = "") -> Response:
        """Begin or end a round."""
        if act not in ("begin", "close"):
            raise HTTPException(422)
        (rounds.begin if act == "begin" else rounds.close)(store, visit.person, visit.now)
        return to(address_of(back))


def steps_of(act: str, visit: Visit, themes: Sequence[str]) -> list[Any]:
    """The steps that a button stands for. Raises HTTPException 422 when there is no such button."""
    name, _, theme = act.partition(":")
    if theme and theme not in themes:
        raise HTTPException(422)
    now = visit.now
    if theme and name == "theme":
        return [decide.first_theme(theme, now), decide.publishing(now)]
    if theme and name == "second":
        return [decide.second_theme(theme, now)]
    plain = {
        decide.PUBLISH: decide.publishing(now),
        decide.REJECT: decide.rejecting(),
        decide.OFF_TOPIC: decide.off_topic_step(),
        decide.LATER: decide.putting_off(next_monday(now)),
        decide.STAR: decide.starring(),
    }
    if act not in plain:
        raise HTTPException(422)
    return [plain[act]]


def _list(
    visit: Visit, themes: Sequence[Theme], wanted: Wanted, asked: Mapping[str, str], *, at: str, said: str
) -> Response:
    words = words_for(visit.language)
    named = choices(themes, words.language)
    actor = visit.person.actor
    with visit.access.store.read() as transaction:
        counted = queue.counts(transaction)
        found = queue.page(transaction, wanted, limit=ROWS, after=place(asked["after"]))
        rows = _rows(transaction, found, named, visit, is_blind=wanted.tray is Tray.SAMPLE)
        partners = sources.by_id(transaction)
        stroke = undo.last_stroke(transaction, actor) if visit.may(Role.EDITOR) else None
        line = line_of(transaction, stroke, said, named, words) if visit.may(Role.EDITOR) else None
        alike = _alike(transaction, stroke)
        floods = queue.floods(transaction) if counted[Tray.FLOOD] else {}
        ahead = rounds.ahead(transaction, actor)
        progress = rounds.progress(transaction, visit.person) if visit.may(Role.EDITOR) else None
    counted[Tray.NEW] += len(floods)  # a flood is one thing to decide
    here = {name: value for name, value in asked.items() if value}
    shown = [tray for tray in TABS if tray is not Tray.SAMPLE or counted[tray] or wanted.tray is tray]
    fresh = progress is not None and (progress.round.closed is None or visit.now - progress.round.closed < FRESH)
    return page(
        visit,
        "queue.html",
        title=words("queue_title", tab=words(f"tab_{wanted.tray.value}"), n=told(counted[wanted.tray])),
        place=PAGE,
        tabs=[(tray.value, words(f"tab_{tray.value}"), told(counted[tray])) for tray in shown],
        counted={tray.value: count for tray, count in counted.items()},
        tab=wanted.tray.value,
        is_blind=wanted.tray is Tray.SAMPLE,
        rows=rows,
        at=at,
        back=urlencode(here),
        asked=asked,
        is_narrowed=wanted.is_narrowed,
        next=f"{PAGE}?{urlencode({**here, 'after': str(found.next)})}" if found.next else "",
        first=f"{PAGE}?{urlencode({name: value for name, value in here.items() if name != 'after'})}",
        looked=queue.LOOK,
        themes=named,
        theme_options=[(each.slug, each.label) for each in named],
        help=[(keys, words(key)) for keys, key in HELP],
        partners=sorted(((each.id, each.organisation) for each in partners.values()), key=lambda each: each[1].lower()),
        floods=[(each, partners[each].organisation if each in partners else each, n) for each, n in floods.items()],
        line=line,
        alike=alike,
        reasons=REASONS,
        ahead=ahead,
        progress=progress if fresh else None,
        may_decide=visit.may(Role.EDITOR),
        has_keys=visit.may(Role.EDITOR) and visit.person.keys_enabled,
    )


def _rows(
    transaction: Transaction, found: Found, themes: Sequence[Choice], visit: Visit, *, is_blind: bool
) -> list[Row]:
    held = stories.by_number(transaction, found.stories)
    versions = events.versions(transaction, found.stories)
    starred = decisions.last_of_kind(transaction, found.stories, decide.STAR)
    known = sources.by_id(transaction, {story.origin.source_id for story in held.values()})
    same = queue_joining.same_as(transaction, list(found.stories))
    other = queue_joining.other_items(transaction, held)
    beside = Beside(
        starred={held[each].slug for each in starred},
        same={held[number].slug: each for number, each in same.items()},
        other={held[number].slug: each for number, each in other.items()},
        is_blind=is_blind,
    )
    return [
        row(
            held[number],
            version=versions.get(number, 0),
            sources=known,
            themes=themes,
            beside=beside,
            words=words_for(visit.language),
            now=visit.now,
        )
        for number in found.stories
    ]


def _alike(transaction: Transaction, stroke: undo.Stroke | None) -> list[str]:
    """The subjects of the stories that look like the one that was decided last."""
    if stroke is None or len(stroke.story_ids) != 1 or not is_repeatable(stroke):
        return []
    found = lookalikes.of_story(transaction, stroke.story_ids[0])[:MOST]
    versions = events.versions(transaction, [each.id for each in found])
    return [f"{each.slug}:{versions.get(each.id, 0)}" for each in found]


def is_repeatable(stroke: undo.Stroke) -> bool:
    """Whether a stroke can be made again about stories that look alike."""
    return set(stroke.kinds) <= REPEATABLE and set(stroke.kinds) != {decide.THEME}


def told(count: int) -> str:
    """A count, as far as one counts."""
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _conflict(visit: Visit, came: Decided, act: str, seen: Mapping[str, int], back: str) -> Response:
    """What another decided meanwhile, and the two ways on."""
    words = words_for(visit.language)
    numbers = [each.story_id for each in came.conflicts if each.story_id is not None]
    with visit.access.store.read() as transaction:
        held = stories.by_number(transaction, numbers)
        names = {each.actor: each.label for each in accounts.every(transaction)}
        rows = {slug: stories.row_by_slug(transaction, slug) for slug in seen}
        versions = events.versions(transaction, [each.id for each in rows.values() if each])
    subjects = [f"{slug}:{versions.get(each.id, 0)}" for slug, each in rows.items() if each]
    return page(
        visit,
        "queue_conflict.html",
        title=words("queue_conflict_title"),
        status=409,
        place=PAGE,
        conflicts=[(_title(held, each), names.get(each.actor, each.actor), each) for each in came.conflicts],
        subjects=subjects,
        act=act,
        back=back,
        look=address_of(back),
    )


def _title(held: Mapping[int, Any], event: Event) -> str:
    story = held.get(event.story_id or 0)
    return story.origin.entry.title if story else ""
