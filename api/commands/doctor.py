"""`kutip doctor`."""

import asyncio
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import click

from api.commands.options import progress
from rag.answering.refusal import CALIBRATIONS
from rag.corpus.findings import Finding
from rag.datatypes import Counts
from rag.errors import CorpusError, KutipError
from rag.language_model.protocol import LanguageModel
from rag.pipeline import Question
from rag.service import Service, build_service, load_language_model, load_reranking, open_corpus
from rag.settings import load_settings

_ARTICLES_ENCODED_AGAIN = 32


@click.command()
@click.option(
    "--fix", is_flag=True, help="Mend what is wrong with the data, as far as nothing is lost by it."
)
def command(fix: bool) -> None:
    """Check settings, data, encoder and search, reranker and language model; one line for each, or fault."""
    passed = [
        _run("Kutip", _version),
        _run("Settings", lambda: f"{len(load_settings().model_dump())} read"),
    ]
    if all(passed):  # with wrong settings every other line would only repeat that
        passed += [
            _run("Corpus", _corpus),
            _integrity(fix=fix),
            _run("Encoder and search", _search),
            _run("Reranker", _reranker),
            _run("Language model", _language_model),
        ]
    if not all(passed):
        sys.exit(1)


def _integrity(*, fix: bool) -> bool:
    try:
        found = left = _findings()
        if fix and any(finding.problem.repair for finding in found):
            found, left = _repaired(found)
    except KutipError as error:
        click.echo(f"failed  Integrity: {error}")
        return False
    for finding in found:
        if finding.problem not in {other.problem for other in left}:
            click.echo(f"fixed   Integrity: {finding.told}")
    for finding in left:
        click.echo(f"failed  Integrity: {finding.told}: {finding.problem.remedy}")
    if not left:
        click.echo("ok      Integrity: file, versions, passages, words, vectors and indexes agree")
    return not left


def _findings() -> list[Finding]:
    settings = load_settings()
    with open_corpus(settings) as corpus:
        encoder = corpus.encoder_of_vectors()
    with open_corpus(settings, encoder=encoder) as corpus, progress("articles") as told:
        return corpus.check(told=told)


def _repaired(findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Mend what can be; return all that was found on the way, and what is left."""
    found, before = list(findings), None
    with _encoding() as service, progress("articles") as told:
        while findings != before:  # what is mended may have hidden something else
            before = findings
            service.corpus.repair(findings, service.ingestion.cut_and_encode)
            findings = service.corpus.check(told=told)
            found += [finding for finding in findings if finding.problem not in {f.problem for f in found}]
    return found, findings


def _encoding() -> Service:
    # Without the reranker and the language model, whose faults their own lines tell.
    return build_service(load_settings(reranker_model=None, llm_model=None))


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
    with open_corpus(load_settings()) as corpus:
        return f"{corpus.location}: {_described(corpus.counts())}"


def _search() -> str:
    with _encoding() as service:
        checked = _check_vectors(service)
        encoder = service.pipeline.encoder
        found = service.pipeline.search(Question(text="kutip doctor"))
        lines = [
            f"{encoder.name}, dimension {encoder.dimension}, at most {encoder.max_tokens} tokens",
            f"{len(found.hits)} hits in {sum(found.timings_ms.values()):.0f} ms",
            service.corpus.search_description(),
            f"the vectors of {checked} articles are as it gives them",
        ]
    if encoder.name not in CALIBRATIONS:
        lines.append(
            "not calibrated: only questions without any hit are refused, and claims are judged by words"
        )
    return "; ".join(lines)


def _check_vectors(service: Service) -> int:
    """Encode a passage each of some articles again; return how many.

    Raises:
        CorpusError: its stored vector is another.
    """
    chosen = service.corpus.some_articles(_ARTICLES_ENCODED_AGAIN)
    if differing := service.ingestion.encoded_otherwise(chosen):
        raise CorpusError(
            f"Of {len(chosen)} articles {len(differing)}, such as {differing[0]!r}, have other vectors than "
            "the encoder gives: run `kutip ingest --rebuild`."
        )
    return len(chosen)


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
