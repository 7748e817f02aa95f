"""The pages of the embed: the frame with news, the page that makes codes, and a stranger's page for its preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup

from aggregator.model import Site, Source, Story
from aggregator.publish.characters import legal
from aggregator.publish.site.embed.assets import mutable, styles, versions
from aggregator.publish.site.embed.choice import HEADING_LEVELS, LAYOUTS, LIMITS, PARTS, SCHEMES, Choice
from aggregator.publish.site.embed.codes import codes
from aggregator.publish.site.pages import bare_page, page
from aggregator.publish.site.rows import Rows
from aggregator.publish.site.words import Words

BUILDER = "/embed"
PREVIEW = "/embed/preview"
PREVIEWS = ("element", "frame")
USUAL_LEVEL = 3  # of the element
LISTED = 150  # sources to choose from: a list for people, and a page under 50 kB
RECIPES = (("WordPress", 3), ("Drupal", 3), ("Umbraco", 2), ("SharePoint", 2))
CSS_PARTS = (
    "news", "list", "item", "dateline", "kicker", "date", "title", "link", "teaser", "facts", "source", "theme", "note",
    "more",
)  # fmt: skip
CSS_VARIABLES = ("link-color", "focus-color", "theme-color", "border-color", "gap", "radius")
STYLE_EXAMPLE = """techniek-nieuws {
  --techniek-nieuws-link-color: #7a2f12;
}
techniek-nieuws::part(title) {
  font-family: Georgia, serif;
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The stories that were found for a choice, and others to fill up with; in any order."""

    own: Sequence[Story]
    other: Sequence[Story] = ()
    is_unknown: bool = False  # something was chosen that we do not have


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What website owners can choose from: the labels, and (id, name) of each source."""

    labels: Sequence[str]
    sources: Sequence[tuple[str, str]]


def frame_page(choice: Choice, selection: Selection, sources: Mapping[str, Source], site: Site, today: date) -> bytes:
    """Return the news as a page for an <iframe>: no script, unless its height is to follow the news."""
    language = choice.lang or site.language
    rows = Rows(site, sources, language)
    own = rows.newest(selection.own, today, whole=True)[: choice.limit]
    return bare_page(
        "embed_frame.html",
        site,
        language,
        title=title_of(choice, site, language),
        choice=choice,
        show=choice.show,
        level=choice.heading_level or 2,
        own=own,
        other=rows.newest(selection.other, today, whole=True)[: choice.limit - len(own)],
        is_unknown=selection.is_unknown,
        style=styles()["frame.css"][0],
        resizing=f"{mutable(versions()[-1])}/frame.js",
        more=_page_of(choice),
    )


def host_page(choice: Choice, site: Site, language: str, *, how: str) -> bytes:
    """Return an invented school's page with the code pasted in; `how` is one of PREVIEWS."""
    title = title_of(choice, site, choice.lang or site.language)
    made = codes(choice, replace(site, base_url=""), title, _fallback(choice, site))
    return bare_page(
        "embed_host.html",
        site,
        language,
        title=title,
        # Everything in it was escaped where it was made.
        code=Markup(legal(made.element if how == "element" else made.frame)),  # noqa: S704
        style=styles()["host.css"][0],
    )


def builder_page(
    choice: Choice, offer: Offer, site: Site, language: str, *, is_unknown: bool = False, interactive: bool = True
) -> bytes:
    """Return the page that makes codes. Not `interactive`: for a static server, which cannot read a form."""
    words, rows = Words(language), Rows(site, {}, language)
    title = title_of(choice, site, choice.lang or site.language)
    return page(
        "embed.html",
        site,
        language,
        path=BUILDER if interactive else choice.path(BUILDER),
        title=words("embed_title"),
        choice=choice,
        is_unknown=is_unknown,
        interactive=interactive,
        codes=codes(choice, site, title, _fallback(choice, site)),
        element_preview=_preview(choice, language, "element", interactive=interactive),
        frame_preview=_preview(choice, language, "frame", interactive=interactive),
        theme_options=[(theme.slug, rows.theme(theme).label) for theme in site.themes],
        label_options=[(label, label) for label in offer.labels[:LISTED]],
        source_options=sorted(offer.sources, key=lambda each: each[1].casefold())[:LISTED],
        limits=[(number, number) for number in LIMITS],
        levels=[(level, f"h{level}") for level in HEADING_LEVELS if level != USUAL_LEVEL],
        layouts=[(each, words(f"embed_layout_{each}")) for each in LAYOUTS],
        schemes=[(each, words(f"embed_scheme_{each}")) for each in SCHEMES],
        fills=[(each, words(f"embed_fill_{each}")) for each in ("all", "none")],
        heights=[(each, words(f"embed_height_{each or 'fixed'}")) for each in ("", "auto")],
        parts_shown=PARTS,
        recipes=RECIPES,
        style_example=STYLE_EXAMPLE,
        css_parts=CSS_PARTS,
        css_variables=CSS_VARIABLES,
        builder_style=styles()["builder.css"][0],
        builder_script=styles()["builder.js"][0],
    )


def title_of(choice: Choice, site: Site, language: str) -> str:
    """Return what the news of this choice is called: "Technieknieuws: Instroom"."""
    theme = next((theme for theme in site.themes if theme.slug == choice.theme), None)
    label = Rows(site, {}, language).theme(theme).label if theme else choice.label or choice.source
    return f"{site.title}: {label}" if label else site.title


def _fallback(choice: Choice, site: Site) -> str:
    language = choice.lang or site.language
    return Words(language)("embed_more", title=title_of(choice, site, language))


def _page_of(choice: Choice) -> str:
    return f"/themes/{choice.theme}" if choice.theme else f"/sources/{choice.source}" if choice.source else "/"


def _preview(choice: Choice, language: str, how: str, *, interactive: bool) -> str:
    if not interactive:
        return f"{choice.path(f'{PREVIEW}/{how}')}?lang={language}"
    told = {"news-lang" if name == "lang" else name: value for name, value in choice.told().items()}
    return f"{PREVIEW}/{how}?{urlencode({'lang': language} | told)}"
