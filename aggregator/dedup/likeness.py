"""Whether two items of different partners are the same news: the same, perhaps, or other (pure).

Three signs, found on real and invented news. *Copying*: whoever passes a release on keeps its sentences, cut or with
a paragraph of its own. *Agreement*: who tells it in own words keeps its rare words, names and figures. *Clashes*: news
that merely looks alike fills one frame with other figures, names or things ("Techlab geopend in Almelo", "... in
Hengelo"); laid side by side, the two texts show a swap between equal words.

Agreement and clashes add up to log-odds, a logistic regression on pairs of two labelled sets (tests/data/duplicates)
with its coefficients rounded. A clash in the titles, or another kind of piece, overrules them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import log, log1p
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from aggregator.dedup.genres import Genre
from aggregator.dedup.numerals import agree, in_common
from aggregator.dedup.wording import FIGURE, NAME, WORD, Tokens, Wording, weight_of

LONGEST_SWAP = 3  # words: what stands between equal words and is longer is another passage
SOFT_CONTEXT = 2  # equal words on either side of a swap in a text that is of no figures or names
HARD, SOFT = 1.0, 0.5  # a swap of figures or names; of other telling words
LONGEST_NAME = 5  # words: in titles, where whole names are swapped
SYNONYMS = (
    ("docent", "leraar", "leraren", "leerkracht"),
    ("leerling", "scholier", "kinderen"),
    ("bedrijf", "bedrijven", "ondernem", "werkgever"),
    ("monteur", "installateur", "vakman", "vakmensen", "technici"),
)
LONGEST_ENDING = 2  # letters: of a name's other form
STEM, STEM_SHARE = 4, 0.6  # words that begin alike, for so many letters and so much of the shorter, are forms of one
SAME_FRAME, ONE_FRAME = 0.5, 0.6  # share of equal words in titles: a swap of figures or names tells; any swap does

# Log-odds that two items are the same news.
BIAS, PER_SHARED, PER_COVER, PER_NAMES, PER_FIGURES, PER_CLASH, PER_DAYS = -10.4, 2.65, 2.7, 2.7, 2.9, -3.6, -1.35
LINKED = 2.0  # the one says where it has the other from
LONG_AGO = 12.0  # days; from then on it makes no difference how late a copy comes
UNTOLD = 0.5  # the share of names or figures in a text that holds none

LEAST_COVER = 0.1  # of the shorter one; what is told in other words still shares more
ENOUGH = 14.0  # weight of what is shared; below it nothing can be said
SURE, SURE_ELSEWHERE, SURE_AT_HOME = 2.5, 4.0, 5.0
POSSIBLE = 1.0
NEARLY_ALL = 0.85  # of words and neighbours
COPIED, TITLES_MEET = 0.4, 5.0  # share of the neighbours; weight of the words that both titles have
# Two items of one title that share a passage of several sentences are one announcement, whatever else they tell.
ONE_TITLE, SAME_TITLE, ONE_TITLE_WEIGHT, PASSAGE = 0.75, 0.9, 12.0, 20
WORDS_PER_CLASH = 100  # of equal text, that make one swap a correction


class Verdict(StrEnum):
    """What a comparison says."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


class Likeness(NamedTuple):
    """A verdict, its log-odds (for choosing among several), and what it rests on, for an editor to read."""

    verdict: Verdict
    strength: float
    because: str = ""
    contradicts: bool = False  # they say different things, however alike they are


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """What two wordings have in common; `cover` and the like are shares of the shorter one."""

    shared: float  # weight of the telling words of both
    cover: float
    names: float | None  # share of the names that the other has too; None without names
    figures: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs(Agreement):
    """The two laid side by side: what was copied, and where they clash."""

    copied: float  # share of neighbouring words
    run: int  # words of the longest passage that both have
    equal: int  # words that stand in both in the same order
    clash: float
    title_clash: float  # HARD or SOFT where the titles are one sentence about two things, else 0
    title_frame: float  # equal words of the titles, as a share of the longer one
    title_weight: float  # weight of the words that both titles have


