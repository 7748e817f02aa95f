"""One story: what it says, why it is here, and everything that an editor can decide about it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from fastapi import Form, HTTPException, Query, Response

from aggregator.desk import decide, edit, join, timing, undo
from aggregator.model import Edits, Image
from aggregator.publish import entry as words_of
from aggregator.publish.characters import web_address
from aggregator.release import Press, refresh
from aggregator.store import events, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from aggregator.text.html import clean_text
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors.moments import chosen, end_of_day
from aggregator.web.editors.shell import page, words_for
from aggregator.web.editors.story_view import view_of
from aggregator.web.editors.version import Seen, conflict_page

PAGE = "/edit/stories"
DONE = (
    "publish", "reject", "theme", "split", "join", "never", "edit", "restore", "keep", "pin", "unpin", "schedule",
    "added", "undone",
)  # fmt: skip
Text = Annotated[str, Form(max_length=5_000)]
Field = Annotated[Literal["title", "teaser", "published", "image"], Form()]
Wrong = str  # the key of what is wrong with a form


class Came(Protocol):
    """What came of a decision; with `conflicts` nothing, because other people were ahead."""

    @property
    def conflicts(self) -> tuple[Event, ...]: ...


def add_to(editors: Editors, press: Press) -> None:
    """Add the routes of this file."""

    @editors.get(PAGE + "/{slug}", role=Role.READER)
    def show(
        visit: Here, slug: str, done: Annotated[str, Query()] = "", find: Annotated[str, Query(max_length=200)] = ""
    ) -> Response:
        """All of it on one page; with `find` the stories around it that have these words in their title."""
        return _page(visit, press, slug, done=done if done in DONE else "", find=clean_text(find))

    _add_decisions(editors, press)
    _add_regrouping(editors, press)
    _add_editing(editors, press)
    _add_timing(editors, press)


def _add_decisions(editors: Editors, press: Press) -> None:
    @editors.post(PAGE + "/{slug}/publish", role=Role.EDITOR)
    def publish(visit: Here, slug: str, seen: Seen, reason: Text = "") -> Response:
        """Let it into the feeds."""
        came = _decide(visit, slug, seen, decide.publishing(visit.now, clean_text(reason)), clean_text(reason))
        return _told(visit, press, slug, "publish", came)

    @editors.post(PAGE + "/{slug}/reject", role=Role.EDITOR)
    def reject(visit: Here, slug: str, seen: Seen, reason: Text = "") -> Response:
        """Keep it out, or take it away."""
        came = _decide(visit, slug, seen, decide.rejecting(clean_text(reason)), clean_text(reason))
        return _told(visit, press, slug, "reject", came, reason=reason)

    @editors.post(PAGE + "/{slug}/theme", role=Role.EDITOR)
    def theme(visit: Here, slug: str, seen: Seen, theme: Text = "", second: Text = "") -> Response:
        """Give it another theme."""
        if {theme, second} - {"", *(each.slug for each in press.site.themes)}:
            raise HTTPException(422)
        other = second if second != theme else ""
        came = _decide(visit, slug, seen, decide.giving_theme(theme or None, other or None, visit.now))
        return _told(visit, press, slug, "theme", came, theme=theme, second=second)

    @editors.post(PAGE + "/{slug}/undo", role=Role.EDITOR)
    def undo_(visit: Here, slug: str) -> Response:
        """Take the last stroke back, if it was about this story."""
        with visit.access.store.read() as transaction:
            row = stories.row_by_slug(transaction, slug)
            stroke = undo.last_stroke(transaction, visit.person.actor)
        if row is None:
            raise HTTPException(404)
        if stroke is None or row.id not in stroke.story_ids:
            return _page(visit, press, slug, 409, wrong="undo")
        came = undo.undo(visit.access.store, visit.person.actor, visit.now)
        if came.refused:
            return _page(visit, press, slug, 409, wrong="undo")
        refresh(press, visit.now)
        return to(f"{PAGE}/{slug}?done=undone")


def _add_regrouping(editors: Editors, press: Press) -> None:
    store = editors.access.store

    @editors.post(PAGE + "/{slug}/join", role=Role.EDITOR)
    def merge(visit: Here, slug: str, seen: Seen, other: Text) -> Response:
        """Make it one story with another."""
        came = join.merge(store, [slug, other], visit.person.actor, visit.now, seen=seen)
        return _regrouped(visit, press, slug, "join", came, other=other)

    @editors.post(PAGE + "/{slug}/never", role=Role.EDITOR)
    def never(visit: Here, slug: str, seen: Seen, other: Text) -> Response:
        """Say that it is other news."""
        came = join.never(store, [slug, other], visit.person.actor, visit.now, seen=seen)
        return _regrouped(visit, press, slug, "never", came, other=other)

    @editors.post(PAGE + "/{slug}/split", role=Role.EDITOR)
    def split(visit: Here, slug: str, seen: Seen, item: Annotated[int, Form(ge=0, le=2**53)]) -> Response:
        """Take a member out; on to the story that it is now."""
        came = join.split(
            store, slug, [item], visit.person.actor, visit.now, press.site.tag_authority, seen=seen
        )  # fmt: skip
        return _told(
            visit, press, slug, "split", came, wrong="last" if came.problem else "", onto=came.story, item=item
        )  # fmt: skip


def _add_editing(editors: Editors, press: Press) -> None:
    store = editors.access.store

    @editors.post(PAGE + "/{slug}/edit", role=Role.EDITOR)
    def change(
        visit: Here, slug: str, seen: Seen, title: Text = "", teaser: Text = "", day: Text = "", clock: Text = "",
        image: Text = "", alt: Text = "", credit: Text = "",
    ) -> Response:  # fmt: skip
        """Other words than the source's."""
        form = {
            "title": title, "teaser": teaser, "day": day, "clock": clock, "image": image, "alt": alt, "credit": credit
        }  # fmt: skip
        said = _edits(form)
        if isinstance(said, Wrong):
            return _page(visit, press, slug, 422, wrong=said, given=form)
        came = edit.edit(store, slug, said, visit.person.actor, visit.now, seen)
        return _told(visit, press, slug, "edit", came, **form)

    @editors.post(PAGE + "/{slug}/restore", role=Role.EDITOR)
    def restore(visit: Here, slug: str, seen: Seen, field: Field) -> Response:
        """Back to what the source says."""
        came = edit.restore(store, slug, [field], visit.person.actor, visit.now, seen)
        return _told(visit, press, slug, "restore", came, field=field)

    @editors.post(PAGE + "/{slug}/keep", role=Role.EDITOR)
    def keep(visit: Here, slug: str, seen: Seen, field: Field) -> Response:
        """Stand by an edit of which the source says something else now."""
        came = edit.keep(store, slug, [field], visit.person.actor, visit.now, seen)
        return _told(visit, press, slug, "keep", came, field=field)


