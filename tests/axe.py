"""What axe finds on a page (WCAG 2.2 A and AA, and its best practices), in one go for light and dark.

Only the rules about colours can find something else once the colours are others, so the rest is not asked twice.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Frame, Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # by name: its tag brings one of level AAA along
RUN = "only => axe.run({...only, resultTypes: ['violations']}).then((found) => found.violations)"


def violations(frame: Page | Frame) -> list[Any]:
    """What is wrong with a page or a frame of one; axe writes to the console itself when frames are foreign."""
    frame.evaluate(AXE)
    found: list[Any] = frame.evaluate(RUN, {})
    return found


def violations_in_both(page: Page, frames: Sequence[Frame] = ()) -> list[Any]:
    """What is wrong with a page that is seen in light colours, and with its dark ones; it stays light.

    With `frames` in each of these, of which the page itself is the first.
    """
    seen = frames or page.frames[:1]
    found = [each for frame in seen for each in violations(frame)]
    page.emulate_media(color_scheme="dark")
    found += [each for frame in seen for each in frame.evaluate(RUN, {"runOnly": OF_COLOUR})]
    page.emulate_media(color_scheme="light")
    return found
