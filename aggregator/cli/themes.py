"""`themes`: what the tagger says of items, how good it is, what it learned from, and how to train it again."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import learning
from aggregator.cli.output import PLAIN, Exit, WantsJson, fail, for_programs, moment, print_json

if TYPE_CHECKING:
    from aggregator.tag.examples import Example
    from aggregator.tag.tagger import Tagger

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=PLAIN, help="What the tagger says, how good it is, and how to train it."
)

Items = Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines; - for standard input.")]
LEARNED = "the model has learned from these very items: their figures flatter; --cross-validate asks honestly"


@app.command("predict")
def predict(items: Items) -> None:
    """The themes of items: {"id", "title", "text", "organisation"} a line, one answer a line in the same order."""
    tagger, bad = _tagger(), 0
    for number, line in learning.lines_of(items):
        try:
            answer = _answer(tagger, line)
        except ValueError as error:
            bad += 1
            print(f"aggregator: line {number}: {error}", file=sys.stderr)
            continue
        print_json(answer)
    raise typer.Exit(Exit.PARTLY if bad else Exit.OK)


@app.command("evaluate")
def evaluate(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Labelled items; the starter set without.")] = "",
    plot: Annotated[str, typer.Option("--plot", metavar="FILE.svg", help="Draw coverage and precision.")] = "",
    cross_validate: Annotated[bool, typer.Option("--cross-validate", help="Train and ask in five folds.")] = False,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Shuffles of the folds.")] = 5,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Leave out words, runs, themes or relevance.")
    ] = None,
    wants_json: WantsJson = False,
) -> None:
    """How good the verdicts are over labelled items: a "theme" beside what `predict` takes."""
    from aggregator.tag import evaluation
    from aggregator.tag.examples import identity, starter

    tagger = _tagger()
    examples = learning.labelled(file, tagger.rules) if file else starter()
    if cross_validate:
        _cross_validate(examples, tagger, seeds, without or [])
    if tagger.model and tagger.model.training.hash == identity(examples):
        print(f"aggregator: {LEARNED}", file=sys.stderr)
    judged = [
        evaluation.judged(
            tagger(title=each.title, text=each.text, organisation=each.organisation),
            each.theme,
            tagger.rules.off_topic,
        )
        for each in examples
    ]
    figures = evaluation.figures(judged, (*tagger.rules.slugs, tagger.rules.off_topic))
    if plot:
        Path(plot).write_text(evaluation.svg(figures, f"{len(examples)} items of {file or 'the starter set'}"), "utf-8")
    if for_programs(wants_json):
        print_json(figures)
    else:
        print("\n".join(evaluation.lines(figures)))


@app.command("export")
def export() -> None:
    """The themes and rules in force, as themes.toml."""
    from aggregator.cli.context import configuration
    from aggregator.config import shipped

    own = configuration().paths.config_dir / "themes.toml"
    path = own if own.exists() else shipped() / "themes.toml"
    sys.stdout.write(path.read_text("utf-8"))


def _tagger() -> "Tagger":
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.wiring import tagging_at_work

    quiet_logs()
    return tagging_at_work(configuration(), moment("")).tagger


def _answer(tagger: "Tagger", line: str) -> dict[str, Any]:
    from aggregator.tag.examples import text_of

    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    texts = {key: text_of(found, key) for key in ("title", "text", "organisation")}
    tags = tagger(**texts)
    return {
        "id": found.get("id"),
        "theme": tagger.rules.off_topic if tags.off_topic else tags.theme,
        "second_theme": tags.second_theme,
        "confidence": tags.score,
        "decision": tags.decision,
        "because": list(tags.because),
    }


def _cross_validate(examples: "list[Example]", tagger: "Tagger", seeds: int, without: list[str]) -> None:
    from aggregator.tag.training import TrainingError
    from aggregator.tag.validation import cross_validate

    try:
        for strict in (False, True):
            told = cross_validate(
                examples, tagger.rules, strict=strict, wanted=tagger.wanted, seeds=seeds, without=without
            )
            print_json(told)
    except ImportError:
        fail(learning.INSTALL, Exit.FAILURE)
    except TrainingError as error:
        fail(str(error), Exit.FAILURE)
    raise typer.Exit(Exit.OK)


learning.add_to(app)
