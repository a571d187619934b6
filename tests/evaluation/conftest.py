"""What the tests of an evaluation need: models whose results can be worked out by hand."""

import pytest

from rag.corpus.local.corpus import LocalCorpus
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.service import Service
from rag.settings import load_settings


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once(models_loaded_once: None) -> None:
    """Load the bundled models once for all commands that run in this process."""


@pytest.fixture
def models(corpus: LocalCorpus, pipeline: Pipeline, ingestion: Ingestion) -> Service:
    """Give a service whose models an evaluation can share: they count topics and words."""
    return Service(load_settings(), corpus, pipeline, ingestion)
