"""What a network address says about who is behind it."""

from ipaddress import IPv6Address, ip_address


def network(address: str) -> str:
    """Return what one caller has: an IPv4 address, or the /64 that IPv6 hands out at a time."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
