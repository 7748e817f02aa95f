"""`poll`: poll once what is due, or what is named."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, Now, WantsJson, fail, for_programs, iso, moment, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.pipeline import Report
    from aggregator.wiring import Service


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("poll")(poll)


def poll(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources to poll now, due or not.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Poll every source now, due or not.")] = False,
    now: Now = "",
    wants_json: WantsJson = False,
) -> None:
    """Poll what is due (or the named sources, or all) once, publish what that changed, and say how each poll went."""
    import os

    from aggregator.cli.context import service
    from aggregator.schedule.embedded import poll_round

    at = moment(now)
    reports: list[Report] = []
    with service(at) as opened:
        wanted = _make_due(opened, ids or [], every, at)
        show = _printer(opened.config.site.language, wants_json, len(wanted) if wanted else 0)

        def watch(report: "Report") -> None:
            reports.append(report)
            show(report)

        poll_round(opened, at, f"poll-{os.getpid()}", only=wanted, watch=watch)
        if wanted and not reports:
            fail("the sources are being polled by another process right now; try again in a minute", Exit.BUSY)
    raise typer.Exit(_verdict(reports))


def _make_due(opened: "Service", ids: list[str], every: bool, now: "datetime") -> list[str] | None:
    from aggregator.store import sources

    if not ids and not every:
        return None
    with opened.store.write() as transaction:
        held = {each.source.id: each.source for each in sources.all_sources(transaction)}
        unknown = [each for each in ids if each not in held]
        if unknown:
            fail(f"no source is called {', '.join(unknown)}; `aggregator sources list` shows their ids", Exit.USAGE)
        wanted = ids or [each.id for each in held.values() if not each.paused]
        sources.make_due(transaction, wanted, now)
    return wanted


def _printer(language: str, wants_json: bool, total: int) -> Any:
    if for_programs(wants_json):
        return lambda report: print_json(poll_json(report, language))
    done = 0

    def show(report: "Report") -> None:
        nonlocal done
        done += 1
        row = poll_json(report, language)
        count = f"{done}/{total}" if total else str(done)
        news = (
            f"{row['new']} new, {row['changed']} changed" if row["outcome"] in ("fetched", "moved") else row["message"]
        )
        print(f"{count:>9}  {row['source']:<28} {row['outcome']:<10} {news}")
        sys.stdout.flush()

    return show


def poll_json(report: "Report", language: str) -> dict[str, Any]:
    """The stable JSON form of one poll."""
    from aggregator.text.outcomes import sentence

    poll = report.poll
    outcome = poll.outcome.value if poll.outcome else ""
    facts = {"detail": poll.detail, "organisation": report.source.organisation, "status": str(poll.status or "")}
    return {
        "source": report.source.id,
        "outcome": outcome,
        "status": poll.status,
        "new": report.new,
        "changed": report.changed,
        "requests": report.requests,
        "next_due": iso(poll.next_due),
        "message": sentence(poll.code or outcome, language, **facts),
        "code": poll.code,
    }


def _verdict(reports: "list[Report]") -> int:
    bad = sum(bool(report.poll.code) for report in reports)
    if not bad:
        return Exit.OK
    return Exit.FAILURE if bad == len(reports) else Exit.PARTLY
