"""Which network addresses belong to the public internet. Whatever else answers, answers from inside."""

from ipaddress import IPv4Network, IPv6Network, ip_address

# Python's own `is_global` lets some of these through, which ones depends on its version.
_NOT_PUBLIC = [
    IPv4Network(network)
    for network in (
        # Relays to 6to4, of which nobody runs one any more, and protocol assignments.
        "192.88.99.0/24",
        "192.0.0.0/24",
    )
]
# All that is given out to hosts. Outside of it are loopback, link-local, unique local and site-local addresses,
# multicast, and those that have an IPv4 address in them: ::ffff:127.0.0.1, ::127.0.0.1, 64:ff9b::7f00:1.
_UNICAST = IPv6Network("2000::/3")
_NOT_UNICAST = [
    IPv6Network(network)
    for network in (
        # Teredo, benchmarks, ORCHID and other protocols.
        "2001::/23",
        # Documentation.
        "2001:db8::/32",
        "3fff::/20",
        # 6to4, with an IPv4 address in it.
        "2002::/16",
    )
]


def is_public(address: str) -> bool:
    """Whether anybody out there could have this address; of text that is no address, False.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:93.184.215.14")
    (True, False, False)
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.version == 4:
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)
    # One with a zone, as in fe80::1%eth0, is about a wire of ours.
    is_global = ip.is_global and not ip.scope_id
    return ip in _UNICAST and is_global and not any(ip in network for network in _NOT_UNICAST)
