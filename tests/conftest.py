"""What many tests need: a small corpus, an encoder whose vectors can be worked out by hand."""

import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import httpcore2
import numpy as np
import pytest
from hypothesis import settings

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from tests import bundled_models
from tests.milvus_lite import milvus_lite
from tests.word_cross_encoder import reading_words

# The time that one example takes says more of the machine than of the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

TOPICS = ("kopi", "banjir", "bus", "maraton", "gempa", "sekolah")


# The files that take longest, the slowest first.
SLOWEST = (
    "tests/evaluation/test_figures.py",
    "tests/test_readme.py",
    "tests/commands/test_serve.py",
    "tests/test_workers.py",
    "tests/test_written_answers.py",
    "tests/test_end_to_end.py",
    "tests/corpus/local/test_crashes.py",
    "tests/mcp_door/test_mcp.py",
    "tests/corpus/local/test_special_files.py",
    "tests/corpus/test_hard_corpora.py",
    "tests/corpus/test_concurrent_changes.py",
    "tests/commands/test_stopping.py",
    "tests/fuzzing/test_corpora.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest files first, then those with the most tests, so that the workers end together.

    Each worker of xdist takes the next file. With `--no-loadscope-reorder`, they are in this order.
    """
    counts = Counter(item.nodeid.partition("::")[0] for item in items)
    places = {file: place for place, file in enumerate(SLOWEST)}

    def turn(item: pytest.Item) -> tuple[int, int, str]:
        file = item.nodeid.partition("::")[0]
        return places.get(file, len(places)), -counts[file], file

    items.sort(key=turn)


def pytest_configure() -> None:
    """Let interrupts reach what tests start, though a shell in whose background they run keeps them off."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests, and the processes they start, away from the articles of whoever runs them."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        patch.setenv("KUTIP_DATA_DIR", str(folder / "kutip"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once() -> Iterator[None]:
    """Read the certificates of the system once. Each HTTP client would take about 30 ms for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


class TopicEncoder:
    """Counts of six topic words, and a little of "something else", scaled to unit length.

    "kopi kopi banjir" is (2, 1, 0, 0, 0, 0, .1) / 2.238. A token is a word between white space.
    """

    name = "topics"
    dimension = len(TOPICS) + 1
    max_tokens = 40

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(text.split()) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Count topics."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Count topics."""
        counts = [[text.lower().count(topic) for topic in TOPICS] + [0.1] for text in texts]
        vectors = np.array(counts, np.float32).reshape(-1, self.dimension)
        scaled: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return scaled


def article(article_id: str, *paragraphs: str, **fields: object) -> Article:
    """Make an article in Indonesian unless `fields` say otherwise."""
    values: dict[str, object] = {"language": "id", **fields}
    return Article(id=article_id, paragraphs=paragraphs, **values)  # type: ignore[arg-type]


@pytest.fixture
def encoder() -> TopicEncoder:
    """Give an encoder whose vectors can be worked out by hand."""
    return TopicEncoder()


@pytest.fixture
def corpus(tmp_path: Path, encoder: TopicEncoder) -> Iterator[LocalCorpus]:
    """Give an empty corpus on disk."""
    with LocalCorpus(tmp_path / "data", encoder=identity(encoder)) as opened:
        yield opened


@pytest.fixture(scope="session")
def milvus_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of Milvus Lite's own server."""
    with milvus_lite(tmp_path_factory.mktemp("milvus")) as uri:
        yield uri


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Name a corpus on Milvus for one test."""
    return f"milvus_{abs(hash(request.node.nodeid))}_{time.time_ns()}"


@pytest.fixture(params=["local", "milvus"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Say where a corpus of each kind can be made; `tests.corpora.open_place` opens it."""
    if request.param == "local":
        return str(tmp_path / "place")
    return f"{request.getfixturevalue('milvus_uri')}#test_{secrets.token_hex(6)}"


@pytest.fixture
def other_place(place: str) -> str:
    """Say where another corpus of the same kind can be made."""
    return f"{place}_other"


@pytest.fixture
def ingestion(corpus: LocalCorpus, encoder: TopicEncoder) -> Ingestion:
    """Give what fills `corpus`."""
    return Ingestion(corpus, encoder, passage_max_tokens=40)


@pytest.fixture
def pipeline(corpus: LocalCorpus, encoder: TopicEncoder) -> Pipeline:
    """Give what asks `corpus`, without a language model."""
    return Pipeline(corpus=corpus, encoder=encoder, **reading_words())


@pytest.fixture(scope="session")
def bundled_encoder() -> Encoder:
    """Give the bundled model, loaded once for all tests that only encode with it."""
    return bundled_models.bundled_encoder()


@pytest.fixture(scope="module")
def models_loaded_once() -> Iterator[None]:
    """Let the services that the tests of a module build share the bundled models."""
    with pytest.MonkeyPatch.context() as patch:
        bundled_models.share_bundled_models(patch)
        yield


def identity(encoder: TopicEncoder) -> EncoderIdentity:
    """Return what the corpus knows the encoder by."""
    return EncoderIdentity(encoder.name, encoder.dimension)
