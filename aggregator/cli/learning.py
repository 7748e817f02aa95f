"""`themes train|status|rollback|always|rules|forget|trial`: what the tagger learns, and what would change if."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, Now, WantsJson, actor, fail, for_programs, iso, moment, print_json, print_rows
from aggregator.cli.trials import Asked, answered

if TYPE_CHECKING:
    from aggregator.store.trials import Trial
    from aggregator.tag.examples import Example
    from aggregator.tag.lexicon import Rules
    from aggregator.tagging import Tagging
    from aggregator.wiring import Service

INSTALL = "training needs scikit-learn, which is not installed: pip install 'aggregator[train]'"


def train(
    examples: Annotated[str, typer.Option("--examples", metavar="FILE", help="JSON lines; else the starter set.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Only write a model to this file.")] = "",
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Let it work if it is not worse than the current one.")
    ] = False,
    now: Now = "",
    wants_json: WantsJson = False,
) -> None:
    """Train a model on the starter set and what editors decided, and compare it with the one that works."""
    from aggregator.cli.context import configuration, quiet_logs, service
    from aggregator.desk import learn
    from aggregator.tag.examples import starter
    from aggregator.tag.training import TrainingError
    from aggregator.wiring import make_tagging

    at = moment(now)
    quiet_logs()
    rules = make_tagging(configuration()).rules
    lesson = labelled(examples, rules) if examples else starter()
    try:
        if out:
            _to_file(lesson, rules, out, at.date().isoformat(), wants_json=wants_json)
            return
        with service(at) as opened:
            made = learn.train(opened.store, lesson, rules, at, adopt=adopt)
    except ImportError:
        fail(INSTALL, Exit.FAILURE)
    except TrainingError as error:
        fail(str(error), Exit.FAILURE)
    if for_programs(wants_json):
        print_json({"model": made.number, "adopted": made.is_adopted} | made.training)
        return
    told = made.training
    print(
        f"model {made.number}: {told['examples']} items, {told['corrections']} of editors (weight {told['weight']:g})"
    )
    for name, items in (("gold", "items that are set aside"), ("recent", "latest decisions of editors")):
        if told[name]:
            print(f"  {told[name]} {items}: {told[f'{name}_current']} now, {told[f'{name}_candidate']} with this model")
    better = "not worse" if told["not_worse"] else "worse, so it is not used"
    print(f"  {better}" + (": it works from now on" if made.is_adopted else ""))
    if told["not_worse"] and not made.is_adopted:
        print(f"  `aggregator themes trial --model {made.number}` shows what it would change")


def status(wants_json: WantsJson = False) -> None:
    """Which model works, what it learned from, from which certainty on it acts alone, and how it does."""
    from aggregator.cli.context import service
    from aggregator.desk.figures import practice
    from aggregator.desk.retag import count
    from aggregator.store import models
    from aggregator.tag.lexicon import rules_number
    from aggregator.tag.tagger import described

    now = moment("")
    with service(now) as opened:
        tagging = opened.tagging
        with opened.store.read() as transaction:
            adopted = models.adopted(transaction)
            other_rules = models.tagged_by(transaction) != rules_number(tagging.rules)
        found = described(tagging.tagger)
        if adopted and tagging.model_id == adopted.id and found["model"]:
            found |= {"model": adopted.id, "since": iso(adopted.adopted_at)} | adopted.training
        if other_rules:
            found["retagging"] = (
                f"themes.toml changed: `aggregator themes trial` would change {count(opened.store, tagging)}"
            )
        found |= practice(opened.store, tagging.rules.off_topic, now)
    if for_programs(wants_json):
        print_json(found)
        return
    for name, value in found.items():
        if not isinstance(value, (dict, list)):
            print(f"{name.replace('_', ' '):<22} {value}")


def rollback() -> None:
    """Let the model before work again; the starter, when there was none before."""
    from aggregator.cli.context import service
    from aggregator.desk import learn
    from aggregator.store import models

    now = moment("")
    with service(now) as opened:
        if not learn.roll_back(opened.store, now):
            fail("the starter of the package works: there is nothing before it", Exit.USAGE)
        with opened.store.read() as transaction:
            adopted = models.adopted(transaction)
    print(f"model {adopted.id} works from now on" if adopted else "the starter works from now on")


def always(
    outcome: Annotated[str, typer.Argument(metavar="THEME|off-topic")],
    source: Annotated[str, typer.Option("--source", metavar="ID", help="All of this source.")] = "",
    term: Annotated[str, typer.Option("--term", metavar="TEXT", help="All that holds this term.")] = "",
) -> None:
    """Say what a source, or a term, is always about; it goes before all else that the tagger knows."""
    from aggregator.cli.context import service
    from aggregator.desk import learn
    from aggregator.store import decisions, sources
    from aggregator.tag.always import usable

    if bool(source) == bool(term):
        fail("name a source or a term: `aggregator themes always --source ID THEME`", Exit.USAGE)
    if wrong := usable(term) if term else "":
        fail(wrong, Exit.USAGE)
    now = moment("")
    with service(now) as opened:
        rules = opened.tagging.rules
        if outcome not in (*rules.slugs, rules.off_topic):
            fail(f"{outcome}: write one of {', '.join((*rules.slugs, rules.off_topic))}", Exit.USAGE)
        with opened.store.read() as transaction:
            if source and not sources.by_id(transaction, [source]):
                fail(f"no source is called {source}; `aggregator sources list` shows their ids", Exit.USAGE)
        kind = decisions.SOURCE if source else decisions.TERM
        number = learn.always(opened.store, kind, source or term, outcome, actor(), now)
    print(f"rule {number}: {source or term} is always {outcome}; `aggregator themes forget {number}` ends it")


def rules(
    idle: Annotated[
        bool, typer.Option("--idle", help="Terms that matched nothing for 90 days, and conflicts.")
    ] = False,
    wants_json: WantsJson = False,
) -> None:
    """What editors said is always so; with --idle what of themes.toml does nothing, or contradicts itself."""
    from aggregator.cli.context import service
    from aggregator.desk.figures import upkeep
    from aggregator.store import decisions

    now = moment("")
    with service(now) as opened:
        if idle:
            found = upkeep(opened.store, opened.tagging.rules, now)
            print_rows(found, ("problem", "term", "says"), wants_json=wants_json)
            return
        with opened.store.read() as transaction:
            said = decisions.always(transaction)
    rows = [
        {
            "rule": each["id"],
            "about": each["subject_kind"],
            "subject": each["subject"],
            "always": each["value"]["outcome"],
            "actor": each["actor"],
            "at": iso(each["at"]),
        }
        for each in said
    ]
    print_rows(rows, ("rule", "about", "subject", "always", "actor", "at"), wants_json=wants_json)


def forget(number: Annotated[int, typer.Argument(metavar="N", help="As `themes rules` shows it.")]) -> None:
    """Let what an editor said is always so hold no more."""
    from aggregator.cli.context import service
    from aggregator.desk import learn

    now = moment("")
    with service(now) as opened:
        if not learn.forget(opened.store, number, now):
            fail(f"no rule {number} is in force; `aggregator themes rules` lists them", Exit.USAGE)
    print(f"rule {number} holds no more; stories that it tagged stay as they are")


def trial(
    model: Annotated[int, typer.Option("--model", metavar="N", help="With this candidate.")] = 0,
    themes: Annotated[str, typer.Option("--themes", metavar="FILE", help="With this themes.toml.")] = "",
    wanted: Annotated[float, typer.Option("--wanted", metavar="0.97", help="With this wanted precision.")] = 0.0,
    apply: Annotated[int, typer.Option("--apply", metavar="N", help="Tag as trial N proposed.")] = 0,
    discard: Annotated[int, typer.Option("--discard", metavar="N", help="Leave everything as it is.")] = 0,
    wants_json: WantsJson = False,
) -> None:
    """What would stored stories become with another model, themes.toml or threshold? Then --apply N or --discard N."""
    from aggregator.cli.context import service
    from aggregator.desk import retag
    from aggregator.release import refresh

    now = moment("")
    with service(now) as opened:

        def carry_out(number: int) -> str | None:
            came = retag.apply(opened.store, number, opened.line.intake, actor(), now)
            if came is None:
                return None
            refresh(opened.press, now)
            return f"trial {number}: {came[1]} stories are tagged anew{_what_remains(came[0])}"

        asked = Asked(noun="trial", apply=apply, discard=discard)
        if not answered(asked, carry_out, lambda number: retag.discard(opened.store, number)):
            tagging, what = _supposed(opened, model, themes, wanted)
            _show(retag.propose(opened.store, tagging, what, now), wants_json=wants_json)


def add_to(app: typer.Typer) -> None:
    """Make these commands of `themes`."""
    for command in (train, status, rollback, always, rules, forget, trial):
        app.command(command.__name__)(command)


def _supposed(opened: "Service", model: int, themes: str, wanted: float) -> "tuple[Tagging, dict[str, Any]]":
    """The tagger that a trial asks about, and the change in words."""
    import tomllib

    from aggregator.store import models
    from aggregator.tag.lexicon import compile_rules, rules_number
    from aggregator.tag.model import load

    if wanted and not 0.5 <= wanted < 1:
        fail(f"--wanted {wanted}: write a share from 0.5 to below 1", Exit.USAGE)
    what: dict[str, Any] = {}
    rules = opened.tagging.rules
    if themes:
        try:
            rules = compile_rules(tomllib.loads(Path(themes).read_text("utf-8")))
        except ValueError as error:  # of the file's form, its signs or its rules
            fail(f"{themes}: {error}", Exit.USAGE)
        what["themes"] = themes
    else:
        what["rules"] = rules_number(rules)
    if wanted:
        what["wanted"] = wanted
    tagging = opened.tagging.supposing(rules, wanted or opened.tagging.wanted)
    if model:
        with opened.store.read() as transaction:
            if models.by_number(transaction, model) is None:
                fail(f"there is no model {model}; `aggregator themes train` makes one", Exit.USAGE)
            tagging = tagging.with_model(load(models.data_of(transaction, model)))
        what["model"] = model
    return tagging, what


def _what_remains(trial: "Trial") -> str:
    what = trial.after["what"]
    if "themes" in what:
        return f"; for new items put {what['themes']} in the place of themes.toml and start the service again"
    return f"; for new items set publishing.wanted_precision = {what['wanted']}" if "wanted" in what else ""


def _show(trial: "Trial", *, wants_json: bool) -> None:
    count, shown = trial.differences["count"], trial.differences["stories"]
    if for_programs(wants_json):
        print_json({"trial": trial.id, "count": count, "stories": shown})
        return
    for each in shown:
        one, other = (
            f"{'off-topic' if side['off_topic'] else side['theme']} ({side['decision']})"
            for side in (each["from"], each["to"])
        )
        print(f"  {each['id']} {each['state']}: {one} -> {other}: {each['title']}  [{'; '.join(each['because'])}]")
    print(f"{count} differences; `aggregator themes trial --apply {trial.id}` or `--discard {trial.id}`")


def _to_file(lesson: "list[Example]", rules: "Rules", out: str, date: str, *, wants_json: bool) -> None:
    from aggregator.tag.model import dump
    from aggregator.tag.training import train as train_model

    model = train_model(lesson, rules, date=date)
    data = dump(model)
    Path(out).write_bytes(data)
    told = {"file": out, "bytes": len(data), "examples": model.training.count} | dict(model.figures)
    if for_programs(wants_json):
        print_json(told)
    else:
        print(f"{out}: {len(data)} bytes, trained on {model.training.count} items, accuracy {told['accuracy']}")


def lines_of(file: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers. Bytes that are no UTF-8 cost a sign, not the line."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), start=1):
        if line.strip():
            yield number, line


def labelled(file: str, rules: "Rules") -> "list[Example]":
    from aggregator.tag.examples import parse

    outcomes = (*rules.slugs, rules.off_topic)
    examples: list[Example] = []
    for number, line in lines_of(file):
        try:
            examples.append(parse(line, outcomes))
        except ValueError as error:
            fail(f"{file}, line {number}: {error}", Exit.USAGE)
    if not examples:
        fail(f"{file}: no labelled items in it", Exit.USAGE)
    return examples
