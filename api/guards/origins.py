"""Which web pages may send requests: of what origins, and by what names for this service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from rag.errors import Forbidden
from rag.settings import Settings

_SHOWN_CHARACTERS = 100

# Names of containers and of hosts on a local network; ICANN has reserved .internal for them.
_PRIVATE_NAME = re.compile(r"[a-z0-9_-]+|([a-z0-9_-]+\.)+internal")


def origin_pattern(origins: str) -> str:
    r"""Return what matches the header Origin of pages of `origins`, and of no others.

    >>> origin_pattern("https://a.example https://*.b.example:8443")
    'https://a\\.example|https://([a-z0-9-]+\\.)+b\\.example:8443'
    >>> re.fullmatch(origin_pattern(""), "") is None
    True
    """
    # Browsers send small letters.
    patterns = [re.escape(origin.lower()).replace(r"\*\.", r"([a-z0-9-]+\.)+") for origin in origins.split()]
    return "|".join(patterns) or r"(?!)"


@dataclass(frozen=True, kw_only=True)
class TrustedPages:
    """Which pages may send requests that no key vouches for; other programs may, as far as this goes.

    A browser names the page in Origin where it is of another site, and in Host the name that the page has for
    this service; no script can change either.
    """

    origins: re.Pattern[str]
    hosts: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "TrustedPages":
        """Return the pages that are set."""
        named = [*settings.allowed_hosts.split(), settings.host, _host_of(settings.public_url or "")]
        hosts = frozenset(host.lower() for host in named if host)
        return cls(origins=re.compile(origin_pattern(settings.cors_origins)), hosts=hosts)

    def check(self, headers: Headers) -> None:
        """Refuse a page of another site, and one whose name was made to point here (DNS rebinding).

        Raises:
            Forbidden
        """
        for sent in headers.getlist("host"):
            host = _host_of(f"//{sent}")
            if host not in self.hosts and not _is_of_no_site(host):
                raise Forbidden(
                    f"This service asks for no key and is called {sent[:_SHOWN_CHARACTERS]!r}, which it does "
                    "not know: call it localhost, name it in KUTIP_ALLOWED_HOSTS, or set a key."
                )
        self.check_origin(headers)

    def check_origin(self, headers: Headers) -> None:
        """Refuse a page of another site, unless of this machine or named in KUTIP_CORS_ORIGINS.

        Raises:
            Forbidden
        """
        for origin in filter(None, headers.getlist("origin")):
            if origin not in _own_origins(headers) and not self._is_trusted(origin):
                raise Forbidden(
                    f"Pages of {origin[:_SHOWN_CHARACTERS]!r} may not send this: "
                    "name their origin in KUTIP_CORS_ORIGINS."
                )

    def _is_trusted(self, origin: str) -> bool:
        return _is_local(_host_of(origin)) or self.origins.fullmatch(origin) is not None


def _own_origins(headers: Headers) -> Iterator[str]:
    # Which of the two it is only a proxy in front knows.
    yield from (f"{scheme}://{host}" for host in headers.getlist("host") for scheme in ("http", "https"))


def _host_of(address: str) -> str:
    """Return the host of an address, empty where there is none.

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


def _is_of_no_site(host: str) -> bool:
    """Whether no site of the internet can have this name: none without a dot, none under `.internal`.

    >>> hosts = ("localhost", "192.168.1.5", "kutip", "host.docker.internal", "evil.example", "")
    >>> [_is_of_no_site(host) for host in hosts]
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
