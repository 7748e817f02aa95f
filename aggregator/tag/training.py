"""Learning the weights of a model from examples: the only place that needs scikit-learn.

Multinomial logistic regression, with two precautions. A term of the rules counts in an example only if another
example holds it too: whoever writes rules reads examples, and a term written for one item would look surer than it is.
And each example is also shown, at a lower weight, as its title alone and with a cut teaser, as many items come.
Temperature, thresholds and figures rest on decisions out of fold: each made by a model that had not seen the item.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import log
from typing import Any

from aggregator.tag.certainty import Sampled
from aggregator.tag.evidence import gather
from aggregator.tag.examples import Example, identity
from aggregator.tag.features import Reading, kind_of, read, second, sparse, terms_of
from aggregator.tag.lexicon import Rules
from aggregator.tag.model import Model, Training, softmax

FOLDS = 5
INVERSE_REGULARISATION = 5.0
FACTS = 0.5  # how large facts are beside words: they are regularised alike
SEEN_IN = 2  # examples that a run of letters must occur in
CUT, SHORTENED = 120, 0.15  # characters of a cut teaser; the weight of shortened examples
FEWEST_EXAMPLES, FEWEST_OF_EACH = 50, FOLDS
TEMPERATURES = [round(0.4 + 0.05 * step, 2) for step in range(53)]
SECONDS = [round(0.2 * step, 1) for step in range(1, 21)]

Shown = tuple[dict[str, float], float]  # features, and the weight in training


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Examples as features."""

    outcomes: tuple[str, ...]
    answers: list[int]
    seconds: list[str | None]
    readings: list[Reading]
    titles: list[Reading]  # of the same examples without their texts
    table: "Table"
    without: frozenset[str] = frozenset()  # kinds of features that are left out, to see what they are worth


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """All forms of all examples as one sparse matrix, built once and cut for each fold."""

    names: list[str]  # of the columns
    matrix: Any  # scipy.sparse.csr_matrix
    forms: list[list[int]]  # the rows of each example, the first as it is
    weights: list[float]  # of the rows


class TrainingError(ValueError):
    """Examples that no model can be trained on; the message says why."""


def train(examples: Sequence[Example], rules: Rules, *, date: str, seed: int = 0, without: Iterable[str] = ()) -> Model:
    """Return a model of `examples`, calibrated out of fold. `date` (ISO 8601) is kept as the day of training.

    `without` leaves kinds of features out (features.py:kind_of), to see what they are worth.

    Raises TrainingError for too few examples, ImportError without scikit-learn.
    """
    prepared = replace(prepare(examples, rules), without=frozenset(without))
    everything = list(range(len(examples)))
    scores, of_titles = out_of_fold(prepared, seed)
    temperature = _temperature(scores, prepared.answers)
    probabilities = [softmax(each, temperature) for each in scores]
    sampled = tuple(_decisions(prepared, probabilities))
    return replace(
        fit(prepared, everything),
        temperature=temperature,
        temperature_short=_temperature(of_titles, prepared.answers),
        second_from=_second_from(prepared, probabilities),
        training=Training(hash=identity(examples), count=len(examples), date=date, rules=rules_identity(rules)),
        sampled=sampled,
        figures=_figures(sampled),
    )


def rules_identity(rules: Rules) -> str:
    """The sha256 of what the rules hold."""
    return sha256(repr((rules.slugs, rules.off_topic, [role.written for role in rules.roles])).encode()).hexdigest()


def check(examples: Sequence[Example], rules: Rules) -> tuple[str, ...]:
    """Return the outcomes to learn. Raises TrainingError for too few examples, or some of a theme without rules."""
    outcomes = (*rules.slugs, rules.off_topic)
    counts = Counter(each.theme for each in examples)
    if unknown := sorted(set(counts) - set(outcomes)):
        raise TrainingError(f"examples of {', '.join(unknown)}, which themes.toml does not have")
    if len(examples) < FEWEST_EXAMPLES or any(counts[outcome] < FEWEST_OF_EACH for outcome in outcomes):
        few = ", ".join(f"{outcome} {counts[outcome]}" for outcome in outcomes)
        raise TrainingError(
            f"too few examples to learn from: {len(examples)} ({few}); "
            f"needed are {FEWEST_EXAMPLES}, with {FEWEST_OF_EACH} of each"
        )
    return outcomes


