"""Near-copies: how many reprints are recognised, and how many different passages are taken for copies."""

import itertools
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.data import bundled_encoder, folder_argument, indonesian_pool, questions
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Hit
from rag.search.diversity import DistinctHits
from rag.search.retrieval import Query, hybrid_search
from rag.text.languages import sentence_spans

_SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev")
_QUESTIONS = 200
_TOP_K = 10


def main() -> None:
    """Print the shares of altered passages that are taken for copies."""
    folder = folder_argument(__doc__)
    with indonesian_pool(folder) as corpus:
        found = [hits for name in _SETS for hits in _search(corpus, folder, name)]
    passages = list({hit.passage_id: hit for hits in found for hit in hits}.values())
    chance = random.Random(0)  # noqa: S311, a sample is no secret
    changes: dict[str, Callable[[str], str]] = {
        "one word in twenty replaced": lambda text: _reworded(text, chance),
        "last sentence removed": _shortened,
        "one number changed": _renumbered,
    }
    for name, change in changes.items():
        shares = [_is_copy(hit, change(hit.text)) for hit in passages if change(hit.text) != hit.text]
        print(f"{name:32}{statistics.mean(shares):6.3f} of {len(shares)} are taken for copies")
    print(
        f"{'folding ' + str(_TOP_K) + ' hits, p50':32}{statistics.median(map(_milliseconds, found)):6.2f} ms"
    )


def _search(corpus: LocalCorpus, folder: Path, name: str) -> list[list[Hit]]:
    """Print how many copies a set's searches fold, and how often that hides a paragraph that answers."""
    folded = hidden = 0
    found = []
    asked = itertools.islice((q for q in questions(folder, name) if q.language == "id"), _QUESTIONS)
    for question in asked:
        query = Query(text=question.text, language="id", filters=NO_FILTERS, top_k=_TOP_K)
        hits = hybrid_search(corpus, bundled_encoder(), query).hits
        found.append(hits)
        for hit in hits:
            gold = [copy for copy in hit.copies if (copy.article_id, copy.paragraph) in question.gold]
            folded += len(hit.copies)
            hidden += bool(gold) and not question.is_answered_by(hit)
    print(f"{name:32}{folded:6} copies in {len(found)} searches; {hidden} hide the answer")
    return found


def _is_copy(hit: Hit, text: str) -> bool:
    distinct = DistinctHits()
    distinct.add([hit, replace(hit, passage_id=-1, text=text)])
    return len(distinct) == 1


def _milliseconds(hits: Sequence[Hit]) -> float:
    started = time.perf_counter()
    DistinctHits().add(hits)
    return (time.perf_counter() - started) * 1000


def _reworded(text: str, chance: random.Random) -> str:
    words = text.split()
    for place in range(chance.randrange(20), len(words), 20):
        words[place] = "lain"
    return " ".join(words)


def _shortened(text: str) -> str:
    *spans, _ = sentence_spans(text, language="id")
    return text[: spans[-1][1]] if spans else text


def _renumbered(text: str) -> str:
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1)


if __name__ == "__main__":
    main()
