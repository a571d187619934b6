"""A Milvus server: requests with time limits, errors translated to Kutip's, reconnection without restart."""

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

# The maximum number of rows in one reply, a limit of Milvus.
MAX_ROWS = 16_384

# The first release with full-text search.
_MINIMUM_VERSION = (2, 5)

_WRITE_ROWS = 500
_CONNECT_SECONDS = 3.0  # or a third of the time limit, if that is longer
_PAUSE_SECONDS = 1.0  # between two attempts to connect

# Sends a write only once. subtle: the client retries requests by itself, and a retried write may arrive after
# a later write of another worker. The client retries until its time limit ends, so these writes have no time
# limit in the client. Their limit comes from `_deadlines`.
_NO_RETRIES: dict[str, Any] = {"timeout": None, "retry_times": 0}

# By default, gRPC waits up to two minutes before it reconnects to a server that was down for long.
_RECONNECTING = {
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 1000,
    "grpc.max_reconnect_backoff_ms": 2000,
}
_SLOW_REQUEST_FACTOR = 6  # creating and loading a collection may take this many times as long as a search

# The error codes of Milvus and gRPC. In this order: a collection is not or not completely loaded; there is no
# connection, or the server is not ready; the token is wrong or its user lacks a right; a collection or alias
# is missing.
_NOT_LOADED = {101, 103}
_CONNECTION_LOST = {grpc.StatusCode.UNAVAILABLE, 2}
_AUTHENTICATION = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, 1800}
_NOT_FOUND = {ErrorCode.COLLECTION_NOT_FOUND, 1600}
_RETRIES = re.compile(r"^\[\w+\] Retry run out [^,]*, (message=)?")
_WRITING_DENIED = re.compile(r"read.?only|deny to write|force deny|quota (exceeded|exhausted)", re.IGNORECASE)


