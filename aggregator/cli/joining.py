"""`stories merge|split|never|ask|proposed|flood|rebuild|replay`: what editors and operators say about joining."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, WantsJson, actor, fail, for_programs, iso, moment, print_json, print_rows
from aggregator.cli.trials import Asked, answered

if TYPE_CHECKING:
    from aggregator.desk.join import Regrouped
    from aggregator.store.trials import Trial

Slugs = Annotated[list[str], typer.Argument(metavar="ID ID ...", help="Story ids, as `stories list` shows them.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the log.")]


def merge(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Make stories one; the id of the one that was public first survives."""
    from aggregator.desk import join

    now = moment("")
    _change(lambda opened: join.merge(opened.store, slugs, actor(), now, reason), wants_json)


def split(
    slug: Annotated[str, typer.Argument(metavar="ID")],
    items: Annotated[
        list[int], typer.Argument(metavar="ITEM ...", help="Numbers of items, as `stories show` has them.")
    ],
    reason: Reason = "",
    wants_json: WantsJson = False,
) -> None:
    """Take items out of a story, into one of their own; they are not joined again."""
    from aggregator.desk import join

    now = moment("")
    _change(
        lambda opened: join.split(opened.store, slug, items, actor(), now, opened.config.site.tag_authority, reason),
        wants_json,
    )


def never(slugs: Slugs, reason: Reason = "", wants_json: WantsJson = False) -> None:
    """Say that stories are different news: never joined, not proposed again."""
    from aggregator.desk import join

    now = moment("")
    _change(lambda opened: join.never(opened.store, slugs, actor(), now, reason), wants_json)


def ask(
    source_id: Annotated[str, typer.Argument(metavar="SOURCE")],
    off: Annotated[bool, typer.Option("--off", help="Join its items by themselves again.")] = False,
) -> None:
    """Always ask an editor before an item of this source is joined."""
    from aggregator.cli.context import service
    from aggregator.desk import join

    now = moment("")
    with service(now) as opened:
        _demand_source(opened, source_id)
        join.ask_for(opened.store, source_id, actor(), now, holds=not off)
    print(f"{source_id}: items are joined by themselves again" if off else f"{source_id}: an editor joins its items")


def proposed(
    limit: Annotated[int, typer.Option("--limit", help="At most so many, likeliest first.")] = 50,
    wants_json: WantsJson = False,
) -> None:
    """Pairs of stories that are perhaps the same news: `merge` or `never` settles them."""
    from aggregator.cli.context import service
    from aggregator.store import proposals, stories

    with service(moment("")) as opened, opened.store.read() as transaction:
        cards = proposals.open_cards(transaction, limit=limit)
        told = stories.by_number(transaction, {each for card in cards for each in (card.story_id, card.other_story_id)})
    rows = [
        {
            "id": told[card.story_id].slug,
            "other": told[card.other_story_id].slug,
            "because": card.because,
            "title": told[card.story_id].origin.entry.title,
            "other_title": told[card.other_story_id].origin.entry.title,
            "at": iso(card.at),
        }
        for card in cards
    ]
    print_rows(rows, ("id", "other", "title", "other_title", "because"), wants_json=wants_json)


def flood(
    source_id: Annotated[str, typer.Argument(metavar="[SOURCE]")] = "",
    let_in: Annotated[str, typer.Option("--let-in", help="all, dated (what is recent by its date) or none.")] = "",
    wants_json: WantsJson = False,
) -> None:
    """Sources that suddenly brought many times their usual number: what waits, and letting it in."""
    from aggregator.cli.context import service
    from aggregator.desk import flood as cards
    from aggregator.release import refresh

    if let_in and let_in not in cards.CHOICES:
        fail(f"--let-in {let_in}: write one of {', '.join(cards.CHOICES)}", Exit.USAGE)
    if bool(source_id) != bool(let_in):
        fail("name a source and what to let in: `aggregator stories flood SOURCE --let-in dated`", Exit.USAGE)
    now = moment("")
    with service(now) as opened:
        if not source_id:
            rows = [{"source": card.source_id, "stories": card.stories} for card in cards.cards(opened.store)]
            print_rows(rows, ("source", "stories"), wants_json=wants_json)
            return
        _demand_source(opened, source_id)
        days = opened.config.publishing.announce_days
        published, kept = cards.settle(opened.store, source_id, cards.CHOICES[let_in], actor(), now, days=days)
        refresh(opened.press, now)
    if for_programs(wants_json):
        print_json({"source": source_id, "published": published, "kept": kept})
    else:
        print(f"{source_id}: {published} published, {kept} kept as known")


