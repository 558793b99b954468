"""The addresses under which this machine is reached, found with what the operating system tells; no packet is sent."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  compared, not bound
ASK_ADDRESS = 0x8915  # SIOCGIFADDR of Linux: the IPv4 address of an interface
SOMEWHERE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))  # for documentation only (RFC 5737, 3849)


def is_this_machine_only(host: str) -> bool:
    """Return whether nobody else can reach a server that listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def of_this_machine() -> list[str]:
    """Return the addresses of all interfaces, first the one by which others most likely come; none of loopback."""
    addresses = dict.fromkeys([*on_the_way_out(), *of_interfaces(), *of_the_host_name()])
    return [address for address in addresses if is_for_others(address)]


def names_of_this_machine() -> set[str]:
    name = socket.gethostname()
    return {name, socket.getfqdn(), f"{name.split('.')[0]}.local"}


def on_the_way_out() -> Iterator[str]:
    """Yield the address from which this machine would send to another network: to connect a datagram socket sends nothing."""
    for destination, family in SOMEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            yield str(probe.getsockname()[0])


def of_interfaces() -> Iterator[str]:
    """Yield what each interface has, on Linux: IPv4 by asking the kernel, IPv6 out of its table."""
    for _number, name in socket.if_nameindex() if fcntl else []:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            reply = fcntl.ioctl(probe, ASK_ADDRESS, struct.pack("256s", name.encode()[:15]))
            yield socket.inet_ntoa(reply[20:24])
    with suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines():
            yield str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0])))


def of_the_host_name() -> Iterator[str]:
    with suppress(OSError):
        for _family, _kind, _protocol, _name, address in socket.getaddrinfo(socket.gethostname(), None):
            yield str(address[0])


def is_for_others(address: str) -> bool:
    """Return whether a browser elsewhere can use it: not loopback, and not one that is of use only with an interface's
    name."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # with the name of an interface: fe80::1%eth0
        return False
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def as_host(address: str) -> str:
    """Return an address as it stands in a URL and in ALLOWED_HOSTS: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address


def allow(host: str) -> None:
    """Accept requests under the names by which a server that listens there is reached."""
    names = {as_host(host)}
    if host in EVERYWHERE:
        names = names_of_this_machine() | {as_host(address) for address in of_this_machine()}
    settings.ALLOWED_HOSTS.extend(names - set(settings.ALLOWED_HOSTS))
