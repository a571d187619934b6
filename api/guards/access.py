"""Access control for every route in one place, so that a new route is protected by default."""

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
from api.problems import error_response
from rag.access_keys import HASH_PREFIX, KEY
from rag.errors import Forbidden, KutipError, Unauthorized
from rag.settings import Settings

# The health probes and the chat page's files. The page itself asks the user for a key.
_PUBLIC = re.compile(r"/health/(live|ready)|/|/page/[^/]+")

_READING_METHODS = {"GET", "HEAD", "OPTIONS"}
# POST routes that change nothing. Every other method that is not in _READING_METHODS needs an admin key.
_ASKING_PATHS = {
    *("/v1/ask", "/v1/search", "/mcp"),
    *("/v1/chat/completions", "/v1/responses", "/v1/messages"),
}

_AUTHORIZATION = re.compile(rf"(?i:bearer) +({KEY.pattern})")

_WHAT_TO_SEND = "send one header Authorization: Bearer KEY"
_POLICY_VIOLATION = 1008


def is_public(scope: Scope) -> bool:
    """Whether a request needs no key and does not count towards any limit."""
    return scope.get("method") in ("GET", "HEAD") and _PUBLIC.fullmatch(path_of(scope)) is not None


def is_metrics_request(scope: Scope) -> bool:
    """Whether a request reads /metrics, which must be answered even when the service is overloaded."""
    return scope.get("method") == "GET" and path_of(scope) == "/metrics"


@dataclass(frozen=True, kw_only=True)
class KeyHolder:
    """The holder of a key. `name` is the key's SHA-256 digest in hexadecimal."""

    name: str
    may_write: bool


@dataclass(frozen=True, kw_only=True)
class Keys:
    """SHA-256 digests of the keys that may ask, and of the admin keys, which may also write."""

    user_digests: Sequence[bytes] = ()
    admin_digests: Sequence[bytes] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Keys":
        """Return the keys from the settings."""
        return cls(user_digests=_digests(settings.api_keys), admin_digests=_digests(settings.admin_keys))

    @property
    def are_set(self) -> bool:
        """Whether the service requires a key."""
        return bool(self.user_digests or self.admin_digests)

    def holder(self, key: str) -> KeyHolder:
        """Return the holder of a key.

        Raises:
            Unauthorized: the key is not one of these keys.
        """
        digest = hashlib.sha256(key.encode()).digest()
        # Compare with every digest, even after a match, so that the time taken reveals nothing.
        may_ask = [hmac.compare_digest(digest, known) for known in self.user_digests]
        may_write = [hmac.compare_digest(digest, known) for known in self.admin_digests]
        if not any(may_ask + may_write):
            raise Unauthorized(f"This service does not know the key: {_WHAT_TO_SEND} with a valid key.")
        return KeyHolder(name=digest.hex(), may_write=any(may_write))


class Access:
    """Checks the key and the rate limit of each request before passing it on."""

    def __init__(self, app: ASGIApp, *, keys: Keys, pages: TrustedPages, rate_limit: RateLimit) -> None:
        self.app = app
        self._keys = keys
        self._pages = pages
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan" or is_public(scope):
            await self.app(scope, receive, send)
            return
        try:
            self._admit(scope)
        except KutipError as error:
            await _error_reply(error, scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        if not self._keys.are_set:
            self._pages.check(Headers(scope=scope))
            self._rate_limit.take(_client_network(scope))
            return
        try:
            holder = self._keys.holder(sent_key(_authorization(Headers(scope=scope))))
        except Unauthorized:
            self._rate_limit.take(_client_network(scope))
            raise
        self._rate_limit.take(holder.name)
        if _writes(scope) and not holder.may_write:
            what = f"{scope.get('method', 'A connection to')} {path_of(scope)[:200]}"
            raise Forbidden(f"{what} needs an admin key: send one of the keys in KUTIP_ADMIN_KEYS.")


def _authorization(headers: Headers) -> list[str]:
    """Return the Authorization headers, or else the key in the header that Anthropic's clients send.

    Raises:
        Unauthorized: there is more than one x-api-key header, or one without a key.
    """
    sent, keys = headers.getlist("authorization"), headers.getlist("x-api-key")
    if sent or not keys:
        return sent
    if len(keys) > 1:
        raise Unauthorized(f"The request has {len(keys)} x-api-key headers: {_WHAT_TO_SEND}.")
    if not _AUTHORIZATION.fullmatch(f"Bearer {keys[0]}"):
        raise Unauthorized(f"The x-api-key header holds no key: {_WHAT_TO_SEND}.")
    return [f"Bearer {keys[0]}"]


def sent_key(authorization: Sequence[str]) -> str:
    """Return the key in the Authorization headers of a request.

    >>> sent_key(["Bearer kopi-dari-lembah-arum"])
    'kopi-dari-lembah-arum'

    Raises:
        Unauthorized: there is no header, more than one, or one without a Bearer token.
    """
    if not authorization:
        raise Unauthorized(f"This service requires a key: {_WHAT_TO_SEND}.")
    if len(authorization) > 1:
        raise Unauthorized(f"The request has {len(authorization)} Authorization headers: {_WHAT_TO_SEND}.")
    found = _AUTHORIZATION.fullmatch(authorization[0])
    if found is None:
        raise Unauthorized(f"The Authorization header holds no Bearer token: {_WHAT_TO_SEND}.")
    return found[1]


def _digests(hashes: SecretStr | None) -> list[bytes]:
    if hashes is None:
        return []
    return [bytes.fromhex(entry.removeprefix(HASH_PREFIX)) for entry in hashes.get_secret_value().split()]


def _error_reply(error: KutipError, scope: Scope) -> ASGIApp:
    if scope["type"] == "http":
        return error_response(error, path=path_of(scope))
    return WebSocketClose(_POLICY_VIOLATION)


def _writes(scope: Scope) -> bool:
    return scope.get("method") not in _READING_METHODS and path_of(scope) not in _ASKING_PATHS


def _client_network(scope: Scope) -> str:
    """Return the client's address, or for IPv6 its /64 network, because one client can use all of a /64."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, 64), strict=False))
    return str(address)
