"""The evaluation sets, and corpora built from them.

A folder holds `NAME.articles.jsonl` and `NAME.questions.jsonl`; seeds/questions.jsonl has the same format.
Corpora are kept in build/, so that a second run need not encode them again.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.cross_encoder import CrossEncoder
from embeddings.encoder import Encoder
from embeddings.loading import load_cross_encoder, load_encoder
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article, Hit
from rag.ingestion import Ingestion
from rag.reading import parse_record
from rag.search.reranking import Reranking

INDONESIAN_SETS = ("facqa-dev", "idk-mrc-dev", "idk-mrc-train", "xquad-dev", "ntrex-dev")
PASSAGE_MAX_TOKENS = 256
BUILD = Path("build/benchmarks")
_RECORD_FIELDS = ("id", "title", "paragraphs", "language")


@dataclass(frozen=True)
class EvaluationQuestion:
    """A question with the paragraphs that answer it: (article id, paragraph number)."""

    id: str
    text: str
    language: str
    gold: frozenset[tuple[str, int]]
    answers: tuple[str, ...]
    aligned_ids: dict[str, str]

    def is_answered_by(self, hit: Hit) -> bool:
        """Whether the hit is in a paragraph that answers the question."""
        return (hit.article_id, hit.paragraph) in self.gold


def folder_argument(description: str | None) -> Path:
    """Read the folder of the evaluation sets from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    folder: Path = parser.parse_args().data
    if not folder.is_dir():
        parser.error(f"{folder} is not a folder: name the folder that holds the evaluation sets")
    return folder


def articles(folder: Path, names: Sequence[str], *, language: str) -> Iterator[Article]:
    """Yield the articles of some sets in one language."""
    for name in names:
        for record in _lines(folder / f"{name}.articles.jsonl"):
            if record["language"] == language:
                yield parse_record({field: record[field] for field in _RECORD_FIELDS}).to_article()


def questions(folder: Path, name: str) -> Iterator[EvaluationQuestion]:
    """Yield the answerable questions of a set."""
    for record in _lines(folder / f"{name}.questions.jsonl"):
        if record["answerable"] and record["paragraph_index"] is not None:
            yield _question(record)


def _question(record: dict[str, Any]) -> EvaluationQuestion:
    paragraphs = [record["paragraph_index"], *record.get("also_in_paragraphs", [])]
    gold = {(record["article_id"], paragraph + 1) for paragraph in paragraphs}
    # The other articles of these sets have one paragraph each.
    gold |= {(article_id, 1) for article_id in record.get("alternative_article_ids", [])}
    return EvaluationQuestion(
        id=record["id"],
        text=record["question"],
        language=record["language"],
        gold=frozenset(gold),
        answers=tuple(record["answers"]),
        aligned_ids=record["aligned_ids"],
    )


def hit_of(text: str, language: str, rank: int) -> Hit:
    """Return a text as a hit that is the whole of its article."""
    return Hit(
        rank=rank, score=0.0, source="hybrid", passage_id=rank, article_id=str(rank), article_version="",
        title="", url=None, outlet=None, author=None, published_at=None, language=language, paragraph=1,
        start=0, end=len(text), text=text,
    )  # fmt: skip


def evaluation_records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of NAME.jsonl as dictionaries."""
    yield from _lines(folder / f"{name}.jsonl")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@cache
def bundled_encoder() -> Encoder:
    """Return the bundled encoder, which is loaded once."""
    return load_encoder("bundled")


@cache
def bundled_cross_encoder() -> CrossEncoder:
    """Return the bundled cross-encoder, which is loaded once."""
    return load_cross_encoder()


def bundled_readers() -> dict[str, Any]:
    """Return the arguments with which a pipeline reads as a service does."""
    cross_encoder = bundled_cross_encoder()
    return {"claim_judge": cross_encoder, "reranking": Reranking(cross_encoder=cross_encoder)}


def open_corpus(name: str, read: Callable[[], Iterator[Article]], *, encoder: Encoder) -> LocalCorpus:
    """Open the corpus of that name in build/, and ingest the articles that it does not hold yet."""
    corpus = LocalCorpus(BUILD / name, encoder=EncoderIdentity(encoder.name, encoder.dimension))
    for result in Ingestion(corpus, encoder, passage_max_tokens=PASSAGE_MAX_TOKENS).ingest(read()):
        if result.status == "rejected":
            raise ValueError(f"{result.id}: {result.reason}")
    return corpus


def indonesian_pool(folder: Path) -> LocalCorpus:
    """Open the corpus of all Indonesian passages of the development sets."""
    return open_corpus(
        "indonesian",
        lambda: articles(folder, INDONESIAN_SETS, language="id"),
        encoder=bundled_encoder(),
    )


def xquad(folder: Path, language: str) -> LocalCorpus:
    """Open the corpus of xquad-dev in one language."""
    return open_corpus(
        f"xquad-{language}",
        lambda: articles(folder, ["xquad-dev"], language=language),
        encoder=bundled_encoder(),
    )