def prepare(examples: Sequence[Example], rules: Rules) -> Prepared:
    """Return the features of examples. Raises TrainingError as `check` does."""
    outcomes = check(examples, rules)
    held = [
        terms_of(gather(rules, title=each.title, text=each.text, organisation=each.organisation)) for each in examples
    ]
    often = Counter(term for terms in held for term in terms)
    known = frozenset(term for term, count in often.items() if count > 1)
    forms = [[(read_example(form, rules, known), weight) for form, weight in _forms(each)] for each in examples]
    shown = [[(sparse(reading), weight) for reading, weight in form] for form in forms]
    return Prepared(
        outcomes=outcomes,
        answers=[outcomes.index(each.theme) for each in examples],
        seconds=[each.second_theme for each in examples],
        readings=[form[0][0] for form in forms],
        titles=[form[1][0] for form in forms],
        table=_table(shown),
    )


def read_example(example: Example, rules: Rules, known: frozenset[str] | None = None) -> Reading:
    """An example as the model sees it."""
    return read(rules, title=example.title, text=example.text, organisation=example.organisation, known=known)


def _forms(example: Example) -> Iterator[tuple[Example, float]]:
    weight = example.weight
    yield example, weight
    yield replace(example, text=""), SHORTENED * weight
    if len(example.text) > CUT + 20:
        yield replace(example, text=example.text[:CUT].rpartition(" ")[0]), SHORTENED * weight


def _table(shown: Sequence[Sequence[Shown]]) -> Table:
    from scipy.sparse import csr_matrix

    names = sorted({name for forms in shown for features, _ in forms for name in features})
    column = {name: place for place, name in enumerate(names)}
    starts, columns, values, weights = [0], array("l"), array("d"), []
    for features, weight in (form for forms in shown for form in forms):
        columns.extend(column[name] for name in features)
        values.extend(features.values())
        starts.append(len(columns))
        weights.append(weight)
    rows = iter(range(len(weights)))
    return Table(
        names=names,
        matrix=csr_matrix((values, columns, starts), shape=(len(weights), len(names))),
        forms=[[next(rows) for _ in forms] for forms in shown],
        weights=weights,
    )


def reweighed(prepared: Prepared, start: int, weight: float) -> Prepared:
    """The same examples, those from place `start` on weighing so many times as much."""
    table = prepared.table
    rows = {row for forms in table.forms[start:] for row in forms}
    weights = [each * weight if row in rows else each for row, each in enumerate(table.weights)]
    return replace(prepared, table=replace(table, weights=weights))


def fit(prepared: Prepared, chosen: Sequence[int]) -> Model:
    """A model of the chosen examples, not yet calibrated."""
    import numpy
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    table = prepared.table
    scales = _scales(prepared, chosen)
    columns = numpy.flatnonzero(scales)
    rows = [row for i in chosen for row in table.forms[i]]
    matrix = table.matrix[rows][:, columns].multiply(scales[columns]).tocsr()
    learner = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=2_000)
    with threadpool_limits(1):  # more threads only wait for each other on so little
        learner.fit(
            matrix,
            [prepared.answers[i] for i in chosen for _ in table.forms[i]],
            sample_weight=[table.weights[row] for row in rows],
        )
    learned, bias = learner.coef_, learner.intercept_
    if len(prepared.outcomes) == 2:  # of two outcomes only the odds of the second are learned
        learned, bias = numpy.vstack([-learned, learned]) / 2, numpy.concatenate([-bias, bias]) / 2
    # 32 bits, as they are kept: a model is the same before and after it was written down.
    weights = (learned * scales[columns]).T.astype(numpy.float32)
    names = [table.names[column] for column in columns]
    return Model(
        outcomes=prepared.outcomes,
        weights={name: tuple(row) for name, row in zip(names, weights.tolist(), strict=True)},
        bias=tuple(bias.tolist()),
        temperature=1.0,
        temperature_short=1.0,
        second_from=1.0,
        training=Training(hash="", count=len(chosen), date="", rules=""),
    )


