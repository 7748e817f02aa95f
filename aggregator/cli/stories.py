"""`stories`: look at stories, and decide about them from the terminal."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import joining
from aggregator.cli.output import PLAIN, Exit, WantsJson, actor, fail, for_programs, iso, moment, print_json, print_rows

if TYPE_CHECKING:
    from aggregator.desk.decide import Decided
    from aggregator.model import Absence, Story

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=PLAIN, help="Look at stories, decide about them, join and take them apart."
)
joining.add_to(app)

UNMARKED = ("id", "source", "title", "link", "published")  # of a sampled story: nothing of what was decided
Slugs = Annotated[list[str], typer.Argument(metavar="ID", help="Story ids, as `stories list` shows them.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the log.")]


@app.command("list")
def list_stories(
    state: Annotated[str, typer.Option("--state", help="held, published, off-topic, rejected, withdrawn ...")] = "",
    limit: Annotated[int, typer.Option("--limit", help="At most so many, latest first.")] = 50,
    sample: Annotated[bool, typer.Option("--sample", help="What was drawn for you to judge, unmarked.")] = False,
    wants_json: WantsJson = False,
) -> None:
    """The latest stories."""
    from aggregator.cli.context import service
    from aggregator.model import State
    from aggregator.store import samples, stories

    if state and state not in set(State):
        fail(f"--state {state}: write one of {', '.join(State)}", Exit.USAGE)
    if sample:
        with service(moment("")) as opened, opened.store.read() as transaction:
            drawn = stories.load(transaction, samples.open(transaction, limit))
        rows = [{key: value for key, value in _row(each).items() if key in UNMARKED} for each in drawn]
        print_rows(rows, UNMARKED, wants_json=wants_json)
        return
    with service(moment("")) as opened, opened.store.read() as transaction:
        numbers = stories.by_state(transaction, State(state) if state else None, limit=limit)
        rows = [_row(story) for story in stories.load(transaction, numbers)]
    print_rows(rows, ("id", "state", "reason", "theme", "score", "source", "title"), wants_json=wants_json)


@app.command("show")
def show(slug: Annotated[str, typer.Argument(metavar="ID")], wants_json: WantsJson = False) -> None:
    """One story: its items, why it stands where it stands, and everything that happened to it."""
    from aggregator.cli.context import service
    from aggregator.cli.reading import entry_json
    from aggregator.store import absences, events, items, neighbours, proposals, stories

    with service(moment("")) as opened, opened.store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            fail(f"no story is called {slug}; `aggregator stories list` shows their ids", Exit.USAGE)
        story = stories.load(transaction, [row.id])[0]
        members = items.of_stories(transaction, [row.id])[row.id]
        log = events.of_story(transaction, row.id)
        absent = absences.of_story(transaction, row.id)
        cards = proposals.of_stories(transaction, [row.id])
        others = {each for card in cards for each in (card.story_id, card.other_story_id)} - {row.id}
        related = neighbours.dossier(transaction, row.id)
        named = stories.by_number(transaction, others | set(related))
    found = _row(story) | {
        "because": list(story.tags.because),
        "items": [
            {"item": number, "origin": number == row.origin_id, "source": item.source_id}
            | entry_json(item.entry)
            | _absence(absent.get((item.source_id, item.key)))
            for number, item in sorted(members.items(), key=lambda each: (each[0] != row.origin_id, each[0]))
        ],
        "perhaps_same": [
            {"id": named[other].slug, "title": named[other].origin.entry.title, "because": card.because}
            for card in cards
            for other in {card.story_id, card.other_story_id} - {row.id}
        ],
        "related": [{"id": named[number].slug, "title": named[number].origin.entry.title} for number in related],
        "events": [
            {"seq": each.seq, "at": iso(each.at), "kind": each.kind, "actor": each.actor, "reason": each.reason}
            for each in log
        ],
    }
    if for_programs(wants_json):
        print_json(found)
        return
    print(f"{found['title']}\n  {found['state']} {found['reason']}  theme {found['theme']}  {found['link']}")
    print("  because " + ("; ".join(found["because"]) or "no term decided"))
    for item in found["items"]:
        print(f"  item {item['item']}  {item['source']}{'  (origin)' if item['origin'] else ''}  {item['title']}")
        if item["gone"] or item["missing_since"]:
            said = f"gone since {item['gone']}" if item["gone"] else f"not found since {item['missing_since']}"
            print(f"  {item['link']} at {item['source']}: {said}")
    for other in found["perhaps_same"]:
        print(f"  perhaps the same as {other['id']}: {other['title']} ({other['because']})")
    for other in found["related"]:
        print(f"  about the same report: {other['id']}: {other['title']}")
    for event in found["events"]:
        print(f"  {event['at']}  {event['kind']:<10} {event['actor']}  {event['reason']}")


@app.command("publish")
def publish(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Let stories into the feeds now."""
    from aggregator.desk import decide

    _decide(decide.publish, slugs, reason, wants_json)


