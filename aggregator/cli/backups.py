"""`backup`, `restore`, `db copy`: the whole database as one file, back from it, and into another database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.output import Exit, WantsJson, fail, for_programs, moment, print_json

if TYPE_CHECKING:
    from aggregator.config import Config
    from aggregator.ops.backup import Made
    from aggregator.store import Store

Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; else a new one in DATA/backups.")
    ] = None,
    copies_away: Annotated[bool, typer.Option("--copy-away", help="Then run [backup] command with the file.")] = False,
    wants_json: WantsJson = False,
) -> None:
    """Write the whole database into one file, beside a running service too, and prove that it is right.

    In DATA/backups the newest ones are kept ([retention] backups). A FILE that you name is never removed by us.
    A running service does this by itself every night, with --copy-away.
    """
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.ops.backup import copy_away, make, name_at, prune

    quiet_logs()
    config = configuration()
    folder = config.paths.data_dir / "backups"
    with _database(config) as store:
        made = make(store, file or folder / name_at(moment("")))
    gone = [] if file else prune(folder, config.retention.backups)
    _say(made, "written", removed=len(gone), wants_json=wants_json)
    if copies_away and config.backup.command:
        copy_away(config.backup.command, made.file)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `aggregator backup` wrote.", exists=True)],
    sure: Sure = False,
    wants_json: WantsJson = False,
) -> None:
    """Put a backup in the place of the database, on SQLite or PostgreSQL. Stop the service first.

    What is there now is backed up before; either all of the backup is there afterwards, or nothing has changed.
    """
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.ops import backup as backups
    from aggregator.schedule.embedded import sole_process
    from aggregator.store import copying

    quiet_logs()
    config = configuration()
    with sole_process(config.paths.data_dir), _place_for(config, file, sure) as store:
        with store.read() as transaction:
            is_empty = copying.is_empty(transaction)
        if not is_empty:
            _confirm(f"Everything in {_named(store)} is replaced by {file.name}.", sure)
            before = config.paths.data_dir / "backups" / f"before-restore-{backups.name_at(moment(''))}"
            print(f"kept     what was there: {backups.make(store, before).file}", flush=True)
        made = backups.restore(file, store)
    _say(made, "restored", removed=0, wants_json=wants_json)


def copy(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="postgresql://user:password@host/name, or sqlite:///…")
    ],
    sure: Sure = False,
    wants_json: WantsJson = False,
) -> None:
    """Copy everything into another database: every id, decision and published document as it is.

    Beside a running service it copies one moment; for the move itself stop the service, copy, and start it there.
    """
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.ops.backup import transfer
    from aggregator.store import copying, migrate, open_store

    quiet_logs()
    with _database(configuration()) as source:
        target = open_store(to)
        try:
            if _place(target) == _place(source):
                fail("that is the database which is in use: name another with --to", Exit.USAGE)
            migrate.prepare(target)
            with target.read() as transaction:
                is_empty = copying.is_empty(transaction)
            if not is_empty:
                _confirm(f"Everything in {_named(target)} is replaced.", sure)
            rows = transfer(source, target)
        finally:
            target.close()
    if for_programs(wants_json):
        print_json({"to": _named(target), "rows": rows})
    else:
        print(f"copied   {rows} rows to {_named(target)}, compared and equal")
        print("next     AGGREGATOR_DATABASE_URL=… aggregator run")


@contextmanager
def _database(config: "Config") -> Iterator["Store"]:
    from aggregator.wiring import ready_store

    store = ready_store(config)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _place_for(config: "Config", file: Path, sure: bool) -> Iterator["Store"]:
    """The database to restore into; one that a newer program made is put aside whole, for we cannot read it."""
    from aggregator.store import migrate, open_store

    store = open_store(config.paths.database_url)
    try:
        found = None if _is_absent(store) else migrate.version(store)
        if found and found > migrate.HEAD:
            _confirm(f"{_named(store)} is of a newer program. It is put aside and {file.name} takes its place.", sure)
            aside = migrate.set_aside(store, f"newer_{found}_{moment(''):%Y%m%dT%H%M%S}")
            print(f"kept     what was there: {aside}", flush=True)
    finally:
        store.close()
    with _database(config) as ready:
        yield ready


def _is_absent(store: "Store") -> bool:
    """Whether it is a file that is not there: to connect would make it."""
    return store.dialect == "sqlite" and not Path(store.engine.url.database or "").exists()


def _place(store: "Store") -> tuple[object, ...]:
    """Where a database is, however its address is written."""
    url = store.engine.url
    return store.dialect, url.host, url.port, url.database


def _confirm(what: str, sure: bool) -> None:
    if sure:
        return
    import sys

    if not sys.stdin.isatty():
        fail(f"{what} Nothing was done; add --yes if that is meant", Exit.USAGE)
    typer.confirm(f"{what} Go on?", abort=True)


def _named(store: "Store") -> str:
    return store.engine.url.render_as_string(hide_password=True)


def _say(made: "Made", what: str, *, removed: int, wants_json: bool) -> None:
    if for_programs(wants_json):
        print_json({"file": str(made.file), "version": made.version, "rows": made.rows, "bytes": made.size})
        return
    print(f"{what:<8} {made.file}  ({made.rows} rows, {made.size / 1e6:.1f} MB, compared and equal)")
    if removed:
        print(f"removed  {removed} older")