def _scales(prepared: Prepared, chosen: Sequence[int]) -> Any:
    """The scale of each feature, 0 for those that are left out: what occurs in few examples tells more."""
    import numpy

    table = prepared.table
    seen = table.matrix[[table.forms[i][0] for i in chosen]].getnnz(axis=0)
    scales = numpy.where(seen >= SEEN_IN, 0.1 + numpy.log(len(chosen) / numpy.maximum(seen, 1)) / 3, 0.0)
    for place, name in enumerate(table.names):
        kind = kind_of(name)
        if kind in prepared.without:
            scales[place] = 0.0
        elif kind in ("themes", "relevance"):
            scales[place] = FACTS
    return scales


def out_of_fold(prepared: Prepared, seed: int, folds: int = FOLDS) -> tuple[list[list[float]], list[list[float]]]:
    """The scores of each example, and of its title alone, by a model that has not seen it."""
    scores: list[list[float]] = [[] for _ in prepared.answers]
    of_titles: list[list[float]] = [[] for _ in prepared.answers]
    for learned, asked in split(prepared.answers, seed, folds):
        model = fit(prepared, learned)
        for i in asked:
            scores[i] = model.scores(prepared.readings[i])
            of_titles[i] = model.scores(prepared.titles[i])
    return scores, of_titles


def split(answers: Sequence[int], seed: int, folds: int = FOLDS) -> Iterator[tuple[list[int], list[int]]]:
    """Places to learn from and places to ask, `folds` times, each outcome spread evenly."""
    from sklearn.model_selection import StratifiedKFold

    for learned, asked in StratifiedKFold(folds, shuffle=True, random_state=seed).split(answers, answers):
        yield learned.tolist(), asked.tolist()


def _temperature(scores: Sequence[Sequence[float]], answers: Sequence[int]) -> float:
    """The temperature at which the right answers were likeliest (Guo et al., On Calibration, 2017)."""

    def surprise(temperature: float) -> float:
        pairs = zip(scores, answers, strict=True)
        return -sum(log(max(softmax(each, temperature)[answer], 1e-9)) for each, answer in pairs)

    return min(TEMPERATURES, key=surprise)


def _decisions(prepared: Prepared, probabilities: Sequence[Sequence[float]]) -> Iterator[Sampled]:
    for each, answer in zip(probabilities, prepared.answers, strict=True):
        sure = max(each)
        verdict = list(each).index(sure)
        yield round(sure, 4), verdict == answer, prepared.outcomes[verdict]


def _second_from(prepared: Prepared, probabilities: Sequence[Sequence[float]]) -> float:
    """The support from which on calling the best supported other theme a second one was right most often (F1)."""
    told: list[tuple[float, bool, bool]] = []  # support, whether it is the second theme, whether there is one
    for place, chances in enumerate(probabilities):
        first = prepared.outcomes[list(chances).index(max(chances))]
        is_theme = first != prepared.outcomes[-1] and len(prepared.outcomes) > 2
        if is_theme and first == prepared.outcomes[prepared.answers[place]]:
            strength, slug = second(prepared.readings[place], prepared.outcomes[:-1], first)
            told.append((strength, slug == prepared.seconds[place], prepared.seconds[place] is not None))

    def f1(threshold: float) -> float:
        hits = sum(right for strength, right, _ in told if strength >= threshold)
        said, there = sum(strength >= threshold for strength, _, _ in told), sum(there for *_, there in told)
        return 2 * hits / (said + there) if said + there else 0.0

    return max(SECONDS, key=f1)


def _figures(sampled: Sequence[Sampled]) -> dict[str, Any]:
    """What the decisions out of fold come to, and where they come from."""
    right = sum(was_right for _, was_right, _ in sampled)
    return {"decisions_from": "out-of-fold decisions of the training set", "accuracy": round(right / len(sampled), 4)}
