"""The web pages that may send requests: checks of the headers Origin and Host."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from rag.errors import Forbidden
from rag.settings import Settings

_SHOWN_CHARACTERS = 100

# Names of containers and of hosts on a local network. ICANN has reserved .internal for private use.
_PRIVATE_NAME = re.compile(r"[a-z0-9_-]+|([a-z0-9_-]+\.)+internal")


def origin_pattern(origins: str) -> str:
    r"""Return a regular expression that matches the header Origin of pages from `origins` only.

    >>> origin_pattern("https://a.example https://*.b.example:8443")
    'https://a\\.example|https://([a-z0-9-]+\\.)+b\\.example:8443'
    >>> re.fullmatch(origin_pattern(""), "") is None
    True
    """
    # Browsers send the origin in lower case.
    patterns = [re.escape(origin.lower()).replace(r"\*\.", r"([a-z0-9-]+\.)+") for origin in origins.split()]
    return "|".join(patterns) or r"(?!)"


@dataclass(frozen=True, kw_only=True)
class TrustedPages:
    """The web pages that may send requests without a key. Programs other than browsers are not restricted.

    A browser sends the page's origin in `Origin` if the page is from another site, and the name under which
    the page reached this service in `Host`. A script cannot change either header.
    """

    origins: re.Pattern[str]
    hosts: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "TrustedPages":
        """Return the trusted pages from the settings."""
        named = [*settings.allowed_hosts.split(), settings.host, _host_of(settings.public_url or "")]
        hosts = frozenset(host.lower() for host in named if host)
        return cls(origins=re.compile(origin_pattern(settings.cors_origins)), hosts=hosts)

    def check(self, headers: Headers) -> None:
        """Refuse pages from other sites, and pages whose host name was made to point here (DNS rebinding).

        Raises:
            Forbidden: the page is not trusted.
        """
        for sent in headers.getlist("host"):
            host = _host_of(f"//{sent}")
            if host not in self.hosts and not _is_private_host(host):
                raise Forbidden(
                    f"Unknown host name {sent[:_SHOWN_CHARACTERS]!r}. A service without keys answers only to "
                    "names it knows: use localhost, add the name to KUTIP_ALLOWED_HOSTS, or set a key."
                )
        self.check_origin(headers)

    def check_origin(self, headers: Headers) -> None:
        """Refuse a page from another site, unless it is on this machine or listed in KUTIP_CORS_ORIGINS.

        Raises:
            Forbidden: the page is not trusted.
        """
        for origin in filter(None, headers.getlist("origin")):
            if origin not in _own_origins(headers) and not self._is_trusted(origin):
                raise Forbidden(
                    f"Pages from {origin[:_SHOWN_CHARACTERS]!r} may not send requests: "
                    "add their origin to KUTIP_CORS_ORIGINS."
                )

    def _is_trusted(self, origin: str) -> bool:
        return _is_local(_host_of(origin)) or self.origins.fullmatch(origin) is not None


def _own_origins(headers: Headers) -> Iterator[str]:
    # Behind a proxy this service cannot tell which of the two schemes the browser used.
    yield from (f"{scheme}://{host}" for host in headers.getlist("host") for scheme in ("http", "https"))


def _host_of(address: str) -> str:
    """Return the host of an address, or an empty string if it has none.

    >>> _host_of("//[::1]:8000"), _host_of("https://a.example:8443/b"), _host_of("//a b"), _host_of("null")
    ('::1', 'a.example', 'a b', '')
    """
    try:
        return (urlsplit(address).hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    """Whether a host is this machine.

    >>> [_is_local(host) for host in ("localhost", "a.localhost", "::1", "127.0.0.1.evil.example")]
    [True, True, True, False]
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_address(host) and ip_address(host).is_loopback


def _is_private_host(host: str) -> bool:
    """Whether the host cannot be a public web site: an IP address, a name without a dot, or `.internal`.

    >>> hosts = ("localhost", "192.168.1.5", "kutip", "host.docker.internal", "evil.example", "")
    >>> [_is_private_host(host) for host in hosts]
    [True, True, True, True, False, False]
    """
    is_private = _PRIVATE_NAME.fullmatch(host) is not None
    return is_private or _is_local(host) or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