def _add_timing(editors: Editors, press: Press) -> None:
    store = editors.access.store

    @editors.post(PAGE + "/{slug}/pin", role=Role.EDITOR)
    def pin(visit: Here, slug: str, seen: Seen, until: Text = "") -> Response:
        """Keep it on top until a day is over; without a day no longer."""
        end = end_of_day(until) if until else None
        wrong = _wrong_time(end, visit) if until else ""
        if wrong:
            return _page(visit, press, slug, 422, wrong=wrong, given={"until": until})
        came = timing.pin(store, slug, end, visit.person.actor, visit.now, seen)
        return _told(visit, press, slug, "pin" if until else "unpin", came, until=until)

    @editors.post(PAGE + "/{slug}/schedule", role=Role.EDITOR)
    def schedule(visit: Here, slug: str, seen: Seen, on: Text = "", at: Text = "") -> Response:
        """Publish it at a time."""
        moment = chosen(on, at)
        wrong = _wrong_time(moment and moment[0], visit)
        if wrong or moment is None:
            return _page(visit, press, slug, 422, wrong=wrong, given={"on": on, "at": at})
        came = timing.schedule(store, slug, moment[0], visit.person.actor, visit.now, seen)
        return _told(
            visit, press, slug, "schedule", came, wrong="" if came.is_done else "out", on=on, at=at
        )  # fmt: skip


