"""`+`: news added by hand, from an address that is pasted or written here."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Form, HTTPException, Query, Response

from aggregator.desk import add, decide, timing
from aggregator.desk.add import Added, Found
from aggregator.model import Entry, Evidence, Image
from aggregator.probing import Lookout
from aggregator.publish import entry as words_of
from aggregator.publish.characters import web_address
from aggregator.receipts import Line
from aggregator.release import Press, refresh
from aggregator.store.accounts import Role
from aggregator.text.html import clean_text
from aggregator.text.outcomes import explain
from aggregator.web.accounts import Editors, Here, Visit, to
from aggregator.web.editors.moments import Chosen, as_fields, chosen
from aggregator.web.editors.shell import page, words_for

PAGE = "/edit/add"
Text = Annotated[str, Form(max_length=5_000)]
Body = Annotated[str, Form(max_length=50_000)]
Then = Annotated[Literal["publish", "hold", "schedule"], Form()]


def add_to(editors: Editors, press: Press, line: Line, lookout: Lookout) -> None:
    """Add the routes of this file."""

    @editors.get(PAGE, role=Role.EDITOR)
    def show(visit: Here, url: Annotated[str, Query(max_length=2_000)] = "") -> Response:
        """The two forms; an address may come along, from the bookmarklet."""
        return _page(visit, press, url=url)

    @editors.post(f"{PAGE}/look", role=Role.EDITOR)
    def look(visit: Here, url: Text) -> Response:
        """Fetch what stands there, and show what it would become."""
        address = web_address(url.strip())
        if address is None:
            return _page(visit, press, 422, url=url, wrong="address")
        found = add.look(line, lookout, press.site, address, visit.now)
        return _page(visit, press, 200 if not found.code else 422, url=address, found=found)

    @editors.post(PAGE, role=Role.EDITOR)
    def take(
        visit: Here, link: Text, then: Then, title: Text = "", teaser: Text = "", day: Text = "", clock: Text = "",
        stated: Text = "", evidence: Text = "", language: Text = "", image: Text = "", theme: Text = "",
        second: Text = "", on: Text = "", at: Text = "",
    ) -> Response:  # fmt: skip
        """Take in what was found, with the words as they stand in the form."""
        moment = chosen(day, clock) if day else None
        if web_address(link) is None or not clean_text(title) or (day and moment is None):
            raise HTTPException(422)
        entry = Entry(
            link=web_address(link),
            title=clean_text(title),
            summary=clean_text(teaser),
            published=moment[0] if moment else None,
            date_precision=moment[1] if moment else None,
            date_evidence=Evidence(evidence) if f"{day} {clock}" == stated and evidence in set(Evidence) else None,
            image=Image(url=image) if web_address(image) else None,
            language=clean_text(language),
        )
        plan = Plan(then=then, theme=theme, second=second, moment=chosen(on, at) if on else None)
        return _finish(visit, press, line, entry, plan)

    @editors.post(f"{PAGE}/own", role=Role.EDITOR)
    def write(
        visit: Here, then: Then, title: Text = "", author: Text = "", text: Body = "", image: Text = "",
        alt: Text = "", credit: Text = "", theme: Text = "", second: Text = "", on: Text = "", at: Text = "",
    ) -> Response:  # fmt: skip
        """A piece of the editors' own."""
        form = {"title": title, "author": author, "text": text, "image": image, "alt": alt, "credit": credit}
        wrong = _wrong(form)
        if wrong:
            return _page(visit, press, 422, wrong=wrong, own=form)
        picture = Image(url=image.strip(), alt=clean_text(alt), credit=clean_text(credit)) if image.strip() else None
        entry = add.column(
            clean_text(title), clean_text(text) and text, clean_text(author), picture, visit.now, press.site.language
        )
        plan = Plan(then=then, theme=theme, second=second, moment=chosen(on, at) if on else None)
        return _finish(visit, press, line, entry, plan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to become of a piece: which themes it has, and whether it goes out, now or at a moment."""

    then: str
    theme: str
    second: str
    moment: Chosen | None


def _finish(visit: Visit, press: Press, line: Line, entry: Entry, plan: Plan) -> Response:
    """Take it in, decide as asked at one stroke, and go to its page."""
    known = {"", *(each.slug for each in press.site.themes)}
    is_too_late = plan.then == "schedule" and (plan.moment is None or plan.moment[0] <= visit.now)
    if {plan.theme, plan.second} - known or is_too_late:
        raise HTTPException(422)
    actor, store = visit.person.actor, visit.access.store
    made: Added = add.add(line, press.site, entry, actor, visit.now)
    steps = []
    if made.is_new:
        other = plan.second if plan.second != plan.theme else ""
        steps.append(decide.giving_theme(plan.theme or None, other or None, visit.now))
    if plan.then == "publish":
        steps.append(decide.publishing(visit.now))
    if steps:
        decide.decide(store, [made.slug], steps, decide.Said(actor=actor, at=visit.now))
    if plan.then == "schedule" and plan.moment:
        timing.schedule(store, made.slug, plan.moment[0], actor, visit.now)
    refresh(press, visit.now)
    return to(f"/edit/stories/{made.slug}?done=added")


def _wrong(form: dict[str, str]) -> str:
    if not clean_text(form["title"]):
        return "title"
    if not clean_text(form["text"]):
        return "text"
    return "image" if form["image"].strip() and not web_address(form["image"].strip()) else ""


def _page(
    visit: Visit,
    press: Press,
    status: int = 200,
    *,
    url: str = "",
    found: Found | None = None,
    wrong: str = "",
    own: dict[str, str] | None = None,
) -> Response:
    words = words_for(visit.language)
    language: Literal["nl", "en"] = "en" if words.language == "en" else "nl"
    shown: dict[str, Any] = {}
    if found:
        day, clock = as_fields(found.entry.published, found.entry.date_precision)
        shown = {
            "day": day,
            "clock": clock,
            "partner": words_of.author(found.source) if found.source else "",
            "said": explain(found.code, language) if found.code and found.code != add.OWN else None,
        }
    empty = {"title": "", "author": visit.person.name, "text": "", "image": "", "alt": "", "credit": ""}
    return page(
        visit,
        "add.html",
        title=words("screen_add"),
        status=status,
        place=PAGE,
        url=url,
        found=found,
        shown=shown,
        wrong=wrong,
        own=own or empty,
        themes=[(each.slug, each.label.get(words.language) or each.slug) for each in press.site.themes],
        bookmarklet=f"javascript:location.href='{press.site.base_url}{PAGE}?url='+encodeURIComponent(location.href)",
    )
