"""A deleted article is gone: no row of any collection contains a word of it.

Milvus erases deleted rows from its own files later, when it compacts them.
"""

import json
from collections.abc import Iterator

import pytest

from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.milvus.rows import encoded_word
from rag.errors import CorpusError
from tests.conftest import article
from tests.corpora import FLOOD, add, encoded, keyword_ids
from tests.corpus.milvus.test_corpus import cut_after, open_corpus, swept
from tests.milvus_link import Link

DELETED = article(
    "dihapus", "Kopi zarfelun quibonat.", "Harga 橋 wexomir.", title="xanthopel", author="jyldrapo"
)
FIRST_DRAFT = article("dihapus", "Kopi gribnolad.", title="xanthopel", metadata={"desk": "vumbrisk"})
WORDS = ("zarfelun", "quibonat", "橋", "wexomir", "xanthopel", "jyldrapo", "gribnolad", "vumbrisk")


def rows_of(corpus: MilvusCorpus) -> Iterator[tuple[str, str]]:
    """Yield each row of each collection as text, with the name of the collection."""
    collections = corpus._collections
    for name in (collections.articles, collections.documents, collections.state, collections.passages()):
        assert name is not None
        # `*` leaves out the weights that Milvus computes from the words.
        for row in corpus._server.query(name, "", ["*"]):
            yield name, json.dumps(row, ensure_ascii=False, default=str).lower()


def words_in(corpus: MilvusCorpus) -> set[str]:
    texts = [text for _, text in rows_of(corpus)]
    return {word for word in WORDS if any(word in text or encoded_word(word) in text for text in texts)}


def test_no_row_contains_a_word_of_a_deleted_article_or_of_its_older_version(
    milvus_uri: str, prefix: str
) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, FLOOD, FIRST_DRAFT, DELETED)
        assert words_in(corpus) == set(WORDS)
        assert len({name for name, _ in rows_of(corpus)}) == 4
        assert corpus.remove(DELETED.id)
        assert words_in(corpus) == set()
        assert keyword_ids(corpus, "zarfelun") == []
        assert keyword_ids(corpus, "banjir") == [FLOOD.id]
        assert corpus.article(DELETED.id, version=FIRST_DRAFT.version) is None


def test_no_word_comes_back_when_all_articles_are_encoded_again(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, FLOOD, DELETED)
        encoder = corpus.encoder_of_vectors()
        assert encoder is not None
        assert corpus.remove(DELETED.id)
        assert corpus.encode_again(encoder, encoded) == 1
        assert words_in(corpus) == set()


@pytest.mark.parametrize("writes", [2, 3, 4])
def test_no_row_contains_a_word_after_a_killed_removal_is_finished(
    link: tuple[str, Link], milvus_uri: str, prefix: str, writes: int
) -> None:
    uri, between = link
    with open_corpus(milvus_uri, prefix) as other, open_corpus(uri, prefix) as killed:
        add(other, FLOOD, FIRST_DRAFT, DELETED)
        cut_after(between, writes)
        with pytest.raises(CorpusError, match="the worker is killed"):
            killed.remove(DELETED.id)
        between.faults.clear()
        assert other.article(DELETED.id) is None
        assert words_in(other)
        swept(milvus_uri, prefix).close()
        assert words_in(other) == set()
