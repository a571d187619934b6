"""`kutip ask`."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO, get_args

import click

from api.commands.base import Command
from api.commands.options import (
    NOTHING_FOUND,
    TIME,
    check_corpus,
    filter_options,
    parse_filters,
    print_json,
    print_undated,
    why_empty,
)
from api.commands.stopping import NOTHING_CHANGED, when_stopped
from api.commands.terminal import fitted, say, shortened, visible
from api.schemas import answer_json
from rag.datatypes import Answer, AnswerMode, Citation, Hit
from rag.errors import BadRequest
from rag.pipeline import Question
from rag.service import Service, build_service
from rag.settings import load_settings

_REASONS = {
    "nothing_relevant": "Nothing in the articles is close enough to the question. Nearest:",
    "evidence_does_not_answer": "The nearest passages do not answer the question. Nearest:",
    "other_time": "The articles about this are from another time. Nearest:",
}

# Hits shown with a refusal, and the columns of the text of each.
_NEAREST = 3
_COLUMNS_OF_HIT = 100

_WARNINGS = {
    "contradicted": "The articles say otherwise",
    "unsupported": "Not supported by the articles",
}


@click.command(
    cls=Command,
    examples=[
        'kutip ask "Berapa ton panen kopi di Lembah Arum?"',
        'kutip ask "What changed in March?" --from 2025-03-01 --to 2025-03-31',
        "kutip ask - --json < questions.txt",
    ],
)
@click.argument("question")
@click.option(
    "--mode",
    type=click.Choice(get_args(AnswerMode)),
    default="auto",
    show_default=True,
    help="llm: the language model writes the answer. extractive: the answer is verbatim sentences. "
    "auto: llm if a language model is set, otherwise extractive.",
)
@click.option(
    "--top-k",
    type=click.IntRange(1, 50),
    metavar="N",
    help="Number of passages to answer from. Default: KUTIP_TOP_K.",
)
@click.option(
    "--answer-language",
    metavar="TAG",
    help="Language of the answer, such as id or en. Default: the question's language.",
)
@click.option(
    "--now",
    type=TIME,
    metavar="TIME",
    help="Time of the question, to which words such as 'last year' are relative. Default: the clock.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the HTTP API.")
@filter_options
def command(
    question: str,
    mode: AnswerMode,
    top_k: int | None,
    answer_language: str | None,
    now: datetime | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Answer QUESTION from the articles, with citations.

    With `-` as QUESTION, read questions from standard input, one per line. With --json, each answer is then
    one line.
    """
    is_batch = question == "-"
    texts = _lines(sys.stdin) if is_batch else [question]
    parsed = parse_filters(filters)
    asked = [
        Question(text=text, filters=parsed, top_k=top_k, language=answer_language, now=now, mode=mode)
        for text in texts
    ]
    settings = load_settings()
    check_corpus(settings)
    answers: list[Answer] = []
    with when_stopped(lambda: _progress(answers, asked)), build_service(settings) as service:
        why = why_empty(service.corpus, settings, parsed)
        for one in asked:
            try:
                answers.append(_answered(one, service, as_json=as_json, is_batch=is_batch, why_empty=why))
            except BadRequest as error:
                if not is_batch:
                    raise
                say(f"{one.text!r:.80}: {error}")
    if len(answers) < len(asked):
        sys.exit(1)
    if any(answer.is_refusal for answer in answers):
        sys.exit(NOTHING_FOUND)


def _answered(
    question: Question, service: Service, *, as_json: bool, is_batch: bool, why_empty: str | None
) -> Answer:
    """Answer one question and print the answer."""
    failures: list[str] = []
    answer = asyncio.run(service.pipeline.answer(question, on_failure=failures.append))
    if as_json:
        print_json(answer_json(answer), indent=None if is_batch else 2)
    else:
        _print(answer, with_question=is_batch)
    _say_failures(failures, answer)
    if answer.refusal_reason and answer.refusal_reason != "not_a_question":
        say(_REASONS.get(answer.refusal_reason) or why_empty or "")
        for hit in answer.hits[:_NEAREST]:
            click.echo(fitted(_offered(hit), sys.stderr, indent="     "), err=True)
    print_undated(answer.undated_articles_left_out)
    return answer


def _progress(answers: Sequence[Answer], asked: Sequence[Question]) -> str:
    return f"{len(answers)} of {len(asked)} questions are answered." if len(asked) > 1 else NOTHING_CHANGED


def _say_failures(failures: Sequence[str], answer: Answer) -> None:
    """Print why the language model failed. A refusal has no verbatim sentences."""
    is_verbatim = answer.mode == "extractive" and not answer.is_refusal
    for message in failures:
        say(f"{message} The answer is verbatim sentences." if is_verbatim else message)


def _lines(stream: TextIO) -> list[str]:
    lines = [line.strip() for line in stream if line.strip()]
    if not lines:
        raise click.UsageError("Standard input has no question. Write one question per line.")
    return lines


def _print(answer: Answer, *, with_question: bool) -> None:
    if with_question:
        click.secho(f"\n{fitted(answer.question, sys.stdout)}\n", bold=True)
    click.echo(fitted(answer.answer, sys.stdout))
    for claim in answer.claims:
        if claim.verdict in _WARNINGS:
            warning = f"! {_WARNINGS[claim.verdict]}: “{claim.text}”"
            click.echo()
            click.secho(fitted(warning, sys.stdout, indent="  "), fg="yellow")
    printed = set()
    for citation in answer.citations:
        if citation.number not in printed:
            printed.add(citation.number)
            click.echo()
            click.echo(_described(citation))


def _offered(hit: Hit) -> str:
    """Return the source of a hit and the beginning of its passage."""
    source = ", ".join(part for part in (hit.title, hit.outlet) if part) or hit.article_id
    return f"  {hit.rank}. {source}: {shortened(hit.text, columns=_COLUMNS_OF_HIT)}"


def _described(citation: Citation) -> str:
    """Return the quote, then its source, as in a bibliography."""
    day = citation.published_at.date().isoformat() if citation.published_at else None
    source = ", ".join(part for part in (citation.title, citation.author, citation.outlet, day) if part)
    place = f"{citation.article_id}, paragraph {citation.paragraph}, {citation.start}–{citation.end}"
    first, *others = filter(None, [citation.heading, f"“{citation.quote}”"])
    lines = [f"[{citation.number}] {first}", *(f"    {other}" for other in others)]
    lines += [f"    {source}", f"    {place} ({citation.verdict})"]
    shown = [fitted(line, sys.stdout, indent="    ") for line in lines if line.strip()]
    return "\n".join([*shown, *([f"    {visible(citation.url)}"] if citation.url else [])])
