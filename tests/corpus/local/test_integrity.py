"""Integrity: whatever is altered in a corpus is found, and mended as far as nothing is lost by it."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import vector_index
from embeddings.vector_index import VectorIndex
from embeddings.weights import FloatArray
from rag.corpus.findings import Finding
from rag.corpus.local import database, derived_keywords, indexed_rows
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.corpus.local.keyword_index import write_index
from rag.datatypes import Article, Counts, Filters, Passage
from rag.errors import CorpusDamaged
from rag.ingestion import Ingestion
from tests.conftest import article
from tests.corpora import ENCODER, add, check_against_brute_force, keyword_ids, vector_hits
from tests.corpus.local.test_corpus import open_corpus

# Of alterations drawn at random; more by `INTEGRITY_EXAMPLES=500 pytest …/test_integrity.py`.
EXAMPLES = int(os.environ.get("INTEGRITY_EXAMPLES", "10"))

LONG = article(
    "panjang", "Kopi satu. " * 30 + "Banjir dua. " * 30, "Bus tiga.", title="Panen", outlet="KABAR"
)
ARTICLES = [
    article("kopi", "Panen kopi naik.", "", "Harga kopi turun.", title="Panen", metadata={"a": 1}),
    article("banjir", "Banjir merendam rumah.", language="en"),
    LONG,
]


def ignore_progress(done: int, total: int) -> None:
    assert 1 <= done <= total


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A closed corpus of three articles, one of which was edited, and one removed."""
    with open_corpus(tmp_path / "data") as corpus:
        ingest(corpus, [article("kopi", "Kopi dulu."), article("hilang", "Gempa."), *ARTICLES])
        corpus.remove("hilang")
        corpus.optimize()
    return tmp_path / "data"


def ingest(corpus: LocalCorpus, articles: Sequence[Article]) -> None:
    ingestion = Ingestion(corpus, ENCODER, passage_max_tokens=40)
    for source in articles:
        list(ingestion.ingest([source]))


def cut_and_encode(source: Article) -> tuple[list[Passage], FloatArray]:
    corpus: LocalCorpus = None  # type: ignore[assignment]  # which cutting and encoding does not touch
    return Ingestion(corpus, ENCODER, passage_max_tokens=40).cut_and_encode(source)


def alter(folder: Path, *statements: str) -> None:
    """Change the database behind Kutip's back: no trigger runs, no foreign key is looked at."""
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def found(folder: Path) -> dict[str, int]:
    """Return what is wrong, and in how many places."""
    with open_corpus(folder) as corpus:
        return by_what(corpus.check(on_progress=ignore_progress))


def by_what(findings: Sequence[Finding]) -> dict[str, int]:
    return {finding.problem.what: len(finding.places) for finding in findings}


def mended(folder: Path) -> dict[str, int]:
    """Mend what can be, and return what is left."""
    with open_corpus(folder) as corpus:
        before, findings = None, corpus.check(on_progress=ignore_progress)
        while findings != before:
            before = findings
            corpus.repair(findings, cut_and_encode)
            findings = corpus.check(on_progress=ignore_progress)
    with open_corpus(folder) as corpus:
        check_against_brute_force(corpus)
        assert by_what(corpus.check(on_progress=ignore_progress)) == by_what(findings)
    return by_what(findings)


def test_an_intact_corpus_has_no_findings(data: Path) -> None:
    assert found(data) == {}


def test_an_empty_corpus_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path) == {}


