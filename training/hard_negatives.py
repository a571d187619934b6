"""Passages that resemble a question without answering it, found by the bundled encoder."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from training.data import Articles, Place, QuestionRow

DEPTH = 24
KEPT = 6

# So much of a passage is compared with the question; more may be longer than the encoder takes.
EMBEDDED_CHARACTERS = 480

# Sets whose passages are searched together; the questions of a set are asked of its own pool.
POOLS = (("facqa", "idk-train", "xquad-id"), ("xquad-en",), ("jaquad",), ("cmrc",), ("drcd",), ("arcd",))


def mine(
    rows: Sequence[QuestionRow], articles: Articles, load_encoder: Callable[[], Encoder], *, kept: Path
) -> list[list[Place]]:
    """Return for each question up to six places that do not hold any of its answers; kept in a file."""
    if kept.exists():
        found = json.loads(kept.read_text())
        if len(found) == len(rows):
            return [[Place(*place) for place in places] for places in found]
    negatives: list[list[Place]] = [[] for _ in rows]
    encoder = load_encoder()
    for prefixes in POOLS:
        _mine_pool(rows, articles, encoder, prefixes, negatives)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps([[[p.article_id, p.index] for p in places] for places in negatives]))
    return negatives


def _mine_pool(
    rows: Sequence[QuestionRow],
    articles: Articles,
    encoder: Encoder,
    prefixes: tuple[str, ...],
    negatives: list[list[Place]],
) -> None:
    asked = [
        number for number, row in enumerate(rows) if row.place and row.place.article_id.startswith(prefixes)
    ]
    places = [
        Place(article_id, index)
        for prefix in prefixes
        for article_id in articles.ids(prefix)
        for index in range(len(articles.paragraphs(article_id)))
    ]
    if not asked:
        return
    texts = [articles.text(place) for place in places]
    vectors = encoder.encode_passages([text[:EMBEDDED_CHARACTERS] for text in texts])
    # As passages, because those are encoded in large batches; what resembles a question changes little.
    queries = encoder.encode_passages([rows[number].question for number in asked])
    for number, best in zip(asked, _nearest(queries, vectors), strict=True):
        row = rows[number]
        fits = (place for place in best if _is_negative(row, places[place], texts[place]))
        negatives[number] = [places[place] for place, _ in zip(fits, range(KEPT), strict=False)]


def _nearest(queries: FloatArray, vectors: FloatArray) -> list[list[int]]:
    nearest: list[list[int]] = []
    for start in range(0, len(queries), 1024):
        scores = queries[start : start + 1024] @ vectors.T
        nearest.extend(np.argsort(-scores, axis=1)[:, :DEPTH].tolist())
    return nearest


def _is_negative(row: QuestionRow, place: Place, text: str) -> bool:
    """Tell whether the passage is another one, not the gold's neighbour in FacQA, and holds no answer."""
    assert row.place is not None
    if place.article_id == row.place.article_id and place.index == row.place.index:
        return False
    if row.passage[:80] == text[:80]:
        return False
    return bool(row.answers) and not any(answer.casefold() in text.casefold() for answer in row.answers)
