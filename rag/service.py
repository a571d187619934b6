"""Build a service from the settings. This is the only place that chooses implementations."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from embeddings.batching import BatchingEncoder
from embeddings.cross_encoder import ClaimJudge, CrossEncoder
from embeddings.encoder import Encoder
from embeddings.reranker import Reranker
from embeddings.weights import ModelLoadError
from rag.answering.reviewer import ClaimReviewer
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity, WholeCorpus
from rag.errors import CrossEncoderError, EncoderError, MissingExtra, RerankerError, SettingsError
from rag.ingestion import Ingestion
from rag.language_model.circuit_breaker import CircuitBreaker
from rag.language_model.protocol import LanguageModel
from rag.language_model.traced_model import TracedLanguageModel
from rag.pipeline import Pipeline
from rag.search.reranking import Reranking
from rag.settings import Settings
from rag.worker_pools import WorkerPool, processor_count

logger = logging.getLogger(__name__)


# How long a request waits for the articles before it is refused.
_WAIT_SECONDS = 5.0


def _pool(*, threads: int) -> WorkerPool:
    return WorkerPool(threads=threads, max_wait_seconds=_WAIT_SECONDS)


@dataclass(frozen=True)
class Service:
    """A corpus with its pipeline, which answers questions, and its ingestion, which adds articles."""

    settings: Settings
    corpus: WholeCorpus
    pipeline: Pipeline
    ingestion: Ingestion
    search_pool: WorkerPool = field(
        default_factory=lambda: WorkerPool(threads=processor_count(), max_wait_seconds=0.1)
    )
    # A writer of another process can block every change for as long as it likes. So changes, reading and
    # probes do not share threads.
    write_pool: WorkerPool = field(default_factory=lambda: _pool(threads=1))
    deletion_pool: WorkerPool = field(default_factory=lambda: _pool(threads=1))
    reading_pool: WorkerPool = field(default_factory=lambda: _pool(threads=4))
    probe_pool: WorkerPool = field(default_factory=lambda: _pool(threads=1))

    @property
    def breaker(self) -> CircuitBreaker | None:
        """The circuit breaker in front of the language model, or None if there is no language model."""
        language_model = self.pipeline.language_model
        return language_model if isinstance(language_model, CircuitBreaker) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.corpus.close()


@dataclass(frozen=True, kw_only=True)
class _Models:
    """The models of a service. An ingestion needs only the encoder."""

    encoder: Encoder
    claim_judge: ClaimJudge | None = None
    reranking: Reranking | None = None
    reviewer: ClaimReviewer | None = None
    language_model: LanguageModel | None = None


def build_service(
    settings: Settings, *, encode_again: bool = False, answers: bool = True, sharing: Service | None = None
) -> Service:
    """Load the models, open the corpus and build the pipeline.

    With `encode_again`, vectors from another encoder are replaced instead of refused. Without `answers`, only
    the encoder is loaded, as ingestion needs no other model. With `sharing`, the models of that service are
    used instead of loading them again.

    Raises:
        EncoderError: the embedding model cannot be loaded.
        RerankerError: the reranker cannot be loaded.
        CrossEncoderError: the claim model cannot be loaded.
        CorpusError: the corpus cannot be opened.
        SettingsError: a setting is missing.
    """
    models = _models_of(sharing.pipeline) if sharing else _load_models(settings, answers=answers)
    encoder = models.encoder
    identity = EncoderIdentity(encoder.name, encoder.dimension)
    if encode_again:
        with open_corpus(settings) as old:
            ingestion = Ingestion(old, encoder, passage_max_tokens=settings.passage_max_tokens)
            old.encode_again(identity, ingestion.cut_and_encode)
    corpus = open_corpus(settings, encoder=identity)
    threads = max(1, processor_count() // settings.workers)
    pipeline = Pipeline(
        corpus=corpus,
        **vars(models),
        top_k=settings.top_k,
        max_question_characters=settings.max_question_characters,
        max_prompt_tokens=settings.llm_context_tokens - settings.llm_max_tokens,
        unsupported=settings.unsupported,
        answer_timeout_seconds=settings.answer_timeout_seconds,
        threads=max(1, threads // 2),  # leaves processors free for searches
    )
    ingestion = Ingestion(corpus, encoder, passage_max_tokens=settings.passage_max_tokens)
    search_pool = WorkerPool(threads=threads, max_wait_seconds=settings.search_wait_seconds)
    return Service(settings, corpus, pipeline, ingestion, search_pool)


def _models_of(pipeline: Pipeline) -> _Models:
    return _Models(
        encoder=pipeline.encoder,
        claim_judge=pipeline.claim_judge,
        reranking=pipeline.reranking,
        reviewer=pipeline.reviewer,
        language_model=pipeline.language_model,
    )


def _load_models(settings: Settings, *, answers: bool) -> _Models:
    language_model = load_language_model(settings) if answers else None
    encoder = load_encoder(settings)
    if not answers:
        return _Models(encoder=encoder)
    reranking = load_reranking(settings)
    return _Models(
        encoder=encoder,
        claim_judge=load_claim_judge(settings, reranking.cross_encoder),
        reranking=reranking,
        reviewer=load_reviewer(settings, language_model),
        language_model=language_model,
    )


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that the settings name.

    Raises:
        EncoderError: the encoder cannot be loaded.
    """
    with _collector_paused():
        # Imported here because importing torch takes four seconds, and many commands need no encoder.
        from embeddings import loading

        try:
            encoder = loading.load_encoder(settings.embedding_model, engine=settings.embedding_engine)
        except ModelLoadError as error:
            raise EncoderError(str(error)) from error
    return BatchingEncoder(encoder)


