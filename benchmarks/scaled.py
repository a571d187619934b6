"""Synthetic corpora of any size: new paragraphs made of real sentences from the evaluation sets.

Each passage consists of random sentences from a real paragraph and from the fifty paragraphs nearest to it in
its language. So each passage has one subject, like a real one, and no two passages are near-copies. To encode
a million passages would take two hours. Instead, a passage's vector is the mean of its sentences' vectors,
weighted by length, plus a random residual: the difference between the vector of some real paragraph and the
mean of its sentences' vectors.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from benchmarks.data import BUILD, INDONESIAN_SETS, articles, bundled_encoder
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article, Passage
from rag.text.languages import sentence_spans

_LANGUAGES = (
    "id", "en", "ms", "fil", "zh-Hans", "zh-Hant", "ja", "ko", "ar", "th", "vi", "es", "hi", "fr",
)  # fmt: skip
_SENTENCE_CHARACTERS = range(8, 700)
_PARAGRAPH_CHARACTERS = 700
_NEIGHBOURS = 50
_SENTENCES = range(3, 9)
_PASSAGES_AN_ARTICLE = 8
OUTLETS = 100  # so that a filter on one outlet keeps one percent of the articles


@dataclass(frozen=True)
class _Paragraph:
    """A real paragraph: the numbers of its own sentences, and of those that it can be mixed with."""

    language: str
    title: str
    sentences: list[int]
    pool: npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Material:
    """The material of the passages.

    `residuals` are the differences between the paragraphs' vectors and the means of their sentences' vectors.
    """

    paragraphs: list[_Paragraph]
    sentences: list[str]
    vectors: FloatArray
    residuals: FloatArray


def scaled_corpus(folder: Path, count: int) -> LocalCorpus:
    """Open a corpus of `count` passages. Missing articles are added, and the indexes optimized."""
    encoder = bundled_encoder()
    corpus = LocalCorpus(BUILD / f"scaled-{count}", encoder=EncoderIdentity(encoder.name, encoder.dimension))
    present = corpus.counts().articles
    for number in range(present, count // _PASSAGES_AN_ARTICLE):
        corpus.add(*synthetic_article(folder, number))
    corpus.optimize()
    return corpus


def synthetic_article(folder: Path, number: int) -> tuple[Article, list[Passage], FloatArray]:
    """Return an article with its passages and their vectors. The same number gives the same article."""
    material = _material(folder)
    generator = np.random.default_rng(number)
    first = material.paragraphs[number % len(material.paragraphs)]
    texts, vectors = [], []
    for _ in range(_PASSAGES_AN_ARTICLE):
        size = min(max(len(first.sentences), _SENTENCES.start), _SENTENCES.stop - 1)
        chosen = np.unique(generator.choice(first.pool, size))
        texts.append(" ".join(material.sentences[place] for place in chosen))
        residual = material.residuals[generator.integers(len(material.residuals))]
        vectors.append(_weighted_mean(material, chosen.tolist()) + residual)
    article = Article(
        id=f"made-{number}",
        title=first.title,
        paragraphs=tuple(texts),
        language=first.language,
        outlet=f"Outlet {number % OUTLETS}",
    )
    return article, _passages(texts), _unit(np.array(vectors, np.float32))


def _passages(texts: list[str]) -> list[Passage]:
    passages, start = [], 0
    for number, text in enumerate(texts, start=1):
        passages.append(Passage(paragraph=number, start=start, end=start + len(text), text=text))
        start += len(text) + 2
    return passages


@cache
def _material(folder: Path) -> _Material:
    real = [
        (language, article.title, text)
        for language in _LANGUAGES
        for article in articles(folder, _sets(language), language=language)
        for text in article.paragraphs
    ]
    places: dict[str, int] = {}
    owned = [
        [places.setdefault(sentence, len(places)) for sentence in _sentences(text, language)]
        for language, _, text in real
    ]
    kept = [number for number, sentences in enumerate(owned) if sentences]
    real, owned = [real[number] for number in kept], [owned[number] for number in kept]
    sentence_vectors, vectors = _encoded(list(places), [text[:_PARAGRAPH_CHARACTERS] for *_, text in real])
    pools = _pools(owned, vectors, [language for language, *_ in real])
    paragraphs = [
        _Paragraph(language, title, sentences, pool)
        for (language, title, _), sentences, pool in zip(real, owned, pools, strict=True)
    ]
    material = _Material(paragraphs, list(places), sentence_vectors, vectors)
    means = np.array([_weighted_mean(material, sentences) for sentences in owned])
    return _Material(paragraphs, list(places), sentence_vectors, vectors - means)


def _sets(language: str) -> tuple[str, ...]:
    return INDONESIAN_SETS if language == "id" else ("xquad-dev", "ntrex-dev")


def _sentences(text: str, language: str) -> list[str]:
    sentences = [text[start:end] for start, end in sentence_spans(text, language=language)]
    return [sentence for sentence in sentences if len(sentence) in _SENTENCE_CHARACTERS]


def _encoded(sentences: list[str], paragraphs: list[str]) -> tuple[FloatArray, FloatArray]:
    """Return the vectors of the sentences and of the paragraphs. An earlier run's vectors are read again."""
    path = BUILD / f"material-{len(sentences)}-{len(paragraphs)}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, bundled_encoder().encode_passages(sentences + paragraphs))
    vectors = np.load(path)
    return vectors[: len(sentences)], vectors[len(sentences) :]


def _pools(owned: list[list[int]], vectors: FloatArray, languages: list[str]) -> list[npt.NDArray[np.int64]]:
    """Return the sentences of each paragraph and of its neighbours."""
    pools: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)] * len(owned)
    for language in set(languages):
        same = np.flatnonzero(np.array(languages) == language)
        nearest = min(_NEIGHBOURS, len(same))
        _, found = faiss.knn(vectors[same], vectors[same], nearest, metric=faiss.METRIC_INNER_PRODUCT)
        for place, neighbours in zip(same, same[found], strict=True):
            pools[place] = np.unique([sentence for other in neighbours for sentence in owned[other]])
    return pools


def _weighted_mean(material: _Material, places: list[int]) -> FloatArray:
    weights = np.array([len(material.sentences[place]) for place in places], np.float32)
    mean: FloatArray = weights @ material.vectors[places] / weights.sum()
    return mean


def _unit(vectors: FloatArray) -> FloatArray:
    scaled: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled
