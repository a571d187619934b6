"""Corpora of every kind, and what tests do with one."""

from pathlib import Path
from typing import Any

import pytest

from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.milvus.server import MilvusServer
from rag.corpus.protocol import Corpus, EncoderIdentity, WholeCorpus
from rag.datatypes import Article, Filters, Hit, IngestStatus, Passage
from rag.text.passages import cut_passages
from tests.conftest import TOPICS, TopicEncoder, article, identity

ENCODER = TopicEncoder()
TOPIC_IDENTITY = identity(ENCODER)

COFFEE = article("kopi", "Panen kopi naik.", "Harga kopi turun.", title="Panen")
FLOOD = article("banjir", "Banjir merendam rumah.")
OTHER = EncoderIdentity("other", 2)


def open_place(place: str, *, encoder: EncoderIdentity | None = TOPIC_IDENTITY) -> WholeCorpus:
    """Open the corpus at a place: a folder, or the address of a Milvus server, `#` and a prefix."""
    if "#" not in place:
        return LocalCorpus(Path(place), encoder=encoder)
    uri, _, prefix = place.partition("#")
    server = MilvusServer(uri, token=None, timeout_seconds=30)
    return MilvusCorpus(server, prefix=prefix, encoder=encoder)


def encoded(source: Article, encoder: TopicEncoder = ENCODER) -> tuple[list[Passage], FloatArray]:
    passages = cut_passages(source, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    return passages, encoder.encode_passages([passage.text for passage in passages])


def add(corpus: Corpus, *articles: Article) -> list[IngestStatus]:
    return [corpus.add(source, *encoded(source)) for source in articles]


def change(corpus: Corpus) -> None:
    """Edit two of the articles that are named after topics, add one and remove one."""
    edited = article("kopi", "Kopi dan bus."), article("bus", "bus satu.", "Banjir.")
    add(corpus, *edited, article("baru", "Gempa."))
    corpus.remove("gempa")


def vector_hits(corpus: Corpus, query: str, *, depth: int = 1000, **filters: Any) -> list[Hit]:
    vector = ENCODER.encode_queries([query])[0]
    found = corpus.vector_search(vector, depth=depth, filters=Filters(**filters))
    return corpus.hits(found, source="vector")


def keyword_hits(corpus: Corpus, query: str, *, depth: int = 1000, **filters: Any) -> list[Hit]:
    found = corpus.keyword_search(query, language="id", depth=depth, filters=Filters(**filters))
    return corpus.hits(found.passages, source="keyword")


def vector_ids(corpus: Corpus, query: str = "kopi", **filters: Any) -> list[str]:
    """Return the articles found, each once, in the order of their ids."""
    return sorted({hit.article_id for hit in vector_hits(corpus, query, **filters)})


def keyword_ids(corpus: Corpus, query: str = "kopi", **filters: Any) -> list[str]:
    return sorted({hit.article_id for hit in keyword_hits(corpus, query, **filters)})


def check_against_brute_force(corpus: Corpus) -> None:
    """Hold vector search against the similarities of all that the database has."""
    stored = {
        (header.id, passage.text): vector
        for header in corpus.articles(Filters(), limit=10_000, cursor=None).articles
        for passage, vector in corpus.passages_of(header.id)
    }
    assert corpus.counts().passages == len(stored)
    for topic in TOPICS:
        query = ENCODER.encode_queries([topic])[0]
        nearest = corpus.vector_search(query, depth=1000)
        assert len(nearest) == len(stored)  # so none that was removed takes the place of another
        found = {(hit.article_id, hit.text): hit.score for hit in corpus.hits(nearest, source="vector")}
        assert found == pytest.approx(
            {key: float(vector @ query) for key, vector in stored.items()}, abs=1e-6
        )
