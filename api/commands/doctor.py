"""`kutip doctor`."""

import asyncio
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import click

from api.commands.base import Command
from api.commands.options import has_corpus, location, progress
from api.commands.stopping import NOTHING_CHANGED, when_stopped
from api.commands.terminal import fitted
from rag.corpus.findings import Finding
from rag.errors import CorpusError, KutipError
from rag.language_model.protocol import LanguageModel
from rag.pipeline import Question
from rag.service import (
    Service,
    build_service,
    load_claim_judge,
    load_cross_encoder,
    load_encoder,
    load_language_model,
    load_reranker,
    open_corpus,
)
from rag.settings import load_settings
from rag.verification.meaning import CALIBRATIONS

_ARTICLES_ENCODED_AGAIN = 32
_INDENT = " " * 8


@click.command(cls=Command, examples=["kutip doctor", "kutip doctor --fix"])
@click.option("--fix", is_flag=True, help="Repair the stored data as far as nothing is lost.")
def command(fix: bool) -> None:
    """Check settings, stored articles, encoder, search, cross-encoder, reranker and language model.

    Prints one line for each check, and one for each fault. The exit status is 1 if there is a fault.
    """
    kept = "Completed repairs are kept. Run `kutip doctor --fix` again." if fix else NOTHING_CHANGED
    with when_stopped(lambda: kept):
        passed = [
            _run("Kutip", _version),
            _run("Settings", lambda: f"{len(load_settings().model_dump())} read"),
        ]
        # With wrong settings, every other check would only report them again.
        if all(passed):
            passed += _checked(fix=fix)
    if not all(passed):
        sys.exit(1)


def _checked(*, fix: bool) -> list[bool]:
    """Check all but the settings; return what passed."""
    if has_corpus(load_settings()):
        of_articles = [
            _run("Corpus", _corpus),
            _integrity(fix=fix),
            _run("Encoder and search", _search),
        ]
    else:
        of_articles = [_run("Corpus", _no_corpus), _run("Encoder", _encoder)]
    return [
        *of_articles,
        _run("Cross-encoder", _cross_encoder),
        _run("Reranker", _reranker),
        _run("Language model", _language_model),
    ]


def _integrity(*, fix: bool) -> bool:
    try:
        found = left = _findings()
        if fix and any(finding.problem.repair for finding in found):
            found, left = _repaired(found)
    except KutipError as error:
        _print("failed", f"Integrity: {error}")
        return False
    for finding in found:
        if finding.problem not in {other.problem for other in left}:
            _print("fixed", f"Integrity: {finding.message}")
    for finding in left:
        _print("failed", f"Integrity: {finding.message}: {finding.problem.remedy}")
    if not left:
        _print("ok", "Integrity: file, versions, passages, words, vectors and indexes agree")
    return not left


def _findings() -> list[Finding]:
    settings = load_settings()
    with open_corpus(settings) as corpus:
        encoder = corpus.encoder_of_vectors()
    with open_corpus(settings, encoder=encoder) as corpus, progress("articles") as on_progress:
        return corpus.check(on_progress=on_progress)


def _repaired(findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Repair what can be repaired; return all faults found on the way, and those that are left."""
    found, before = list(findings), None
    with _encoding() as service, progress("articles") as on_progress:
        while findings != before:  # a repaired fault may have hidden another
            before = findings
            service.corpus.repair(findings, service.ingestion.cut_and_encode)
            findings = service.corpus.check(on_progress=on_progress)
            found += [finding for finding in findings if finding.problem not in {f.problem for f in found}]
    return found, findings


def _encoding() -> Service:
    return build_service(load_settings(), answers=False)  # the other models have lines of their own


def _run(name: str, check: Callable[[], str]) -> bool:
    try:
        _print("ok", f"{name}: {check()}")
    except KutipError as error:
        _print("failed", f"{name}: {error}")
        return False
    return True


def _print(status: str, message: str) -> None:
    click.echo(fitted(f"{status:<{len(_INDENT)}}{message}", sys.stdout, indent=_INDENT))


def _version() -> str:
    return f"{version('kutip')} on Python {platform.python_version()}, {platform.platform(terse=True)}"


def _corpus() -> str:
    settings = load_settings()
    with open_corpus(settings) as corpus:
        counts = corpus.counts()
    return f"{location(settings)}: {counts.articles} articles, {counts.passages} passages"


def _no_corpus() -> str:
    return f"{location(load_settings())}: no articles yet. Add some with `kutip ingest PATH`"


def _encoder() -> str:
    encoder = load_encoder(load_settings())
    encoder.encode_queries(["kutip doctor"])
    return f"{encoder.name}, dimension {encoder.dimension}, at most {encoder.max_tokens} tokens"


def _search() -> str:
    with _encoding() as service:
        checked = _check_vectors(service)
        encoder = service.pipeline.encoder
        found = service.pipeline.search(Question(text="kutip doctor"))
        lines = [
            f"{encoder.name}, dimension {encoder.dimension}, at most {encoder.max_tokens} tokens",
            f"{len(found.hits)} hits in {sum(found.timings_ms.values()):.0f} ms",
            service.corpus.search_description(),
            f"the vectors of {checked} articles are those of the encoder",
        ]
    if encoder.name not in CALIBRATIONS:
        lines.append(
            "not calibrated: only words in common choose the sentences that a claim is compared with"
        )
    return "; ".join(lines)


def _check_vectors(service: Service) -> int:
    """Encode one passage of some articles again; return the number of articles.

    Raises:
        CorpusError: a stored vector differs.
    """
    chosen = service.corpus.some_articles(_ARTICLES_ENCODED_AGAIN)
    if differing := service.ingestion.encoded_otherwise(chosen):
        raise CorpusError(
            f"{len(differing)} of {len(chosen)} articles, such as {differing[0]!r}, have vectors that the "
            "encoder does not give. Run `kutip ingest --rebuild`."
        )
    return len(chosen)


def _cross_encoder() -> str:
    settings = load_settings()
    bundled = load_cross_encoder(settings)
    judge = load_claim_judge(settings, bundled)
    started = time.perf_counter()
    (judge or bundled).judge([("Kutip checks claims.", "Kutip checks every claim of an answer.")])
    milliseconds = (time.perf_counter() - started) * 1000
    judged = (
        f"{judge.name} judges claims"
        if judge
        else f"no cross-encoder judges claims (KUTIP_VERIFIER is {settings.verifier!r})"
    )
    return f"{bundled.name} reads hits; {judged}; one claim in {milliseconds:.0f} ms"


def _reranker() -> str:
    settings = load_settings()
    if settings.reranker_model is None:
        return "none. The cross-encoder orders the hits of an answer"
    reranker = load_reranker(settings.reranker_model)
    started = time.perf_counter()
    reranker.scores("kutip doctor", ["Check the reranker."])
    milliseconds = (time.perf_counter() - started) * 1000
    depth = settings.reranker_depth
    return f"{reranker.name} reorders the best {depth} hits and reads one in {milliseconds:.0f} ms"


def _language_model() -> str:
    language_model = load_language_model(load_settings())
    if language_model is None:
        return "none. Answers are verbatim sentences"
    asyncio.run(_greet(language_model))
    return f"{language_model.name} answers"


async def _greet(language_model: LanguageModel) -> None:
    async for _ in language_model.stream([{"role": "user", "content": "Say hello in one word."}]):
        pass
