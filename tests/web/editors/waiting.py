"""A queue to decide about, for tests of its screen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model import State, Tags
from aggregator.store import Store, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.store.test_queue import held, lay

THEMES = (
    "instroom", "lerarentekort-en-professionalisering", "publiek-privaat-samenwerken", "leven-lang-ontwikkelen",
)  # fmt: skip
TITLES = (
    "Leerlingen van {n} basisscholen bouwen samen een windmolen",
    "Regio zoekt nog {n} docenten voor techniek en informatica",
    "Bedrijf en mbo openen practoraat nummer {n} voor slimme industrie en duurzame energie in de hele regio",
    "Omscholing naar techniek: {n} zij-instromers halen hun vakpaspoort",
    "Open dag op {n} maart in Almelo",
)


def lay_queue(store: Store, count: int, reason: str = "unsure", first: int = 101) -> list[str]:
    """So many stories that wait, of all themes; returns their slugs in the order of the list."""
    now = datetime.now(UTC)
    for number in range(first, first + count):
        theme = THEMES[number % 4]
        tags = Tags(
            theme=theme,
            score=0.75 - (number % 20) / 200,
            decision="review",
            because=(f"+vakpaspoort* → {theme} (3.1)", f"-docenten → {theme} (0.4)", "+docenten → off-topic (0.9)"),
        )
        waits = held(number, reason, tags=tags, dated=now - timedelta(hours=number - first))
        lay(store, waits, title=TITLES[number % 5], source="fme" if number % 3 else "vhto")
    return [f"{number:012}" for number in range(first, first + count)]


def of(store: Store, slug: str) -> StoryRow:
    with store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
    assert row is not None
    return row


def states(store: Store, slugs: list[str]) -> list[State]:
    return [of(store, slug).state for slug in slugs]


def put(store: Store, slug: str, **fields: object) -> None:
    """Let the program change a story."""
    row = of(store, slug)
    with store.append() as transaction:
        event = Event(at=datetime.now(UTC), kind="held")
        stories.apply(transaction, [(row, replace(row, **fields))], event)  # type: ignore[arg-type]  # the caller names them
