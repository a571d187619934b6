"""Digests and counts of articles."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from embeddings.cross_encoder import Reading
from rag.answering.listing import BEFORE_OUTLET, filters_in
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Answer, Article, Filters
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.word_cross_encoder import WordCrossEncoder, reading_words

Ask = Callable[..., Answer]

WIB = "+07:00"


def flood(day: int) -> Article:
    return article(
        f"banjir-{day}",
        f"Banjir merendam {day} desa. Warga mengungsi.",
        "Hujan turun sejak pagi.",
        published_at=datetime.fromisoformat(f"2025-02-{day:02}T08:00:00{WIB}"),
        outlet=("Kabar Lintang" if day > 5 else "KABAR LINTANG") if day > 4 else "Warta Nusa",
        language="id",
    )


@pytest.fixture
def ask(ingestion: Ingestion, pipeline: Pipeline, corpus: LocalCorpus) -> Ask:
    undated = article("kopi", "Panen kopi melimpah.", published_at=None, outlet=None)
    english = article("coffee", "Coffee is cheap.", outlet="The Ledger", language="en")
    list(ingestion.ingest([*(flood(day) for day in range(1, 8)), undated, english]))

    def ask_with(text: str, filters: Filters = NO_FILTERS) -> Answer:
        answer = asyncio.run(pipeline.answer(Question(text=text, filters=filters)))
        check_answer(answer, corpus)
        return answer

    return ask_with


def test_a_digest_has_the_lead_of_each_article_the_newest_first(ask: Ask) -> None:
    answer = ask("Ringkas berita tentang banjir")
    days = [citation.published_at for citation in answer.citations if citation.published_at]
    assert len(days) == 5
    assert days == sorted(days, reverse=True)
    assert all(citation.quote.startswith("Banjir merendam") for citation in answer.citations)
    assert (answer.understood.kind, answer.more) == ("digest", 2)
    assert answer.answer.endswith("Artikel lain: 2")


class VillageReader(WordCrossEncoder):
    """Gives passages about a village one relevance, and others another one."""

    def __init__(self, village: float, other: float) -> None:
        super().__init__()
        self._village, self._other = village, other

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        return [
            Reading(self._village if "desa" in "".join(parts) else self._other, (0.0,) * len(parts))
            for parts in passages
        ]


# A relevance of -1.6 is a probability of .26, and 1 one of .79.
@pytest.mark.parametrize(
    "reader",
    [VillageReader(-1.5, -2.5), VillageReader(1.0, -1.6)],
    ids=["below a quarter", "below the share"],
)
def test_an_article_is_in_a_digest_if_any_of_its_passages_is_on_the_topic(
    ingestion: Ingestion, encoder: TopicEncoder, corpus: LocalCorpus, reader: VillageReader
) -> None:
    others = [article(f"lain-{place}", f"Banjir banjir, kopi {place} ton.") for place in range(12)]
    found_second = article("banjir", "Banjir banjir banjir.", "Banjir di desa kopi: bus kopi, sekolah kopi.")
    list(ingestion.ingest([found_second, *others]))
    pipeline = Pipeline(corpus=corpus, encoder=encoder, **reading_words(reader))
    first = pipeline.search(Question(text="Apa yang terjadi dengan banjir?"), rerank=True).hits[0]
    assert (first.article_id, first.text) == ("banjir", "Banjir banjir banjir.")
    answer = asyncio.run(pipeline.answer(Question(text="Ringkas berita tentang banjir")))
    assert [citation.article_id for citation in answer.citations] == ["banjir"]


def test_hits_in_another_language_are_compared_with_each_other(
    ingestion: Ingestion, encoder: TopicEncoder, corpus: LocalCorpus
) -> None:
    list(
        ingestion.ingest(
            [
                article("id", "Banjir di desa.", language="id"),
                article("id-kopi", "Banjir harga kopi.", language="id"),
                article("en", "Banjir floods.", language="en"),
            ]
        )
    )
    reader = VillageReader(1.0, -1.6)
    pipeline = Pipeline(corpus=corpus, encoder=encoder, **reading_words(reader))
    answer = asyncio.run(pipeline.answer(Question(text="Ringkas berita tentang banjir")))
    assert {citation.article_id for citation in answer.citations} == {"id", "en"}


@pytest.mark.parametrize(
    ("topic", "shown"), [("olahraga", {"voli", "tenis"}), ("panen melon", {"kebun"}), ("gajah", set())]
)
def test_a_digest_of_nothing_on_topic_is_of_the_section_or_of_all_words_of_the_topic(
    ingestion: Ingestion, encoder: TopicEncoder, corpus: LocalCorpus, topic: str, shown: set[str]
) -> None:
    texts = {"voli": "Tim putri menang.", "tenis": "Rani kalah.", "kebun": "Melon dipanen: panen besar."}
    sections = {"voli": "Olahraga", "tenis": "Olahraga", "kebun": None}
    list(
        ingestion.ingest(
            article(name, text, section=sections[name], language="id") for name, text in texts.items()
        )
    )
    pipeline = Pipeline(corpus=corpus, encoder=encoder, **reading_words(VillageReader(-9.0, -9.0)))
    answer = asyncio.run(pipeline.answer(Question(text=f"Ringkas berita tentang {topic}")))
    assert {citation.article_id for citation in answer.citations} == shown


def test_a_digest_obeys_the_filters(ask: Ask) -> None:
    answer = ask("Ringkas berita tentang banjir", Filters(outlet=("Warta Nusa",)))
    assert {citation.outlet for citation in answer.citations} == {"Warta Nusa"}
    assert answer.more == 0


def test_a_digest_without_a_relevant_article_is_refused(ask: Ask) -> None:
    answer = ask("Ringkas berita tentang gempa")
    assert (answer.refusal_reason, answer.more) == ("nothing_relevant", 0)


@pytest.mark.parametrize(
    ("question", "heading", "more"),
    [
        ("Berapa banyak artikel yang ada?", "Jumlah artikel: 9", 4),
        ("Berapa banyak berita tentang banjir?", "Jumlah artikel tentang “banjir”: 7", 2),
        ("Berapa artikel dari Kabar Lintang?", "Jumlah artikel (Kabar Lintang, KABAR LINTANG): 3", 0),
        ("Berapa banyak artikel berbahasa Inggris?", "Jumlah artikel (Inggris): 1", 0),
        ("How many articles from The Ledger are there?", "Articles (The Ledger): 1", 0),
    ],
)
def test_a_count_is_that_of_the_corpus_and_says_so(ask: Ask, question: str, heading: str, more: int) -> None:
    answer = ask(question)
    assert answer.answer.splitlines()[0] == heading
    assert (answer.understood.kind, answer.more) == ("count", more)
    assert answer.citations


@pytest.mark.parametrize(
    ("question", "filters", "heading"),
    [
        (
            "Berapa artikel dari Kabar Lintang?",
            Filters(outlet=("Warta Nusa",)),
            "Jumlah artikel (Warta Nusa): 4",
        ),
        (
            "Berapa artikel dari Kabar Lintang?",
            Filters(outlet=("KABAR LINTANG", "Warta Nusa")),
            "Jumlah artikel (KABAR LINTANG): 1",
        ),
        ("Berapa artikel berbahasa Inggris?", Filters(language=("id",)), "Jumlah artikel (Indonesia): 8"),
    ],
)
def test_a_count_stays_within_the_filters(ask: Ask, question: str, filters: Filters, heading: str) -> None:
    assert ask(question, filters).answer.splitlines()[0] == heading


def test_a_count_has_reprints(ask: Ask, ingestion: Ingestion) -> None:
    text = "Banjir merendam pasar dan sekolah di kota itu sejak Senin malam, kata wali kota."
    list(ingestion.ingest([article(f"ulang-{outlet}", text, outlet=outlet) for outlet in "abc"]))
    answer = ask("Berapa banyak berita tentang banjir?")
    assert answer.answer.splitlines()[0] == "Jumlah artikel tentang “banjir”: 10"


@pytest.mark.parametrize(
    ("outlets", "text", "expected", "rest"),
    [
        (["ANTARA"], "gempa antara Rusia dan Jepang", (), "gempa antara Rusia dan Jepang"),
        (["ANTARA"], "gempa dari Antara", ("ANTARA",), "gempa "),
        (["İstanbul Haber"], "quakes from İstanbul Haber", ("İstanbul Haber",), "quakes "),
    ],
)
def test_an_outlet_in_a_topic_follows_a_preposition(
    ingestion: Ingestion,
    corpus: LocalCorpus,
    outlets: list[str],
    text: str,
    expected: tuple[str, ...],
    rest: str,
) -> None:
    list(ingestion.ingest([article(outlet, "Panen kopi.", outlet=outlet) for outlet in outlets]))
    assert filters_in(text, corpus, before_outlet=BEFORE_OUTLET) == (expected, (), rest)


def test_a_lead_has_letters_and_the_heading_above_it(ingestion: Ingestion, pipeline: Pipeline) -> None:
    made = article(
        "banjir", "* * *", "Banjir surut.", "Biaya", "Banjir banjir banjir di desa.", headings=(3,)
    )
    list(ingestion.ingest([made]))
    answer = asyncio.run(pipeline.answer(Question(text="Ringkas berita tentang banjir")))
    assert [(one.quote, one.heading) for one in answer.citations] == [("Banjir surut.", None)]


def test_a_number_of_something_else_is_an_ordinary_question(ask: Ask) -> None:
    assert ask("Berapa berita bohong yang ditemukan polisi?").understood.kind == "question"
    assert ask("Berapa berita banjir merendam rumah?").understood.kind == "question"


@pytest.mark.parametrize(
    ("text", "languages", "rest"),
    [
        ("tentang Indonesia", (), "tentang Indonesia"),
        ("about temporary housing in Thailand", (), "about temporary housing in Thailand"),
        ("berbahasa Inggris", ("en",), ""),
        ("in English", ("en",), ""),
    ],
)
def test_a_country_is_no_language_filter(
    ingestion: Ingestion, corpus: LocalCorpus, text: str, languages: tuple[str, ...], rest: str
) -> None:
    tags = ("id", "en", "th")
    list(ingestion.ingest([article(tag, "Panen kopi.", outlet="Tempo", language=tag) for tag in tags]))
    _, found, left = filters_in(text, corpus)
    assert (found, left.strip()) == (languages, rest)


def test_a_digest_of_a_time_needs_no_topic(ask: Ask) -> None:
    answer = ask("Ada berita apa pada 3 Februari 2025?")
    assert [citation.article_id for citation in answer.citations] == ["banjir-3"]
    assert answer.understood.kind == "digest"


def test_the_latest_news_are_those_of_the_last_week(ask: Ask) -> None:
    answer = ask("berita terbaru")
    cited = [citation.article_id for citation in answer.citations]
    assert cited == [f"banjir-{day}" for day in (7, 6, 5, 4, 3)]


def test_the_latest_news_are_the_newest_of_many(ask: Ask, ingestion: Ingestion, corpus: LocalCorpus) -> None:
    # All are of the last week. The oldest have the words of the question most often.
    list(
        ingestion.ingest(
            article(
                f"berita-{number}",
                "Berita terbaru: " * (1 + (59 - number) // 10)
                + " ".join(f"{word}{number}" for word in "abcdefghij"),
                published_at=datetime.fromisoformat(f"2025-03-0{1 + number // 10}T08:{number:02}:00{WIB}"),
                language="id",
            )
            for number in range(60)
        )
    )
    answer = ask("berita terbaru")
    assert {f"{citation.published_at:%d}" for citation in answer.citations} == {"06"}
    assert answer.more == 55


def test_a_digest_of_another_time_says_which_times_there_are(ask: Ask) -> None:
    answer = ask("Ringkas berita tentang banjir pada 2021")
    assert answer.refusal_reason == "other_time"
    assert "2025" in answer.answer
    assert not answer.citations


def test_a_digest_of_a_time_without_articles_names_no_filter(ask: Ask) -> None:
    answer = ask("Ringkas berita tentang padi pada tahun 1990")
    assert answer.refusal_reason == "nothing_relevant"
