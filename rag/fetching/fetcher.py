"""Fetches one address after another, politely: robots.txt, pauses, limits, and redirects step by step."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpcore2
import httpx2
from protego import Protego

from rag.errors import ReadingError
from rag.fetching.bodies import Body
from rag.fetching.network import GuardedNetwork, is_public
from rag.fetching.refreshes import refresh_target
from rag.fetching.reservations import PLACE, Reservations
from rag.reading.rights import find_header_prohibition

AGENT = "Kutip"
_ACCEPTED = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,"
    "application/xml,*/*;q=0.5"
)
_REDIRECTS = (301, 302, 303, 307, 308)
_ASKS_TO_WAIT = (429, 503)
_MAXIMUM_ROBOTS_CHARACTERS = 512_000  # RFC 9309 asks for at least 500 KiB
_REASONS = {
    401: "it wants a user to sign in",
    402: "it wants a payment",
    403: "it refuses access",
    404: "it has no such page",
    410: "the page was removed",
    451: "the page is withheld for legal reasons",
}


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """How much, how long and how often the fetcher asks."""

    maximum_bytes: int = 50_000_000  # of one reply, unpacked; the limit of a sitemap
    reply_seconds: float = 60  # from the connection to the last byte of one reply
    idle_seconds: float = 20  # without a byte
    maximum_redirects: int = 5
    maximum_failures: int = 5  # of one host in a row
    delay_seconds: float = 1  # between two requests to one host, unless its robots.txt asks for more
    maximum_delay_seconds: float = 120  # that a robots.txt may ask for
    maximum_retries: int = 3
    retry_seconds: float = 2  # before the first retry if the server names no time
    maximum_wait_seconds: float = 120  # that a server may ask for before one retry


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What a server says about the state of a page, to be asked later whether the page has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A reply. `url` is the address after redirects; `prohibition` the header that forbids indexing for AI.

    If `is_unchanged`, the page is as its validators say, and there is no body.
    """

    url: str
    body: bytes = b""
    is_unchanged: bool = False
    media_type: str = ""
    charset: str | None = None
    validators: Validators = field(default_factory=Validators)
    prohibition: str | None = None


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: httpx2.Headers
    body: bytes


