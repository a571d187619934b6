"""Who may do what, decided in one place for every route, so that one added tomorrow is closed."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api.guards.origins import TrustedPages
from api.guards.paths import path_of
from api.guards.rate_limit import RateLimit
from api.problems import refusal
from rag.access_keys import HASH_PREFIX, KEY
from rag.errors import Forbidden, KutipError, Unauthorized
from rag.settings import Settings

# The probes, and the files of the page, which asks for the key itself.
_OPEN = re.compile(r"/health/(live|ready)|/|/page/[^/]+")

_READING_METHODS = {"GET", "HEAD", "OPTIONS"}
# They take a body and change nothing. Whatever else does not read needs a key that may write.
_ASKING_PATHS = {"/v1/ask", "/v1/search", "/v1/chat/completions", "/v1/responses", "/mcp"}

_AUTHORIZATION = re.compile(rf"(?i:bearer) +({KEY.pattern})")

_WHAT_TO_SEND = "send the header Authorization: Bearer KEY, once"
_POLICY_VIOLATION = 1008


def is_open(scope: Scope) -> bool:
    """Whether a request needs no key and counts for no limit."""
    return scope.get("method") in ("GET", "HEAD") and _OPEN.fullmatch(path_of(scope)) is not None


def is_measuring(scope: Scope) -> bool:
    """Whether a request asks how busy the service is, and so is answered when it is."""
    return scope.get("method") == "GET" and path_of(scope) == "/metrics"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a key: known by its hash alone."""

    name: str
    may_write: bool


@dataclass(frozen=True, kw_only=True)
class Keys:
    """SHA-256 digests of the keys that may ask, and of those that may write as well."""

    asking: Sequence[bytes] = ()
    writing: Sequence[bytes] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Keys":
        """Return the keys that are set."""
        return cls(asking=_digests(settings.api_keys), writing=_digests(settings.admin_keys))

    @property
    def are_set(self) -> bool:
        """Whether a key is needed at all."""
        return bool(self.asking or self.writing)

    def holder(self, key: str) -> Holder:
        """Return who holds a key.

        Raises:
            Unauthorized: nobody does.
        """
        digest = hashlib.sha256(key.encode()).digest()
        # Against every digest, whatever came of those before: the time it takes tells nothing.
        may_ask = [hmac.compare_digest(digest, known) for known in self.asking]
        may_write = [hmac.compare_digest(digest, known) for known in self.writing]
        if not any(may_ask + may_write):
            raise Unauthorized(f"The key is none of this service's: {_WHAT_TO_SEND}, with a key of it.")
        return Holder(name=digest.hex(), may_write=any(may_write))


class Access:
    """Lets a request through that may do what it asks for, as often as it may."""

    def __init__(self, app: ASGIApp, *, keys: Keys, pages: TrustedPages, rate_limit: RateLimit) -> None:
        self.app = app
        self._keys = keys
        self._pages = pages
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan" or is_open(scope):
            await self.app(scope, receive, send)
            return
        try:
            self._admit(scope)
        except KutipError as error:
            await _refused(error, scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        if not self._keys.are_set:
            self._pages.check(Headers(scope=scope))
            self._rate_limit.take(_network_of(scope))
            return
        try:
            holder = self._keys.holder(sent_key(Headers(scope=scope).getlist("authorization")))
        except Unauthorized:
            self._rate_limit.take(_network_of(scope))
            raise
        self._rate_limit.take(holder.name)
        if _writes(scope) and not holder.may_write:
            what = f"{scope.get('method', 'A connection to')} {path_of(scope)[:200]}"
            raise Forbidden(f"{what} needs a key that may write: send one of those in KUTIP_ADMIN_KEYS.")


def sent_key(authorization: Sequence[str]) -> str:
    """Return the key in the Authorization headers of a request.

    >>> sent_key(["Bearer kopi-dari-lembah-arum"])
    'kopi-dari-lembah-arum'

    Raises:
        Unauthorized: there is no header, more than one, or none of a Bearer token.
    """
    if not authorization:
        raise Unauthorized(f"This service asks for a key and none was sent: {_WHAT_TO_SEND}.")
    if len(authorization) > 1:
        raise Unauthorized(f"Authorization was sent {len(authorization)} times: {_WHAT_TO_SEND}.")
    found = _AUTHORIZATION.fullmatch(authorization[0])
    if found is None:
        raise Unauthorized(f"Authorization holds no Bearer token: {_WHAT_TO_SEND}.")
    return found[1]


def _digests(hashes: SecretStr | None) -> list[bytes]:
    if hashes is None:
        return []
    return [bytes.fromhex(entry.removeprefix(HASH_PREFIX)) for entry in hashes.get_secret_value().split()]


def _refused(error: KutipError, scope: Scope) -> ASGIApp:
    if scope["type"] == "http":
        return refusal(error, path=path_of(scope))
    return WebSocketClose(_POLICY_VIOLATION)


def _writes(scope: Scope) -> bool:
    return scope.get("method") not in _READING_METHODS and path_of(scope) not in _ASKING_PATHS


def _network_of(scope: Scope) -> str:
    """Return the address of a client; of IPv6 the network, all addresses of which one client can take."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, 64), strict=False))
    return str(address)
