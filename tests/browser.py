"""Where the browser of the tests is: the system's Chromium, else the one that `playwright install` fetched."""

import shutil
from pathlib import Path

from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but our pages: no first-run screens, no updates or sync in the background, and no sandbox, which root may not.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserUnavailableError(Exception):
    """No browser can be had here; says why."""


def program(playwright: Playwright) -> str:
    """The path of a Chromium that is installed."""
    own = playwright.chromium.executable_path
    found = next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)
    if found is None:
        raise BrowserUnavailableError("no Chromium is installed")
    return found
