"""Which sentences answer: quotes of one sentence, or of two that stand together."""

import numpy as np
import pytest

from rag.corpus import NO_FILTERS
from rag.extractive import Extract, best_sentences
from rag.ingestion import Ingestion
from rag.languages import sentence_spans
from rag.local_corpus import LocalCorpus
from rag.retrieval import Query, hybrid_search
from tests.conftest import TopicEncoder, article

PARAGRAPH = "Panen kopi mencapai 1.500 ton. Harga kopi naik. Bus kota mogok. Warga menonton maraton."


def extract(corpus: LocalCorpus, text: str) -> Extract:
    encoder = TopicEncoder()
    query = Query(text=text, language="id", filters=NO_FILTERS, top_k=8)
    return best_sentences(query, hybrid_search(corpus, encoder, query), encoder=encoder)


@pytest.fixture
def filled(ingestion: Ingestion, corpus: LocalCorpus) -> LocalCorpus:
    list(ingestion.ingest([article("kopi", PARAGRAPH)]))
    return corpus


def test_the_sentence_with_a_number_answers_how_many(filled: LocalCorpus) -> None:
    assert extract(filled, "Berapa ton panen kopi?").runs[0].quote.text == "Panen kopi mencapai 1.500 ton."


def test_neighbours_that_answer_about_as_well_are_quoted_together(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun. Bus kota mogok.")]))
    best = extract(corpus, "Bagaimana harga kopi?").runs[0]
    assert best.quote.text == "Harga kopi naik. Harga kopi turun."
    assert best.sentences == ("Harga kopi naik.", "Harga kopi turun.")


def test_a_passage_of_two_sentences_is_not_quoted_whole(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("kopi", "Harga kopi naik. Harga kopi turun.")]))
    runs = extract(corpus, "Bagaimana harga kopi?").runs
    assert [run.sentences for run in runs] == [("Harga kopi naik.",), ("Harga kopi turun.",)]


@pytest.mark.parametrize("question", ["Apa itu kopi?", "Siapa menonton maraton?", "Kapan bus mogok?"])
def test_quotes_are_whole_sentences_and_each_is_given_once(filled: LocalCorpus, question: str) -> None:
    found = extract(filled, question)
    starts, ends = map(set, zip(*sentence_spans(PARAGRAPH, language="id"), strict=True))
    assert 1 <= len(found.runs) <= 3
    for run in found.runs:
        assert run.quote.start in starts
        assert run.quote.end in ends
        assert run.quote.text == " ".join(run.sentences)
    given = [sentence for run in found.runs for sentence in run.sentences]
    assert len(given) == len(set(given))


def test_the_score_is_higher_where_the_words_of_the_question_stand(filled: LocalCorpus) -> None:
    assert extract(filled, "Harga kopi naik?").score > extract(filled, "Gempa mengguncang sekolah?").score
    assert extract(filled, "Harga kopi").similarity == pytest.approx(1.0, abs=1e-3)
    assert np.isfinite(extract(filled, "Apa?").score)
