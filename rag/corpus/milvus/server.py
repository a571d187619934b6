"""A Milvus server: requests with a time limit, errors in Kutip's own words, recovery without a restart."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import grpc
from pymilvus import CollectionSchema, MilvusClient
from pymilvus.exceptions import ErrorCode, MilvusException
from pymilvus.milvus_client import IndexParams

from rag.errors import (
    CorpusChanged,
    CorpusError,
    CorpusNotWritable,
    CorpusRefused,
    CorpusTimeout,
    CorpusTooOld,
    CorpusUnreachable,
)

Row = dict[str, Any]

T = TypeVar("T")

# The most rows of one reply; Milvus' own limit.
MAX_ROWS = 16_384

# The release that brought full text search.
_LEAST_VERSION = (2, 5)

_WRITE_ROWS = 500
_CONNECT_SECONDS = 3.0  # or a third of the longest wait, where that is more
_PAUSE_SECONDS = 1.0  # between two attempts to connect

# subtle: a write that is sent again, as the client does by itself, may arrive after what another worker wrote
# meanwhile. The client tries again for as long as a time limit lasts, so these have theirs from `_deadlines`.
_SENT_ONCE: dict[str, Any] = {"timeout": None, "retry_times": 0}

# gRPC would wait for up to two minutes after a server was away for long.
_RECONNECTING = {
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 1000,
    "grpc.max_reconnect_backoff_ms": 2000,
}
_SLOW_REQUESTS_TIMES = 6  # making and loading a collection may take so many times as long as a search

# What Milvus' numbers say: a collection is not loaded, or not all of it; no connection, or a server that is
# not ready; a user without the right; no such collection or alias.
_NOT_LOADED = {101, 103}
_CONNECTION_LOST = {grpc.StatusCode.UNAVAILABLE, 2}
_AUTHENTICATION = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, 1800}
_NOT_FOUND = {ErrorCode.COLLECTION_NOT_FOUND, 1600}
_RETRIES = re.compile(r"^\[\w+\] Retry run out [^,]*, (message=)?")
_WRITING_DENIED = re.compile(r"read.?only|deny to write|force deny|quota (exceeded|exhausted)", re.IGNORECASE)


class MilvusServer:
    """One connection for all threads, made when it is first needed and again when it broke."""

    def __init__(self, uri: str, *, token: str | None, timeout_seconds: float) -> None:
        """Note where the server is; nothing is sent yet."""
        self.uri = uri
        self._token = token or ""
        self._timeout = timeout_seconds
        self._client: MilvusClient | None = None
        self._failure: tuple[float, MilvusException] | None = None
        self._lock = threading.Lock()
        # It writes a traceback for each error, all of which are raised too.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Close the connection; the next request makes another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def version(self) -> str:
        """Return what the server says it is.

        Raises:
            CorpusError: it does not answer, or is too old.
        """
        version = str(self._request(lambda client: client.get_server_version(timeout=self._timeout)))
        number = re.search(r"(\d{1,4})\.(\d{1,4})", version)
        if number and (int(number[1]), int(number[2])) < _LEAST_VERSION:
            least = ".".join(map(str, _LEAST_VERSION))
            raise CorpusTooOld(
                f"The Milvus server {self.uri} is {version}, Kutip needs {least} or later: upgrade Milvus."
            )
        return version

    # Rows

    def query(
        self, collection: str, condition: str, fields: Sequence[str], *, limit: int = MAX_ROWS
    ) -> list[Row]:
        """Return rows that meet a condition, in no order."""
        return self._read(collection, condition, fields, limit=limit)

    def first(self, collection: str, condition: str, fields: Sequence[str], *, limit: int) -> list[Row]:
        """Return the rows with the lowest primary keys, in their order."""
        return self._read(
            collection, condition, fields, limit=limit, iterator="True", reduce_stop_for_best="True"
        )

    def _read(self, collection: str, condition: str, fields: Sequence[str], **options: Any) -> list[Row]:
        rows: list[Row] = self._rows(
            collection,
            lambda client: client.query(
                collection,
                filter=condition,
                output_fields=list(fields),
                timeout=self._timeout,
                **options,
            ),
        )
        return rows

    def count(self, collection: str, condition: str = "") -> int:
        """Return how many rows meet a condition."""
        rows = self._rows(
            collection,
            lambda client: client.query(
                collection, filter=condition, output_fields=["count(*)"], timeout=self._timeout
            ),
        )
        return int(rows[0]["count(*)"])

    def search(
        self,
        collection: str,
        field: str,
        query: Any,
        *,
        condition: str,
        fields: Sequence[str],
        limit: int,
        params: Mapping[str, Any],
    ) -> list[Row]:
        """Return the rows nearest to one query, best first, each with its `id` and its `score`."""
        found = self._rows(
            collection,
            lambda client: client.search(
                collection,
                data=[query],
                anns_field=field,
                filter=condition,
                limit=limit,
                output_fields=list(fields),
                search_params={"params": dict(params)},
                timeout=self._timeout,
            ),
        )
        return [{**hit["entity"], "id": hit["id"], "score": hit["distance"]} for hit in found[0]]

    def write(self, collection: str, rows: Sequence[Row]) -> None:
        """Put rows in, each in place of the one with its primary key: twice is as good as once."""
        for start in range(0, len(rows), _WRITE_ROWS):
            batch = list(rows[start : start + _WRITE_ROWS])
            self._rows(
                collection,
                lambda client, batch=batch: client.upsert(collection, batch, timeout=self._timeout),  # type: ignore[misc]
            )

    def write_once(self, collection: str, row: Row) -> None:
        """Put a row in that another worker may change; the request is not sent a second time.

        Raises:
            CorpusUnreachable: the connection broke; the row may be there, or arrive later.
        """
        self._rows(collection, lambda client: client.upsert(collection, [row], **_SENT_ONCE))

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows that meet a condition, which nobody else puts in again."""
        self._rows(
            collection, lambda client: client.delete(collection, filter=condition, timeout=self._timeout)
        )

    def delete_once(self, collection: str, condition: str) -> None:
        """Delete rows that another worker may put in again; the request is not sent a second time.

        Raises:
            CorpusUnreachable: the connection broke; the rows may be gone, or go later.
        """
        self._rows(collection, lambda client: client.delete(collection, filter=condition, **_SENT_ONCE))

    # Collections

    def has_collection(self, collection: str) -> bool:
        """Return whether there is such a collection."""
        return bool(self._request(lambda client: client.has_collection(collection, timeout=self._timeout)))

    def make_collection(
        self, collection: str, schema: CollectionSchema, indexes: IndexParams, *, shards: int, replicas: int
    ) -> None:
        """Make a collection and load it; reads see every write that was acknowledged before them."""
        timeout = self._timeout * _SLOW_REQUESTS_TIMES

        def make(client: MilvusClient) -> None:
            client.create_collection(
                collection, schema=schema, num_shards=shards, consistency_level="Strong", timeout=timeout
            )
            client.create_index(collection, indexes, timeout=timeout, sync=False)  # there is nothing in it
            client.load_collection(collection, replica_number=replicas, timeout=timeout)

        self._request(make)

    def drop_collection(self, collection: str) -> None:
        """Drop a collection with all that is in it."""
        self._request(lambda client: client.drop_collection(collection, timeout=self._timeout))

    def behind_alias(self, alias: str) -> str | None:
        """Return the collection that an alias stands for."""
        try:
            described = self._request(lambda client: client.describe_alias(alias, timeout=self._timeout))
        except CorpusChanged:
            return None
        return str(described["collection_name"])

    def make_alias(self, alias: str, collection: str) -> bool:
        """Let an alias stand for a collection; False where it stands for one already."""
        try:
            self._request(lambda client: client.create_alias(collection, alias, timeout=self._timeout))
        except CorpusError:
            if self.behind_alias(alias) in {None, collection}:
                raise
            return False
        return True

    def turn_alias(self, alias: str, collection: str) -> None:
        """Let an alias stand for another collection, in one step."""
        self._request(lambda client: client.alter_alias(collection, alias, timeout=self._timeout))

    # Requests

    def until_reached(self, action: Callable[[], T]) -> T:
        """Do something anew while the server cannot be reached, for as long as one reply may take.

        Raises:
            CorpusUnreachable: it still cannot be.
        """
        until = time.monotonic() + self._timeout
        while True:
            try:
                return action()
            except CorpusUnreachable:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def _rows(self, collection: str, request: Callable[[MilvusClient], Any]) -> Any:
        """Send a request to a collection; load it where the server, started again, has not."""
        with self._translated():
            client = self._connected()
            try:
                return request(client)
            except MilvusException as error:
                if error.code not in _NOT_LOADED:
                    raise
                client.load_collection(collection, timeout=self._timeout * _SLOW_REQUESTS_TIMES)
                return request(client)

    def _request(self, request: Callable[[MilvusClient], Any]) -> Any:
        with self._translated():
            return request(self._connected())

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                # Those that waited while another thread could not connect do not try one after the other.
                if self._failure is not None and time.monotonic() < self._failure[0]:
                    raise self._failure[1]
                self._client = self._connect()
            return self._client

    def _connect(self) -> MilvusClient:
        try:
            return MilvusClient(
                self.uri,
                token=self._token,
                timeout=min(max(_CONNECT_SECONDS, self._timeout / 3), self._timeout),
                dedicated=True,  # shared ones outlive their clients
                grpc_options=_RECONNECTING | {"grpc.service_config": _deadlines(self._timeout)},
            )
        except MilvusException as error:
            self._failure = time.monotonic() + _PAUSE_SECONDS, error
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except MilvusException as error:
            raise self._error(error.code, error.message) from error
        except grpc.RpcError as error:
            raise self._error(error.code(), error.details() or "") from error

    def _error(self, code: Any, message: str) -> CorpusError:
        reason = f"{_RETRIES.sub('', str(message)).strip():.300}"
        if code in _CONNECTION_LOST:
            return CorpusUnreachable(
                f"The Milvus server {self.uri} cannot be reached: start it, or correct KUTIP_MILVUS_URI."
            )
        if code == grpc.StatusCode.DEADLINE_EXCEEDED or "Retry timeout" in reason:
            return CorpusTimeout(
                f"The Milvus server {self.uri} did not answer within {self._timeout:g} seconds: see whether "
                "it is overloaded, or raise KUTIP_MILVUS_TIMEOUT_SECONDS."
            )
        if code in _AUTHENTICATION:
            return CorpusRefused(
                f"The Milvus server {self.uri} refuses KUTIP_MILVUS_TOKEN ({reason}): correct it, or give "
                "its user the right."
            )
        if code == ErrorCode.FORCE_DENY or _WRITING_DENIED.search(reason):
            return CorpusNotWritable(
                f"The Milvus server {self.uri} takes no writes ({reason}): free memory or disk, "
                "or lift its quota."
            )
        if code in _NOT_FOUND:
            return CorpusChanged(f"The Milvus server {self.uri} lacks a collection ({reason}): ask again.")
        return CorpusError(f"The Milvus server {self.uri} failed ({reason}): see its log.")


def _deadlines(seconds: float) -> str:
    """Return gRPC's own configuration of the time that a write may take."""
    service = "milvus.proto.milvus.MilvusService"
    methods = [{"service": service, "method": method} for method in ("Upsert", "Delete")]
    return json.dumps({"methodConfig": [{"name": methods, "timeout": f"{seconds:.3f}s"}]})
