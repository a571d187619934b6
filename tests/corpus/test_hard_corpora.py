"""Corpora as bad as they come: all copies, one huge article, an unknown language, a killed ingest."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Article, Filters
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.search.retrieval import Query, hybrid_search
from tests.conftest import TopicEncoder, article, identity


def found(corpus: LocalCorpus, text: str, *, top_k: int = 5) -> list[str]:
    query = Query(text=text, language="id", filters=Filters(), top_k=top_k)
    return [hit.article_id for hit in hybrid_search(corpus, TopicEncoder(), query).hits]


def test_ten_thousand_equal_articles_give_one_hit(corpus: LocalCorpus, ingestion: Ingestion) -> None:
    equal = (article(f"{number:05}", "Panen kopi naik 12 persen.") for number in range(10_000))
    other = article("lain", "Kopi turun 3 persen di Gayo.")
    results = Counter(result.status for result in ingestion.ingest([*equal, other]))
    assert results == {"created": 10_001}
    query = Query(text="kopi naik", language="id", filters=Filters(), top_k=5)
    hits = hybrid_search(corpus, TopicEncoder(), query).hits
    assert [hit.article_id for hit in hits] == ["00000", "lain"]
    assert len(hits[0].copies) > 1000


def test_an_article_of_five_megabytes_is_stored_and_found(corpus: LocalCorpus, ingestion: Ingestion) -> None:
    sentence = "Banjir merendam rumah di kota itu sejak Senin pagi. "
    huge = article("besar", sentence * (5_000_000 // len(sentence)), "Panen kopi naik.")
    (result,) = ingestion.ingest([huge])
    assert result.status == "created"
    assert found(corpus, "kopi", top_k=1) == ["besar"]
    for passage, _ in corpus.passages_of("besar")[:50]:
        assert huge.text[passage.start : passage.end] == passage.text


def test_a_word_of_five_megabytes_is_cut_or_refused(corpus: LocalCorpus, ingestion: Ingestion) -> None:
    results = list(ingestion.ingest([article("kata", "x" * 5_000_000), article("kopi", "Kopi naik.")]))
    assert results[1].status == "created"
    assert found(corpus, "kopi", top_k=1) == ["kopi"]


@pytest.mark.parametrize("question", ["ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ ᠪᠢᠴᠢᠭ", "𐎀𐎁𐎂", "ꦱꦤꦏꦺꦴꦥꦶ", "qwzx vrrk plmf", "១២៣ ភាសា"])
def test_a_query_in_an_unknown_language_works(
    pipeline: Pipeline, ingestion: Ingestion, question: str
) -> None:
    list(ingestion.ingest([article("kopi", "Panen kopi naik."), article("banjir", "Banjir surut.")]))
    search = pipeline.search(Question(text=question))
    assert len(search.hits) == 2
    assert pipeline.corpus.keyword_search(question, language="und", depth=9).passages == []


class CountingEncoder(TopicEncoder):
    """Counts the passages it encodes."""

    encoded = 0

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Count, and encode."""
        self.encoded += len(texts)
        return super().encode_passages(texts)


def many_articles() -> list[Article]:
    """Return articles of about the size that are encoded together, each with a text of its own."""
    texts = (" ".join(f"Panen kopi {number} {place}." for place in range(1500)) for number in range(60))
    return [article(f"{number:04}", text) for number, text in enumerate(texts)]


def test_an_ingest_continues_after_a_kill(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from tests.corpus.test_hard_corpora import *
with LocalCorpus(Path({str(tmp_path)!r}), encoder=identity(TopicEncoder())) as corpus:
    for result in Ingestion(corpus, TopicEncoder(), passage_max_tokens=40).ingest(many_articles()):
        print(result.id, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline().strip() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
    encoder = CountingEncoder()
    with LocalCorpus(tmp_path, encoder=identity(encoder)) as corpus:
        before = corpus.counts()
        assert before.articles >= len(acknowledged)
        results = list(Ingestion(corpus, encoder, passage_max_tokens=40).ingest(many_articles()))
        assert [result.status for result in results[:20]] == ["unchanged"] * 20
        assert Counter(result.status for result in results)["created"] == 60 - before.articles
        assert encoder.encoded == corpus.counts().passages - before.passages
        assert corpus.counts().articles == 60
        assert len(found(corpus, "kopi", top_k=50)) == 50
