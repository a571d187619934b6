"""Finds passages that resemble a question without answering it, with the bundled encoder."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from training.data import Articles, Place, QuestionRow

CACHE = "negatives.json"
DEPTH = 24
NEGATIVES_PER_QUESTION = 6

# The beginning of a passage that is compared with the question. A longer text may exceed the encoder's limit.
EMBEDDED_CHARACTERS = 480

# Sets whose passages are searched together. The questions of a set search only its own pool.
POOLS = (("facqa", "idk-train", "xquad-id"), ("xquad-en",), ("jaquad",), ("cmrc",), ("drcd",), ("arcd",))


def mine(
    rows: Sequence[QuestionRow], articles: Articles, load_encoder: Callable[[], Encoder], *, cache: Path
) -> list[list[Place]]:
    """Return up to six places without an answer for each question.

    What was found before is read from the file `cache`, so that only new questions are searched for.
    """
    found: dict[str, list[tuple[str, int]]] = json.loads(cache.read_text()) if cache.exists() else {}
    for prefixes in POOLS:
        new = [row for row in rows if _is_in(row, prefixes) and cache_key(row) not in found]
        if new:
            places = _mine_pool(new, articles, load_encoder(), prefixes)
            found |= {
                cache_key(row): [(place.article_id, place.index) for place in best]
                for row, best in zip(new, places, strict=True)
            }
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(found))
    return [[Place(*place) for place in found.get(cache_key(row), [])] for row in rows]


def other_passages(row: QuestionRow, articles: Articles) -> list[Place]:
    """Return the article's other passages of the same number of paragraphs that contain no answer."""
    assert row.place is not None
    place, count = row.place, len(articles.paragraphs(row.place.article_id))
    others = (Place(place.article_id, index, place.count) for index in range(0, count, place.count))
    return [
        other
        for other in others
        if abs(other.index - place.index) >= place.count and _has_no_answer(row, articles.text(other))
    ]


def _is_in(row: QuestionRow, prefixes: tuple[str, ...]) -> bool:
    return row.place is not None and row.place.article_id.startswith(prefixes)


def cache_key(row: QuestionRow) -> str:
    """Return the key of a question in the file of negatives."""
    return f"{row.place}: {row.question}"


def _mine_pool(
    rows: Sequence[QuestionRow], articles: Articles, encoder: Encoder, prefixes: tuple[str, ...]
) -> list[list[Place]]:
    places = [
        Place(article_id, index)
        for prefix in prefixes
        for article_id in articles.ids(prefix)
        for index in range(len(articles.paragraphs(article_id)))
    ]
    texts = [articles.text(place) for place in places]
    vectors = encoder.encode_passages([text[:EMBEDDED_CHARACTERS] for text in texts])
    # Encoded as passages, because those use large batches. This hardly changes which passages resemble a
    # question.
    queries = encoder.encode_passages([row.question for row in rows])
    return [
        [places[one] for one in best if _is_negative(row, places[one], texts[one])][:NEGATIVES_PER_QUESTION]
        for row, best in zip(rows, _nearest(queries, vectors), strict=True)
    ]


def _nearest(queries: FloatArray, vectors: FloatArray) -> list[list[int]]:
    nearest: list[list[int]] = []
    for start in range(0, len(queries), 1024):
        scores = queries[start : start + 1024] @ vectors.T
        nearest.extend(np.argsort(-scores, axis=1)[:, :DEPTH].tolist())
    return nearest


def _is_negative(row: QuestionRow, place: Place, text: str) -> bool:
    """Whether a passage is neither the gold passage nor a copy of it, and contains no answer."""
    assert row.place is not None
    if place.article_id == row.place.article_id and place.index == row.place.index:
        return False
    return row.passage[:80] != text[:80] and _has_no_answer(row, text)


def _has_no_answer(row: QuestionRow, text: str) -> bool:
    return bool(row.answers) and not any(answer.casefold() in text.casefold() for answer in row.answers)
