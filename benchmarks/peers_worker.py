"""Run one peer in its own environment, without Kutip: `python peers_worker.py PEER FOLDER`.

FOLDER holds `passages.jsonl` and `questions.jsonl`, one text per line, with a vector for each in
`passages.npy` and `questions.npy`. The script indexes the passages. For each line `FIRST STOP` on standard
input, it searches for those questions and prints one line of JSON: `found` holds the numbers (from 0) of the
passages found for each question, best first, and `milliseconds` the time of each search. Every peer has its
default settings, gets ten hits from each of its searches, and returns the texts of the hits.
"""

import json
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TOP_K = 10

Vectors = npt.NDArray[np.float32]
Hits = list[tuple[int, str]]
Search = Callable[[str, Vectors], Hits]
Known = dict[str, Vectors]  # the vector of each text, so that no peer has to encode a text


def faiss_and_a_dict(texts: Sequence[str], vectors: Vectors, _: Known) -> Search:
    """Vector search alone: exact inner products, and a dictionary with the texts."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    by_number = dict(enumerate(texts))

    def search(_: str, vector: Vectors) -> Hits:
        numbers = index.search(vector[None], TOP_K)[1][0]
        return [(int(number), by_number[number]) for number in numbers]

    return search


def sqlite_fts5(texts: Sequence[str], _: Vectors, __: Known) -> Search:
    """Keyword search alone: any word of the question, ranked by SQLite's BM25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE passages USING fts5(text)")
    database.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", enumerate(texts))

    def search(text: str, _: Vectors) -> Hits:
        any_word = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        statement = "SELECT rowid, text FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
        return database.execute(statement, [any_word, TOP_K]).fetchall()

    return search


def txtai(texts: Sequence[str], _: Vectors, known: Known) -> Search:
    """Hybrid search with txtai's default index, which is approximate above 5,000 passages."""
    return _txtai(texts, known)


def txtai_exact(texts: Sequence[str], _: Vectors, known: Known) -> Search:
    """Hybrid search with txtai, which compares every vector."""
    return _txtai(texts, known, faiss={"components": "IDMap,Flat"})


def _txtai(texts: Sequence[str], known: Known, **configuration: Any) -> Search:
    from txtai import Embeddings

    def vectors_of(batch: Sequence[str]) -> Vectors:
        return np.stack([known[text] for text in batch])

    embeddings = Embeddings(
        method="external", transform=vectors_of, hybrid=True, content=True, **configuration
    )
    embeddings.index(enumerate(texts))
    return lambda text, _: [(int(hit["id"]), hit["text"]) for hit in embeddings.search(text, TOP_K)]


def haystack(texts: Sequence[str], vectors: Vectors, _: Known) -> Search:
    """Hybrid search in memory, fused by reciprocal rank."""
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore()
    documents = [
        Document(id=str(number), content=text, embedding=vector.tolist())
        for number, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]
    store.write_documents(documents)
    pipeline = Pipeline()
    pipeline.add_component("keyword", InMemoryBM25Retriever(store, top_k=TOP_K))
    pipeline.add_component("vector", InMemoryEmbeddingRetriever(store, top_k=TOP_K))
    pipeline.add_component("fused", DocumentJoiner("reciprocal_rank_fusion", top_k=TOP_K))
    pipeline.connect("keyword", "fused")
    pipeline.connect("vector", "fused")

    def search(text: str, vector: Vectors) -> Hits:
        asked = {"keyword": {"query": text}, "vector": {"query_embedding": vector.tolist()}}
        return [(int(hit.id), hit.content) for hit in pipeline.run(asked)["fused"]["documents"]]

    return search


def langchain(texts: Sequence[str], vectors: Vectors, known: Known) -> Search:
    """Hybrid search with an ensemble of BM25 and FAISS, fused by reciprocal rank."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    class KnownEmbeddings(Embeddings):  # type: ignore[misc]
        """An encoder that looks up vectors of texts encoded beforehand."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            """Return a vector for each text."""
            return [self.embed_query(text) for text in texts]

        def embed_query(self, text: str) -> list[float]:
            """Return a text's vector."""
            vector: list[float] = known[text].tolist()
            return vector

    numbers = [{"number": number} for number in range(len(texts))]
    pairs = list(zip(texts, vectors.tolist(), strict=True))
    store = FAISS.from_embeddings(pairs, KnownEmbeddings(), metadatas=numbers)
    by_vector = store.as_retriever(search_kwargs={"k": TOP_K})
    by_keyword = BM25Retriever.from_texts(texts, metadatas=numbers, k=TOP_K)
    ensemble = EnsembleRetriever(retrievers=[by_keyword, by_vector])

    def search(text: str, _: Vectors) -> Hits:
        return [(hit.metadata["number"], hit.page_content) for hit in ensemble.invoke(text)[:TOP_K]]

    return search


PEERS = {
    peer.__name__: peer for peer in (faiss_and_a_dict, sqlite_fts5, txtai, txtai_exact, haystack, langchain)
}


def main(name: str, folder: Path) -> None:
    """Search for the questions named on standard input, and print the results."""
    passages, questions = (_texts(folder / f"{kind}.jsonl") for kind in ("passages", "questions"))
    vectors, asked = np.load(folder / "passages.npy"), np.load(folder / "questions.npy")
    known = dict(zip([*passages, *questions], [*vectors, *asked], strict=True))
    replies, sys.stdout = sys.stdout, sys.stderr  # so that a library's output is not taken for a reply
    search = PEERS[name](passages, vectors, known)
    for line in sys.stdin:
        part = slice(*map(int, line.split()))
        print(json.dumps(_reply(search, questions[part], asked[part])), file=replies, flush=True)


def _reply(search: Search, questions: Sequence[str], vectors: Vectors) -> dict[str, list[Any]]:
    found, milliseconds = [], []
    for text, vector in zip(questions, vectors, strict=True):
        started = time.perf_counter()
        hits = search(text, vector)
        milliseconds.append((time.perf_counter() - started) * 1000)
        found.append([number for number, _ in hits])
    return {"found": found, "milliseconds": milliseconds}


def _texts(path: Path) -> list[str]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
