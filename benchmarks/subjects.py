"""Fit whether a hit is on the subject of a question, by the language of the hit.

Questions of the development sets are asked about their article alone, and about twenty other articles. Groups
of a set and a pair of languages weigh the same. Prints what `rag.answering.refusal` would contain. Then it
prints for each pair of languages the share answered, by the current values and by a fit without the fifth of
the questions that a question is in: of the questions about their article, and of those about others.
"""

import argparse
import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.data import bundled_cross_encoder, bundled_encoder, evaluation_records, hit_of
from embeddings.weights import FloatArray
from rag.answering.refusal import Calibration, Features, assess, calibration_of
from rag.answering.resemblance import Resemblance
from rag.search.reranking import DEPTH, Reranking
from rag.text.languages import detect_language
from rag.text.tags import is_same_language, primary_language

_OTHERS = 20  # articles
_FOLDS = 5
_SEED = 77
_PENALTY = 2.0
_MOST_TOKENS = 400  # of a paragraph
_RESEMBLANCE_UNIT = 50  # so that the penalty treats both weights alike
_SMALL_GROUP = 8  # groups of fewer samples weigh less

# Sets, and pairs of the languages of questions and articles.
_PAIRS = {
    "facqa-dev": ["id id"],
    "idk-mrc-dev": ["id id"],
    "xquad-dev": [
        *("id id", "en en", "es es", "zh-Hans zh-Hans", "ar ar", "th th", "vi vi"),
        *("id en", "id es", "id zh-Hans", "id ar", "id th", "id vi", "en id", "es id", "zh-Hans id", "ar id"),
        *("en es", "en th", "en zh-Hans", "ar en", "th en"),
    ],
    "ntrex": [
        f"{asking} {language}"
        for language in ("ja", "ko", "hi", "fr", "ms", "fil", "zh-Hant", "zh-Hans", "th", "ar", "es", "vi")
        for asking in ("id", "en")
    ],
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A question, its set and pair of languages, whether its article was there, and what was read."""

    question: str
    pair: tuple[str, str, str]
    is_there: bool
    features: Features

    @property
    def offset(self) -> tuple[bool, str]:
        """Whether the hit is in the language of the question, and its language without script."""
        return self.features.is_same_language, primary_language(self.features.language)


def main() -> None:
    """Read, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--size", type=int, default=40, help="questions of a set in a pair of languages")
    options = parser.parse_args()
    asker = _Asker()
    samples = [sample for name in _PAIRS for sample in _samples(options.data, name, options.size, asker)]
    print(_fit(samples))
    fold = [int(hashlib.sha256(sample.question.encode()).hexdigest(), 16) % _FOLDS for sample in samples]
    fits = [_fit([s for s, own in zip(samples, fold, strict=True) if own != each]) for each in range(_FOLDS)]
    in_force = calibration_of(bundled_encoder().name)
    current = [_is_answered(in_force, sample) for sample in samples]
    held_out = [_is_answered(fits[own], sample) for sample, own in zip(samples, fold, strict=True)]
    for pair in dict.fromkeys(sample.pair for sample in samples):
        places = [place for place, sample in enumerate(samples) if sample.pair == pair]
        shares = [
            f"{np.mean([found[place] for place in places if samples[place].is_there == is_there]):.2f}"
            for found in (current, held_out)
            for is_there in (True, False)
        ]
        print(f"{' '.join(pair):24} {len(places):4}  now {'/'.join(shares[:2])}  fit {'/'.join(shares[2:])}")


def _is_answered(fit: Calibration, sample: Sample) -> bool:
    return assess(sample.features, on_subject=fit).is_answer


def _fit(samples: Sequence[Sample]) -> Calibration:
    """Fit the weights, and what each language adds; an offset of few samples stays near zero."""
    offsets = list(dict.fromkeys(sample.offset for sample in samples))
    rows = [
        [
            sample.features.relevance,
            sample.features.resemblance * _RESEMBLANCE_UNIT,
            float(not sample.features.is_same_language),
            *(float(sample.offset == offset) for offset in offsets),
        ]
        for sample in samples
    ]
    groups = Counter((sample.pair, sample.is_there) for sample in samples)
    sizes = [max(groups[sample.pair, sample.is_there], _SMALL_GROUP) for sample in samples]
    weights = np.array([1 / size for size in sizes])
    model = LogisticRegression(C=_PENALTY, max_iter=5000)
    model.fit(
        np.array(rows), [s.is_there for s in samples], sample_weight=weights * len(rows) / weights.sum()
    )
    relevance, resemblance, across, *added = model.coef_[0].tolist()
    by_offset = dict(zip(offsets, added, strict=True))
    return Calibration(
        relevance=relevance,
        resemblance=resemblance * _RESEMBLANCE_UNIT,
        intercept=float(model.intercept_[0]),
        across_languages=across,
        languages={language: value for (is_same, language), value in by_offset.items() if is_same},
        languages_across={language: value for (is_same, language), value in by_offset.items() if not is_same},
    )


class _Asker:
    """Asks questions about paragraphs: the most similar ones are read, and the first one counts."""

    def __init__(self) -> None:
        self._reranking = Reranking(cross_encoder=bundled_cross_encoder())
        self._resemblance = Resemblance(bundled_encoder())

    def ask(self, question: str, texts: Sequence[str], language: str) -> Features:
        """Return the features of the first hit after reranking."""
        vector: FloatArray = bundled_encoder().encode_queries([question])[0]
        similarities = [float(_encoded(text) @ vector) for text in texts]
        nearest = np.argsort(similarities)[::-1][:DEPTH]
        hits = [hit_of(texts[place], language, rank) for rank, place in enumerate(nearest, start=1)]
        reranked = self._reranking.rerank(question, hits)
        first = reranked.hits[0]
        asked_in = detect_language(question)
        return Features(
            relevance=reranked.readings[first.passage_id].relevance,
            resemblance=self._resemblance.of(vector, first, language=asked_in),
            language=first.language,
            is_same_language=is_same_language(asked_in, first.language),
        )


def _shortened(text: str) -> str:
    tokens = bundled_encoder().count_tokens([text])[0]
    return text[: len(text) * _MOST_TOKENS // max(tokens, _MOST_TOKENS)]


@cache
def _encoded(text: str) -> FloatArray:
    vector: FloatArray = bundled_encoder().encode_passages([text])[0]
    return vector


def _samples(folder: Path, name: str, size: int, asker: _Asker) -> Iterator[Sample]:
    rng = random.Random(_SEED)  # noqa: S311 - the same questions in every run
    of_questions, of_articles = ("ntrex-qa-dev", "ntrex-dev") if name == "ntrex" else (name, name)
    by_id = {record["id"]: record for record in evaluation_records(folder, f"{of_questions}.questions")}
    articles = list(evaluation_records(folder, f"{of_articles}.articles"))
    for pair in _PAIRS[name]:
        asking, language = pair.split()
        paragraphs = {
            each["id"]: [_shortened(text) for text in each["paragraphs"]]
            for each in articles
            if each["language"] == language
        }
        asked = [
            (record["question"], article)
            for record in by_id.values()
            if record["language"] == asking and record["answerable"]
            if (article := _article_of(record, language, by_id)) in paragraphs
        ]
        for question, article in rng.sample(asked, min(size, len(asked))):
            others = [each for each in paragraphs if each != article]
            for chosen in ([article], rng.sample(others, min(_OTHERS, len(others)))):
                texts = [text for each in chosen for text in paragraphs[each]]
                yield Sample(
                    question=question,
                    pair=(name, asking, language),
                    is_there=chosen == [article],
                    features=asker.ask(question, texts, language),
                )


def _article_of(record: Mapping[str, Any], language: str, by_id: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the id of a question's article in a language."""
    if record["article_id"].startswith("ntrex"):
        return f"ntrex-{language}-{record['article_id'].rpartition('-')[2]}"
    aligned = record["aligned_ids"].get(language) if record["language"] != language else record["id"]
    return str(by_id[aligned]["article_id"]) if aligned in by_id else ""


if __name__ == "__main__":
    main()
