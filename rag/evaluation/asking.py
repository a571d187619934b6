"""Asks a pipeline questions with known answers."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.corpus.protocol import Corpus
from rag.datatypes import Answer, AnswerMode, Citation, SearchMode
from rag.evaluation.metrics import token_f1
from rag.evaluation.plan import Case
from rag.evaluation.sets import Gold, Place
from rag.pipeline import Pipeline, Question
from rag.search.retrieval import SearchResult
from rag.text.languages import folded_words, sentence_spans

SEARCH_MODES: tuple[SearchMode, ...] = ("vector", "keyword", "hybrid")
RERANKED = "reranked"

_DEPTH = 10
# Passages to request, so that `_DEPTH` paragraphs are among them even if long paragraphs were split.
_PASSAGES = 3 * _DEPTH


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of one question; fields are empty if its kind has nothing to rank or to answer.

    `rankings` are the first places that each search mode finds, and "reranked" search if a model reranks.
    `sentence_f1` is None if a language model writes the answers, or if no one sentence contains the gold.
    """

    case: Case
    rankings: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    search_ms: float | None = None
    answer: Answer | None = None
    valid_offsets: Sequence[bool] = ()
    sentence_f1: float | None = None


@dataclass(frozen=True)
class Examiner:
    """Asks a pipeline questions with known answers."""

    pipeline: Pipeline
    mode: AnswerMode
    on_failure: Callable[[str], object]
    runner: asyncio.Runner

    def examine(self, case: Case) -> Outcome:
        """Search and ask, as far as the kind of the question allows.

        Raises:
            BadRequest: the question cannot be asked.
        """
        rankings, search_ms = self._search(case) if case.record.answerable else ({}, None)
        if case.is_for_search_alone:
            return Outcome(case=case, rankings=rankings, search_ms=search_ms)
        answer = self.ask(case)
        return Outcome(
            case=case,
            rankings=rankings,
            search_ms=search_ms,
            answer=answer,
            valid_offsets=[_is_valid(citation, self.pipeline.corpus) for citation in answer.citations],
            sentence_f1=_sentence_f1(case.gold, answer, self.pipeline.corpus) if self._is_verbatim else None,
        )

    def ask(self, case: Case) -> Answer:
        """Return the answer to a question.

        Raises:
            BadRequest: the question cannot be asked.
        """
        question = Question(text=case.record.question, mode=self.mode)
        return self.runner.run(self.pipeline.answer(question, on_failure=self.on_failure))

    @property
    def _is_verbatim(self) -> bool:
        return self.mode == "extractive" or self.pipeline.language_model is None

    def _search(self, case: Case) -> tuple[dict[str, list[Place]], float]:
        """Return the first places that each search finds, and the milliseconds of hybrid search."""
        question = Question(text=case.record.question, top_k=_PASSAGES)
        found: dict[str, SearchResult] = {
            mode: self.pipeline.search(question, mode=mode, rerank=False) for mode in SEARCH_MODES
        }
        search_ms = sum(found["hybrid"].timings_ms.values())
        reranking = self.pipeline.reranking
        if reranking is not None and (reranking.cross_encoder or reranking.reranker):
            # More passages would make the model read more hits than it reads for an answer.
            question = replace(question, top_k=max(_DEPTH, reranking.depth))
            found[RERANKED] = self.pipeline.search(question, mode="hybrid", rerank=True)
        return {name: _places(case.gold, result) for name, result in found.items()}, search_ms


def _places(gold: Gold, found: SearchResult) -> list[Place]:
    return list(dict.fromkeys(map(gold.place_of, found.hits)))[:_DEPTH]


def _is_valid(citation: Citation, corpus: Corpus) -> bool:
    """Return whether the quote is at its offsets in the cited version, within its paragraph."""
    article = corpus.article(citation.article_id, version=citation.article_version)
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        return False
    paragraphs = (part for part in article.numbered_paragraphs() if part.number == citation.paragraph)
    return any(part.start <= citation.start < citation.end <= part.end for part in paragraphs)


def _sentence_f1(gold: Gold, answer: Answer, corpus: Corpus) -> float | None:
    """Return the token F1 of the first quote and the gold sentence nearest to it; 0 without a quote."""
    sentences = list(_gold_sentences(gold, corpus))
    if not sentences:
        return None
    quoted = [folded_words(first.quote, language=first.language) for first in answer.citations[:1]]
    return max((token_f1(words, sentence) for words in quoted for sentence in sentences), default=0.0)


def _gold_sentences(gold: Gold, corpus: Corpus) -> Iterator[list[str]]:
    """Yield the words of each sentence that contains the whole of a gold answer."""
    for span in gold.spans:
        article = corpus.article(span.article_id)
        if article is None:
            continue
        for paragraph in article.numbered_paragraphs():
            for start, end in sentence_spans(paragraph.text, language=article.language):
                if paragraph.start + start <= span.start and span.end <= paragraph.start + end:
                    yield folded_words(paragraph.text[start:end], language=article.language)
