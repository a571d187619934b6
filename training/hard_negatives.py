"""Finds passages that resemble a question without answering it, with the bundled encoder."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from training.data import Articles, Place, QuestionRow

DEPTH = 24
NEGATIVES_PER_QUESTION = 6

# The beginning of a passage that is compared with the question. A longer text may exceed the encoder's limit.
EMBEDDED_CHARACTERS = 480

# Sets whose passages are searched together. The questions of a set search only its own pool.
POOLS = (("facqa", "idk-train", "xquad-id"), ("xquad-en",), ("jaquad",), ("cmrc",), ("drcd",), ("arcd",))


def mine(
    rows: Sequence[QuestionRow], articles: Articles, load_encoder: Callable[[], Encoder], *, cache: Path
) -> list[list[Place]]:
    """Return up to six places without an answer for each question; read or write the file `cache`."""
    if cache.exists():
        found = json.loads(cache.read_text())
        if len(found) == len(rows):
            return [[Place(*place) for place in places] for places in found]
    negatives: list[list[Place]] = [[] for _ in rows]
    encoder = load_encoder()
    for prefixes in POOLS:
        _mine_pool(rows, articles, encoder, prefixes, negatives)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps([[[p.article_id, p.index] for p in places] for places in negatives]))
    return negatives


def _mine_pool(
    rows: Sequence[QuestionRow],
    articles: Articles,
    encoder: Encoder,
    prefixes: tuple[str, ...],
    negatives: list[list[Place]],
) -> None:
    with_place = [
        number for number, row in enumerate(rows) if row.place and row.place.article_id.startswith(prefixes)
    ]
    places = [
        Place(article_id, index)
        for prefix in prefixes
        for article_id in articles.ids(prefix)
        for index in range(len(articles.paragraphs(article_id)))
    ]
    if not with_place:
        return
    texts = [articles.text(place) for place in places]
    vectors = encoder.encode_passages([text[:EMBEDDED_CHARACTERS] for text in texts])
    # Encoded as passages, because those use large batches. This hardly changes which passages resemble a
    # question.
    queries = encoder.encode_passages([rows[number].question for number in with_place])
    for number, best in zip(with_place, _nearest(queries, vectors), strict=True):
        row = rows[number]
        candidates = (place for place in best if _is_negative(row, places[place], texts[place]))
        negatives[number] = [
            places[place] for place, _ in zip(candidates, range(NEGATIVES_PER_QUESTION), strict=False)
        ]


def _nearest(queries: FloatArray, vectors: FloatArray) -> list[list[int]]:
    nearest: list[list[int]] = []
    for start in range(0, len(queries), 1024):
        scores = queries[start : start + 1024] @ vectors.T
        nearest.extend(np.argsort(-scores, axis=1)[:, :DEPTH].tolist())
    return nearest


def _is_negative(row: QuestionRow, place: Place, text: str) -> bool:
    """Whether a passage is neither the gold passage nor its neighbour in FacQA, and contains no answer."""
    assert row.place is not None
    if place.article_id == row.place.article_id and place.index == row.place.index:
        return False
    if row.passage[:80] == text[:80]:
        return False
    return bool(row.answers) and not any(answer.casefold() in text.casefold() for answer in row.answers)
