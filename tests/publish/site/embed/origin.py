"""Two origins: our server with the embed, under the headers of the product, and a foreign website that shows it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from aggregator.model import Site, Story
from aggregator.publish.channel import Channel
from aggregator.publish.jsonfeed import json_feed
from aggregator.publish.site.embed import Choice, Offer, Selection, builder_page, frame_page, host_page, scripts, styles
from aggregator.publish.site.embed.codes import frame_address
from aggregator.publish.site.style import stylesheet
from aggregator.web.headers import FRAME_WITH_SCRIPT, headers_of
from tests.publish.site.content import NEWS, SITE, SOURCES, story
from tests.site import Page
from tests.site import Site as Server

TODAY = date(2022, 7, 4)
STORIES = tuple(story(number) for number in range(len(NEWS)))
OFFER = Offer(labels=["noord"], sources=[(id, source.organisation) for id, source in SOURCES.items()])
ANYWHERE = {"access-control-allow-origin": "*"}

# Nothing is allowed but what our page for website owners says is needed, and every breach is told.
STRICT = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'self'; "
    "script-src {0}; connect-src {0}; frame-src {0}"
)
HOST_STYLE = """
:root { color-scheme: light dark; font-family: Georgia, serif; }
body { margin: 1rem; background: Canvas; color: CanvasText; }
"""


@dataclass
class Stage:
    """Both servers; `ours` may be closed, to be down."""

    ours: Server
    host: Server
    site: Site

    def publish(self, stories: Sequence[Story] = STORIES) -> None:
        """Have our feeds and the frames of all news and of each theme hold these stories."""
        self._feed("all", stories)
        for theme in self.site.themes:
            self._feed(f"themes/{theme.slug}", [each for each in stories if each.tags.theme == theme.slug])

    def frame(self, choice: Choice, stories: Sequence[Story] = STORIES, *, other: Sequence[Story] = ()) -> str:
        """Serve a frame, and return its address."""
        address = frame_address(choice, self.site)
        body = frame_page(choice, Selection(own=stories, other=other), SOURCES, self.site, TODAY)
        policy = {"content-security-policy": FRAME_WITH_SCRIPT} if choice.height else {}
        self._page(address.removeprefix(self.site.base_url), body, policy)
        return address

    def builder(self, choice: Choice, language: str = "nl") -> str:
        """Serve the page that makes codes with its previews, and return its address."""
        body = builder_page(choice, OFFER, self.site, language)
        for how in ("element", "frame"):
            preview = next(part for part in body.decode().split('"') if part.startswith(f"/embed/preview/{how}"))
            self._page(preview.replace("&amp;", "&"), host_page(choice, self.site, language, how=how))
        self.frame(choice)
        self._page("/embed", body)
        return self.site.base_url + "/embed"

    def page(self, body: str, *, policy: str = STRICT, head: str = "", lang: str = "nl") -> str:
        """Serve a foreign page with this in it, and return its address."""
        html = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Een school</title>{head}'
            f'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/school.css">'
            f'<link rel="icon" href="data:,"></head>'
            f"<body><main><h1>Een school</h1><h2>Nieuws</h2>{body}</main></body></html>"
        )
        headers = {"content-security-policy": policy.format(self.site.base_url) + "; img-src data:"}
        self.host.pages["/"] = Page(body=html.encode(), media_type="text/html; charset=utf-8", headers=headers)
        return self.host.url("/")

    def _feed(self, name: str, stories: Sequence[Story]) -> None:
        page = "/" if name == "all" else f"/{name}"
        channel = Channel(
            name=name,
            title=self.site.title,
            alternate=self.site.base_url + page,
            created=datetime(2022, 1, 1, tzinfo=UTC),
        )
        body = json_feed(channel, stories, SOURCES, self.site)
        self.ours.pages[f"/feeds/{name}.json"] = Page(
            body=body, media_type="application/feed+json; charset=utf-8", headers=ANYWHERE
        )

    def _page(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        area = headers_of(path.partition("?")[0], "http") | (headers or {})
        self.ours.pages[path] = Page(body=body, media_type="text/html; charset=utf-8", headers=area)


@contextmanager
def stage() -> Iterator[Stage]:
    """Both servers, with the scripts and style sheets; nothing is published yet."""
    ours, host = Server(), Server()
    found = Stage(ours=ours, host=host, site=replace(SITE, base_url=ours.url("")))
    for path, body in scripts().items():
        ours.pages[f"/embed/{path}"] = Page(body=body, media_type="text/javascript", headers=ANYWHERE)
    for name, body in [stylesheet(), *styles().values()]:
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        ours.pages[f"/static/{name}"] = Page(body=body, media_type=kind)
    host.pages["/school.css"] = Page(body=HOST_STYLE.encode(), media_type="text/css")
    try:
        yield found
    finally:
        ours.close()
        host.close()