class Fetcher:
    """Fetches addresses of the web; a context manager, for one thread.

    `contact` is the web page or e-mail address in the user agent. `is_allowed` says of an IP address whether
    to connect to it. Every failure is a ReadingError.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        is_allowed: Callable[[str], bool] = is_public,
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        self._limits = limits
        self._network = GuardedNetwork(is_allowed=is_allowed)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(), network_backend=self._network, keepalive_expiry=5
        )
        self._headers = {
            "User-Agent": f"{AGENT}/{version('kutip')}" + (f" (+{contact})" if contact else ""),
            "Accept": _ACCEPTED,
            "Accept-Encoding": "gzip",
        }
        self._rules: dict[str, Protego | str] = {}  # by origin; why there are none, if reading them failed
        self._reservations: dict[str, Reservations] = {}  # by origin
        self._last_request: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._refusing: dict[str, str] = {}  # why nothing more is asked of a host

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def fetch(self, url: str, *, known: Validators = Validators()) -> Fetched:
        """Return the page at an address, or that it is unchanged since it had the `known` validators.

        Follows redirects. Each address on the way is checked as the first one is.
        """
        address = checked_address(url)
        for step in range(self._limits.maximum_redirects + 1):
            try:
                reply = self._ask(
                    address, delay_seconds=self._allowed_delay(address), headers=known.headers()
                )
                target = _redirect_target(reply, address)
            except ReadingError as error:
                if step:
                    raise ReadingError(f"the server redirects to {address}, but {error}") from None
                raise
            if target is None:
                fetched = _fetched(reply, address, is_conditional=bool(known.headers()))
                if fetched.is_unchanged or fetched.prohibition:
                    return fetched
                return replace(fetched, prohibition=self._reservation(address))
            address = target
        raise ReadingError(
            f"the server redirects more than {self._limits.maximum_redirects} times: correct the address"
        )

    def _allowed_delay(self, address: httpx2.URL) -> float:
        """Return the pause between requests to a host; raise ReadingError if it forbids a page."""
        rules = self._robots(address)
        if not rules.can_fetch(str(address), AGENT):
            raise ReadingError(
                f"the robots.txt of {address.host} forbids fetching it: ask the site's owner for the text"
            )
        rate = rules.request_rate(AGENT)
        asked = [rules.crawl_delay(AGENT) or 0, rate.seconds / rate.requests if rate and rate.requests else 0]
        delay = max(self._limits.delay_seconds, *asked)
        if delay > self._limits.maximum_delay_seconds:
            raise ReadingError(
                f"the robots.txt of {address.host} asks for {delay:,.0f} seconds between requests, more than "
                f"the limit of {self._limits.maximum_delay_seconds:,.0f}: ask the site's owner for the text"
            )
        return delay

    def _robots(self, address: httpx2.URL) -> Protego:
        """Return the rules of a host; a host without robots.txt allows all, one that fails allows nothing."""
        origin = f"{address.scheme}://{address.netloc.decode()}"
        if origin not in self._rules:
            try:
                self._rules[origin] = self._fetch_rules(address.join("/robots.txt"))
            except ReadingError as error:
                self._rules[origin] = str(error)
        rules = self._rules[origin]
        if isinstance(rules, str):
            raise ReadingError(rules)
        return rules

    def _reservation(self, address: httpx2.URL) -> str | None:
        """Return the line that says that a site reserves its rights in a page, or None."""
        origin = f"{address.scheme}://{address.netloc.decode()}"
        if origin not in self._reservations:
            self._reservations[origin] = Reservations(self._fetch_reservations(address.join(PLACE)))
        is_reserved = self._reservations[origin].holds(str(address))
        return f"tdm-reservation: 1 in {address.join(PLACE)}" if is_reserved else None

    def _fetch_reservations(self, address: httpx2.URL) -> bytes:
        try:
            reply = self._request(address, {})
        except ReadingError:
            return b""
        finally:
            self._last_request[address.host] = time.monotonic()
        return reply.body if reply.status == 200 else b""

    def _fetch_rules(self, address: httpx2.URL) -> Protego:
        for _ in range(self._limits.maximum_redirects + 1):
            reply = self._ask(address, delay_seconds=0)
            target = _redirect_target(reply, address)
            if target is None:
                break
            address = target
        if reply.status >= 500:
            raise ReadingError(
                f"the robots.txt of {address.host} cannot be read (status {reply.status}), so nothing is "
                "fetched from there: run the same command again later"
            )
        text = reply.body.decode("utf-8-sig", errors="replace") if reply.status == 200 else ""
        return Protego.parse(text[:_MAXIMUM_ROBOTS_CHARACTERS])

    def _ask(
        self, address: httpx2.URL, *, delay_seconds: float, headers: Mapping[str, str] | None = None
    ) -> _Reply:
        """Return a reply that is final; wait and ask again if the server wants that."""
        if address.host in self._refusing:
            raise ReadingError(self._refusing[address.host])
        for retry in range(self._limits.maximum_retries + 1):
            self._wait_for_turn(address.host, delay_seconds)
            try:
                reply = self._request(address, headers or {})
            finally:
                self._last_request[address.host] = time.monotonic()
            if reply.status not in _ASKS_TO_WAIT:
                return reply
            wait = _seconds_to_wait(reply)
            if wait is None:
                wait = max(delay_seconds, self._limits.retry_seconds) * 2**retry
            if wait > self._limits.maximum_wait_seconds:
                break
            time.sleep(wait if retry < self._limits.maximum_retries else 0)
        reason = (
            f"{address.host} accepts no more requests for now (status {reply.status}): "
            "run the same command again later"
        )
        self._refusing[address.host] = reason
        raise ReadingError(reason)

    def _wait_for_turn(self, host: str, delay_seconds: float) -> None:
        last = self._last_request.get(host)
        if last is not None:
            time.sleep(max(0.0, last + delay_seconds - time.monotonic()))

    def _request(self, address: httpx2.URL, headers: Mapping[str, str]) -> _Reply:
        self._network.deadline = time.monotonic() + self._limits.reply_seconds
        idle = self._limits.idle_seconds
        own = {"Host": address.netloc.decode(), **self._headers, **headers}
        timeouts = {"connect": idle, "read": idle, "write": idle, "pool": idle}
        try:
            with self._pool.stream(
                "GET", str(address), headers=[*own.items()], extensions={"timeout": timeouts}
            ) as response:
                reply = self._read(response)
                self._failures[address.host] = 0
                return reply
        except httpcore2.TimeoutException:
            reason = f"{address.host} does not send the whole page in time: run the same command again later"
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            reason = (
                f"{address.host} cannot be read ({str(error) or type(error).__name__}): "
                "correct the address, or run the same command again later"
            )
        self._note_failure(address.host)
        raise ReadingError(reason)

    def _note_failure(self, host: str) -> None:
        """Leave a host alone for the rest of the run after several failures in a row."""
        self._failures[host] += 1
        if self._failures[host] >= self._limits.maximum_failures:
            self._refusing[host] = (
                f"{host} failed {self._failures[host]} times in a row, so nothing more is fetched there: "
                "run the same command again later"
            )

    def _read(self, response: httpcore2.Response) -> _Reply:
        headers = httpx2.Headers(response.headers)
        packing = headers.get("Content-Encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip", "x-gzip", ""):
            raise ReadingError(f"the server sends it packed as {packing!r}, which was not asked for")
        body = Body(maximum=self._limits.maximum_bytes, is_packed=packing.endswith("gzip"))
        for chunk in response.iter_stream():
            body.add(chunk)
        return _Reply(response.status, headers, body.whole())


def checked_address(url: str) -> httpx2.URL:
    """Return the address of a web page; raise ReadingError for any other address."""
    try:
        parts = urlsplit(url.strip())  # refuses more malformed addresses than the other
        if parts.port == 0:  # reading it raises ValueError for a port that cannot exist
            raise ValueError("port 0")
        address = httpx2.URL(url.strip()).copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError):
        raise ReadingError(f"{url!r:.300} is no address of a web page: correct it") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise ReadingError(
            f"{url!r:.300} is no address of a web page: it must begin with http:// or https://"
        )
    if address.userinfo:
        raise ReadingError("the address contains a user or password, which is displayed: leave it out")
    return address


def _redirect_target(reply: _Reply, address: httpx2.URL) -> httpx2.URL | None:
    location = reply.headers.get("Location") if reply.status in _REDIRECTS else _refresh_of(reply)
    if not location:
        return None
    try:
        target = str(address.join(location))
        if reply.status == 200 and target == str(address):
            return None
        return checked_address(target)
    except (httpx2.InvalidURL, ValueError):
        raise ReadingError(f"the server redirects to {location!r:.300}, which is no address") from None
    except ReadingError as error:
        raise ReadingError(f"the server redirects, but {error}") from None


def _refresh_of(reply: _Reply) -> str | None:
    """Return the address to which a page of HTML leads on at once, as a redirect does, or None."""
    kind = reply.headers.get("Content-Type", "text/html").lower()
    if reply.status != 200 or not kind.startswith(("text/html", "application/xhtml")):
        return None
    return refresh_target(reply.body)


def _fetched(reply: _Reply, address: httpx2.URL, *, is_conditional: bool) -> Fetched:
    etag, last_modified = (_ascii(reply.headers.get(name)) for name in ("ETag", "Last-Modified"))
    validators = Validators(etag=etag, last_modified=last_modified)
    if reply.status == 304 and is_conditional:
        return Fetched(url=str(address), is_unchanged=True, validators=validators)
    if reply.status != 200:
        reason = _REASONS.get(reply.status, "it failed" if reply.status >= 500 else "it gives no page")
        raise ReadingError(
            f"{address.host} answers with status {reply.status}, so {reason}: correct the address, or run "
            "the same command again later"
        )
    kind = Message()
    kind["Content-Type"] = reply.headers.get("Content-Type", "")
    return Fetched(
        url=str(address),
        body=reply.body,
        media_type=kind.get_content_type() if kind["Content-Type"] else "",
        charset=kind.get_content_charset(),
        validators=validators,
        prohibition=find_header_prohibition(reply.headers.multi_items(), agent=AGENT),
    )


def _ascii(value: str | None) -> str | None:
    return value if value and value.isascii() else None


def _seconds_to_wait(reply: _Reply) -> float | None:
    """Return the pause that the server asks for in its Retry-After, which is a number or a date."""
    asked = reply.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
