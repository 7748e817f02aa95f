"""Web addresses as libcurl wants them: ASCII, nothing in them that could end a header line, no secrets.

After RFC 3986 (syntax, resolution), UTS 46 (host names) and RFC 9110 section 10.2.2 (Location).
"""

import re
from urllib.parse import quote, urljoin, urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 8000  # characters; longer ones are no addresses of articles
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")

# What may stand unescaped in a path or query, "%" included: escapes that are there stay as they are.
KEPT = "!$&'()*+,-./:;=?@_~%[]"


def web_address(url: str) -> str:
    """Return `url` as the ASCII address to ask for: without fragment, user name, password and default port.

    >>> web_address(" HTTPS://user:pw@één-techniek.nl:443/nieuws één?q=%e9#top")
    'https://xn--n-techniek-96aa.nl/nieuws%20%C3%A9%C3%A9n?q=%e9'

    Raises ValueError if it is no absolute http(s) URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or len(url) > LONGEST:
        raise ValueError("not an absolute http(s) URL")
    port = parts.port
    if port == 0:
        raise ValueError("port 0 cannot be asked")
    host = _ascii_host(parts.hostname)
    suffix = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    query = f"?{_escaped(parts.query)}" if parts.query else ""
    return f"{parts.scheme}://{host}{suffix}{_escaped(parts.path) or '/'}{query}"


def host_and_port(address: str) -> tuple[str, int]:
    """Return the host name (IPv6 without brackets, no final dot) and port of a web_address()."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    return host, parts.port or DEFAULT_PORTS[parts.scheme]


def redirect_target(address: str, location: bytes) -> str:
    """Return where a Location header leads, seen from `address`. Raises ValueError if it leads nowhere."""
    try:
        text = location.decode()
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    if not text.strip():
        raise ValueError("an empty Location")
    return web_address(urljoin(address, text.strip()))


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"  # urlsplit has seen to it that brackets hold an IPv6 address
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()  # IDNAError is a ValueError
    if not HOST.fullmatch(host):
        raise ValueError("not a host name")
    return host


def _escaped(text: str) -> str:
    return quote(text, safe=KEPT, errors="replace")
