"""Which sentences answer: quotes of one sentence, or of two that stand together."""

import math
from dataclasses import replace

import pytest

from rag.answering.best_sentences import (
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
from rag.search.reranking import Reranking
from rag.search.retrieval import Query, hybrid_search, search
from rag.text.languages import sentence_spans
from tests.conftest import TopicEncoder, article
from tests.word_cross_encoder import WordCrossEncoder

PARAGRAPH = "Panen kopi mencapai 1.500 ton. Harga kopi naik. Bus kota mogok. Warga menonton maraton."


def extract(corpus: LocalCorpus, text: str, *, is_read: bool = True) -> tuple[Excerpt, ...]:
    encoder = TopicEncoder()
    query = Query(text=text, language="id", filters=NO_FILTERS, top_k=8)
    reranking = Reranking(cross_encoder=WordCrossEncoder()) if is_read else None
    found = search(corpus, encoder, query, mode="hybrid", reranking=reranking)
    return best_sentences(found, encoder=encoder)


@pytest.fixture
def filled(ingestion: Ingestion, corpus: LocalCorpus) -> LocalCorpus:
    list(ingestion.ingest([article("kopi", PARAGRAPH)]))
    return corpus


@pytest.mark.parametrize("is_read", [True, False])
def test_the_sentence_that_the_question_is_about_comes_first(filled: LocalCorpus, is_read: bool) -> None:
    excerpts = extract(filled, "Siapa yang menonton maraton?", is_read=is_read)
    assert excerpts[0].quote.text == "Warga menonton maraton."


def test_sentences_without_a_sign_that_the_cross_encoder_knows_are_quoted_all_the_same(
    filled: LocalCorpus,
) -> None:
    encoder = TopicEncoder()
    query = Query(text="Harga kopi?", language="id", filters=NO_FILTERS, top_k=8)
    reranking = Reranking(cross_encoder=WordCrossEncoder())
    found = search(filled, encoder, query, mode="hybrid", reranking=reranking)
    unread = {
        passage: replace(reading, scores=(-math.inf,) * len(reading.spans))
        for passage, reading in found.readings.items()
    }
    excerpts = best_sentences(replace(found, readings=unread), encoder=encoder)
    assert {excerpt.quote.verdict for excerpt in excerpts} == {"unchecked"}


def test_no_quote_is_supported_before_the_cross_encoder_has_read_it(filled: LocalCorpus) -> None:
    assert {excerpt.quote.verdict for excerpt in extract(filled, "Harga kopi?")} == {"unchecked"}


def test_the_first_quote_is_of_the_first_hit_unless_all_are_of_one_story(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Warga lega."), article("bus", "Bus mogok.")]))
    query = Query(text="Harga kopi?", language="id", filters=NO_FILTERS, top_k=8)
    reranking = Reranking(cross_encoder=WordCrossEncoder())
    found = search(corpus, TopicEncoder(), query, mode="hybrid", reranking=reranking)
    first, second = found.hits
    readings = {
        first.passage_id: replace(found.readings[first.passage_id], relevance=1.0, scores=(-0.5, -2.0)),
        second.passage_id: replace(found.readings[second.passage_id], relevance=3.0, scores=(0.0,)),
    }
    found = replace(found, readings=readings)
    for are_of_one_story, quoted in ((False, ["Harga kopi naik.", "Bus mogok."]), (True, ["Bus mogok."])):
        excerpts = best_sentences(found, encoder=TopicEncoder(), are_of_one_story=are_of_one_story)
        assert [excerpt.quote.text for excerpt in excerpts] == quoted


def test_neighbours_with_similar_scores_are_quoted_together(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun. Bus kota mogok.")]))
    best = extract(corpus, "Bagaimana harga kopi?")[0]
    assert best.quote.text == "Harga kopi naik. Harga kopi turun."
    assert best.sentences == ("Harga kopi naik.", "Harga kopi turun.")


def test_a_passage_of_two_sentences_is_not_quoted_whole(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun.")]))
    excerpts = extract(corpus, "Bagaimana harga kopi?")
    assert [excerpt.sentences for excerpt in excerpts] == [("Harga kopi naik.",), ("Harga kopi turun.",)]


@pytest.mark.parametrize("question", ["Apa itu kopi?", "Siapa menonton maraton?", "Kapan bus mogok?"])
def test_quotes_are_whole_sentences_and_each_is_given_once(filled: LocalCorpus, question: str) -> None:
    excerpts = extract(filled, question)
    starts, ends = map(set, zip(*sentence_spans(PARAGRAPH, language="id"), strict=True))
    assert 1 <= len(excerpts) <= 3
    for excerpt in excerpts:
        assert excerpt.quote.start in starts
        assert excerpt.quote.end in ends
        assert excerpt.quote.text == " ".join(excerpt.sentences)
    given = [sentence for excerpt in excerpts for sentence in excerpt.sentences]
    assert len(given) == len(set(given))


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
