"""All articles of one corpus into another, without encoding them again.

Both are read side by side, in the order of ids, and what the other lacks is put there: begun again after it
was killed, it goes on where it was. At the end both are read once more and compared.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.protocol import CorpusTransfer, Told
from rag.datatypes import KeptArticle, Passage
from rag.errors import CorpusError

# A server answers several at once; so many articles are held in memory.
_THREADS = 8
_ARTICLES_AT_ONCE = 64

_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What both corpora hold, and how many other articles the second one holds."""

    articles: int
    versions: int
    passages: int
    others: int


def transfer(source: CorpusTransfer, target: CorpusTransfer, *, told: Told) -> int:
    """Put what `target` lacks of `source` there; return of how many articles. `told` hears of all.

    Raises:
        CorpusError: one of them cannot be read or written.
    """
    put = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        lacking = (kept for kept, is_there in _side_by_side(source, target, told=told) if not is_there)
        while some := list(islice(lacking, _ARTICLES_AT_ONCE)):
            put += len(list(pool.map(target.add_kept, some)))
    return put


def compare(source: CorpusTransfer, target: CorpusTransfer, *, told: Told) -> Compared:
    """Read all that both hold, and count it; `told` hears of articles.

    Raises:
        CorpusError: one of them cannot be read, or `target` does not hold what `source` does.
    """
    articles = versions = passages = 0
    differing = []
    for kept, is_there in _side_by_side(source, target, told=told):
        articles += 1
        versions += 1 + len(kept.former)
        passages += len(kept.passages)
        if not is_there:
            differing.append(kept.article.id)
    if differing:
        raise CorpusError(_differ(differing, target))
    others = target.counts().articles - articles
    return Compared(articles=articles, versions=versions, passages=passages, others=others)


def _side_by_side(
    source: CorpusTransfer, target: CorpusTransfer, *, told: Told
) -> Iterator[tuple[KeptArticle, bool]]:
    """Yield all of `source`, and whether `target` holds the same."""
    total = source.counts().articles
    there = every(target)
    held = next(there, None)
    for done, kept in enumerate(every(source), start=1):
        while held is not None and held.article.id < kept.article.id:
            held = next(there, None)
        yield kept, held is not None and _holds(held, kept)
        told(done, max(done, total))


def every(corpus: CorpusTransfer) -> Iterator[KeptArticle]:
    """Yield all that a corpus keeps, in the order of the articles' ids."""
    after = ""
    while some := corpus.articles_after(after):
        yield from some
        after = some[-1].article.id


def _holds(held: KeptArticle, kept: KeptArticle) -> bool:
    """Whether a current version with its passages and vectors is the same, and no former version is lacking.

    A version is the hash of what it says.
    """
    return (
        (held.article.id, held.article.version) == (kept.article.id, kept.article.version)
        and {former.version for former in kept.former} <= {former.version for former in held.former}
        and len(held.passages) == len(kept.passages)
        and all(map(_is_same, held.passages, kept.passages))
    )


def _is_same(one: tuple[Passage, FloatArray], other: tuple[Passage, FloatArray]) -> bool:
    return one[0] == other[0] and np.array_equal(one[1], other[1])


def _differ(article_ids: Sequence[str], target: CorpusTransfer) -> str:
    shown = ", ".join(map(repr, article_ids[:_EXAMPLES])) + (", …" if len(article_ids) > _EXAMPLES else "")
    return (
        f"{len(article_ids)} articles are not the same in {target.location} ({shown}): "
        "they were changed meanwhile; run it again."
    )
