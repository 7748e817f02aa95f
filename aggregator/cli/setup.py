"""`init`, `config show`, `doctor`, `db`: set up a place and see whether all is well."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.backups import copy
from aggregator.cli.output import PLAIN, Exit, WantsJson, fail, for_programs, moment, print_json, print_rows

if TYPE_CHECKING:
    from aggregator.ops.finding import Finding

config_app = typer.Typer(no_args_is_help=True, rich_markup_mode=PLAIN, help="The configuration in force.")
db_app = typer.Typer(no_args_is_help=True, rich_markup_mode=PLAIN, help="The database: upgrade it, check it, copy it.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    app.add_typer(config_app, name="config")
    app.add_typer(db_app, name="db")
    db_app.command("copy")(copy)


def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put the configuration.")]) -> None:
    """Write the configuration files that ship, to be edited. Files that exist are left alone."""
    from aggregator.config import write_defaults

    written = write_defaults(directory)
    for path in written:
        print(f"written  {path}")
    if not written:
        print(f"{directory} has all its files already; nothing was changed")
    print(f"\nEdit {directory / 'site.toml'} (title, contact), then: AGGREGATOR_CONFIG_DIR={directory} aggregator run")


@config_app.command("show")
def show(wants_json: WantsJson = False) -> None:
    """Every setting in force, and where it came from; secrets are masked."""
    from aggregator.cli.context import configuration

    rows = [{"key": key, "value": value, "origin": origin} for key, value, origin in configuration().show()]
    print_rows(rows, ("key", "value", "origin"), wants_json=wants_json)


def doctor(
    mails: Annotated[
        bool, typer.Option("--mail", help="Mail it, in plain words, to those who run the service.")
    ] = False,
    wants_json: WantsJson = False,
) -> None:
    """Look at everything that may be wrong; one verdict a line, with what to do.

    A running service does this every Monday, with --mail.
    """
    import os

    from aggregator.cli.context import quiet_logs
    from aggregator.ops.doctor import examine

    quiet_logs()
    findings = examine(os.environ, moment(""))
    if mails:
        _mail(findings, wants_json)
        return
    for each in findings:
        if for_programs(wants_json):
            print_json({"check": each.check, "ok": each.ok, "found": each.found, "fix": each.fix})
            continue
        print(f"{'ok ' if each.ok else '!! '} {each.check:<16} {each.found}")
        if each.fix:
            print(f"    → {each.fix}")
    raise typer.Exit(Exit.OK if all(each.ok for each in findings) else Exit.PROBLEMS)


def _mail(findings: list["Finding"], wants_json: bool) -> None:
    """The letter is put in the outbox: a running service sends it within seconds."""
    from aggregator.cli.context import configuration
    from aggregator.ops.letter import send
    from aggregator.wiring import make_access, ready_store

    config = configuration()
    if not config.smtp_url.get_secret_value():
        fail("mail is not set up: set AGGREGATOR_SMTP_URL", Exit.FAILURE)
    store = ready_store(config)
    try:
        count = send(make_access(config, store), findings, moment(""))
    finally:
        store.close()
    if for_programs(wants_json):
        print_json({"letters": count})
    else:
        print(f"{count} letters put in the outbox; the running service sends them")


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the tables to the version of this program; a SQLite file is copied first."""
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.store import migrate
    from aggregator.wiring import ready_store

    quiet_logs()
    store = ready_store(configuration())
    try:
        print(f"the database is at version {migrate.version(store)}")
    finally:
        store.close()


@db_app.command("check")
def check(wants_json: WantsJson = False) -> None:
    """Fold the whole log and compare it with the tables: they must say the same."""
    from aggregator.cli.context import service
    from aggregator.store import search_index
    from aggregator.store.check import contradictions

    with service(moment("")) as opened:
        with opened.store.read() as transaction:
            found = contradictions(transaction)
        if search_index.is_broken(opened.store):
            found.append("search: its index is damaged (`aggregator db reindex` makes it anew)")
    if for_programs(wants_json):
        print_json({"ok": not found, "contradictions": found})
    else:
        print("\n".join(found) or "the tables are what the log says")
    raise typer.Exit(Exit.PROBLEMS if found else Exit.OK)


@db_app.command("reindex")
def reindex() -> None:
    """Make the index of the search anew from the stories; beside a running service too."""
    from aggregator.cli.context import service
    from aggregator.store import search_index

    with service(moment("")) as opened:
        search_index.reindex(opened.store)
    print("search knows all public stories again")
