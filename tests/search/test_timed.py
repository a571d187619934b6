"""Search for evidence of a time."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Filters
from rag.ingestion import Ingestion
from rag.search.reranking import Reranking
from rag.search.retrieval import Query
from rag.search.timed import timed_search
from rag.understood import TimeSpan
from tests.conftest import TopicEncoder, article
from tests.corpora import keyword_hits
from tests.word_cross_encoder import WordCrossEncoder

YEAR = TimeSpan(first=date(2024, 1, 1), last=date(2024, 12, 31))
PUBLISHED = datetime.fromisoformat("2024-01-05T08:00:00+07:00")


@pytest.mark.parametrize("first_article", [None, "gudang"])
def test_the_article_of_the_last_answer_is_read_although_others_are_nearer(
    corpus: LocalCorpus, ingestion: Ingestion, encoder: TopicEncoder, first_article: str | None
) -> None:
    near = [
        article(f"kopi-{number}", f"Harga kopi nomor {number} naik.", published_at=PUBLISHED)
        for number in range(8)
    ]
    far = article("gudang", "Gudangnya penuh, dan harga itu tetap.", published_at=PUBLISHED)
    assert {result.status for result in ingestion.ingest([*near, far])} == {"created"}
    query = Query(text="Berapa harga kopi?", language="id", filters=Filters(), top_k=4, time=YEAR)
    found = timed_search(
        corpus,
        encoder,
        replace(query, first_article=first_article),
        mode="hybrid",
        reranking=Reranking(cross_encoder=WordCrossEncoder(), depth=4),
    )
    (passage,) = keyword_hits(corpus, "gudangnya")
    assert (passage.passage_id in found.readings) == (first_article is not None)
