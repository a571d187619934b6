"""Services whose models need no torch, which takes each process seconds to import."""

from collections.abc import Iterable
from pathlib import Path

from api import commands
from api.commands import serve
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Article, Unreadable
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.service import Service, load_language_model
from rag.settings import Settings, load_settings
from tests.conftest import TopicEncoder, identity
from tests.word_cross_encoder import reading_words


def topic_service(settings: Settings, *, encoder: TopicEncoder | None = None) -> Service:
    """Build a service as the settings say, with models of the tests."""
    encoder = encoder or TopicEncoder()
    corpus = LocalCorpus(settings.data_dir, encoder=identity(encoder))
    pipeline = Pipeline(
        corpus=corpus,
        encoder=encoder,
        language_model=load_language_model(settings),
        **reading_words(),
    )
    return Service(settings, corpus, pipeline, Ingestion(corpus, encoder, passage_max_tokens=40))


def fill(folder: Path, articles: Iterable[Article | Unreadable]) -> None:
    """Add articles to a data folder that such services use."""
    with topic_service(load_settings(data_dir=folder)) as service:
        for result in service.ingestion.ingest(articles):
            assert result.status == "created"


def main() -> None:
    """Do what `kutip` does; `kutip serve` answers with such a service."""
    serve.build_service = topic_service  # type: ignore[assignment, attr-defined]
    commands.main()