def rebuild(
    apply: Annotated[int, typer.Option("--apply", metavar="N", help="Carry out rebuild N.")] = 0,
    discard: Annotated[int, typer.Option("--discard", metavar="N", help="Leave everything as it is.")] = 0,
    wants_json: WantsJson = False,
) -> None:
    """Join all history anew with today's code and show what would differ; then --apply N or --discard N."""
    from aggregator.cli.context import service
    from aggregator.desk import rebuild as trial
    from aggregator.release import refresh

    now = moment("")
    with service(now) as opened:

        def carry_out(number: int) -> str | None:
            if trial.apply(opened.store, number, actor(), now, opened.config.site.tag_authority) is None:
                return None
            refresh(opened.press, now)
            return f"rebuild {number} is carried out"

        asked = Asked(noun="rebuild", apply=apply, discard=discard)
        if not answered(asked, carry_out, lambda number: trial.discard(opened.store, number)):
            _show(trial.propose(opened.store, opened.line.intake.joining, now), wants_json=wants_json)


def replay(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines: id, source, title, seen ...")],
) -> None:
    """Join a stream of items in a store that is thrown away: which became one story, and of which origin."""
    from aggregator.ops.replay import read_stream
    from aggregator.ops.replay import replay as joined

    told = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        lines = told.decode("utf-8-sig").split("\n")  # not splitlines: a text may hold a line separator
    except UnicodeDecodeError as error:
        fail(f"{file} is not UTF-8 (byte {error.start}): write it as JSON lines in UTF-8", Exit.FAILURE)
    outcome = joined(read_stream(lines))
    print_json({"clusters": outcome.clusters, "origins": outcome.origins, "proposed": outcome.proposed})


def add_to(app: typer.Typer) -> None:
    """Make these commands of `stories`."""
    for command in (merge, split, never, ask, proposed, flood, rebuild, replay):
        app.command(command.__name__)(command)


def _demand_source(opened: Any, source_id: str) -> None:
    from aggregator.store import sources

    with opened.store.read() as transaction:
        known = sources.by_id(transaction, [source_id])
    if not known:
        fail(f"no source is called {source_id}; `aggregator sources list` shows their ids", Exit.USAGE)


def _change(change: Any, wants_json: bool) -> None:
    from aggregator.cli.context import service
    from aggregator.release import refresh

    now = moment("")
    with service(now) as opened:
        came: Regrouped = change(opened)
        if came.problem:
            fail(came.problem, Exit.USAGE)
        refresh(opened.press, now)
    if for_programs(wants_json):
        print_json({"story": came.story})
    else:
        print(f"story {came.story}")


def _show(trial: "Trial", *, wants_json: bool) -> None:
    moves = trial.differences["moves"]
    if for_programs(wants_json):
        print_json({"rebuild": trial.id, "count": trial.differences["count"], "moves": moves})
        return
    for move in moves:
        target = f"to {move['to']}" if move["to"] else "on its own"
        print(f"  {move['from']} -> {target}: {'; '.join(move['titles'])}")
    print(
        f"{trial.differences['count']} moves; `aggregator stories rebuild --apply {trial.id}` or `--discard {trial.id}`"
    )
