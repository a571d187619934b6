"""Whatever bit of the data folder flips, no answer quotes a text that is not in its article."""

import asyncio
import logging
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.corpus.local import derived_keywords
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, Article, Filters, Hit
from rag.errors import KutipError
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import article
from tests.corpora import ENCODER, keyword_hits, vector_hits
from tests.corpus.local.test_corpus import open_corpus
from tests.corpus.local.test_integrity import alter, by_what, cut_and_encode
from tests.word_cross_encoder import reading_words

FLIPS = 200

ARTICLES = {
    source.id: source
    for source in [
        article(
            f"a{number}",
            f"Panen kopi naik {number} persen. Banjir merendam {number + 3} rumah.",
            f"Harga kopi turun sejak {2000 + number}.",
            title=f"Kabar kopi {number}",
            outlet="KABAR",
            url=f"https://kabar.example/{number}",
        )
        for number in range(12)
    ]
}
QUESTIONS = ("Berapa persen panen kopi naik?", "Berapa rumah yang banjir?")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", 5)
    with open_corpus(tmp_path / "data") as corpus:
        list(Ingestion(corpus, ENCODER, passage_max_tokens=40).ingest(ARTICLES.values()))
        corpus.optimize()
    return tmp_path / "data"


def found(corpus: LocalCorpus, query: str) -> list[Hit]:
    return [*vector_hits(corpus, query), *keyword_hits(corpus, query)]


def check(hits: Sequence[Hit]) -> None:
    for hit in hits:
        source = ARTICLES[hit.article_id]
        assert source.text[hit.start : hit.end] == hit.text
        assert (hit.title, hit.url, hit.outlet) == (source.title, source.url, source.outlet)
        assert hit.article_version == source.version


def answered(corpus: LocalCorpus, question: str) -> Answer:
    pipeline = Pipeline(corpus=corpus, encoder=ENCODER, **reading_words())
    return asyncio.run(pipeline.answer(Question(text=question)))


def check_answer(answer: Answer) -> None:
    for citation in answer.citations:
        source = ARTICLES[citation.article_id]
        assert source.text[citation.start : citation.end] == citation.quote
        assert (citation.title, citation.url, citation.outlet) == (source.title, source.url, source.outlet)


def flipped(folder: Path, seed: int) -> str:
    """Flip one bit of one file, drawn by size; return its name."""
    chance = random.Random(seed)  # noqa: S311
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    (file,) = chance.choices(files, [path.stat().st_size for path in files])
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
    return file.name


def copies(data: Path) -> Iterator[tuple[int, Path]]:
    for seed in range(FLIPS):
        folder = data.with_name("flipped")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(data, folder)
        yield seed, folder


def test_no_flipped_bit_is_ever_quoted(data: Path) -> None:
    quoted = cited = refused = 0
    for seed, folder in copies(data):
        flipped(folder, seed)
        try:
            with open_corpus(folder) as corpus:
                for query in QUESTIONS:
                    hits = found(corpus, query)
                    check(hits)
                    quoted += len(hits)
                    answer = answered(corpus, query)
                    check_answer(answer)
                    cited += len(answer.citations)
                for article_id, source in ARTICLES.items():
                    assert corpus.article(article_id) in (source, None)
        except KutipError:
            refused += 1
    assert quoted > FLIPS * 40
    assert cited > FLIPS
    assert refused < FLIPS // 2


ALTERATIONS = {
    "text": "UPDATE passages SET text = replace(text, 'Panen', 'Pazen') WHERE article_id = 'a3'",
    "not UTF-8": "UPDATE passages SET text = CAST(x'4b6f706920ff' AS TEXT) WHERE article_id = 'a3'",
    "offsets": "UPDATE passages SET start = start + 1 WHERE article_id = 'a3'",
    "paragraph": "UPDATE passages SET paragraph = 9 WHERE article_id = 'a3'",
    "owner": "UPDATE passages SET article_id = 'a4' WHERE article_id = 'a3'",
    "title": "UPDATE articles SET title = 'Lain' WHERE id = 'a3'",
    "address": "UPDATE articles SET url = 'https://lain.example' WHERE id = 'a3'",
    "day": "UPDATE articles SET published_at = 'x' WHERE id = 'a3'",
    "document": "UPDATE versions SET document = replace(document, 'Panen', 'Pazen') WHERE article_id = 'a3'",
    "version": "UPDATE versions SET version = 'sha256:0' WHERE article_id = 'a3'",
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_differs_from_its_article_is_left_out_logged_counted_and_named_by_doctor(
    data: Path, alteration: str, caplog: pytest.LogCaptureFixture
) -> None:
    alter(data, ALTERATIONS[alteration])
    with open_corpus(data) as corpus, caplog.at_level(logging.ERROR):
        hits = found(corpus, "Panen kopi naik 3 persen")
        check(hits)
        assert ARTICLES["a3"].paragraphs[0] not in {hit.text for hit in hits}
        assert {hit.article_id for hit in hits} >= ARTICLES.keys() - {"a3"}
        assert corpus.index_report().damaged_hits > 0
        assert "is not quoted: run `kutip doctor`" in caplog.text
        findings = corpus.check(on_progress=lambda *_: None)
        assert findings
        assert any("'a3'" in str(place) or "'a4'" in str(place) for f in findings for place in f.places)
        corpus.repair(findings, cut_and_encode)
        list(Ingestion(corpus, ENCODER, passage_max_tokens=40).ingest(ARTICLES.values()))
        assert by_what(corpus.check(on_progress=lambda *_: None)).keys() <= {
            "former versions that do not match their hash"
        }
        assert {hit.article_id for hit in found(corpus, "Panen kopi")} == ARTICLES.keys()


def test_a_damaged_day_hides_one_list_entry_and_no_other(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alter(data, "UPDATE articles SET published_at = 'x', published_day = 'x' WHERE id = 'a1'")
    with open_corpus(data) as corpus:
        page = corpus.articles(Filters(), limit=2, cursor=None)
        assert [each.id for each in page.articles] == ["a0"]
        following = corpus.articles(Filters(), limit=100, cursor=page.next_cursor)
        assert {each.id for each in following.articles} == ARTICLES.keys() - {"a0", "a1"}
        assert "The list entry of the article 'a1' is damaged and is not shown" in caplog.text
        with pytest.raises(KutipError, match=r"days of publication are damaged .*: run `kutip doctor`"):
            corpus.published_days()
        corpus.repair(corpus.check(on_progress=lambda *_: None), cut_and_encode)
        assert corpus.published_days() is None
        assert len(corpus.articles(Filters(), limit=100, cursor=None).articles) == len(ARTICLES)


def test_no_answer_quotes_a_damaged_passage(data: Path) -> None:
    alter(data, "UPDATE passages SET text = replace(text, 'persen', 'pezsen')")
    with open_corpus(data) as corpus:
        answer = answered(corpus, "Berapa persen panen kopi naik?")
    assert all("pezsen" not in citation.quote for citation in answer.citations)


def test_a_damaged_document_is_not_shown(data: Path) -> None:
    alter(data, ALTERATIONS["document"])
    with open_corpus(data) as corpus:
        with pytest.raises(KutipError, match="'a3' does not match its version: run `kutip doctor`"):
            corpus.article("a3")
        again: list[Article] = [ARTICLES["a3"]]
        (result,) = Ingestion(corpus, ENCODER, passage_max_tokens=40).ingest(again)
        assert result.status == "updated"
        assert corpus.article("a3") == ARTICLES["a3"]
