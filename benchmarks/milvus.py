"""Compare the search results of the local corpus and of a corpus in Milvus.

The Milvus corpus is a copy of the local one, with the same vectors. Without --uri, the command starts a
server of Milvus Lite.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from pymilvus import MilvusClient

from benchmarks.data import EvaluationQuestion, bundled_encoder, indonesian_pool, questions
from benchmarks.report import Report
from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.milvus.layout import Layout
from rag.corpus.milvus.server import MilvusServer
from rag.corpus.protocol import Corpus, CorpusTransfer, EncoderIdentity
from rag.corpus.transfer import compare, transfer
from rag.datatypes import Filters, Hit, ScoredPassage, SearchSource
from rag.search.retrieval import Query, hybrid_search
from rag.text.languages import words
from tests.milvus_lite import milvus_lite

SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
_DEPTH = 100  # candidates that each search passes to the fusion
_TOP = 10
_PASSAGES = "benchmark_passages"
_TIMES = 10

_METHOD = """
Indonesian questions, asked about all Indonesian passages of the development sets with the bundled encoder.
The columns vector and keyword show the share of the ten best passages that both corpora have in common, out
of 100 candidates. R@1 is that of hybrid search.
""".strip().replace("\n", " ")

Search = Callable[[Corpus, EvaluationQuestion], list[ScoredPassage]]


@dataclass
class Compared:
    """The measurements for one set."""

    overlap: dict[SearchSource, list[float]] = field(default_factory=lambda: {"vector": [], "keyword": []})
    recall: dict[str, list[bool]] = field(default_factory=lambda: {"local": [], "milvus": []})
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"local": [], "milvus": []})


def main() -> None:
    """Print and write one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--uri", help="address of a Milvus server; default: Milvus Lite")
    parser.add_argument("--index", default="FLAT", help="type of the vector index")
    parser.add_argument("--questions", type=int, default=100, help="largest number of questions per set")
    options = parser.parse_args()
    report = Report(
        "milvus",
        "Milvus Lite compared with the local corpus",
        "python -m benchmarks.milvus --data FOLDER",
        _METHOD,
    )
    with ExitStack() as stack:
        local = stack.enter_context(indonesian_pool(options.data))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kutip-milvus-")))
        uri = options.uri or stack.enter_context(milvus_lite(folder))
        milvus = stack.enter_context(_milvus(uri, options.index))
        seconds = _fill(milvus, local)
        print(f"Copied in {seconds:.0f} s: {milvus.counts()}; {milvus.search_description()}")
        rows = []
        for name in SETS:
            asked = [question for question in questions(options.data, name) if question.language == "id"]
            rows.append(_row(name, _compare(local, milvus, asked[: options.questions])))
            print(*rows[-1])
        alone = _request_times(uri, asked[0])
    report.table(
        ("set", "vector", "keyword", "R@1 local", "R@1 Milvus", "ms local", "ms Milvus", "questions"), rows
    )
    report.table(("one request with pymilvus alone", "ms"), alone)
    report.write()


def _milvus(uri: str, index: str) -> MilvusCorpus:
    encoder = bundled_encoder()
    layout = Layout(index=index)  # type: ignore[arg-type]
    return MilvusCorpus(
        MilvusServer(uri, token=None, timeout_seconds=600),
        prefix="benchmark",
        cache_seconds=3600,  # Milvus Lite counts slowly, and the corpus does not change
        encoder=EncoderIdentity(encoder.name, encoder.dimension),
        layout=layout,
    )


def _fill(milvus: CorpusTransfer, local: CorpusTransfer) -> float:
    started = time.perf_counter()
    transfer(local, milvus, on_progress=lambda done, total: None)
    print(compare(local, milvus, on_progress=lambda done, total: None))
    return time.perf_counter() - started


def _compare(local: Corpus, milvus: Corpus, asked: Sequence[EvaluationQuestion]) -> Compared:
    compared = Compared()
    for question in asked:
        for source, search in _SEARCHES.items():
            found = [_places(corpus, search(corpus, question), source) for corpus in (local, milvus)]
            if found[0]:
                compared.overlap[source].append(len(found[0] & found[1]) / len(found[0]))
        for name, corpus in (("local", local), ("milvus", milvus)):
            started = time.perf_counter()
            hits = _hybrid(corpus, question)
            compared.milliseconds[name].append((time.perf_counter() - started) * 1000)
            compared.recall[name].append(bool(hits) and question.is_answered_by(hits[0]))
    return compared


def _vector_search(corpus: Corpus, question: EvaluationQuestion) -> list[ScoredPassage]:
    vector = bundled_encoder().encode_queries([question.text])[0]
    return corpus.vector_search(vector, depth=_DEPTH)


def _keyword_search(corpus: Corpus, question: EvaluationQuestion) -> list[ScoredPassage]:
    return corpus.keyword_search(question.text, language=question.language, depth=_DEPTH).passages


_SEARCHES: dict[SearchSource, Search] = {"vector": _vector_search, "keyword": _keyword_search}


def _hybrid(corpus: Corpus, question: EvaluationQuestion) -> list[Hit]:
    query = Query(text=question.text, language=question.language, filters=Filters(), top_k=_TOP)
    return hybrid_search(corpus, bundled_encoder(), query).hits


def _places(
    corpus: Corpus, ranked: Sequence[ScoredPassage], source: SearchSource
) -> set[tuple[str, int, int]]:
    hits = corpus.hits(ranked[:_TOP], source=source)
    return {(hit.article_id, hit.paragraph, hit.start) for hit in hits}


def _request_times(uri: str, question: EvaluationQuestion) -> list[list[str]]:
    """Return the median time of each request that a search sends to Milvus, measured without Kutip."""
    client = MilvusClient(uri)
    vector = bundled_encoder().encode_queries([question.text])[0].tolist()
    word = words(question.text, language="id")[0]

    def search(query: object, field: str, fields: list[str]) -> object:
        return client.search(_PASSAGES, [query], anns_field=field, limit=_DEPTH, output_fields=fields)

    requests: dict[str, Callable[[], object]] = {
        "vector search": lambda: search(vector, "vector", ["article"]),
        "BM25 search": lambda: search(word, "keywords", ["article", "words"]),
        "count of the passages with a word": lambda: client.query(
            _PASSAGES, filter=f"text_match(words, '{word}')", output_fields=["count(*)"]
        ),
    }
    return [[name, f"{_median_milliseconds(request):.0f}"] for name, request in requests.items()]


def _median_milliseconds(request: Callable[[], object]) -> float:
    taken = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        request()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


def _row(name: str, compared: Compared) -> list[str]:
    return [
        f"{name} id",
        *(f"{mean(values):.4f}" for values in compared.overlap.values()),
        *(f"{mean(values):.3f}" for values in compared.recall.values()),
        *(f"{median(values):.0f}" for values in compared.milliseconds.values()),
        str(len(compared.recall["local"])),
    ]


if __name__ == "__main__":
    main()
