"""The measured inputs of `benchmarks/capacity_model.py`: figures from pages, and sizes of real passages."""

import sqlite3
import time
from pathlib import Path

import faiss
import numpy as np

from benchmarks.capacity_model import PIECE, Inputs
from benchmarks.data import BUILD, indonesian_pool
from benchmarks.report import FOLDER
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import DATABASE_NAME

# Milvus's parameters of HNSW (https://milvus.io/docs/hnsw.md). The number of lists does not matter, see
# `_bytes_per_vector`.
_LINKS, _BUILD_BREADTH, _LISTS = 30, 360, 64


def figure(page: str, row: str, column: str, *, folder: Path = FOLDER) -> float:
    """Return a number from a table of a page: in the first row that begins with `row`, under `column`.

    Raises:
        ValueError: the page has no such number.
    """
    path = folder / f"{page}.md"
    heads: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not heads or not cells:
            heads = cells
        elif column in heads and " | ".join(cells).startswith(row):
            return float(cells[heads.index(column)].replace(",", ""))
    raise ValueError(
        f"{path} has no number for {column!r} of {row!r}: run `python -m benchmarks.{page} --data FOLDER`."
    )


def number_before(words: str, text: str) -> float:
    """Return the number before `words` in a text.

    >>> number_before(" tokens on average", "165 passages, 113 tokens on average.")
    113.0
    """
    return float(text.partition(words)[0].split()[-1])


def measure(folder: Path) -> Inputs:
    """Return the inputs: figures from the pages, and sizes of real passages."""
    gigaflops, passages = (figure("embedding", "Kutip", f"{unit} a second") for unit in ("GFLOP", "passages"))
    page = (FOLDER / "embedding.md").read_text(encoding="utf-8")
    tokens = number_before(" tokens on average", page)
    small, large = f"{PIECE // 10:,}", f"{PIECE:,}"

    def more(column: str) -> float:
        return (figure("scale", large, column) - figure("scale", small, column)) / 0.9

    return Inputs(
        measured_cores=number_before(" × ", page.splitlines()[-1]),
        tokens_a_passage=tokens,
        tokens_a_second=figure("embedding", "Kutip, ingest", "passages a second") * tokens,
        gigaflops_a_token=gigaflops / passages / tokens,
        share_of_ceiling=1 / figure("embedding", "ceiling", "÷ Kutip's"),
        piece_p50_ms=more("p50 ms"),
        piece_p95_ms=more("p95 ms"),
        local_gigabytes=figure("scale", large, "memory of a server GB"),
        local_gigabytes_a_piece=more("memory of a server GB"),
        api_p50_ms=figure("concurrency", "1 | 1", "p50 ms"),
        api_p95_ms=figure("concurrency", "1 | 1", "p95 ms"),
        api_requests_a_second=figure("concurrency", "1 | 16", "requests a second"),
        **_sizes(folder),
    )


def _sizes(folder: Path) -> dict[str, float]:
    """Measure the bytes of a real passage."""
    with indonesian_pool(folder) as corpus:
        corpus.optimize()
        count = corpus.counts().passages
    place = BUILD / "indonesian"
    with sqlite3.connect(place / DATABASE_NAME) as database:
        text, words = database.execute(
            "SELECT avg(length(CAST(text AS BLOB))), avg(length(CAST(words AS BLOB))) FROM passages"
        ).fetchone()
        (documents,) = database.execute("SELECT sum(length(CAST(document AS BLOB))) FROM versions").fetchone()
        distinct = [len(set(row.split())) for (row,) in database.execute("SELECT words FROM passages")]
        stored = [
            np.frombuffer(row, np.float32) for (row,) in database.execute("SELECT vector FROM passages")
        ]
    vectors = np.array(stored)
    word_index = sum(path.stat().st_size for path in (place / "keywords.tantivy").iterdir())
    hnsw, build_ms = _hnsw(vectors)
    return {
        "vector_bytes": float(vectors[0].nbytes),
        "text_bytes": text,
        "words_bytes": words,
        "distinct_words": float(np.mean(distinct)),
        "document_bytes": documents / count,
        "database_bytes": (place / DATABASE_NAME).stat().st_size / count,
        "word_index_bytes": word_index / count,
        "hnsw_bytes": hnsw,
        "hnsw_build_ms": build_ms,
        "sq8_bytes": _bytes_per_vector(f"IVF{_LISTS},SQ8", vectors),
        "rabitq_bytes": _bytes_per_vector(f"IVF{_LISTS},RaBitQ", vectors),
    }


def _bytes_per_vector(description: str, vectors: FloatArray) -> float:
    """Return the bytes that each additional vector takes, without the fixed size of the index."""
    half = len(vectors) // 2
    whole_size, half_size = _index_size(description, vectors), _index_size(description, vectors[:half])
    return (whole_size - half_size) / (len(vectors) - half)


def _index_size(description: str, vectors: FloatArray) -> int:
    index = faiss.index_factory(vectors.shape[1], description, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors)
    index.add(vectors)
    return int(faiss.serialize_index(index).nbytes)


def _hnsw(vectors: FloatArray) -> tuple[float, float]:
    """Return the bytes and the milliseconds of processor time per vector."""
    index = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD_BREADTH
    started = time.process_time()
    index.add(vectors)
    milliseconds = (time.process_time() - started) * 1000
    return faiss.serialize_index(index).nbytes / len(vectors), milliseconds / len(vectors)