def _decide(visit: Visit, slug: str, seen: int, step: decide.Step, reason: str = "") -> decide.Decided:
    said = decide.Said(actor=visit.person.actor, at=visit.now, reason=reason, seen={slug: seen})
    return decide.decide(visit.access.store, [slug], [step], said)


def _regrouped(visit: Visit, press: Press, slug: str, done: str, came: join.Regrouped, *, other: str) -> Response:
    if came.problem:
        raise HTTPException(409)
    return _told(visit, press, slug, done, came, onto=came.story, other=other)


def _told(
    visit: Visit, press: Press, slug: str, done: str, came: Came, *, wrong: Wrong = "", onto: str = "", **form: Any
) -> Response:
    """Show what came of it: done (go on `onto` another story), wrong, or another editor was ahead."""
    with visit.access.store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            raise HTTPException(404)
        title = words_of.title(stories.by_number(transaction, [row.id])[row.id])
        newest = events.last_seq_of(transaction, row.id)
    if came.conflicts:
        return conflict_page(visit, came.conflicts, title=title, back=f"{PAGE}/{slug}", newest=newest, form=form)
    if wrong:
        return _page(visit, press, slug, 422, wrong=wrong, given=form)
    refresh(press, visit.now)
    return to(f"{PAGE}/{onto or slug}?done={done}")


def _wrong_time(at: datetime | None, visit: Visit) -> Wrong:
    if at is None:
        return "date"
    return "past" if at <= visit.now else ""


def _edits(form: dict[str, str]) -> Edits | Wrong:
    """What a form says; the key of what is wrong with it."""
    title, image = clean_text(form["title"]), form["image"].strip()
    if not title:
        return "title"
    moment = chosen(form["day"], form["clock"]) if form["day"] else None
    if form["day"] and moment is None:
        return "date"
    if image and not web_address(image):
        return "image"
    picture = (
        Image(url=image, alt=clean_text(form["alt"]), credit=clean_text(form["credit"])) if image else edit.NO_IMAGE
    )
    return Edits(
        title=title,
        teaser=clean_text(form["teaser"]),
        published=moment[0] if moment else None,
        precision=moment[1] if moment else None,
        image=picture,
    )


def _page(
    visit: Visit,
    press: Press,
    slug: str,
    status: int = 200,
    *,
    done: str = "",
    wrong: str = "",
    given: dict[str, Any] | None = None,
    find: str = "",
) -> Response:
    words = words_for(visit.language)
    with visit.access.store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            raise HTTPException(404)
        view = view_of(transaction, press, row, words, visit.now, find)
        names = sources.by_id(transaction, [view.story.origin.source_id])
        stroke = undo.last_stroke(transaction, visit.person.actor) if visit.may(Role.EDITOR) else None
    return page(
        visit,
        "story.html",
        title=view.title,
        status=status,
        view=view,
        slug=view.story.slug,
        partner=words_of.author(words_of.partner(view.story.origin, names)),
        form=view.form | {name: value for name, value in (given or {}).items() if name in view.form},
        given={"on": "", "at": "", "until": ""} | (given or {}),
        themes=[(each.slug, each.label.get(words.language) or each.slug) for each in press.site.themes],
        can_edit=visit.may(Role.EDITOR),
        done=done,
        can_undo=stroke is not None and row.id in stroke.story_ids,
        wrong=wrong,
        find=find,
    )
