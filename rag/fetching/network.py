"""Connects to public addresses only, and lets no exchange last beyond a deadline."""

import ssl
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo
from typing import Any

import httpcore2

from rag.errors import ReadingError

# An address of these networks stands for the IPv4 address in its last 32 bits.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


class GuardedNetwork(httpcore2.SyncBackend):
    """Resolves names itself and connects to the addresses that it checked.

    So a name cannot stand for another address when it is connected to than when it was checked. `deadline`
    is a time of `time.monotonic` after which every exchange ends with a timeout. Raises ReadingError for a
    host none of whose addresses `is_allowed`.
    """

    def __init__(self, *, is_allowed: Callable[[str], bool]) -> None:
        self._is_allowed = is_allowed
        self.deadline = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers."""
        failure: Exception | None = None
        for address in self._allowed_addresses(host, port):
            try:
                stream = super().connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options or ()
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self)
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    def left(self, timeout: float | None) -> float:
        """Return a timeout that ends no later than the deadline; raise ReadTimeout after the deadline."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this request is over")
        return left if timeout is None else min(left, timeout)

    def _allowed_addresses(self, host: str, port: int) -> list[str]:
        try:
            found = getaddrinfo(host, port, type=SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError):
            raise ReadingError(f"there is no host {host}: correct the address") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [address for address in addresses if self._is_allowed(address)]
        if addresses and not allowed:
            raise ReadingError(
                f"{host} is not on the public internet but at {addresses[0]}: if that is meant, "
                "pass `--allow-private-addresses`"
            )
        return allowed


class _BoundedStream(httpcore2.NetworkStream):
    """A connection that ends with a timeout at the network's deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, network: GuardedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _BoundedStream(stream, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and so is the IPv4 address inside of it.

    >>> [is_public(address) for address in ("1.1.1.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%eth0")]
    [True, False, False, False, False]
    """
    parsed = ip_address(address.partition("%")[0])
    inner = _inner(parsed) if isinstance(parsed, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    is_site_local = isinstance(parsed, IPv6Address) and parsed.is_site_local
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or is_site_local)


def _inner(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _TRANSLATED) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
