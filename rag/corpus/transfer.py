"""Copies all articles of one corpus into another, without encoding them again.

`transfer` reads both corpora in the order of ids, and copies the articles that the target lacks. After an
interruption, it continues where it stopped. `compare` reads both corpora again and compares them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.protocol import CorpusTransfer, ProgressCallback
from rag.datatypes import Passage, StoredArticle
from rag.errors import CorpusError

# A server can answer several requests at the same time.
_THREADS = 8

# The number of articles in memory.
_ARTICLES_AT_ONCE = 64

_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class TransferSummary:
    """The contents of both corpora, and the number of other articles in the target."""

    articles: int
    versions: int
    passages: int
    others: int


def transfer(source: CorpusTransfer, target: CorpusTransfer, *, on_progress: ProgressCallback) -> int:
    """Copy the articles that `target` lacks from `source`, and return their number.

    `on_progress` is called for every article of `source`, also for those that are already in `target`.

    Raises:
        CorpusError: a corpus cannot be read or written.
    """
    copied = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        missing = (
            stored
            for stored, is_there in _article_pairs(source, target, on_progress=on_progress)
            if not is_there
        )
        while batch := list(islice(missing, _ARTICLES_AT_ONCE)):
            copied += len(list(pool.map(target.add_stored, batch)))
    return copied


def compare(
    source: CorpusTransfer, target: CorpusTransfer, *, on_progress: ProgressCallback
) -> TransferSummary:
    """Read both corpora, compare and count their contents. Call `on_progress` for every article of `source`.

    Raises:
        CorpusError: a corpus cannot be read, or `target` lacks something that `source` has.
    """
    articles = versions = passages = 0
    differing = []
    for stored, is_there in _article_pairs(source, target, on_progress=on_progress):
        articles += 1
        versions += 1 + len(stored.former)
        passages += len(stored.passages)
        if not is_there:
            differing.append(stored.article.id)
    if differing:
        raise CorpusError(_difference_message(differing, target))
    others = target.counts().articles - articles
    return TransferSummary(articles=articles, versions=versions, passages=passages, others=others)


def _article_pairs(
    source: CorpusTransfer, target: CorpusTransfer, *, on_progress: ProgressCallback
) -> Iterator[tuple[StoredArticle, bool]]:
    """Yield every article of `source`, and whether `target` has the same article."""
    total = source.counts().articles
    targets = all_articles(target)
    found = next(targets, None)
    for done, stored in enumerate(all_articles(source), start=1):
        while found is not None and found.article.id < stored.article.id:
            found = next(targets, None)
        yield stored, found is not None and _is_complete(found, stored)
        on_progress(done, max(done, total))


def all_articles(corpus: CorpusTransfer) -> Iterator[StoredArticle]:
    """Yield all articles of a corpus in the order of their ids, with their versions and passages."""
    after = ""
    while batch := corpus.articles_after(after):
        yield from batch
        after = batch[-1].article.id


def _is_complete(found: StoredArticle, stored: StoredArticle) -> bool:
    """Return whether `found` has the same current version, passages and vectors, and every former version.

    A version is the hash of an article, so equal versions mean equal articles.
    """
    return (
        (found.article.id, found.article.version) == (stored.article.id, stored.article.version)
        and {former.version for former in stored.former} <= {former.version for former in found.former}
        and len(found.passages) == len(stored.passages)
        and all(map(_is_same, found.passages, stored.passages))
    )


def _is_same(one: tuple[Passage, FloatArray], other: tuple[Passage, FloatArray]) -> bool:
    return one[0] == other[0] and np.array_equal(one[1], other[1])


def _difference_message(article_ids: Sequence[str], target: CorpusTransfer) -> str:
    shown = ", ".join(map(repr, article_ids[:_EXAMPLES])) + (", …" if len(article_ids) > _EXAMPLES else "")
    return (
        f"{len(article_ids)} articles in {target.location} differ from the source ({shown}), "
        "because they changed during the migration: run it again."
    )
