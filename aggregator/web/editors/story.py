"""One story: what it says, why it is here, and everything that an editor can decide about it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Form, HTTPException, Query, Response

from aggregator.desk import decide, edit, join, timing
from aggregator.model import Edits, Image
from aggregator.publish import entry as words_of
from aggregator.publish.characters import web_address
from aggregator.release import Press, refresh
from aggregator.store import events, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.stories import StoryRow
from aggregator.text.html import clean_text
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors.moments import chosen, end_of_day
from aggregator.web.editors.shell import page, words_for
from aggregator.web.editors.story_view import EDITABLE, view_of
from aggregator.web.editors.version import Seen, conflict_page, overtaken

PAGE = "/edit/stories"
DONE = (
    "publish", "reject", "theme", "split", "join", "never", "edit", "restore", "keep", "pin", "unpin", "schedule",
    "added",
)  # fmt: skip
Text = Annotated[str, Form(max_length=5_000)]
Act = Callable[[StoryRow], str]  # returns the key of what is wrong, "" for nothing; or "/" and the slug to go on to


def add_to(editors: Editors, press: Press) -> None:
    """Add the routes of this file."""
    store = editors.access.store

    def acted(visit: Visit, slug: str, seen: int, done: str, act: Act, **form: Any) -> Response:
        """Do it, unless another editor was ahead; then show what came of it."""
        with store.read() as transaction:
            row = stories.row_by_slug(transaction, slug)
            if row is None:
                raise HTTPException(404)
            ahead = overtaken(transaction, row.id, seen, visit.person.actor)
            title = words_of.title(stories.by_number(transaction, [row.id])[row.id]) if ahead else ""
            newest = events.last_seq_of(transaction, row.id)
        if ahead:
            back = f"{PAGE}/{slug}"
            return conflict_page(visit, ahead, title=title, back=back, newest=newest, form=form)
        wrong = act(row)
        if wrong and not wrong.startswith("/"):
            return _page(visit, press, slug, 422, wrong=wrong, given=form)
        refresh(press, visit.now)
        return to(f"{PAGE}/{wrong.removeprefix('/') or slug}?done={done}")

    @editors.get(PAGE + "/{slug}", role=Role.READER)
    def show(visit: Here, slug: str, done: Annotated[str, Query()] = "") -> Response:
        """All of it on one page."""
        return _page(visit, press, slug, done=done if done in DONE else "")

    @editors.post(PAGE + "/{slug}/publish", role=Role.EDITOR)
    def publish(visit: Here, slug: str, seen: Seen, reason: Text = "") -> Response:
        """Let it into the feeds."""
        return acted(visit, slug, seen, "publish", lambda _: _decided(visit, decide.publish, slug, reason))

    @editors.post(PAGE + "/{slug}/reject", role=Role.EDITOR)
    def reject(visit: Here, slug: str, seen: Seen, reason: Text = "") -> Response:
        """Keep it out, or take it away."""
        return acted(visit, slug, seen, "reject", lambda _: _decided(visit, decide.reject, slug, reason), reason=reason)

    @editors.post(PAGE + "/{slug}/theme", role=Role.EDITOR)
    def theme(visit: Here, slug: str, seen: Seen, theme: Text = "", second: Text = "") -> Response:
        """Give it another theme."""
        known = {"", *(each.slug for each in press.site.themes)}
        if {theme, second} - known:
            raise HTTPException(422)
        other = second if second != theme else ""

        def act(_: StoryRow) -> str:
            decide.set_theme(store, [slug], theme or None, other or None, visit.person.actor, visit.now)
            return ""

        return acted(visit, slug, seen, "theme", act, theme=theme, second=second)

    @editors.post(PAGE + "/{slug}/join", role=Role.EDITOR)
    def merge(visit: Here, slug: str, seen: Seen, other: Text) -> Response:
        """Make it one story with another."""
        return acted(
            visit, slug, seen, "join",
            lambda _: _regrouped(join.merge(store, [slug, other], visit.person.actor, visit.now)), other=other,
        )  # fmt: skip

    @editors.post(PAGE + "/{slug}/never", role=Role.EDITOR)
    def never(visit: Here, slug: str, seen: Seen, other: Text) -> Response:
        """Say that it is other news."""
        return acted(
            visit, slug, seen, "never",
            lambda _: _regrouped(join.never(store, [slug, other], visit.person.actor, visit.now)), other=other,
        )  # fmt: skip

    @editors.post(PAGE + "/{slug}/split", role=Role.EDITOR)
    def split(visit: Here, slug: str, seen: Seen, item: Annotated[int, Form(ge=0, le=2**53)]) -> Response:
        """Take a member out; on to the story that it is now."""

        def act(_: StoryRow) -> str:
            came = join.split(store, slug, [item], visit.person.actor, visit.now, press.site.tag_authority)
            return "last" if came.problem else f"/{came.story}"

        return acted(visit, slug, seen, "split", act, item=item)

    @editors.post(PAGE + "/{slug}/edit", role=Role.EDITOR)
    def change(
        visit: Here, slug: str, seen: Seen, title: Text = "", teaser: Text = "", day: Text = "", clock: Text = "",
        image: Text = "", alt: Text = "", credit: Text = "",
    ) -> Response:  # fmt: skip
        """Other words than the source's."""
        form = {
            "title": title, "teaser": teaser, "day": day, "clock": clock, "image": image, "alt": alt, "credit": credit
        }  # fmt: skip

        def act(_: StoryRow) -> str:
            said = _edits(form)
            if isinstance(said, str):
                return said
            edit.edit(store, slug, said, visit.person.actor, visit.now)
            return ""

        return acted(visit, slug, seen, "edit", act, **form)

    @editors.post(PAGE + "/{slug}/restore", role=Role.EDITOR)
    def restore(visit: Here, slug: str, seen: Seen, field: Text) -> Response:
        """Back to what the source says, or (`keep`) stand by the edit."""
        return acted(visit, slug, seen, "restore", lambda _: _field(visit, edit.restore, slug, field), field=field)

    @editors.post(PAGE + "/{slug}/keep", role=Role.EDITOR)
    def keep(visit: Here, slug: str, seen: Seen, field: Text) -> Response:
        """Stand by an edit of which the source says something else now."""
        return acted(visit, slug, seen, "keep", lambda _: _field(visit, edit.keep, slug, field), field=field)

    @editors.post(PAGE + "/{slug}/pin", role=Role.EDITOR)
    def pin(visit: Here, slug: str, seen: Seen, until: Text = "") -> Response:
        """Keep it on top until a day is over; without a day no longer."""

        def act(_: StoryRow) -> str:
            end = end_of_day(until) if until else None
            if until and end is None:
                return "date"
            if end and end <= visit.now:
                return "past"
            timing.pin(store, slug, end, visit.person.actor, visit.now)
            return ""

        return acted(visit, slug, seen, "pin" if until else "unpin", act, until=until)

    @editors.post(PAGE + "/{slug}/schedule", role=Role.EDITOR)
    def schedule(visit: Here, slug: str, seen: Seen, on: Text = "", at: Text = "") -> Response:
        """Publish it at a time."""

        def act(_: StoryRow) -> str:
            moment = chosen(on, at)
            if moment is None:
                return "date"
            if moment[0] <= visit.now:
                return "past"
            return "" if timing.schedule(store, slug, moment[0], visit.person.actor, visit.now) else "out"

        return acted(visit, slug, seen, "schedule", act, on=on, at=at)


def _decided(visit: Visit, decision: Any, slug: str, reason: str) -> str:
    decision(visit.access.store, [slug], visit.person.actor, visit.now, clean_text(reason))
    return ""


def _field(visit: Visit, act: Any, slug: str, field: str) -> str:
    if field not in EDITABLE:
        raise HTTPException(422)
    act(visit.access.store, slug, [field], visit.person.actor, visit.now)
    return ""


def _regrouped(came: join.Regrouped) -> str:
    if came.problem:
        raise HTTPException(409)
    return f"/{came.story}"


def _edits(form: dict[str, str]) -> Edits | str:
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
) -> Response:
    words = words_for(visit.language)
    with visit.access.store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            raise HTTPException(404)
        view = view_of(transaction, press, row, words, visit.now)
        names = sources.by_id(transaction, [view.story.origin.source_id])
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
        wrong=wrong,
    )
