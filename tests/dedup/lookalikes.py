"""Pairs of items that look alike and are different news, and pairs that are the same news and look a little different.

A look-alike pair is one text in which exactly one thing is swapped, everywhere it stands: next year's edition, the same
programme in another town, the next winner. Written without sight of the code
that joins; everything follows from the seed.
"""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.dedup import lookalike_words as words

EXAMPLES = Path(__file__).parents[2] / "aggregator/tag/starter/examples.jsonl"
FIRST_DAY = datetime(2025, 8, 25, 7, tzinfo=UTC)
LONGEST_DELAY = 40
NUMBER = re.compile(
    rf"(?<![\w.,€-])(?!20\d\d\b)(?:\d{{1,3}}(?:\.\d{{3}})+|\d+(?:,\d+)?|{'|'.join(words.NUMBERS)})"
    rf"(?![\w.-]|,\d| (?:{'|'.join(words.MONTHS)}))",
    re.IGNORECASE,
)
PATTERNS = {
    "year": re.compile(r"\b20[0-4]\d\b"),
    "date": re.compile(rf"\b\d{{1,2}} (?:{'|'.join(words.MONTHS)})\b"),
    "number": NUMBER,
    "edition": re.compile(rf"\b(?:{'|'.join(words.EDITIONS)})\b", re.IGNORECASE),
    "place": re.compile(rf"\b(?:{'|'.join(words.PLACES)})\b"),
    "region": re.compile(rf"\b(?:{'|'.join(words.REGIONS)})\b"),
    "month": re.compile(rf"(?<!\d )\b(?:{'|'.join(words.MONTHS)})\b"),
    "level": re.compile(rf"\b(?:{'|'.join(words.LEVELS)})\b", re.IGNORECASE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    title: str
    text: str
    organisation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookalike:
    """An item as a source gives it; `swapped` is the kind of thing it does not share with the other of its pair
    (in a true pair: how the other was edited) and `value` what stands in this one."""

    title: str
    summary: str
    content: str
    published: datetime
    organisation: str
    source_id: str
    link: str
    swapped: str
    value: str = ""


Pair = tuple[Lookalike, Lookalike]


@cache
def bases() -> tuple[Base, ...]:
    """The invented news that the tagger starts from, as far as it is about technical education."""
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Base(title=row["title"].removesuffix("..."), text=row["text"], organisation=row["organisation"])
        for row in rows
        if row["theme"] != "off-topic"
    )


def pairs(count: int, seed: int) -> list[Pair]:
    """`count` pairs of different news, all kinds of swaps in turn and no two with the same titles."""
    rng = random.Random(seed)
    made: dict[tuple[str, str], Pair] = {}
    while len(made) < count:
        first, second = lookalike_pair(words.KINDS[len(made) % len(words.KINDS)], rng)
        made.setdefault((first.title, second.title), (first, second))
    return list(made.values())


def true_pairs(count: int, seed: int) -> list[Pair]:
    """`count` pairs of the same news, all kinds of edits in turn."""
    rng = random.Random(seed)
    edits = tuple(EDITS)
    return [true_pair(edits[n % len(edits)], rng) for n in range(count)]


# --- different news ---------------------------------------------------------------------------------------------------


def lookalike_pair(kind: str, rng: random.Random) -> Pair:
    base, value = with_value(kind, rng)
    other = another(kind, value, f"{base.title} {base.text}", rng)
    swapped = Base(
        title=replaced(base.title, value, other),
        text=replaced(base.text, value, other),
        organisation=base.organisation,
    )
    shape = rng.choice(("whole", "whole", "whole", "teaser", "bare"))
    first, second = rng.sample(words.PUBLISHERS, 2)
    day, later = moments(rng)
    return (
        item(base, first, day, shape, kind, value),
        item(swapped, second, later, shape, kind, other),
    )


def with_value(kind: str, rng: random.Random) -> tuple[Base, str]:
    """A text whose title holds a thing of this kind: by nature in up to half of the cases, or else put in."""
    pattern, holding = PATTERNS.get(kind), holders(kind)
    if pattern and rng.random() < min(0.5, len(holding) / 40):
        base = rng.choice(holding)
        return base, rng.choice(pattern.findall(base.title))
    base = rng.choice(bases())
    value = fresh(kind, f"{base.title} {base.text}", rng)
    title, sentence = rng.choice(words.INSERTIONS[kind])
    if base.title[-1] in "?!'’":  # what ends so takes nothing behind it
        title, sentence = next(form for form in words.INSERTIONS[kind] if form[0].endswith("{title}"))
    return (
        Base(
            title=capital(title.format(title=base.title, value=value)),
            text=f"{base.text} {sentence.format(value=value)}".strip(),
            organisation=base.organisation,
        ),
        value,
    )


@cache
def holders(kind: str) -> tuple[Base, ...]:
    return tuple(base for base in bases() if kind in PATTERNS and PATTERNS[kind].search(base.title))


def fresh(kind: str, text: str, rng: random.Random) -> str:
    """A thing of this kind that the text does not hold yet."""
    if kind == "date":
        candidates = [f"{day} {month}" for day in range(2, 29) for month in words.MONTHS]
    elif kind == "number":
        candidates = [dotted(number) for number in (*range(11, 99), *range(110, 9900, 35))]
    else:
        candidates = list(words.VALUES[kind])
    rng.shuffle(candidates)
    return next(value for value in candidates if not holds(text, value))


def another(kind: str, value: str, text: str, rng: random.Random) -> str:
    """A thing of the same kind and shape as `value` that does not stand in the text."""
    if kind == "edition":
        same = [other for other in words.EDITIONS if other[0].isdigit() == value[0].isdigit()]
        return rng.choice([other for other in same if not holds(text, other)])
    if kind == "number" and not value[0].isdigit():
        place = words.NUMBERS.index(value.lower())
        nearby = words.NUMBERS[max(0, place - 5) : place + 6]
        return rng.choice([other for other in nearby if not holds(text, other)])
    if kind == "number":
        others = [near(value, rng) for _ in range(40)]
        return next(other for other in others if not holds(text, other))
    return fresh(kind, text, rng)


def near(value: str, rng: random.Random) -> str:
    """A number that might have stood there instead, written in the same way."""
    if "," in value:
        whole, _, part = value.partition(",")
        return f"{int(whole) + rng.randint(0, 3)},{rng.randint(1, 9 if len(part) == 1 else 99)}"
    number = int(value.replace(".", ""))
    return dotted(max(2, number + rng.choice((-1, 1)) * rng.randint(1, max(2, number // 3))))


def dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def standing(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?<!\d[.,]){re.escape(value)}(?!\w)(?![.,]\d)", re.IGNORECASE)


def holds(text: str, value: str) -> bool:
    return standing(value).search(text) is not None


def replaced(text: str, old: str, new: str) -> str:
    """`text` with `new` wherever `old` stands as a word of its own, with a capital where that had one."""
    return standing(old).sub(lambda match: capital(new) if match[0][0].isupper() else uncapital(new, old), text)


def uncapital(new: str, old: str) -> str:
    return new[0].lower() + new[1:] if new.lower() in words.COMMON and old.lower() in words.COMMON else new


# --- the same news ----------------------------------------------------------------------------------------------------


def true_pair(edit: str, rng: random.Random) -> Pair:
    base = rng.choice([base for base in bases() if len(base.text) > 90])
    first, second = rng.sample(words.PUBLISHERS, 2)
    day, later = moments(rng)
    original = item(base, first, day, "whole", edit)
    copy = item(EDITS[edit](base, second[0], later, rng), second, later, "cut" if edit == "cut" else "whole", edit)
    return original, copy


def changed(base: Base, *, title: str | None = None, text: str | None = None) -> Base:
    return Base(title=title or base.title, text=text or base.text, organisation=base.organisation)


def retitled(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    """Another word or another order in the title, its figures kept; the name of the site where neither is possible."""
    for old, new in words.SYNONYMS:
        if holds(base.title, old):
            return changed(base, title=replaced(base.title, old, new))
    head, colon, tail = base.title.partition(": ")
    if colon and "'" not in base.title:
        return changed(base, title=f"{capital(tail)}: {head[0].lower()}{head[1:]}")
    return changed(base, title=f"{base.title} {rng.choice('|-')} {publisher}")


def local(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    """A paragraph about the publisher's own place, before or behind the copied text."""
    paragraph = rng.choice(words.LOCAL_PARAGRAPHS).format(publisher=publisher, place=rng.choice(words.PLACES))
    return changed(base, text="\n".join(rng.sample((base.text, paragraph), 2)))


def quoted(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    """The typewriter's quotation marks set as a typographer would; where there are none, the title is put in them."""
    left, right = rng.choice(("‘’", "“”"))
    title, text = (
        re.sub(r"(?<!\w)'([^']+)'(?!\w)", rf"{left}\1{right}", part).replace("'", "’")
        for part in (base.title, base.text)
    )
    return changed(base, title=title if title != base.title else f"{left}{title}{right}", text=text)


def kicker(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    return changed(base, title=f"{rng.choice(words.KICKERS)}{base.title}")


def date_line(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    date = f"{day.day} {words.MONTHS[day.month - 1]} {day.year}"
    line = rng.choice(("{}", "Gepubliceerd op {}", "Nieuws - {}", "{} | 2 minuten lezen"))
    return changed(base, text=f"{line.format(date)}\n{base.text}")


def credit(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    return changed(base, text=f"{rng.choice(words.CREDITS).format(publisher=publisher)}\n{base.text}")


def as_it_is(base: Base, publisher: str, day: datetime, rng: random.Random) -> Base:
    return base


EDITS: dict[str, Callable[[Base, str, datetime, random.Random], Base]] = {
    "retitled": retitled,
    "cut": as_it_is,
    "local": local,
    "quotes": quoted,
    "kicker": kicker,
    "date line": date_line,
    "credit": credit,
}


# --- an item of it ----------------------------------------------------------------------------------------------------


def item(
    base: Base, publisher: tuple[str, str], published: datetime, shape: str, kind: str, value: str = ""
) -> Lookalike:
    """The text as a publisher puts it: `whole`, a `teaser` (no content), `bare` (a title), or `cut` in its teaser."""
    name, host = publisher
    summary, content = f"{base.text.split('. ')[0].splitlines()[0]}", paragraphs(base.text)
    if shape == "cut":
        summary, content = f"{base.text[:80].rpartition(' ')[0]}...", ""
    elif shape != "whole":
        summary, content = base.text if shape == "teaser" else "", ""
    return Lookalike(
        title=base.title,
        summary=summary,
        content=content,
        published=published,
        organisation=name,
        source_id=f"feed:{host.partition('.')[0]}",
        link=f"https://www.{host}/nieuws/{slug(base.title)}",
        swapped=kind,
        value=value,
    )


def paragraphs(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.splitlines())


def moments(rng: random.Random) -> tuple[datetime, datetime]:
    day = FIRST_DAY + timedelta(days=rng.randint(0, 300), minutes=rng.randint(0, 600))
    return day, day + timedelta(days=rng.randint(0, LONGEST_DELAY))


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
