"""`users`: who may sign in to the editors' pages."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from aggregator.cli.context import configuration, quiet_logs
from aggregator.cli.output import PLAIN, Exit, WantsJson, actor, fail, for_programs, iso, moment, print_json, print_rows

if TYPE_CHECKING:
    from aggregator.accounts import Access
    from aggregator.accounts.people import HandedOver, Refusal
    from aggregator.store.accounts import Account, Role

Made = TypeVar("Made")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=PLAIN, help="Add, invite and shut out editors and partners.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's mail address.")]
RoleName = Annotated[str, typer.Option("--role", help="lezer, redacteur, beheerder or bronhouder.")]
Name = Annotated[str, typer.Option("--name", help="What colleagues call them.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", metavar="ID", help="Of a bronhouder: a source; may be repeated.")
]
COLUMNS = ("email", "name", "role", "sources", "standing", "created")

REFUSALS = {
    "bad_email": "{email} is no mail address",
    "email_taken": "{email} has an account already; `aggregator users list` shows it",
    "no_source": "a bronhouder needs --source with the id of a source; `aggregator sources list` shows them",
    "last_manager": "{email} is the last manager who can sign in: make someone else beheerder first",
    "unknown_account": "nobody has the address {email}; `aggregator users list` shows who has one",
    "account_disabled": "{email} is disabled: `aggregator users enable {email}` first",
    "too_short": "the password is too short: use 12 characters or more",
    "too_long": "the password is too long: use fewer than 1000 characters",
    "is_email": "the password must be something other than the mail address",
}


@app.command("list")
def list_users(wants_json: WantsJson = False) -> None:
    """Everyone who has an account."""
    from aggregator.store import accounts

    with _access() as access, access.store.read() as transaction:
        rows = [user_json(each) for each in accounts.every(transaction)]
    if for_programs(wants_json):
        print_rows(rows, COLUMNS, wants_json=True)
    else:
        print_rows([row | {"sources": ", ".join(row["sources"])} for row in rows], COLUMNS, wants_json=False)


def user_json(account: "Account") -> dict[str, Any]:
    """The stable JSON form of an account."""
    is_invited = not account.has_password and not account.oidc_subject and account.role != "bronhouder"
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role.value,
        "sources": list(account.sources),
        "language": account.language,
        "standing": "disabled" if account.disabled else "invited" if is_invited else "active",
        "created": iso(account.created),
    }


@app.command("add")
def add(
    email: Email,
    role: RoleName = "redacteur",
    name: Name = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; else you are asked.")
    ] = False,
    wants_json: WantsJson = False,
) -> None:
    """Add an account with a password. A bronhouder has none: use `invite`."""
    from aggregator.accounts import people

    wanted = _role(role)
    if role == "bronhouder":
        fail("a bronhouder signs in by mailed links: use `aggregator users invite`", Exit.USAGE)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked()
    with _access() as access:
        made = _done(people.add(access, email, wanted, password, actor(), moment(""), name), email)
    _say(made, wants_json, f"{made.email} can sign in as {made.role}")


@app.command("invite")
def invite(
    email: Email, role: RoleName = "redacteur", name: Name = "", source: Sources = None, wants_json: WantsJson = False
) -> None:
    """Invite someone by a link that works once, for seven days; it is mailed when `mail.smtp_url` is set."""
    from aggregator.accounts import people

    with _access() as access:
        wanted = _role(role)
        made = people.invite(access, email, wanted, actor(), moment(""), name=name, source_ids=source or ())
        _handed(_done(made, email), wants_json)


@app.command("reset")
def reset(email: Email, wants_json: WantsJson = False) -> None:
    """Make a new link: to another password, or to an invitation that expired. Earlier links end."""
    from aggregator.accounts import people

    with _access() as access:
        _handed(_done(people.reset(access, _number(access, email), actor(), moment("")), email), wants_json)


@app.command("role")
def role(
    email: Email,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="lezer, redacteur, beheerder or bronhouder.")],
    source: Sources = None,
    wants_json: WantsJson = False,
) -> None:
    """Let someone do more or less, from now on."""
    from aggregator.accounts import people

    with _access() as access:
        number, wanted = _number(access, email), _role(role)
        made = _done(people.set_role(access, number, wanted, actor(), moment(""), source or ()), email)
    _say(made, wants_json, f"{made.email} is {made.role} from now on")


@app.command("disable")
def disable(email: Email, wants_json: WantsJson = False) -> None:
    """Shut someone out at once, on every device."""
    from aggregator.accounts import people

    with _access() as access:
        made = _done(people.disable(access, _number(access, email), actor(), moment("")), email)
    _say(made, wants_json, f"{made.email} is signed out everywhere and cannot sign in")


@app.command("enable")
def enable(email: Email, wants_json: WantsJson = False) -> None:
    """Let someone in again."""
    from aggregator.accounts import people

    with _access() as access:
        made = _done(people.enable(access, _number(access, email), actor(), moment("")), email)
    _say(made, wants_json, f"{made.email} can sign in again")


@app.command("sessions")
def list_sessions(
    email: Email,
    end: Annotated[bool, typer.Option("--end", help="Sign them out everywhere.")] = False,
    wants_json: WantsJson = False,
) -> None:
    """Where someone is signed in."""
    from aggregator.store import sessions

    with _access() as access:
        number, now = _number(access, email), moment("")
        with access.store.write() as transaction:
            held = sessions.of_account(transaction, number, now)
            if end:
                sessions.revoke(transaction, number, now)
    rows = [
        {
            "id": each.id,
            "device": each.user_agent,
            "created": iso(each.created),
            "last_seen": iso(each.last_seen),
            "ended": end,
        }
        for each in held
    ]
    print_rows(rows, ("id", "device", "created", "last_seen", "ended"), wants_json=wants_json)


@contextmanager
def _access() -> Iterator["Access"]:
    """The way in, over the configured database alone: no source is added and nobody is asked anything."""
    from aggregator.wiring import make_access, ready_store

    quiet_logs()
    config = configuration()
    store = ready_store(config)
    try:
        yield make_access(config, store)
    finally:
        store.close()


def _number(access: "Access", email: str) -> int:
    from aggregator.store import accounts

    with access.store.read() as transaction:
        found = accounts.by_email(transaction, email)
    if found is None:
        fail(REFUSALS["unknown_account"].format(email=email), Exit.USAGE)
    return found.id


def _role(text: str) -> "Role":
    from aggregator.store.accounts import Role

    if text not in set(Role):
        fail(f"{text}: there is no such role; write one of {', '.join(Role)}", Exit.USAGE)
    return Role(text)


def _done(made: "Made | Refusal", email: str) -> "Made":
    from aggregator.accounts.people import Refusal

    if isinstance(made, Refusal):
        fail(REFUSALS[made.value].format(email=email), Exit.FAILURE)
    return made


def _say(made: "Account", wants_json: bool, text: str) -> None:
    if for_programs(wants_json):
        print_json(user_json(made))
    else:
        print(text)


def _handed(made: "HandedOver", wants_json: bool) -> None:
    if for_programs(wants_json):
        print_json(user_json(made.account) | {"link": made.link, "until": iso(made.until), "mailed": made.is_mailed})
        return
    print("mailed; should it not arrive, hand this over:" if made.is_mailed else "hand this over to nobody else:")
    print(f"  {made.link}")
    print(f"It works once, until {iso(made.until)}.")


def _asked() -> str:
    from getpass import getpass

    return getpass("Password: ")
