"""The cost of the cross-encoder: load time, memory, reading sixteen passages, and judging a claim.

The claim repeats a sentence of the passage that it cites. Claims that are harder to judge take up to five
times as long; `python -m benchmarks.verdicts` prints their median.

Memory is the growth of the process's resident memory by loading and by use. Before, the encoder encodes the
same passages, and claims are compared with them without a cross-encoder.
"""

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.data import (
    articles,
    bundled_cross_encoder,
    bundled_encoder,
    evaluation_records,
    folder_argument,
    hit_of,
)
from embeddings.cross_encoder import ClaimJudge
from rag.datatypes import Hit
from rag.search.reranking import DEPTH, read_hits
from rag.verification.attribution import attribute
from rag.verification.claims import Sentence
from rag.verification.evidence import Evidence

_ROUNDS = 40
_HITS_OF_AN_ANSWER = 8


def main() -> None:
    """Print the figures."""
    folder = folder_argument(__doc__)
    passages = [
        paragraph
        for article in articles(folder, ["facqa-dev"], language="id")
        for paragraph in article.paragraphs
    ]
    asked = [record["question"] for record in evaluation_records(folder, "facqa-dev.questions")][:_ROUNDS]
    hits = [
        [hit_of(text, "id", rank) for rank, text in enumerate(passages[start : start + DEPTH], start=1)]
        for start in range(0, _ROUNDS * DEPTH, DEPTH)
    ]
    for some in hits:  # the memory of the encoder, and of the tables of words and dates, does not count
        _claim_milliseconds(some[:_HITS_OF_AN_ANSWER], None)
    before = _resident_megabytes()
    print(f"load: {_milliseconds(bundled_cross_encoder):.0f} ms")
    times = [
        _milliseconds(lambda: read_hits(question, some, bundled_cross_encoder()))  # noqa: B023
        for question, some in zip(asked, hits, strict=True)
    ]
    tokens = statistics.mean(sum(bundled_encoder().count_tokens([hit.text for hit in some])) for some in hits)
    print(f"read {DEPTH} passages ({tokens:.0f} tokens): {statistics.median(times):.0f} ms (median)")
    times = [_claim_milliseconds(some[:_HITS_OF_AN_ANSWER], bundled_cross_encoder()) for some in hits]
    print(f"judge a claim: {statistics.median(times):.0f} ms (median)")
    print(f"memory: +{_resident_megabytes() - before:.0f} MB")


def _claim_milliseconds(hits: list[Hit], claim_judge: ClaimJudge | None) -> float:
    evidence = Evidence(hits, encoder=bundled_encoder())
    evidence.prepare()
    copied = evidence.sentences[len(evidence.sentences) // 2]
    sentence = Sentence("", copied.statement.text, (copied.number,))
    return _milliseconds(
        lambda: attribute(sentence, evidence=evidence, language="id", claim_judge=claim_judge)
    )


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def _resident_megabytes() -> float:
    """Return the resident memory of this process; where it is unknown, the highest so far."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()