class MilvusServer:
    """One connection for all threads, opened when it is first needed and reopened after a failure."""

    def __init__(self, uri: str, *, token: str | None, timeout_seconds: float) -> None:
        """Set the address of the server. This sends no request."""
        self.uri = uri
        self._token = token or ""
        self._timeout = timeout_seconds
        self._client: MilvusClient | None = None
        self._failure: tuple[float, MilvusException] | None = None
        self._lock = threading.Lock()
        # pymilvus logs a traceback for each error, although it also raises the error.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def version(self) -> str:
        """Return the version of the server.

        Raises:
            CorpusError: the server does not answer, or is too old.
        """
        version = str(self._request(lambda client: client.get_server_version(timeout=self._timeout)))
        number = re.search(r"(\d{1,4})\.(\d{1,4})", version)
        if number and (int(number[1]), int(number[2])) < _MINIMUM_VERSION:
            least = ".".join(map(str, _MINIMUM_VERSION))
            raise CorpusTooOld(
                f"The Milvus server {self.uri} is {version}, Kutip needs {least} or later: upgrade Milvus."
            )
        return version

    # Rows

    def query(
        self, collection: str, condition: str, fields: Sequence[str], *, limit: int = MAX_ROWS
    ) -> list[Row]:
        """Return rows that meet a condition, in any order."""
        return self._read(collection, condition, fields, limit=limit)

    def first(self, collection: str, condition: str, fields: Sequence[str], *, limit: int) -> list[Row]:
        """Return the matching rows with the lowest primary keys, in the order of the keys."""
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
        """Return the number of rows that meet a condition."""
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
        """Insert rows, or replace the rows with their primary keys. A retry has no further effect."""
        for start in range(0, len(rows), _WRITE_ROWS):
            batch = list(rows[start : start + _WRITE_ROWS])
            self._rows(
                collection,
                lambda client, batch=batch: client.upsert(collection, batch, timeout=self._timeout),  # type: ignore[misc]
            )

    def write_once(self, collection: str, row: Row) -> None:
        """Insert or replace a row that another worker may change. The request is sent only once.

        Raises:
            CorpusUnreachable: the connection failed; the row may be stored now, later or not at all.
        """
        self._rows(collection, lambda client: client.upsert(collection, [row], **_NO_RETRIES))

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows that meet a condition. No other worker may insert these rows again."""
        self._rows(
            collection, lambda client: client.delete(collection, filter=condition, timeout=self._timeout)
        )

    def delete_once(self, collection: str, condition: str) -> None:
        """Delete rows that another worker may insert again. The request is sent only once.

        Raises:
            CorpusUnreachable: the connection failed; the rows may be deleted now, later or not at all.
        """
        self._rows(collection, lambda client: client.delete(collection, filter=condition, **_NO_RETRIES))

    # Collections

    def has_collection(self, collection: str) -> bool:
        """Return whether the collection exists."""
        return bool(self._request(lambda client: client.has_collection(collection, timeout=self._timeout)))

    def make_collection(
        self, collection: str, schema: CollectionSchema, indexes: IndexParams, *, shards: int, replicas: int
    ) -> None:
        """Create a collection and load it. Reads will see every write that was acknowledged before."""
        timeout = self._timeout * _SLOW_REQUEST_FACTOR

        def make(client: MilvusClient) -> None:
            client.create_collection(
                collection, schema=schema, num_shards=shards, consistency_level="Strong", timeout=timeout
            )
            client.create_index(collection, indexes, timeout=timeout, sync=False)  # still empty
            client.load_collection(collection, replica_number=replicas, timeout=timeout)

        self._request(make)

    def drop_collection(self, collection: str) -> None:
        """Drop a collection with its rows."""
        self._request(lambda client: client.drop_collection(collection, timeout=self._timeout))

    def collection_of(self, alias: str) -> str | None:
        """Return the collection of an alias, None if there is no such alias."""
        try:
            described = self._request(lambda client: client.describe_alias(alias, timeout=self._timeout))
        except CorpusChanged:
            return None
        return str(described["collection_name"])

    def make_alias(self, alias: str, collection: str) -> bool:
        """Create an alias of a collection; return False if the alias already names another one."""
        try:
            self._request(lambda client: client.create_alias(collection, alias, timeout=self._timeout))
        except CorpusError:
            if self.collection_of(alias) in {None, collection}:
                raise
            return False
        return True

    def change_alias(self, alias: str, collection: str) -> None:
        """Change the collection of an alias, in one step."""
        self._request(lambda client: client.alter_alias(collection, alias, timeout=self._timeout))

    # Requests

    def retry_until_reached(self, action: Callable[[], T]) -> T:
        """Retry an action while the server is unreachable, for as long as one reply may take.

        Raises:
            CorpusUnreachable: the server is still unreachable.
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
        """Send a request to a collection; load the collection if the server has not after its restart."""
        with self._translated():
            client = self._connected()
            try:
                return request(client)
            except MilvusException as error:
                if error.code not in _NOT_LOADED:
                    raise
                client.load_collection(collection, timeout=self._timeout * _SLOW_REQUEST_FACTOR)
                return request(client)

    def _request(self, request: Callable[[MilvusClient], Any]) -> Any:
        with self._translated():
            return request(self._connected())

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                # If another thread has just failed to connect, fail too. Otherwise, all waiting threads would
                # try to connect, one after the other.
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
                dedicated=True,  # shared connections outlive their clients
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
            return CorpusChanged(f"The Milvus server {self.uri} lacks a collection ({reason}): try again.")
        return CorpusError(f"The Milvus server {self.uri} failed ({reason}): see its log.")


def _deadlines(seconds: float) -> str:
    """Return the gRPC configuration with the time limit of writes."""
    service = "milvus.proto.milvus.MilvusService"
    methods = [{"service": service, "method": method} for method in ("Upsert", "Delete")]
    return json.dumps({"methodConfig": [{"name": methods, "timeout": f"{seconds:.3f}s"}]})