class Swap(NamedTuple):
    """What stands in the same place of the same sentence, on both sides."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    weight: float


def _by_weight(a: Wording, b: Wording) -> tuple[Wording, Wording]:
    """The shorter and the longer one; of two that weigh the same, too, whichever comes first."""
    if a.weight != b.weight:
        return (a, b) if a.weight < b.weight else (b, a)
    first, second = sorted((a, b), key=lambda each: (each.headline, each.body.words, each.body.kinds))
    return first, second


def agreement(a: Wording, b: Wording, shared: float | None = None) -> Agreement:
    """Return what two wordings have in common, whatever the order of their words; `shared` if it is known already."""
    short, long = _by_weight(a, b)
    if shared is None:
        shared = weight_of(short.telling & long.telling)
    return Agreement(
        shared=shared,
        cover=shared / short.weight if short.weight else 0.0,
        names=_found(short.names, long.telling),
        figures=_figures(short, long),
    )


def signs(a: Wording, b: Wording, alike: Agreement | None = None) -> Signs:
    """Lay two wordings side by side; `alike` is their agreement, if it is known already."""
    short, long = _by_weight(a, b)
    alike = alike or agreement(a, b)
    in_body, runs = _aligned(short, long, IN_BODY)
    in_title, title_runs = _aligned(short, long, IN_TITLE)
    frame = _share(sum(title_runs), max(len(short.title.words), len(long.title.words)))
    return Signs(
        shared=alike.shared,
        cover=alike.cover,
        names=alike.names,
        figures=alike.figures,
        copied=_share(len(short.pairs & long.pairs), min(len(short.pairs), len(long.pairs))),
        run=max(runs, default=0),
        equal=sum(runs),
        clash=sum(swap.weight for swap in in_body),
        title_clash=_title_clash(in_title, frame),
        title_frame=frame,
        title_weight=weight_of(short.title.telling & long.title.telling),
    )


def _title_clash(swaps: list[Swap], frame: float) -> float:
    telling = [
        swap.weight
        for swap in swaps
        if frame >= ONE_FRAME
        or (frame >= SAME_FRAME and swap.weight == HARD and min(len(swap.ours), len(swap.theirs)) < LONGEST_SWAP)
    ]
    return max(telling, default=0.0)


def _found(words: frozenset[str], others: frozenset[str]) -> float | None:
    whole = weight_of(words)
    return weight_of(words & others) / whole if whole else None


def _figures(short: Wording, long: Wording) -> float | None:
    if not short.figures:
        return None
    return in_common(short.figures, long.figures) / len(short.figures)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


# --- The verdict ------------------------------------------------------------------------------------------------------


def likeness(a: Wording, b: Wording, apart: timedelta, *, same_source: bool = False, linked: bool = False) -> Likeness:
    """Judge two items whose news came `apart` in time.

    Of one source two items are hardly ever the same news: it would have to be the same text. `linked`: the text of
    one leads to the article of the other.
    """
    days = abs(apart).total_seconds() / 86_400
    shared = weight_of(a.telling & b.telling)
    lighter = min(a.weight, b.weight)
    if shared < ENOUGH or shared < LEAST_COVER * lighter:
        return Likeness(Verdict.OTHER, BIAS)
    known = LINKED if linked else 0.0
    at_best = known + log_odds(Agreement(shared=shared, cover=shared / lighter, names=1.0, figures=1.0), days)
    if at_best < POSSIBLE:  # most: of those neither names nor figures need be looked at
        return Likeness(Verdict.OTHER, at_best)
    alike = agreement(a, b, shared)
    at_best = known + log_odds(alike, days)
    if at_best < POSSIBLE:  # nine in ten: their texts need not be laid side by side
        return Likeness(Verdict.OTHER, at_best)
    found = signs(a, b, alike)
    odds = at_best if is_retold(found) else at_best + PER_CLASH * found.clash
    verdict = judged(found, odds, a.genre, b.genre, same_source=same_source)
    contradicts = found.title_clash > 0 or a.genre.excludes(b.genre) or (clashes(found) and not is_retold(found))
    return Likeness(verdict, odds, _because(found, linked=linked), contradicts)


def log_odds(found: Agreement, days: float) -> float:
    """Return how likely it is that two items are the same news by what they share, clashes left out."""
    return (
        BIAS
        + PER_SHARED * log(max(found.shared, 1.0))
        + PER_COVER * found.cover
        + PER_NAMES * (UNTOLD if found.names is None else found.names)
        + PER_FIGURES * (UNTOLD if found.figures is None else found.figures)
        + PER_DAYS * log1p(min(days, LONG_AGO))
    )


def judged(found: Signs, odds: float, one: Genre, other: Genre, *, same_source: bool) -> Verdict:
    """Return the verdict on two items of these genres."""
    if found.title_clash == HARD or one.excludes(other) or odds < POSSIBLE or found.shared < ENOUGH:
        return Verdict.OTHER
    is_copy = found.copied >= COPIED
    if same_source:
        return Verdict.SAME if odds >= SURE_AT_HOME and is_repeated(found) else Verdict.OTHER
    needed = SURE if is_copy or found.title_weight >= TITLES_MEET else SURE_ELSEWHERE
    if found.title_clash:  # a synonym, if all the rest is a copy; else another thing
        return Verdict.PERHAPS if is_copy and odds >= needed and not found.clash else Verdict.OTHER
    if (clashes(found) and not is_retold(found)) or (not is_copy and one.speaks != other.speaks):
        return Verdict.PERHAPS if odds >= needed else Verdict.OTHER
    return Verdict.SAME if odds >= needed else Verdict.PERHAPS


def is_retold(found: Signs) -> bool:
    """Whether a piece with the same title keeps a whole passage: what differs then is what was added."""
    is_titled_alike = found.title_frame >= ONE_TITLE and found.title_weight >= ONE_TITLE_WEIGHT
    return is_titled_alike and not found.title_clash and found.run >= PASSAGE


def is_repeated(found: Signs) -> bool:
    """Whether a source brings the same piece again: its pieces share phrases, so title and text must be the same."""
    is_same_text = found.cover >= NEARLY_ALL and found.copied >= NEARLY_ALL and not found.clash
    return is_same_text and found.title_frame >= SAME_TITLE and not found.title_clash


def clashes(found: Signs) -> bool:
    """Whether the texts swap more than a correction would."""
    return found.clash > found.equal / WORDS_PER_CLASH


def _because(found: Signs, *, linked: bool) -> str:
    told = [f"{found.cover:.0%} van de woorden", f"{found.copied:.0%} van de zinnen gelijk"]
    if found.names is not None:
        told.append(f"{found.names:.0%} van de namen")
    if found.figures is not None:
        told.append(f"{found.figures:.0%} van de cijfers")
    if found.clash:
        told.append(f"{found.clash:g} verschil op dezelfde plaats")
    return ", ".join((["link naar het artikel"] if linked else []) + told)


# --- Clashes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a swap is looked for, and what makes it one there."""

    of: Callable[[Wording], Tokens]
    context: int  # equal words around it
    longest: int  # words of a swap
    at_ends: bool = False  # whether the first and the last words can be swapped
    rounded: bool = True  # whether a rounded figure is the same figure


