"""Which addresses we may connect to: no partner's feed and no redirect leads us into a private network.

The check is made on the resolved address, at the moment of connecting, because a name may resolve to anything (DNS
rebinding). After the IANA special-purpose address registries (RFC 6890); `ipaddress.is_global` alone lets some of
their ranges through, in every Python that we support, so those are named here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
LAST_FOUR_BYTES = 0xFFFFFFFF

NEVER_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, where clouds serve their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast included
        "::/96",  # IPv4-compatible, unspecified and loopback
        "64:ff9b:1::/48",  # NAT64 for local use
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address, and nobody serves feeds there (RFC 7526)
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)


@lru_cache(maxsize=1024)
def _parsed(address: str | Address) -> Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Tell whether `address` is one of the public internet; what cannot be read as an address is not.

    An IPv4 address inside an IPv6 one (mapped, NAT64) counts as itself; the obsolete ways to put one there
    (compatible, 6to4, Teredo) are never public.
    """
    ip = _parsed(address)
    if ip is None:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip in MAPPED or ip in NAT64:
            return is_public(IPv4Address(int(ip) & LAST_FOUR_BYTES))
    return ip.is_global and not any(ip in network for network in NEVER_PUBLIC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowlist:
    """What may be private although it is: the operator's own choice. A port of None means every port."""

    networks: tuple[tuple[Network, int | None], ...] = ()
    hosts: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Allowlist":
        """Read a comma list of host[:port], address[:port] and CIDR; IPv6 with a port stands in brackets.

        Raises ValueError that names the first entry that is none of these.
        """
        entries = [part.strip() for part in text.split(",")]
        return cls._of(_parse_entry(entry) for entry in entries if entry)

    @classmethod
    def _of(cls, entries: Iterable[tuple[Network | str, int | None]]) -> "Allowlist":
        networks, hosts = [], set()
        for what, port in entries:
            if isinstance(what, str):
                hosts.add((what, port))
            else:
                networks.append((what, port))
        return cls(networks=tuple(networks), hosts=frozenset(hosts))

    def permits_address(self, address: str | IPv4Address | IPv6Address, port: int) -> bool:
        """Tell whether `address` is listed, with this port or with any."""
        ip = _parsed(address)
        if ip is None:
            return False
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip in network and allowed in (None, port) for network, allowed in self.networks)

    def permits_host(self, name: str, port: int) -> bool:
        """Tell whether the host name is listed, with this port or with any; its addresses may then be private."""
        name = name.lower().rstrip(".")
        return (name, port) in self.hosts or (name, None) in self.hosts


def _parse_entry(entry: str) -> tuple[Network | str, int | None]:
    try:
        return _read_entry(entry)
    except ValueError:
        raise ValueError(f"{entry!r} is no host[:port], address[:port] or CIDR") from None


def _read_entry(entry: str) -> tuple[Network | str, int | None]:
    if "/" in entry:
        return ip_network(entry), None
    if entry.startswith("["):
        inside, bracket, rest = entry[1:].partition("]")
        if not bracket:
            raise ValueError(entry)
        return ip_network(IPv6Address(inside)), _port(rest)
    if entry.count(":") > 1:
        return ip_network(IPv6Address(entry)), None
    name, colon, digits = entry.partition(":")
    port = _port(colon + digits)
    try:
        return ip_network(IPv4Address(name)), port
    except ValueError:
        return _host_name(name), port


def _port(text: str) -> int | None:
    if not text:
        return None
    digits = text.removeprefix(":")
    if not text.startswith(":") or not (digits.isascii() and digits.isdecimal()) or not 0 < int(digits) < 65536:
        raise ValueError(text)
    return int(digits)


def _host_name(name: str) -> str:
    labels = name.lower().rstrip(".").split(".")
    usable = all(label and label.isascii() and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    if not usable or labels[-1].isdecimal():  # a numeric last label is a mistyped IPv4 address
        raise ValueError(name)
    return ".".join(labels)