def test_a_check_sees_the_corpus_as_it_was_at_its_beginning(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each deletion waits this long for the reader to end, which does not end here.
    monkeypatch.setattr(database, "_TAKEDOWN_TIMEOUT_MILLISECONDS", 10)
    with open_corpus(data) as running, open_corpus(data) as checking:

        def edit(done: int, total: int) -> None:
            add(running, article(f"baru {done}", "Kopi baru."))
            running.remove("banjir")

        assert checking.check(on_progress=edit) == []
        assert checking.check(on_progress=ignore_progress) == []


MENDABLE = {
    "offsets": (
        "UPDATE passages SET start = start + 1",
        "passages that differ from the text at their offsets",
        7,
    ),
    "paragraph": (
        "UPDATE passages SET paragraph = 2 WHERE article_id = 'banjir'",
        "passages that differ from the text at their offsets",
        1,
    ),
    "text": (
        "UPDATE passages SET text = text || '!' WHERE article_id = 'kopi'",
        "passages that differ from the text at their offsets",
        2,
    ),
    "a passage less": (
        "DELETE FROM passages WHERE id = (SELECT min(id) FROM passages WHERE article_id = 'panjang')",
        "articles with words outside all passages, or in two passages",
        1,
    ),
    "a passage twice": (
        "INSERT INTO passages (article_id, paragraph, start, end, text, word_count, words, vector) "
        "SELECT article_id, paragraph, start, end, text, word_count, words, vector FROM passages "
        "WHERE article_id = 'banjir'",
        "articles with words outside all passages, or in two passages",
        1,
    ),
    "short vector": (
        "UPDATE passages SET vector = substr(vector, 1, 8) WHERE article_id = 'kopi'",
        "passages whose vector has a wrong dimension or is not of length 1",
        2,
    ),
    "zero vector": (
        "UPDATE passages SET vector = zeroblob(28) WHERE article_id = 'kopi'",
        "passages whose vector has a wrong dimension or is not of length 1",
        2,
    ),
    "not a number": (
        "UPDATE passages SET vector = CAST(substr(vector, 1, 24) || x'0000c07f' AS BLOB) "
        "WHERE article_id = 'banjir'",
        "passages whose vector has a wrong dimension or is not of length 1",
        1,
    ),
    "words": (
        "UPDATE passages SET words = 'teh' WHERE article_id = 'banjir'",
        "passages whose stored words differ from the words of their text",
        1,
    ),
    "count of words": (
        "UPDATE passages SET word_count = 99 WHERE article_id = 'banjir'",
        "passages whose stored words differ from the words of their text",
        1,
    ),
    "orphans": ("DELETE FROM articles WHERE id = 'banjir'", "passages without an article", 1),
    "header": (
        "UPDATE articles SET title = 'Lain', outlet = 'LAIN' WHERE id = 'kopi'",
        "articles whose list entry differs from the stored article",
        1,
    ),
    "day": (
        "UPDATE articles SET published_day = '2024-01-01' WHERE id = 'kopi'",
        "articles whose list entry differs from the stored article",
        1,
    ),
    "statistics": ("UPDATE statistics SET passages = 3, words = 1", "wrong counts", 1),
    "no statistics": ("DELETE FROM statistics", "wrong counts", 1),
    "sequence": ("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'passages'", "wrong counts", 1),
    "removals": ("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'removals'", "wrong counts", 1),
    "a stored passage noted as removed": (
        "INSERT INTO removals (passage_id) SELECT max(id) FROM passages",
        "wrong counts",
        1,
    ),
}


@pytest.mark.parametrize(("statement", "what", "count"), MENDABLE.values(), ids=MENDABLE)
def test_damaged_derived_data_is_found_and_rebuilt(data: Path, statement: str, what: str, count: int) -> None:
    alter(data, statement)
    assert found(data)[what] == count
    assert mended(data) == {}
    check_whole(data)


def check_whole(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert [corpus.article(source.id) for source in ARTICLES] == ARTICLES
        assert [header.id for header in corpus.articles(Filters(), limit=9, cursor=None).articles] == sorted(
            source.id for source in ARTICLES
        )
        assert corpus.counts() == Counts(
            articles=3, passages=sum(len(cut_and_encode(a)[0]) for a in ARTICLES)
        )
        assert corpus.article("kopi", version=article("kopi", "Kopi dulu.").version) is not None
        assert keyword_ids(corpus, "merendam") == ["banjir"]
        assert keyword_ids(corpus, "panen") == ["kopi", "panjang"]
        assert keyword_ids(corpus, "tiga", outlet=("KABAR",)) == ["panjang"]


def test_an_article_without_a_header_is_restored_in_its_newest_version(data: Path) -> None:
    alter(
        data,
        "DELETE FROM passages WHERE article_id = 'kopi'",
        "DELETE FROM articles WHERE id = 'kopi'",
    )
    assert found(data)["articles that are stored but not listed"] == 1
    assert mended(data) == {}
    check_whole(data)


# What was altered cannot be had again


ALTERATIONS = {
    "a word": "replace(document, 'merendam', 'melanda')",
    "no JSON": "substr(document, 1, 20)",
    "another field": """replace(document, '"title"', '"judul"')""",
    "no object": "'null'",
    "a date that is none": """replace(document, '"published_at":null', '"published_at":"kemarin"')""",
}


@pytest.mark.parametrize("altered", ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_article_that_does_not_match_its_version_is_withdrawn_but_kept(data: Path, altered: str) -> None:
    alter(data, f"UPDATE versions SET document = {altered} WHERE article_id = 'banjir'")
    assert found(data) == {"articles that do not match their version": 1}
    assert mended(data) == {"articles removed from search because they do not match their version": 1}
    with open_corpus(data) as corpus:
        assert vector_hits(corpus, "banjir", article_id=("banjir",)) == []
        assert keyword_ids(corpus, "merendam") == []
    assert rows(data, "SELECT count(*) FROM versions WHERE article_id = 'banjir'") == [(1,)]
    with open_corpus(data) as corpus:  # the removed articles come back
        ingest(corpus, [ARTICLES[1]])
    assert found(data) == {}
    check_whole(data)


def test_a_withdrawn_article_can_be_deleted(data: Path) -> None:
    alter(data, "UPDATE versions SET document = 'null' WHERE article_id = 'banjir'")
    mended(data)
    with open_corpus(data) as corpus:
        assert corpus.remove("banjir") is True
        assert corpus.remove("banjir") is False
    assert found(data) == {}


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        return connection.execute(query).fetchall()


def test_an_altered_former_version_is_reported_and_kept(data: Path) -> None:
    former = article("kopi", "Kopi dulu.").version
    alter(
        data, f"UPDATE versions SET document = replace(document, 'dulu', 'lalu') WHERE version = '{former}'"
    )
    with open_corpus(data) as corpus:
        (finding,) = corpus.check(on_progress=ignore_progress)
        assert finding.message == f"1 former versions that do not match their hash ('kopi', {former})"
        assert "restore a backup" in finding.problem.remedy
    assert mended(data) == {"former versions that do not match their hash": 1}
    with open_corpus(data) as corpus:
        assert keyword_ids(corpus, "panen") == ["kopi", "panjang"]


def test_an_article_without_its_text_is_reported_and_kept(data: Path) -> None:
    alter(data, "DELETE FROM versions WHERE article_id = 'banjir'")
    assert found(data) == {"articles whose text is lost": 1}
    with open_corpus(data) as corpus:
        corpus.repair(corpus.check(on_progress=ignore_progress), cut_and_encode)
        assert by_what(corpus.check(on_progress=ignore_progress)) == {"articles whose text is lost": 1}
        assert keyword_ids(corpus, "banjir") == ["panjang"]  # nothing is quoted without its article
        assert corpus.remove("banjir") is True
    assert found(data) == {}


def test_vectors_of_an_unknown_encoder_are_reported(data: Path) -> None:
    alter(data, "DELETE FROM properties WHERE name = 'encoder'")
    with LocalCorpus(data, encoder=None) as corpus:
        assert by_what(corpus.check(on_progress=ignore_progress)) == {
            "sets of vectors from an unknown encoder": 1
        }


# The file


def test_a_damaged_sqlite_index_is_rebuilt(data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX articles_by_outlet ON articles (section)' "
            "WHERE name = 'articles_by_outlet'"
        )
    assert "faults in the database file" in found(data)
    assert mended(data) == {}


def test_searching_vectors_of_different_lengths_names_the_remedy(data: Path) -> None:
    alter(data, "UPDATE passages SET vector = substr(vector, 1, 8) WHERE article_id = 'kopi'")
    (data / VECTORS_NAME).unlink()
    message = r"stored vectors differ in length: run `kutip doctor --fix`"
    with open_corpus(data) as corpus, pytest.raises(CorpusDamaged, match=message):
        vector_hits(corpus, "kopi")
    alter(data, "UPDATE passages SET vector = substr(vector, 1, 8)")
    message = r"A stored vector does not have 7 numbers: run `kutip doctor --fix`"
    with open_corpus(data) as corpus, pytest.raises(CorpusDamaged, match=message):
        vector_hits(corpus, "kopi")


def test_reading_an_altered_article_names_the_remedy(data: Path) -> None:
    alter(data, "UPDATE versions SET document = '{}' WHERE article_id = 'banjir'")
    with (
        open_corpus(data) as corpus,
        pytest.raises(CorpusDamaged, match=r"The stored article 'banjir' is damaged .*: run `kutip doctor`"),
    ):
        corpus.article("banjir")


# The indexes


def vector_file(folder: Path, change: Callable[[VectorIndex, list[int]], None]) -> None:
    """Write a vector file with a right checksum and a right state whose content is wrong."""
    path = folder / VECTORS_NAME
    index, state = VectorIndex.load(path, encoder_name=ENCODER.name, dimension=ENCODER.dimension)
    change(index, sorted(index.ids().tolist()))
    index.save(path, state=state)


def lose_one(index: VectorIndex, ids: list[int]) -> None:
    index.remove(np.array(ids[:1]))


def have_another(index: VectorIndex, ids: list[int]) -> None:
    index.add(np.array([999]), ENCODER.encode_passages(["kopi"]))


def have_one_twice(index: VectorIndex, ids: list[int]) -> None:
    index.add(np.array(ids[:1]), ENCODER.encode_passages(["gempa"]))


def exchange_two(index: VectorIndex, ids: list[int]) -> None:
    both = np.array([ids[0], ids[2]])
    vectors = index.vectors(both)
    index.remove(both)
    index.add(both, vectors[::-1])


@pytest.mark.parametrize(
    ("change", "is_large"),
    [
        *((change, False) for change in (lose_one, have_another, have_one_twice, exchange_two)),
        *((change, True) for change in (have_one_twice, exchange_two)),
    ],
)
def test_a_wrong_vector_index_is_found_and_rebuilt(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[VectorIndex, list[int]], None],
    is_large: bool,
) -> None:
    if is_large:
        monkeypatch.setattr(vector_index, "EXACT_BYTES", 20 * ENCODER.dimension * 4)
        with open_corpus(data) as corpus:
            ingest(corpus, [article(f"{number}", f"Bus {'gempa ' * (number % 9)}.") for number in range(60)])
            corpus.optimize()
            assert corpus.vector_tier().lists > 0
            assert corpus.check(on_progress=ignore_progress) == []
    vector_file(data, change)
    with open_corpus(data) as corpus:
        (finding,) = corpus.check(on_progress=ignore_progress)
        assert finding.problem.what == "differences between the vector index and the passages"
        assert "passage" in finding.message
        corpus.repair([finding], cut_and_encode)
        assert corpus.check(on_progress=ignore_progress) == []
    assert found(data) == {}


def test_an_open_corpus_drops_a_wrong_index_after_another_process_repaired_it(data: Path) -> None:
    vector_file(data, exchange_two)
    with open_corpus(data) as running:
        assert vector_hits(running, "banjir", depth=1)[0].article_id == "kopi"
        assert mended(data) == {}
        check_against_brute_force(running)


def test_a_wrong_keyword_index_is_found_and_rebuilt(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", 1)
    with open_corpus(data) as corpus:
        corpus.optimize()
        state = corpus._derived.keywords._current[1]
        with corpus._database.reading() as connection:
            entries = list(indexed_rows.entries(connection, sample=99))
    swapped = [
        entries[0],
        *entries[1:-1],
        type(entries[0])(entries[-1].passage_id, "teh", entries[0].article),
    ]
    for wrong, differences in ((entries[1:], 2), (swapped, 1), (entries + entries[:1], 1)):
        write_index(data / KEYWORDS_NAME, wrong, removed=[], state=state, clear_first=True)
        with open_corpus(data) as corpus:
            (finding,) = corpus.check(on_progress=ignore_progress)
            assert finding.problem.what == "differences between the keyword index and the passages"
            assert len(finding.places) >= differences - 1
        assert mended(data) == {}
        with open_corpus(data) as corpus:
            corpus.optimize()
            state = corpus._derived.keywords._current[1]


# Anything


COLUMNS = {
    "passages": ("article_id", "paragraph", "start", "end", "text", "word_count", "words", "vector"),
    "articles": ("title", "language", "url", "outlet", "author", "section", "published_at", "published_day"),
    "versions": ("document",),
}
OTHER_VALUES = {
    "paragraph": "paragraph + {n}",
    "start": "start - {n}",
    "end": "end + {n}",
    "word_count": "word_count + {n}",
    "vector": "CAST(x'0000803f' || substr(vector, 5 + 4 * ({n} - 1)) AS BLOB)",
    "article_id": "'nihil'",
    "document": "substr(document, 1, length(document) - {n}) || '!'",
}


@st.composite
def alterations(draw: st.DrawFn) -> str:
    """Alter a value, or drop a row, of any table."""
    table = draw(st.sampled_from(sorted(COLUMNS)))
    key = "id" if table == "articles" else "article_id"
    where = f"{key} = '{draw(st.sampled_from([a.id for a in ARTICLES]))}'"
    if table != "versions" and draw(st.integers(0, 4)) == 0:
        return f"DELETE FROM {table} WHERE {where}"
    column = draw(st.sampled_from(COLUMNS[table]))
    value = OTHER_VALUES.get(column, f"coalesce({column}, '') || 'x'").format(n=draw(st.integers(1, 3)))
    return f"UPDATE {table} SET {column} = {value} WHERE {where}"


@pytest.fixture(scope="module")
def unaltered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed corpus of the three articles, to be copied."""
    folder = tmp_path_factory.mktemp("unaltered") / "data"
    with open_corpus(folder) as corpus:
        ingest(corpus, ARTICLES)
    return folder


@settings(max_examples=EXAMPLES)
@given(st.lists(alterations(), min_size=1, max_size=3))
def test_any_alteration_is_found_and_the_repaired_corpus_can_be_trusted(
    tmp_path_factory: pytest.TempPathFactory, unaltered: Path, statements: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("altered") / "data"
    shutil.copytree(unaltered, folder)
    alter(folder, *statements)
    assert found(folder) != {}
    left = mended(folder)
    assert set(left) <= {
        "articles removed from search because they do not match their version",
        "former versions that do not match their hash",
    }
    with open_corpus(folder) as corpus:
        for hit in vector_hits(corpus, "kopi"):
            source = corpus.article(hit.article_id, version=hit.article_version)
            assert source is not None
            assert source.version == hit.article_version
            assert source.text[hit.start : hit.end] == hit.text
        ingest(corpus, ARTICLES)
    assert set(found(folder)) <= {"former versions that do not match their hash"}
    with open_corpus(folder) as corpus:
        assert [corpus.article(source.id) for source in ARTICLES] == ARTICLES
        for source in ARTICLES:
            assert [passage for passage, _ in corpus.passages_of(source.id)] == cut_and_encode(source)[0]


def count_of_calls(work: Callable[[], object]) -> int:
    """Return the number of calls and returns while `work` runs, as Python's profiler tells it."""
    count = 0

    def notice(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(notice)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_the_work_of_a_check_grows_in_proportion_to_the_paragraphs(tmp_path: Path) -> None:
    counts = []
    for number in (150, 300):
        paragraphs = [f"Panen kopi nomor {paragraph} naik." for paragraph in range(number)]
        source = article("kopi", *paragraphs, headings=tuple(range(1, number, 3)))
        with open_corpus(tmp_path / str(number)) as corpus:
            ingest(corpus, [source])
            assert corpus.check(on_progress=ignore_progress) == []
            counts.append(count_of_calls(lambda corpus=corpus: corpus.check(on_progress=ignore_progress)))  # type: ignore[misc]
    assert counts[0] > 150
    assert counts[1] < 2.5 * counts[0]