@app.command("reject")
def reject(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Keep stories out of the feeds; what was in them is withdrawn."""
    from aggregator.desk import decide

    _decide(decide.reject, slugs, reason, wants_json)


@app.command("theme")
def theme(
    slugs: Slugs,
    first: Annotated[str, typer.Option("--theme", metavar="THEME", help="The theme that is right.")],
    second: Annotated[str, typer.Option("--second", metavar="THEME", help="A second one.")] = "",
    wants_json: WantsJson = False,
) -> None:
    """Give stories another theme; it is learned from."""
    from aggregator.cli.context import configuration
    from aggregator.desk import decide

    known = [each.slug for each in configuration().site.themes]
    for each in filter(None, (first, second)):
        if each not in known:
            fail(f"{each}: write one of {', '.join(known)}", Exit.USAGE)
    _decide(
        lambda store, chosen, who, now, _: decide.set_theme(store, chosen, first, second or None, who, now),
        slugs,
        "",
        wants_json,
    )


@app.command("withdraw")
def withdraw(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Take stories out of the feeds; those that were never in are rejected."""
    reject(slugs, reason, wants_json)


@app.command("erase")
def erase(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Empty stories for good: texts, revisions, edits, archives. Only id, fact and tombstone stay."""
    import sys

    from aggregator.desk import erase as erasing

    if sys.stdin.isatty():
        typer.confirm(f"Erase {', '.join(slugs)} for good? This cannot be undone", abort=True, err=True)
    _decide(erasing.erase, slugs, reason, wants_json)


@app.command("off-topic")
def off_topic(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Say that stories are not about technical education: kept out, and learned from."""
    from aggregator.desk import decide

    _decide(decide.off_topic, slugs, reason, wants_json)


@app.command("later")
def later(
    slugs: Slugs,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="ISO 8601; next Monday if not said.")] = "",
    reason: Reason = "",
    wants_json: WantsJson = False,
) -> None:
    """Put stories off; on the day they wait again."""
    from aggregator.desk import decide
    from aggregator.policy.waiting import next_monday

    day = moment(until) if until else next_monday(moment(""))

    def put_off(store: Any, named: list[str], who: str, now: Any, why: str) -> "Decided":
        return decide.later(store, named, who, now, day, why)

    _decide(put_off, slugs, reason, wants_json)


@app.command("undo")
def undo(
    steps: Annotated[int, typer.Option("--steps", min=1, help="So many strokes, the latest first.")] = 1,
    wants_json: WantsJson = False,
) -> None:
    """Take back what you decided last at this terminal; a decision about many stories is one step."""
    from aggregator.cli.context import service
    from aggregator.desk import undo as taking_back
    from aggregator.release import refresh

    now = moment("")
    with service(now) as opened:
        came = taking_back.undo(opened.store, actor(), now, steps)
        refresh(opened.press, now)
    if for_programs(wants_json):
        told = {"undone": len(came.strokes), "restored": list(came.restored), "refused": came.refused, "by": came.by}
        print_json(told)
    else:
        print(f"{len(came.strokes)} undone, {len(came.restored)} stories as before")
        if came.refused:
            print(f"{came.refused} was changed later by {came.by or 'the program'}: decide about it again instead")
    raise typer.Exit(Exit.OK if len(came.strokes) == steps else Exit.PARTLY if came.strokes else Exit.FAILURE)


def _decide(decision: Any, slugs: list[str], reason: str, wants_json: bool) -> None:
    from aggregator.cli.context import service
    from aggregator.release import refresh

    now = moment("")
    with service(now) as opened:
        came: Decided = decision(opened.store, slugs, actor(), now, reason)
        refresh(opened.press, now)
    if for_programs(wants_json):
        print_json({"changed": list(came.changed), "unknown": list(came.unknown)})
    else:
        print(f"{len(came.changed)} changed" + (f"; unknown: {', '.join(came.unknown)}" if came.unknown else ""))
    if not came.unknown:
        raise typer.Exit(Exit.OK)
    raise typer.Exit(Exit.USAGE if len(came.unknown) == len(set(slugs)) else Exit.PARTLY)


def _absence(absence: "Absence | None") -> dict[str, Any]:
    """When the article of an item was first not found, and since when it is taken for gone; null otherwise."""
    return {
        "missing_since": iso(absence.first_missing_at) if absence else None,
        "gone": iso(absence.gone_at) if absence else None,
    }


def _row(story: "Story") -> dict[str, Any]:
    entry = story.origin.entry
    return {
        "id": story.slug,
        "uri": story.id,
        "state": story.state.value,
        "reason": story.reason,
        "theme": story.tags.theme,
        "second_theme": story.tags.second_theme,
        "score": round(story.tags.score, 3),
        "source": story.origin.source_id,
        "title": entry.title,
        "link": entry.link,
        "published": iso(entry.published),
        "released": iso(story.released),
        "updated": iso(story.updated),
    }
