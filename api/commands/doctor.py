"""`kutip doctor`."""

import asyncio
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import click

from embeddings.vector_index import Tier
from rag.datatypes import Counts
from rag.errors import KutipError
from rag.language_model import LanguageModel
from rag.pipeline import Question
from rag.refusal import CALIBRATIONS
from rag.service import build_service, load_language_model, load_reranking, open_corpus
from rag.settings import load_settings


@click.command()
def command() -> None:
    """Check settings, data folder, encoder and search, reranker and language model, each in one line."""
    passed = [
        _run("Kutip", _version),
        _run("Settings", lambda: f"{len(load_settings().model_dump())} read"),
    ]
    if all(passed):  # with wrong settings every other line would only repeat that
        passed += [
            _run("Corpus", _corpus),
            _run("Encoder and search", _search),
            _run("Reranker", _reranker),
            _run("Language model", _language_model),
        ]
    if not all(passed):
        sys.exit(1)


def _run(name: str, check: Callable[[], str]) -> bool:
    try:
        click.echo(f"ok      {name}: {check()}")
    except KutipError as error:
        click.echo(f"failed  {name}: {error}")
        return False
    return True


def _version() -> str:
    return f"{version('kutip')} on Python {platform.python_version()}, {platform.platform(terse=True)}"


def _corpus() -> str:
    settings = load_settings()
    with open_corpus(settings) as corpus:
        return f"{settings.data_dir}: {_described(corpus.counts())}"


def _search() -> str:
    # Without the reranker and the language model, whose faults their own lines tell.
    with build_service(load_settings(reranker_model=None, llm_model=None)) as service:
        encoder = service.pipeline.encoder
        found = service.pipeline.search(Question(text="kutip doctor"))
        lines = [
            f"{encoder.name}, dimension {encoder.dimension}, at most {encoder.max_tokens} tokens",
            f"{len(found.hits)} hits in {sum(found.timings_ms.values()):.0f} ms",
            _tier(service.corpus.vector_tier()),
        ]
    if encoder.name not in CALIBRATIONS:
        lines.append(
            "not calibrated: only questions without any hit are refused, and claims are judged by words"
        )
    return "; ".join(lines)


def _tier(tier: Tier) -> str:
    if not tier.lists:
        return "every vector compared"
    return (
        f"{tier.lists_searched} of {tier.lists} lists of vectors searched, "
        f"which find {tier.recall:.4f} of the ten nearest"
    )


def _reranker() -> str:
    reranking = load_reranking(load_settings())
    if reranking is None:
        return "none: hits stay in the order of the search"
    started = time.perf_counter()
    reranking.reranker.scores("kutip doctor", ["Check the reranker."])
    milliseconds = (time.perf_counter() - started) * 1000
    name, depth = reranking.reranker.name, reranking.depth
    return f"{name} orders the best {depth} hits; reads one in {milliseconds:.0f} ms"


def _language_model() -> str:
    language_model = load_language_model(load_settings())
    if language_model is None:
        return "none: answers are verbatim sentences"
    asyncio.run(_greet(language_model))
    return f"{language_model.name} answers"


async def _greet(language_model: LanguageModel) -> None:
    async for _ in language_model.stream([{"role": "user", "content": "Say hello in one word."}]):
        pass


def _described(counts: Counts) -> str:
    return f"{counts.articles} articles, {counts.passages} passages"
