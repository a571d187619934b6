"""Which sentences answer: quotes of one sentence, or of two that stand together."""

import numpy as np
import pytest

from rag.answering.best_sentences import (
    BestSentences,
    Excerpt,
    best_sentences,
    excerpts_before_stop,
    excerpts_within,
)
from rag.citations import Quote
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Hit
from rag.ingestion import Ingestion
from rag.search.retrieval import Query, hybrid_search
from rag.text.languages import sentence_spans
from tests.conftest import TopicEncoder, article

PARAGRAPH = "Panen kopi mencapai 1.500 ton. Harga kopi naik. Bus kota mogok. Warga menonton maraton."


def extract(corpus: LocalCorpus, text: str) -> BestSentences:
    encoder = TopicEncoder()
    query = Query(text=text, language="id", filters=NO_FILTERS, top_k=8)
    return best_sentences(query, hybrid_search(corpus, encoder, query), encoder=encoder)


@pytest.fixture
def filled(ingestion: Ingestion, corpus: LocalCorpus) -> LocalCorpus:
    list(ingestion.ingest([article("kopi", PARAGRAPH)]))
    return corpus


def test_the_sentence_with_a_number_answers_how_many(filled: LocalCorpus) -> None:
    assert (
        extract(filled, "Berapa ton panen kopi?").excerpts[0].quote.text == "Panen kopi mencapai 1.500 ton."
    )


def test_neighbours_with_similar_scores_are_quoted_together(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun. Bus kota mogok.")]))
    best = extract(corpus, "Bagaimana harga kopi?").excerpts[0]
    assert best.quote.text == "Harga kopi naik. Harga kopi turun."
    assert best.sentences == ("Harga kopi naik.", "Harga kopi turun.")


def test_a_passage_of_two_sentences_is_not_quoted_whole(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun.")]))
    excerpts = extract(corpus, "Bagaimana harga kopi?").excerpts
    assert [excerpt.sentences for excerpt in excerpts] == [("Harga kopi naik.",), ("Harga kopi turun.",)]


@pytest.mark.parametrize("question", ["Apa itu kopi?", "Siapa menonton maraton?", "Kapan bus mogok?"])
def test_quotes_are_whole_sentences_and_each_is_given_once(filled: LocalCorpus, question: str) -> None:
    found = extract(filled, question)
    starts, ends = map(set, zip(*sentence_spans(PARAGRAPH, language="id"), strict=True))
    assert 1 <= len(found.excerpts) <= 3
    for excerpt in found.excerpts:
        assert excerpt.quote.start in starts
        assert excerpt.quote.end in ends
        assert excerpt.quote.text == " ".join(excerpt.sentences)
    given = [sentence for excerpt in found.excerpts for sentence in excerpt.sentences]
    assert len(given) == len(set(given))


def test_a_sentence_with_the_words_of_the_question_scores_higher(filled: LocalCorpus) -> None:
    assert extract(filled, "Harga kopi naik?").score > extract(filled, "Gempa mengguncang sekolah?").score
    assert extract(filled, "Harga kopi").similarity == pytest.approx(1.0, abs=1e-3)
    assert np.isfinite(extract(filled, "Apa?").score)


@pytest.mark.parametrize(("limit", "given"), [(None, 3), (1, 1), (7, 1), (8, 2), (10, 2), (11, 3), (99, 3)])
def test_a_limit_leaves_out_whole_quotes(filled: LocalCorpus, limit: int | None, given: int) -> None:
    excerpts = excerpts_of(filled)
    kept = excerpts_within(excerpts, limit, count_tokens=TopicEncoder().count_tokens)  # 5, 3 and 3 words
    assert list(kept) == excerpts[:given]


@pytest.mark.parametrize(
    ("stop", "given"),
    [([], 3), (["zz"], 3), (["Harga"], 1), (["\n"], 1), (["ton.\nHarga"], 1), (["zz", "Bus"], 2), (["P"], 0)],
)
def test_a_stop_sequence_leaves_out_the_quote_that_contains_it(
    filled: LocalCorpus, stop: list[str], given: int
) -> None:
    excerpts = excerpts_of(filled)
    assert list(excerpts_before_stop(excerpts, stop)) == excerpts[:given]


def excerpts_of(corpus: LocalCorpus) -> list[Excerpt]:
    """Return each of the first three sentences as a quote of its own."""
    (hit,) = corpus_hits(corpus)
    spans = sentence_spans(PARAGRAPH, language="id")[:3]
    quotes = [Quote(hit=hit, start=start, end=end, verdict="supported", checks={}) for start, end in spans]
    return [Excerpt(quote, (quote.text,)) for quote in quotes]


def corpus_hits(corpus: LocalCorpus) -> list[Hit]:
    query = Query(text="kopi", language="id", filters=NO_FILTERS, top_k=8)
    return list(hybrid_search(corpus, TopicEncoder(), query).hits)
