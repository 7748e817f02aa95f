from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import dump_sources, load, parse_sources
from aggregator.config.sources import SelectorsRow, SourceRow
from aggregator.errors import ConfigError
from aggregator.model import Selectors, Source
from aggregator.policy.address import expand

SHORTEST = '[[source]]\nid="fme"\norganisation="FME"\nurl="https://www.fme.nl/nieuws"\n'


def complaint(text: str, themes: list[str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_sources(text, "sources.toml", themes)
    return str(caught.value)


def test_the_shortest_source_has_an_id_an_organisation_and_an_address() -> None:
    expected = Source(id="fme", organisation="FME", url="https://www.fme.nl/nieuws")
    assert parse_sources(SHORTEST, "sources.toml") == (expected,)
    assert parse_sources("", "sources.toml") == ()


def test_durations_may_be_written_in_words_or_in_seconds() -> None:
    (source,) = parse_sources(f'{SHORTEST}interval_min = 300\ninterval_max = "2 h"', "sources.toml")
    assert (source.interval_min, source.interval_max) == (timedelta(minutes=5), timedelta(hours=2))


def test_a_row_has_the_fields_and_defaults_of_the_nouns() -> None:
    for noun, row in ((Source, SourceRow), (Selectors, SelectorsRow)):
        defaults = {each.name: each.default for each in fields(noun)}
        assert list(row.model_fields) == list(defaults)
        for name, field in row.model_fields.items():
            assert field.is_required() if defaults[name] is MISSING else field.default == defaults[name]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('interval = "1 h"', "interval: is not a known key. Did you mean interval_min?"),
        ('interval_min = "1 min"', "must be between 5 min and 7 d"),
        ("interval_min = true", "interval_min = True: must be a duration"),
        ('interval_min = "2 h"\ninterval_max = "1 h"', "interval_min must not be longer than interval_max"),
        ('themes = "instroom"', "themes = 'instroom': should be a valid tuple. Write e.g. themes = "),
        ('labels = ["Oost"]', "labels.0 = ['Oost']: must be lower-case letters"),
        (f'labels = ["{"x" * 65}"]', "64 at most"),
        ('relevance = "some"', "relevance = 'some': must be 'filter' or 'all'"),
        ('paused = "perhaps"', "should be a valid boolean"),
        ('selectors = { title = "h2" }', "selectors.item = {'title': 'h2'}: is missing"),
        ('selectors = { item = "li", hyperlink = "a" }', "Did you mean link?"),
        ('contact = "nobody"', "must be a mail address or the full address of a page"),
        (f'terms_note = ["{"x" * 99}"]', "xxx…: should be a valid string. See docs/configuration.md."),
    ],
)
def test_a_wrong_field_is_named(line: str, said: str) -> None:
    text = complaint(f"{SHORTEST}{line}\n")
    assert text.startswith("1 problem in the configuration:\n  sources.toml: source 'fme', ")
    assert said in text


@pytest.mark.parametrize(
    "url",
    [
        "www.fme.nl",
        "/nieuws",
        "ftp://fme.nl",
        "https://",
        "https://me:pw@fme.nl/",
        "https://fme.nl/a b",
        "https://fme.nl/{day-}",
        "https://fme.nl/{",
        "https://fme.nl:99999/",
        "https://[fme/",
        f"https://fme.nl/{'x' * 4000}",
    ],
)
def test_what_is_no_web_address_cannot_be_polled(url: str) -> None:
    assert "must" in complaint(SHORTEST.replace("https://www.fme.nl/nieuws", url))


def test_a_moving_window_is_an_address() -> None:
    text = SHORTEST.replace("nieuws", "rss?from={day-30}&to={day+1}")
    assert "{day-30}" in parse_sources(text, "sources.toml")[0].url


def test_two_sources_do_not_share_an_id_and_a_nameless_one_is_counted() -> None:
    text = complaint(SHORTEST + SHORTEST + "[[source]]\nid = 1\norganisation = 'B'\nurl = 'https://b.nl'\n")
    assert "id = 'fme': is used by 2 sources. Give each its own id." in text
    assert "source number 3, id = 1: should be a valid string" in text


def test_hints_name_themes_that_exist() -> None:
    text = f'{SHORTEST}themes = ["instrom"]\n'
    assert "is not a theme of themes.toml. Did you mean instroom?" in complaint(text, ["instroom"])
    assert parse_sources(text, "sources.toml")[0].themes == ("instrom",)


def test_an_unknown_table_is_named_and_its_nearest_neighbour_proposed() -> None:
    assert "sources: is not a known key. Did you mean source?" in complaint("[[sources]]\nid = 'x'\n")
    assert "Remove it; known are source." in complaint("zzz = 1")


def test_an_exported_source_shows_only_what_differs_from_the_defaults() -> None:
    source = Source(
        id="fme",
        organisation='F"M\\E',
        url="https://fme.nl/",
        labels=("oost", "mbo"),
        interval_min=timedelta(hours=36),
        images=True,
        selectors=Selectors(item="li"),
    )
    assert dump_sources([source]) == (
        '[[source]]\nid = "fme"\norganisation = "F\\"M\\\\E"\nurl = "https://fme.nl/"\n'
        'labels = ["oost", "mbo"]\nimages = true\ninterval_min = "36 h"\nselectors = { item = "li" }\n'
    )


line = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12)
slug = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
span = st.none() | st.timedeltas(timedelta(minutes=5), timedelta(days=1))
longer = st.none() | st.timedeltas(timedelta(days=1), timedelta(days=7))
slugs = st.lists(slug, max_size=3).map(tuple)
selectors = st.builds(Selectors, item=line.filter(bool), title=line, link=line, date=line, teaser=line, image=line)
sources = st.builds(
    Source,
    id=slug,
    organisation=line.filter(bool),
    url=slug.map(lambda name: f"https://{name}.nl/rss?from={{day-3}}"),
    title=line,
    kind=st.sampled_from(["auto", "feed", "page"]),
    language=st.sampled_from(["nl", "en", "fy-NL"]),
    themes=slugs,
    relevance=st.sampled_from(["filter", "all"]),
    publish=st.sampled_from(["auto", "review"]),
    labels=slugs,
    join=st.sampled_from(["normal", "url", "never"]),
    republisher=st.booleans(),
    licence=st.sampled_from(["teaser", "full"]),
    images=st.booleans(),
    interval_min=span,
    interval_max=longer,
    paused=st.booleans(),
    contact=st.sampled_from(["", "a@b.nl", "https://b.nl/contact"]),
    terms_note=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    selectors=st.none() | selectors,
)


@given(st.lists(sources, max_size=4, unique_by=lambda source: source.id))
def test_what_is_exported_reads_back_as_the_same(several: list[Source]) -> None:
    assert parse_sources(dump_sources(several), "sources.toml") == tuple(several)


def test_the_seed_names_the_partners_by_addresses_that_can_be_asked() -> None:
    seed = load(environ={}).sources
    assert len(seed) >= 25
    now = datetime(2026, 11, 23, tzinfo=UTC)
    for source in seed:
        assert "{" not in expand(source.url, now)
        assert source.relevance == "filter"
    windows = [source for source in seed if "{day-30}" in source.url]
    assert {source.organisation for source in windows} == {"Rijksoverheid"}
    assert parse_sources(dump_sources(seed), "sources.toml") == seed
