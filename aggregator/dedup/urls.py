"""URL keys: the cheapest sign that two items are the same news.

After RFC 3986 section 6 (normalization and comparison), and a good deal further,
because a key is only compared: it is never fetched and never shown.
"""

from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# Exact names and short prefixes, no loose pattern: in `?id=5` or `?source=7` the
# parameter may be all that tells two articles apart.
TRACKING_PREFIXES = ("utm_", "mtm_")
TRACKING_NAMES = frozenset(
    (
        *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "yclid", "igshid", "li_fat_id"),
        *("mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "pk_campaign", "pk_kwd"),
        *("amp", "showcomment", "related_news_list_page"),
    )
)
# These count as nothing with this value only: `?redirect=/werk` may lead elsewhere.
VISITOR_STATE = frozenset({("cookie", "accept"), ("redirect", "1")})

COPY_HOSTS = ("www.", "staging.")

# What one page's address may end in besides its own name; longest first where one ends in another.
ENDINGS = (
    *(b"/index.html", b"/index.htm", b"/index.php", b"/default.aspx"),
    *(b".html", b".htm", b"/amp", b"/", b" "),
)
CONTROLS = bytes([*range(32), 127])  # pasted tabs and line ends (%09, %0A)


@lru_cache(maxsize=4096)  # an entry's id and link are asked for again and again on its way: seven times
def url_key(url: str) -> str:
    """Return a key that is equal for all spellings of one article's address.

    Scheme, leading "www.", default port, escaping, trailing slash, ".html", the AMP copy, the fragment, order of
    parameters, tracking parameters and cookie walls do not count; all else does. A fragment that is a route of the
    site's own script ("#/nieuws/12", "#!/nieuws/12") does count.

    >>> url_key("http://www.Techniekpact.nl:80/nieuws/?utm_source=mail#top")
    'techniekpact.nl/nieuws'

    Raises ValueError if `url` is not an absolute http(s) URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an absolute http(s) URL: {url!r}")

    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    key = _host_key(parts.hostname) + port + _path_key(parts.path)
    if query := _query_key(parts.query):
        key += f"?{query}"
    if route := _route_key(parts.fragment):
        key += f"#{route}"
    return key


@lru_cache(maxsize=4096)
def _host_key(host: str) -> str:
    name = host if host.isascii() else host.encode("idna").decode()
    name = name.rstrip(".")
    if ":" in name:
        return f"[{name}]"
    while (bare := _without_copy_prefix(name)) != name:
        name = bare
    return name


def _without_copy_prefix(name: str) -> str:
    for prefix in COPY_HOSTS:
        bare = name.removeprefix(prefix)
        if bare != name and "." in bare:  # www.nl and staging.nl are sites of their own
            return bare
    return name


def _path_key(path: str) -> str:
    return quote(_without_endings(unquote_to_bytes(path).translate(None, CONTROLS)))


def _without_endings(path: bytes) -> bytes:
    lowered = path.lower()
    end = len(path)
    while lowered.endswith(ENDINGS, 0, end):
        ending = next(each for each in ENDINGS if lowered.endswith(each, 0, end))
        if ending == b"/amp" and end == len(ending):
            break  # a page about amperes, not a copy of the home page
        end -= len(ending)
    return path[:end]


def _query_key(query: str) -> str:
    if not query:
        return ""
    # "&amp;": escaped twice on the way. surrogateescape: the Latin-1 escapes of old
    # sites (%E9) must not all become U+FFFD.
    pairs = parse_qsl(query.replace("&amp;", "&"), keep_blank_values=True, errors="surrogateescape")
    kept = sorted(pair for pair in pairs if not _is_tracking(pair[0].lower(), pair[1]))
    return urlencode(kept, errors="surrogateescape")


def _is_tracking(name: str, value: str) -> bool:
    return name.startswith(TRACKING_PREFIXES) or name in TRACKING_NAMES or (name, value.lower()) in VISITOR_STATE


def _route_key(fragment: str) -> str:
    if not fragment.startswith(("/", "!")):
        return ""
    route = quote(unquote_to_bytes(fragment), safe="/!").rstrip("/")
    return route if route != "!" else ""
