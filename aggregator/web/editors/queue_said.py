"""The line above the list: what was done last, in words, and whether and how it can go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.desk import decide, edit
from aggregator.desk.undo import Stroke
from aggregator.publish.site import Words
from aggregator.store import Transaction, accounts, decisions, stories
from aggregator.text.dates import dutch_date
from aggregator.text.html import cut
from aggregator.web.editors.queue_rows import Choice
from aggregator.web.editors.shell import moment

TITLE = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What to say. `group` names the stroke that can be undone, "" when none can; `act` is its button."""

    text: str
    group: str = ""
    act: str = ""
    is_wrong: bool = False
    asks_why: bool = False
    reason: str = ""


def line_of(
    transaction: Transaction, stroke: Stroke | None, said: str, themes: Sequence[Choice], words: Words
) -> Line | None:
    """The line after an act: `said` names what is no decision (undone, refused, a flood), else the last stroke is."""
    name, _, rest = said.partition(":")
    if name == "refused":
        return _refused(transaction, rest, words)
    if name == "nothing":
        return Line(text=words("said_nothing"), is_wrong=True)
    undoable = stroke.group if stroke else ""
    first, _, second = rest.partition(":")
    if name == "undone" and first.isdecimal():
        text = words.count("said_undone", int(first)) if int(first) else words("said_nothing_to_undo")
        return Line(text=text, group=undoable)
    if name == "flood" and first.isdecimal() and second.isdecimal():
        return Line(text=words("said_flood", out=first, kept=second), group=undoable)
    return _of_stroke(transaction, stroke, themes, words) if stroke else None


def act_of(stroke: Stroke) -> str:
    """The button that made this stroke."""
    last = {each.kind: each for each in stroke.decisions}
    if decide.THEME in last:
        theme = last[decide.THEME].value.get("theme") or ""
        return f"theme:{theme}" if decide.PUBLISH in last else f"second:{theme}"
    return stroke.kinds[0]


def _of_stroke(transaction: Transaction, stroke: Stroke, themes: Sequence[Choice], words: Words) -> Line:
    act = act_of(stroke)
    reason = str(stroke.decisions[-1].value.get("reason", "")) if act == decide.REJECT else ""
    return Line(
        text=f"{_done(stroke, act, themes, words)}: {_subject(transaction, stroke, words)}",
        group=stroke.group,
        act=act,
        asks_why=act == decide.REJECT and not reason,
        reason=reason,
    )


def _done(stroke: Stroke, act: str, themes: Sequence[Choice], words: Words) -> str:
    """What was done, in words."""
    name, _, theme = act.partition(":")
    first = stroke.decisions[0]
    match name:
        case decide.LATER:
            until = datetime.fromisoformat(first.value["until"])
            return words("said_later", until=dutch_date(until, words.language))
        case decisions.EDIT:
            fields = ", ".join(words(f"field_{each}") for each in edit.FIELDS if each in stroke.fields)
            is_back = all(value is None for each in stroke.decisions for value in each.value.values())
            return words("said_restore" if is_back else "said_edit", fields=fields)
        case decisions.PIN if first.value["until"] is None:
            return words("said_unpin")
        case decisions.SCHEDULE:
            return words("said_schedule", at=moment(decisions.planned_at(first), words))
        case decisions.FLOOD:
            return words("said_flood_settled")
        case _:
            labels = {each.slug: each.label for each in themes}
            return words(f"said_{name}", theme=labels.get(theme, theme))


def _subject(transaction: Transaction, stroke: Stroke, words: Words) -> str:
    if len(stroke.story_ids) > 1:
        return words.count("queue_stories", len(stroke.story_ids))
    held = stories.by_number(transaction, stroke.story_ids)
    titles = [cut(story.origin.entry.title, TITLE) for story in held.values() if story.items]
    return f"‘{titles[0]}’" if titles else words("queue_untitled")


def _refused(transaction: Transaction, rest: str, words: Words) -> Line:
    slug, _, by = rest.partition(":")
    names = {each.actor: each.label for each in accounts.every(transaction)}
    row = stories.row_by_slug(transaction, slug)
    held = stories.by_number(transaction, [row.id]) if row else {}
    title = next((cut(story.origin.entry.title, TITLE) for story in held.values()), "")
    who = names.get(by, by) if by else words("queue_program")
    return Line(text=words("said_refused", title=title, who=who), is_wrong=True)
