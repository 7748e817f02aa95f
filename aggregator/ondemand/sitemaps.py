"""/sitemap.xml: every page that is worth finding; a list of lists when there are too many for one."""

from collections.abc import Callable, Iterator, Sequence

from aggregator.ondemand import months
from aggregator.ondemand.moment import Moment
from aggregator.publish.sitemap import FILE_ADDRESSES, sitemap, sitemap_index
from aggregator.release import LANGUAGES
from aggregator.store import public

PART_PAGES = FILE_ADDRESSES // len(LANGUAGES)


def whole(moment: Moment) -> Callable[[str], bytes]:
    """The list, or the list of lists."""
    paths = list(_paths(moment))
    if len(paths) <= PART_PAGES:
        return lambda _: _listed(moment, paths)
    addresses = [f"{moment.site.base_url}/sitemap/{name}" for (name,) in _names(len(paths))]
    return lambda _: sitemap_index(addresses)


def part(moment: Moment, name: str) -> Callable[[str], bytes] | None:
    """One of the lists."""
    paths = list(_paths(moment))
    names = [each for (each,) in _names(len(paths))] if len(paths) > PART_PAGES else []
    if name not in names:
        return None
    start = names.index(name) * PART_PAGES
    return lambda _: _listed(moment, paths[start : start + PART_PAGES])


def parts(moment: Moment) -> Iterator[tuple[str]]:
    """The lists that there are besides the whole."""
    count = sum(1 for _ in _paths(moment))
    return iter(_names(count) if count > PART_PAGES else [])


def _names(count: int) -> list[tuple[str]]:
    return [(f"{number + 1}.xml",) for number in range(-(-count // PART_PAGES))]


def _listed(moment: Moment, paths: Sequence[str]) -> bytes:
    return sitemap([{code: moment.address(path, code) for code in LANGUAGES} for path in paths])


def _paths(moment: Moment) -> Iterator[str]:
    yield from ("/", "/feeds", "/archief", "/agenda", "/verantwoording", "/toegankelijkheid", "/privacy")
    yield from (f"/themes/{theme.slug}" for theme in moment.site.themes)
    yield from (f"/sources/{source_id}" for source_id in moment.held)
    yield from (f"/archief/{name}" for (name,) in months.names(moment))
    yield from (f"/stories/{slug}" for slug in public.slugs(moment.transaction))
