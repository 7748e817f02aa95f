"""What a website owner pastes: the lines of HTML for one choice, and what their site's policy must allow."""

from dataclasses import dataclass, replace
from html import escape

from aggregator.model import Site
from aggregator.publish.channel import feed_path
from aggregator.publish.site.embed.assets import ELEMENT, integrity, mutable, scripts, versions
from aggregator.publish.site.embed.choice import Choice

NEWS = "/embed/news"
FRAME_PIXELS = {"list": 180, "cards": 200, "compact": 90}  # a story, about, in a column of a website
FRAME_MARGIN = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Codes:
    """Everything to paste for one choice."""

    element: str
    element_latest: str
    frame: str
    feed: str
    element_policy: str
    frame_policy: str


def codes(choice: Choice, site: Site, title: str, fallback: str) -> Codes:
    """Return the codes; `title` names the news, `fallback` is the text of the link that stands in for it."""
    return Codes(
        element=f"{_script(site, pinned=True)}\n{_element(choice, site, fallback)}",
        element_latest=f"{_script(site, pinned=False)}\n{_element(choice, site, fallback)}",
        frame=_frame(choice, site, title),
        feed=site.base_url + feed_path(choice.narrowed, "rss"),
        element_policy=f"script-src {site.base_url}; connect-src {site.base_url}",
        frame_policy=f"frame-src {site.base_url}" + (f"; script-src {site.base_url}" if choice.height else ""),
    )


def frame_address(choice: Choice, site: Site) -> str:
    """Return the absolute address of the frame: the site's own language goes without saying."""
    told = replace(choice, lang="" if choice.lang == site.language else choice.lang)
    return site.base_url + told.path(NEWS) + told.query()


def _script(site: Site, *, pinned: bool) -> str:
    version = versions()[-1]
    if not pinned:
        return f'<script type="module" src="{_safe(site.base_url)}/embed/{mutable(version)}/{ELEMENT}"></script>'
    path = f"v{version}/{ELEMENT}"
    return (
        f'<script type="module" src="{_safe(site.base_url)}/embed/{path}"\n'
        f'  integrity="{integrity(scripts()[path])}"\n'
        f'  crossorigin="anonymous"></script>'
    )


def _element(choice: Choice, site: Site, fallback: str) -> str:
    told = replace(choice, scheme="light", height="").told()
    attributes = "".join(f' {name}="{_safe(value)}"' for name, value in told.items())
    page = f"/themes/{choice.theme}" if choice.narrowed == f"themes/{choice.theme}" else "/"
    return (
        f"<techniek-nieuws{attributes}>\n"
        f'  <p><a href="{_safe(site.base_url + page)}">{_safe(fallback)}</a></p>\n'
        f"</techniek-nieuws>"
    )


def _frame(choice: Choice, site: Site, title: str) -> str:
    height = choice.limit * FRAME_PIXELS[choice.layout] + FRAME_MARGIN
    script = f'\n<script src="{_safe(site.base_url)}/embed/{mutable(versions()[-1])}/frame.js" defer></script>'
    return (
        f'<iframe src="{_safe(frame_address(choice, site))}"\n'
        f'  title="{_safe(title)}" width="100%" height="{height}" loading="lazy" frameborder="0"></iframe>'
        + (script if choice.height else "")
    )


def _safe(text: str) -> str:
    return escape(text, quote=True)
