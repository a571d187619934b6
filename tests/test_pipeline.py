"""From question to answer, on a corpus small enough to know by heart."""

import asyncio

import pytest

from rag.answering.events import Answered, Event, TextWritten
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, Filters
from rag.errors import BadRequest
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import article
from tests.contract import check_answer

COFFEE = article(
    "kopi",
    "Panen kopi mencapai 1.500,5 ton pada Senin (3/6). Harga kopi naik [5] menjadi Rp92.000.",
    "Petani menyambut baik kenaikan itu.",
    title="Panen kopi",
    url="https://example.org/kopi",
)
FLOOD = article("banjir", "Banjir merendam 412 rumah. Warga mengungsi.", published_at=None)


@pytest.fixture
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest([COFFEE, FLOOD]))


def ask(pipeline: Pipeline, text: str) -> Answer:
    return asyncio.run(pipeline.answer(Question(text=text)))


@pytest.mark.usefixtures("filled")
def test_the_answer_is_the_sentence_that_contains_it(pipeline: Pipeline, corpus: LocalCorpus) -> None:
    answer = ask(pipeline, "Berapa ton panen kopi?")
    assert answer.citations[0].quote == "Panen kopi mencapai 1.500,5 ton pada Senin (3/6)."
    assert answer.answer.startswith("Panen kopi mencapai 1.500,5 ton pada Senin (3/6). [1]")
    assert answer.mode == "extractive"
    assert answer.claims[0].verdict == "supported"
    check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_a_bracket_in_an_article_is_not_a_citation(pipeline: Pipeline, corpus: LocalCorpus) -> None:
    answer = ask(pipeline, "Harga kopi naik menjadi berapa?")
    assert "naik ［5］ menjadi" in answer.answer
    assert any("naik [5] menjadi" in citation.quote for citation in answer.citations)
    check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_the_pieces_of_a_stream_form_the_answer(pipeline: Pipeline) -> None:
    async def collect() -> list[Event]:
        return [event async for event in pipeline.stream(Question(text="Berapa rumah terendam banjir?"))]

    events = asyncio.run(collect())
    last = events[-1]
    assert isinstance(last, Answered)
    assert "".join(event.text for event in events if isinstance(event, TextWritten)) == last.answer.answer


def test_an_empty_corpus_refuses_in_the_language_of_the_question(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Siapa presiden pertama Indonesia?")
    assert answer.is_refusal
    assert answer.refusal_reason == "empty_corpus"
    assert answer.answer == "Artikel yang tersedia tidak menjawab pertanyaan ini."
    assert (answer.claims, answer.citations) == ((), ())


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("  ", "is empty"),
        ("?!…", "contains no word"),
        ("$ ^ +", "contains no word"),
        ("a\0b", r"U\+0000 at character 1"),
        ("kopi \ud83d", r"U\+D83D at character 5"),
        ("x" * 2001, "2001 characters, the limit is 2000"),
    ],
)
def test_an_invalid_question_is_refused_with_the_reason(
    pipeline: Pipeline, question: str, message: str
) -> None:
    with pytest.raises(BadRequest, match=message):
        ask(pipeline, question)


@pytest.mark.usefixtures("filled")
def test_mode_llm_without_a_language_model_names_the_setting(pipeline: Pipeline) -> None:
    with pytest.raises(BadRequest, match="Set KUTIP_LLM_MODEL"):
        asyncio.run(pipeline.answer(Question(text="Apa itu kopi?", mode="llm")))


@pytest.mark.usefixtures("filled")
def test_refusals_are_in_the_requested_language(pipeline: Pipeline) -> None:
    question = Question(text="Siapa juara maraton?", language="en", filters=Filters(outlet=("Tidak ada",)))
    answer = asyncio.run(pipeline.answer(question))
    assert answer.language == "en"
    assert answer.answer == "The available articles don't answer this question."
    assert answer.refusal_reason == "filters_leave_nothing"