def load_reranking(settings: Settings) -> Reranking:
    """Return the models that read hits: the bundled cross-encoder, and the reranker that the settings name.

    Without the cross-encoder, which may be damaged, search and verbatim answers still work.

    Raises:
        RerankerError: the reranker cannot be loaded.
    """
    try:
        cross_encoder = load_cross_encoder(settings)
    except CrossEncoderError as error:
        logger.warning("%s Until then, claims are `unchecked`, and no question is refused.", error)
        cross_encoder = None
    if settings.reranker_model is None:
        return Reranking(cross_encoder=cross_encoder)
    reranker = load_reranker(settings.reranker_model)
    return Reranking(cross_encoder=cross_encoder, reranker=reranker, depth=settings.reranker_depth)


def load_reranker(model: str) -> Reranker:
    """Return a reranker.

    Raises:
        RerankerError: the reranker cannot be loaded.
    """
    with _collector_paused():
        # Imported here for the same reason as above.
        from embeddings import loading

        try:
            return loading.load_reranker(model)
        except ModelLoadError as error:
            raise RerankerError(str(error)) from error


def load_cross_encoder(settings: Settings) -> CrossEncoder:
    """Return the bundled cross-encoder.

    Raises:
        CrossEncoderError: it cannot be loaded.
    """
    with _collector_paused():
        # Imported here for the same reason as above.
        from embeddings import loading

        try:
            return loading.load_cross_encoder(engine=settings.embedding_engine)
        except ModelLoadError as error:
            raise CrossEncoderError(str(error)) from error


def load_claim_judge(settings: Settings, cross_encoder: CrossEncoder | None) -> ClaimJudge | None:
    """Return what judges claims: the model that the settings name, else `cross_encoder`, or None.

    Raises:
        CrossEncoderError: the model that the settings name cannot be loaded.
    """
    if settings.verifier in ("llm", "off"):
        return None
    if settings.claim_model is None:
        return cross_encoder
    with _collector_paused():
        # Imported here for the same reason as above.
        from embeddings import loading

        try:
            return loading.load_claim_model(settings.claim_model)
        except ModelLoadError as error:
            raise CrossEncoderError(str(error)) from error


def load_reviewer(settings: Settings, language_model: LanguageModel | None) -> ClaimReviewer | None:
    """Return the reviewer of claims, or None if the settings or a missing language model leave none.

    Raises:
        SettingsError: the settings want the language model as the only judge, and there is none.
    """
    if settings.verifier in ("bundled", "off"):
        return None
    if language_model is None:
        if settings.verifier == "llm":
            raise SettingsError(
                "KUTIP_VERIFIER is 'llm', but no language model is set. Set KUTIP_LLM_MODEL, or use 'auto'."
            )
        return None
    if settings.verifier_model is not None:
        named = settings.model_copy(update={"llm_model": settings.verifier_model})
        return ClaimReviewer(load_language_model(named) or language_model)
    return ClaimReviewer(language_model)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would check a million permanent objects again and again.

    This saves a tenth of the time to load the encoder.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def open_corpus(settings: Settings, *, encoder: EncoderIdentity | None = None) -> WholeCorpus:
    """Open the corpus that the settings name. Without an encoder, vector search is not possible.

    Raises:
        CorpusError: the corpus cannot be opened.
        MissingExtra: the Milvus client is not installed.
        SettingsError: the address of the Milvus server is not set.
    """
    if settings.corpus == "milvus":
        return _open_milvus_corpus(settings, encoder)
    return LocalCorpus(settings.data_dir, encoder=encoder)


def _open_milvus_corpus(settings: Settings, encoder: EncoderIdentity | None) -> WholeCorpus:
    if settings.milvus_uri is None:
        raise SettingsError(
            "KUTIP_CORPUS is 'milvus', but KUTIP_MILVUS_URI is not set. Set it to the address of the server, "
            "for example http://127.0.0.1:19530."
        )
    # Imported here because the Milvus client is an optional extra that a local corpus does not need.
    try:
        from rag.corpus.milvus.corpus import MilvusCorpus
        from rag.corpus.milvus.layout import Layout
        from rag.corpus.milvus.server import MilvusServer
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "KUTIP_CORPUS is 'milvus', but the Milvus client is not installed. "
            "Run `pip install 'kutip[milvus]'`."
        ) from error
    token = settings.milvus_token
    server = MilvusServer(
        settings.milvus_uri,
        token=token.get_secret_value() if token else None,
        timeout_seconds=settings.milvus_timeout_seconds,
    )
    layout = Layout(
        index=settings.milvus_index, shards=settings.milvus_shards, replicas=settings.milvus_replicas
    )
    return MilvusCorpus(server, prefix=settings.milvus_prefix, encoder=encoder, layout=layout)


def load_language_model(settings: Settings) -> LanguageModel | None:
    """Return the language model that the settings name, behind a circuit breaker, or None."""
    if settings.llm_model is None:
        return None
    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise SettingsError(
            f"KUTIP_LLM_MODEL is {settings.llm_model!r}, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is "
            "set. Set the key, or the address of a server that needs none."
        )
    # Imported here because importing the client takes a second, and verbatim answers do not need it.
    from rag.language_model.openai_model import OPENAI, OpenAILanguageModel

    key, address = settings.openai_api_key, settings.openai_base_url or OPENAI
    language_model = OpenAILanguageModel(
        settings.llm_model,
        api_key=key.get_secret_value() if key else "none",
        base_url=address,
        timeout_seconds=min(settings.llm_timeout_seconds, settings.answer_timeout_seconds),
        max_tokens=settings.llm_max_tokens,
    )
    traced = TracedLanguageModel(language_model, base_url=address, has_texts=settings.trace_texts)
    return CircuitBreaker(traced)
