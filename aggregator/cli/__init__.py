"""The command line: one file per group of commands, each importing what it needs when it runs.

Exit codes: 0 ok, 1 failure, 2 usage, 3 problems found, 4 partly failed, 75 busy (sysexits' EX_TEMPFAIL), 130 stopped
by Ctrl-C.
"""

import typer

from aggregator.cli import (
    agenda,
    backups,
    deliveries,
    demo,
    polling,
    publishing,
    reading,
    serving,
    setup,
    sources,
    stories,
    themes,
    users,
)
from aggregator.cli.output import PLAIN, Exit, fail
from aggregator.errors import AggregatorError, BusyError

app = typer.Typer(
    name="aggregator",
    help="One correct, tagged news feed out of the feeds and pages of a consortium's partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=PLAIN,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for group in (serving, polling, reading, publishing, setup, backups, demo):
    group.add_to(app)
agenda.add_to(sources.app)
app.add_typer(sources.app, name="sources")
app.add_typer(stories.app, name="stories")
app.add_typer(themes.app, name="themes")
app.add_typer(users.app, name="users")
app.add_typer(deliveries.webhooks_app, name="webhooks")
app.add_typer(deliveries.deliveries_app, name="deliveries")


def main() -> None:
    """Run one command; what went wrong becomes a sentence and an exit code, bugs stay loud."""
    try:
        app(prog_name="aggregator")
    except BusyError as error:
        fail(str(error), Exit.BUSY)
    except AggregatorError as error:
        fail(str(error), Exit.FAILURE)
    except OSError as error:  # a file or folder that a person named: no right, no room, not there
        if error.filename is None:
            raise
        fail(f"{error.filename}: {error.strerror}", Exit.FAILURE)


__all__ = ["app", "main"]