IN_BODY = Place(lambda wording: wording.body, context=3, longest=LONGEST_SWAP)
# Titles are short, and of two alike each figure counts: "6.000 bezoekers" is not "5.758 bezoekers".
IN_TITLE = Place(lambda wording: wording.title, context=1, longest=LONGEST_NAME, at_ends=True, rounded=False)


def _aligned(short: Wording, long: Wording, place: Place) -> tuple[list[Swap], list[int]]:
    """Return the clashing swaps of two texts, and the lengths of their equal passages, in words."""
    a, b = place.of(short), place.of(long)
    runs = [step for step in Levenshtein.opcodes(a.words, b.words) if step.tag == "equal"]
    sizes = [run.src_end - run.src_start for run in runs]
    edges = [(0, 0), *((run.src_end, run.dest_end) for run in runs)]
    starts = [*((run.src_start, run.dest_start) for run in runs), (len(a.words), len(b.words))]
    found = []
    for (ours_from, theirs_from), (ours_to, theirs_to), before, after in zip(
        edges, starts, [0, *sizes], [*sizes, 0], strict=True
    ):
        lengths = ours_to - ours_from, theirs_to - theirs_from
        is_framed = before + after >= place.context and ((before and after) or place.at_ends)
        if min(lengths) and max(lengths) <= place.longest and is_framed:
            ours, theirs = a.part(ours_from, ours_to), b.part(theirs_from, theirs_to)
            weight = _clash(short, long, ours, theirs, place)
            if weight == HARD or (weight and (place.at_ends or min(before, after) >= SOFT_CONTEXT)):
                found.append(Swap(ours.words, theirs.words, weight))
    return found, sizes


def _clash(short: Wording, long: Wording, ours: Tokens, theirs: Tokens, place: Place) -> float:
    """How much a swap tells the two apart. What each text says elsewhere too is only said in another order."""
    for kinds, weight in ((FIGURE, HARD), (NAME, HARD), (FIGURE + NAME + WORD, SOFT)):
        left, right = ours.of_kind(kinds), theirs.of_kind(kinds)
        if not left or not right:
            continue
        if not place.at_ends and left <= long.telling and right <= short.telling:
            return 0.0  # said in another order; in a title the order is the news
        if weight == SOFT and not place.at_ends and len(left) + len(right) > 2:
            return 0.0  # told otherwise, not another thing
        are_alike = is_one_name if kinds == NAME else is_one_word
        return 0.0 if any(are_alike(x, y, rounded=place.rounded) for x in left for y in right) else weight
    return 0.0


def is_one_name(one: str, other: str, *, rounded: bool) -> bool:  # noqa: ARG001  in place of is_one_word
    """Whether two names are one: "Brabant" and "Brabants" are, "Almelo" and "Almere" are not."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(long) - len(short) <= LONGEST_ENDING


def is_one_word(one: str, other: str, *, rounded: bool = True) -> bool:
    """Whether two words may stand for the same: a rounded figure, another form of the word, another word for it."""
    if one[0].isdigit() or other[0].isdigit():
        return agree(one, other) if rounded else one == other
    begins = next((n for n, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    if begins >= STEM and begins >= STEM_SHARE * min(len(one), len(other)):
        return True
    return any(one.startswith(group) and other.startswith(group) for group in SYNONYMS)
