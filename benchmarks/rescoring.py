"""Rerank the best hits with the bundled encoder, by their sentences or by their tokens."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import mean, median

import numpy as np
from sentence_transformers import SentenceTransformer

from benchmarks.data import EvaluationQuestion, bundled_encoder, folder_argument, indonesian_pool, questions
from benchmarks.report import Report
from benchmarks.retrieval import SETS
from embeddings import bundled
from embeddings.weights import FloatArray
from rag.datatypes import Hit
from rag.pipeline import Pipeline, Question
from rag.text.languages import sentence_spans

_HITS = 10
_QUESTIONS_OF_A_SET = 50
_WEIGHTS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_METHOD = """
The ten best hits of hybrid search, sorted by their fused score plus a weight times a second score. The second
score comes from the bundled encoder: the similarity of the best sentence, or the mean similarity of the
nearest token for each token of the question (MaxSim, Khattab and Zaharia 2020,
https://arxiv.org/abs/2004.12832). Both are in standard deviations of the ten hits. The weight is the one with
the best mean R@1 on the *other* sets. The times are medians, for the whole search and for the second score of
ten hits. At most 50 questions per set.
""".strip().replace("\n", " ")

# Scores hits for a question: one number per hit, higher is better.
Read = Callable[[str, Sequence[Hit]], FloatArray]


@dataclass(frozen=True)
class _Case:
    """The hits of a question: their fused scores, the scores of each reading, and which are gold."""

    fused: FloatArray
    readings: Mapping[str, FloatArray]
    is_gold: FloatArray


class _Reading:
    """A way to score hits, with the time of each call."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.milliseconds: list[float] = []

    def __call__(self, text: str, hits: Sequence[Hit]) -> FloatArray:
        started = time.perf_counter()
        scores = self._read(text, hits)
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        deviations: FloatArray = (scores - scores.mean()) / (scores.std() or 1.0)
        return deviations


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    readings = {"best sentence": _Reading(_best_sentence), "nearest tokens": _Reading(_nearest_tokens)}
    searching: list[float] = []
    with indonesian_pool(folder) as corpus:
        pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder())
        sets = {
            name: list(_cases(pipeline, _sample(questions(folder, name)), readings, searching))
            for name in SETS
        }
    report = Report(
        "rescoring", "Reordering the best hits", "python -m benchmarks.rescoring --data FOLDER", _METHOD
    )
    none = [f"{_recall(cases, 'best sentence', 0.0):.3f}" for cases in sets.values()]
    report.table(
        ["R@1 (weight)", "ms", *sets],
        [
            ["hybrid search", f"{median(searching):.1f}", *none],
            *(
                [name, f"+ {median(read.milliseconds):.1f}", *_cross_validated(sets, name)]
                for name, read in readings.items()
            ),
        ],
    )
    lines = {
        f"{name}, {kind}": (_WEIGHTS, [_recall(cases, kind, weight) for weight in _WEIGHTS])
        for name, cases in sets.items()
        for kind in readings
    }
    report.plot("rescoring", lines, x="weight", y="R@1", log=False)
    report.write()


def _sample(asked: Iterator[EvaluationQuestion]) -> list[EvaluationQuestion]:
    indonesian = [question for question in asked if question.language == "id"]
    return indonesian[:: -(-len(indonesian) // _QUESTIONS_OF_A_SET)]


def _cases(
    pipeline: Pipeline,
    asked: Sequence[EvaluationQuestion],
    readings: Mapping[str, _Reading],
    searching: list[float],
) -> Iterator[_Case]:
    for question in asked:
        started = time.perf_counter()
        hits = pipeline.search(Question(text=question.text, top_k=_HITS)).hits
        searching.append((time.perf_counter() - started) * 1000)
        yield _Case(
            fused=np.array([hit.score for hit in hits], np.float32),
            readings={name: read(question.text, hits) for name, read in readings.items()},
            is_gold=np.array([question.is_answered_by(hit) for hit in hits], np.float32),
        )


def _best_sentence(text: str, hits: Sequence[Hit]) -> FloatArray:
    sentences = [
        (number, hit.text[start:end])
        for number, hit in enumerate(hits)
        for start, end in sentence_spans(hit.text, language=hit.language)
    ]
    (query,) = bundled_encoder().encode_queries([text])
    similarities = bundled_encoder().encode_passages([sentence for _, sentence in sentences]) @ query
    best = np.full(len(hits), -1, np.float32)
    np.maximum.at(best, [number for number, _ in sentences], similarities)
    return best


def _nearest_tokens(text: str, hits: Sequence[Hit]) -> FloatArray:
    model = _token_model()
    (query,) = _tokens(model, [text], prompt="query: ")
    passages = _tokens(model, [hit.text for hit in hits], prompt="passage: ")
    return np.array([(query @ passage.T).max(axis=1).mean() for passage in passages], np.float32)


@cache
def _token_model() -> SentenceTransformer:
    return bundled.load(engine="openvino")


def _tokens(model: SentenceTransformer, texts: list[str], *, prompt: str) -> list[FloatArray]:
    """Return the token vectors of each text, of shape (tokens, dimension) and unit length."""
    encoded = model.encode(texts, prompt=prompt, output_value="token_embeddings", convert_to_numpy=False)
    arrays = [vectors.float().cpu().numpy() for vectors in encoded]
    return [array / np.linalg.norm(array, axis=1, keepdims=True) for array in arrays]


def _cross_validated(sets: Mapping[str, Sequence[_Case]], kind: str) -> list[str]:
    """Return each set's R@1 with the weight that is best on the other sets."""
    cells = []
    for left_out, cases in sets.items():
        others = [other for name, other in sets.items() if name != left_out]
        best = max(_WEIGHTS, key=lambda weight: mean(_recall(other, kind, weight) for other in others))
        cells.append(f"{_recall(cases, kind, best):.3f} ({best:g})")
    return cells


def _recall(cases: Sequence[_Case], kind: str, weight: float) -> float:
    return mean(float(case.is_gold[np.argmax(case.fused + weight * case.readings[kind])]) for case in cases)


if __name__ == "__main__":
    main()
