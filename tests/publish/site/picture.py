"""Makes docs/images/news-page.png, the picture of the news page in the README.

Run it after a change of the page that a reader would notice: `python -m tests.publish.site.picture`.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from aggregator.publish.site import front_page
from tests import screenshots
from tests.publish.site.content import SITE, front
from tests.publish.site.origin import CHROMIUM, serving

PICTURE = Path(__file__).resolve().parents[3] / "docs" / "images" / "news-page.png"
SIZE = {"width": 1080, "height": 900}


def main() -> None:
    """Take the picture, in light colours."""
    if CHROMIUM is None:
        sys.exit("Taking the picture needs Chromium.")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with serving({"/": front_page(front(), SITE, "nl")}) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-lcd-text"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]  # a plain dict is fine
        page.goto(origin)
        screenshots.keep(page.screenshot(), PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
