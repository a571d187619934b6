"""The collections of a corpus in Milvus, created when they are first needed.

`PREFIX_articles`   one row for each article: its current generation, its header, its filterable properties
`PREFIX_documents`  every version of every article, complete, in parts; citations are checked against it
`PREFIX_passages`   an alias of the collection of passages, with their vectors and words
`PREFIX_state`      the recent changes by workers, and the encoder of each collection of passages
"""

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymilvus import CollectionSchema, DataType, Function, FunctionType, MilvusClient
from pymilvus.milvus_client import IndexParams

from rag.corpus.milvus.rows import MAX_FACTS, MAX_TEXT_BYTES, key_of, one_of
from rag.corpus.milvus.server import MilvusServer
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import VectorIndexType
from rag.errors import CorpusError, CorpusTooNew, EncoderMismatch
from rag.text.languages import ANALYSIS

# The format of the rows. Increase it if older versions of Kutip cannot read the new rows.
FORMAT = 1

# The minimum k1 of Milvus, and the b of `rag.corpus.keyword_ranking`. Milvus' BM25 only finds candidates;
# `keyword_ranking` scores them.
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.6}

# The number of lists of an inverted-file (IVF) index, and how many of them a search reads.
_LISTS = 1024
_PROBED_LISTS = 64
_MINIMUM_EF = 200

