"""The design brief, as far as figures can tell: contrast, sizes, names."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.publish.site import style as module
from aggregator.publish.site import stylesheet

TOKENS = (Path(module.__file__).parent / "tokens.css").read_text()
RULES = (Path(module.__file__).parent / "site.css").read_text()
TOKEN = re.compile(r"(--news-[\w-]+):\s*([^;]+);")

LIGHT = dict(TOKEN.findall(TOKENS.partition("@media")[0]))
DARK = LIGHT | dict(TOKEN.findall(TOKENS.partition("@media")[2]))
THEMES = [f"--news-theme-{number}-color" for number in range(1, 5)]
INKS = [
    "--news-document-color",
    "--news-document-subtle-color",
    "--news-link-color",
    "--news-link-visited-color",
    *THEMES,
]
GROUNDS = ["--news-document-background-color", "--news-surface-background-color"]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_text_colour_stands_out(ink: str, ground: str, scheme: dict[str, str]) -> None:
    assert contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_has_focus_stands_out(scheme: dict[str, str]) -> None:
    assert contrast(scheme["--news-focus-color"], scheme["--news-focus-background-color"]) >= 4.5
    assert contrast(scheme["--news-focus-background-color"], scheme["--news-document-background-color"]) >= 3


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_theme_colours_differ_in_lightness_too(scheme: dict[str, str]) -> None:
    steps = [lightness(scheme[theme]) for theme in THEMES]
    assert all(darker + 5 < lighter for darker, lighter in pairwise(steps)), steps


def test_each_theme_has_a_shape_of_its_own() -> None:
    assert len({LIGHT[f"--news-theme-{number}-shape"] for number in range(1, 5)}) == 4


def test_sizes_and_colours_stand_in_the_tokens_only() -> None:
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb|hsl|gradient", RULES)
    assert set(re.findall(r"var\((--news-[\w-]+)\)", RULES)) <= set(LIGHT) | {
        "--news-theme-color",
        "--news-theme-shape",
    }


def test_no_token_is_idle() -> None:
    assert {name for name in LIGHT if f"var({name})" not in RULES} == set()


def test_the_name_of_the_style_sheet_changes_with_its_bytes_only() -> None:
    name, css = stylesheet()
    assert re.fullmatch(r"site\.[0-9a-f]{12}\.css", name)
    assert (name, css) == stylesheet()
    assert css == (TOKENS + RULES).encode()
    assert len(css) < 12_000


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lightness(colour: str) -> float:
    """CIE L*, 0-100."""
    return float(116 * luminance(colour) ** (1 / 3) - 16)
