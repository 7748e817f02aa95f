"""The pictures of the public pages in the documentation: made when asked, looked at by a person, small.

`SCREENSHOTS=docs/images python -m pytest tests/publish/site/test_screenshots.py`
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests import screenshots
from tests.publish.site.origin import serving
from tests.publish.site.test_pages import every_page

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parents[3] / "docs"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Which page, how wide and high it is seen, and in what colours."""

    name: str
    page: str
    language: str = "nl"
    width: int = 1080
    height: int = 720
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture(name="news-page", page="news", height=900),
    Picture(name="public-news-dark", page="news", scheme="dark"),
    Picture(name="public-news-phone", page="news", language="en", width=360, height=640),
    Picture(name="public-story", page="story"),
    Picture(name="public-theme", page="theme"),
    Picture(name="public-feeds", page="feeds", height=960),
    Picture(name="public-feed", page="feed"),
    Picture(name="public-month", page="month"),
    Picture(name="feed-samenstellen", page="composed", height=900),
    Picture(name="zoeken", page="found", height=900),
    Picture(name="verantwoording", page="account", height=800),
)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    pages = {f"/{name}-{language}": page for language in ("nl", "en") for name, page in every_page(language).items()}
    with serving(pages) as found:
        yield found


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="makes the pictures of the public pages, when asked")
def test_pictures(browser: Browser, origin: str) -> None:
    for picture in PICTURES:
        size = {"width": picture.width, "height": picture.height}
        page = browser.new_page(viewport=size, color_scheme=picture.scheme)  # type: ignore[arg-type]  # a plain dict
        page.goto(f"{origin}/{picture.page}-{picture.language}")
        screenshots.keep(page.screenshot(), Path(os.environ["SCREENSHOTS"]) / f"{picture.name}.png")
        page.context.close()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda each: each.name)
def test_each_picture_is_small_and_shown_somewhere(picture: Picture) -> None:
    text = "".join(page.read_text("utf-8") for page in (DOCS.parent / "README.md", *DOCS.glob("*.md")))
    assert f"images/{picture.name}.png)" in text
    assert (DOCS / f"images/{picture.name}.png").stat().st_size < screenshots.LARGEST