_FORMAT_KEY = "format"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How to create a collection of passages; `replicas` are copies in the memory of query nodes."""

    index: VectorIndexType = "AUTOINDEX"
    shards: int = 1
    replicas: int = 1

    def search_params(self, limit: int) -> dict[str, int]:
        """Return parameters for a search for `limit` vectors. The index must examine at least `limit`."""
        if self.index == "HNSW":
            return {"ef": max(_MINIMUM_EF, limit)}
        if self.index == "DISKANN":
            return {"search_list": max(_MINIMUM_EF, limit)}
        return {"nprobe": _PROBED_LISTS} if self.index.startswith("IVF") else {}


class Collections:
    """Gives the names of a corpus's collections, and creates collections that are missing."""

    def __init__(
        self, server: MilvusServer, *, prefix: str, encoder: EncoderIdentity | None, layout: Layout
    ) -> None:
        """Set the names of the collections. This sends no request."""
        self.articles = f"{prefix}_articles"
        self.documents = f"{prefix}_documents"
        self.state = f"{prefix}_state"
        self._alias = f"{prefix}_passages"
        self._server = server
        self._encoder = encoder
        self._layout = layout
        self._is_ready = False
        self._passages: str | None = None
        self._properties: dict[str, Any] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Check the collections again before the next request."""
        with self._lock:
            self._is_ready, self._passages = False, None

    def ready(self) -> None:
        """Check the server, and create the collections that are missing, except the passages.

        Raises:
            CorpusError: the server does not answer, or is too old.
            CorpusTooNew: a newer version of Kutip wrote the corpus.
        """
        with self._lock:
            if not self._is_ready:
                self._server.version()
                for name, schema in (
                    (self.articles, _articles_schema()),
                    (self.documents, _documents_schema()),
                    (self.state, _state_schema()),
                ):
                    self._make(name, schema, _indexes(schema, "FLAT"), shards=1)
                self._check_format()
                self._is_ready = True

    def passages(self, *, of_encoder: bool = False) -> str | None:
        """Return the collection of passages, None if no article was ever added.

        With `of_encoder`, check that the vectors come from the encoder of this corpus, if it has one.

        Raises:
            CorpusError: the server failed, or an older version of Kutip analyzed the words differently.
            CorpusTooNew: a newer version of Kutip analyzed the words differently.
            EncoderMismatch: the vectors come from another encoder.
        """
        self.ready()
        with self._lock:
            name, self._passages = self._passages, None  # if a check fails, the next call checks again
            if name is None:
                name = self._server.collection_of(self._alias)
                self._properties = self._read_state(name) or {} if name else {}
            if name is not None:
                self._check_analysis(self._properties)
                if of_encoder and self._encoder is not None:
                    _check_encoder(self._properties, self._encoder)
            self._passages = name
            return name

    def encoder(self) -> EncoderIdentity | None:
        """Return the encoder of the stored vectors."""
        properties = self._properties if self.passages() is not None else {}
        return EncoderIdentity(properties["encoder"], properties["dimension"]) if properties else None

    def passages_to_add_to(self, encoder: EncoderIdentity) -> str:
        """Return the collection of passages, and create it if there is none.

        Raises:
            EncoderMismatch: the vectors come from another encoder.
        """
        name = self.passages(of_encoder=True)
        while name is None:
            made = self.make_passages(encoder)
            if not self._server.make_alias(self._alias, made):
                self.drop_passages(made)  # another worker was faster
            name = self.passages(of_encoder=True)
        return name

    def make_passages(self, encoder: EncoderIdentity) -> str:
        """Create a collection of passages that no search uses yet."""
        name = f"{self._alias}_{secrets.token_hex(4)}"
        schema = _passages_schema(encoder.dimension)
        self._write_state(
            name, {"encoder": encoder.name, "dimension": encoder.dimension, "analysis": ANALYSIS}
        )
        self._make(name, schema, _indexes(schema, self._layout.index), shards=self._layout.shards)
        return name

    def activate_passages(self, name: str) -> None:
        """Make searches use the collection of passages `name`, and drop the former one."""
        former = self._server.collection_of(self._alias)
        if former is None:
            self._server.make_alias(self._alias, name)
        else:
            self._server.change_alias(self._alias, name)
            self.drop_passages(former)
        self.forget()

    def drop_passages(self, name: str) -> None:
        """Drop a collection of passages that is no longer in use."""
        self._server.drop_collection(name)
        self._server.delete(self.state, one_of("id", [key_of(name)]))

    def _make(self, name: str, schema: CollectionSchema, indexes: IndexParams, *, shards: int) -> None:
        if self._server.has_collection(name):
            return
        try:
            self._server.make_collection(name, schema, indexes, shards=shards, replicas=self._layout.replicas)
        except CorpusError:
            # Another worker may have created the collection meanwhile. Some servers then report an error.
            if not self._server.has_collection(name):
                raise

    def _check_format(self) -> None:
        stored = self._read_state(_FORMAT_KEY)
        if stored is None:
            self._write_state(_FORMAT_KEY, FORMAT)
        elif stored > FORMAT:
            raise CorpusTooNew(
                f"The corpus has format {stored}, but this version of Kutip supports formats up to "
                f"{FORMAT} in Milvus: upgrade Kutip."
            )

    @staticmethod
    def _check_analysis(properties: Mapping[str, Any]) -> None:
        analysis = properties.get("analysis", ANALYSIS)
        if analysis > ANALYSIS:
            raise CorpusTooNew(
                "A newer version of Kutip wrote this corpus and analyzes words differently: upgrade Kutip."
            )
        if analysis < ANALYSIS:
            raise CorpusError(
                "An older version of Kutip wrote this corpus and analyzed words differently: "
                "run `kutip ingest --rebuild`."
            )

    def _read_state(self, name: str) -> Any:
        rows = self._server.query(self.state, one_of("id", [key_of(name)]), ["value"])
        return json.loads(rows[0]["value"]) if rows else None

    def _write_state(self, name: str, value: Any) -> None:
        searched = {"kind": "property", "article": "", "begun": 0, "replaces": NO_GENERATION}
        row = {"id": key_of(name), **searched, "value": json.dumps(value), **NO_VECTOR}
        self._server.write(self.state, [row])


def _check_encoder(properties: Mapping[str, Any], encoder: EncoderIdentity) -> None:
    stored = EncoderIdentity(properties["encoder"], properties["dimension"]) if properties else None
    if stored != encoder:
        raise EncoderMismatch(
            f"The corpus holds vectors of {stored}; the configured encoder is {encoder}: "
            "set KUTIP_EMBEDDING_MODEL back, or run `kutip ingest --rebuild`."
        )


# Milvus requires a vector in every collection.
NO_VECTOR = {"nothing": [0.0, 1.0]}

# Means no generation. Milvus requires a number.
NO_GENERATION = -1


def _schema(primary: str) -> CollectionSchema:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    if primary == "text":
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=MAX_TEXT_BYTES)
    else:
        schema.add_field("id", DataType.INT64, is_primary=True)
    return schema


def _add_texts(schema: CollectionSchema, *names: str) -> None:
    for name in names:
        schema.add_field(name, DataType.VARCHAR, max_length=MAX_TEXT_BYTES)


def _add_numbers(schema: CollectionSchema, *names: str) -> None:
    for name in names:
        schema.add_field(name, DataType.INT64)


def _add_filtered(schema: CollectionSchema) -> None:
    schema.add_field(
        "facts", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MAX_FACTS, max_length=32
    )
    schema.add_field("day", DataType.INT64)


def _add_no_vector(schema: CollectionSchema) -> None:
    (name,) = NO_VECTOR
    schema.add_field(name, DataType.FLOAT_VECTOR, dim=len(NO_VECTOR[name]))


def _articles_schema() -> CollectionSchema:
    schema = _schema("text")
    _add_numbers(schema, "generation", "written_at")
    _add_texts(schema, "version", "language", "outlet", "header")
    _add_filtered(schema)
    _add_no_vector(schema)
    return schema


def _documents_schema() -> CollectionSchema:
    schema = _schema("number")
    _add_numbers(schema, "parts")
    _add_texts(schema, "article", "version", "content")
    _add_no_vector(schema)
    return schema


def _state_schema() -> CollectionSchema:
    schema = _schema("text")
    _add_texts(schema, "kind", "article", "value")
    _add_numbers(schema, "begun", "replaces")
    _add_no_vector(schema)
    return schema


def _passages_schema(dimension: int) -> CollectionSchema:
    schema = _schema("number")
    _add_numbers(schema, "paragraph", "start", "end", "word_count")
    _add_texts(schema, "article", "text")
    _add_filtered(schema)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field(
        "words",
        DataType.VARCHAR,
        max_length=MAX_TEXT_BYTES,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": "standard"},
    )
    schema.add_field("keywords", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["keywords"],
        )
    )
    return schema


# The fields that conditions use, except primary keys.
_INDEXED = {"article", "version", "language", "outlet", "kind", "replaces", "facts", "day"}


def _indexes(schema: CollectionSchema, vector_index: str) -> IndexParams:
    indexes = MilvusClient.prepare_index_params()
    for field in schema.fields:
        if field.dtype == DataType.FLOAT_VECTOR:
            params = {"nlist": _LISTS} if vector_index.startswith("IVF") else {}
            indexes.add_index(field.name, index_type=vector_index, metric_type="IP", params=params)
        elif field.dtype == DataType.SPARSE_FLOAT_VECTOR:
            indexes.add_index(
                field.name, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=dict(_BM25)
            )
        elif field.name in _INDEXED:
            indexes.add_index(field.name, index_type="INVERTED")
    return indexes
