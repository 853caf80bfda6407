"""Which addresses pmflow may connect to because a person named them: public ones only.

Special ranges: https://www.iana.org/assignments/iana-ipv4-special-registry and
…/iana-ipv6-special-registry, read in November 2026. Nothing here touches the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from pmflow_core.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
MOST_CHARS = 2_000
# What Python's own table does not call private everywhere, and a cloud's own service on a public
# address: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
REFUSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "168.63.129.16/32",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
            "ff00::/8",
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")


class BadTarget(Invalid):
    """No webhook may be sent to that address."""

    code = "bad_webhook_target"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send to: `host` is a name or an address without brackets."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return the value of the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.secure else 80
        return host if self.port == usual else f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """Return where a URL leads.

    Raises:
        BadTarget: it is not a plain http or https URL; the text says what is wrong.
    """
    if len(url) > MOST_CHARS or not (url.isascii() and url.isprintable()) or " " in url:
        raise BadTarget("Write the address in up to 2,000 plain characters, without blanks.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise BadTarget("That is not an address.") from error
    if parts.scheme not in {"http", "https"}:
        raise BadTarget("The address begins with https://.")
    if not host or parts.username is not None or parts.password is not None or "%" in host:
        raise BadTarget("The address names a host, and neither a user nor a password.")
    if parts.fragment or "\\" in url:
        raise BadTarget("The address has no part after # and no backslash.")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), path)


def is_public(address: Address) -> bool:
    """Return whether an address is one of the internet's; one that wraps another is as that is."""
    if isinstance(address, IPv6Address):
        wrapped = _wrapped(address)
        if wrapped is not None:
            return is_public(wrapped)
    if any(address in network for network in REFUSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def require_allowed(target: Target, addresses: Sequence[str], private: Sequence[str]) -> list[str]:
    """Return the addresses a host has, if all may be connected to.

    `private` are the networks that the settings allow. Elsewhere only https is sent.

    Raises:
        BadTarget: one of them is not public, there is none, or it is http to a public one.
    """
    if not addresses:
        raise BadTarget(f"{target.host} has no address.")
    found = [ip_address(address.partition("%")[0]) for address in addresses]
    networks = [ip_network(network) for network in private]
    inside = [any(address in network for network in networks) for address in found]
    for address, allowed in zip(found, inside, strict=True):
        if not allowed and not is_public(address):
            raise BadTarget(
                f"{target.host} is not a public address. An operator may allow private networks"
                " by PMFLOW_WEBHOOK_PRIVATE_TARGETS."
            )
    if not target.secure and not all(inside):
        raise BadTarget("Messages go to https:// addresses; http only reaches allowed networks.")
    return [str(address) for address in found]


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, by whichever way of writing it."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(address.packed[12:])
    if address in _6TO4:
        return address.sixtofour
    return None
