"""`kutip ask`."""

import asyncio
import sys
from typing import Any, TextIO, get_args

import click

from api.commands.options import NOTHING_FOUND, filter_options, parse_filters, print_json
from api.schemas import answer_json
from rag.datatypes import Answer, AnswerMode, Citation
from rag.pipeline import Question
from rag.service import build_service
from rag.settings import load_settings

_REASONS = {
    "empty_corpus": "The corpus is empty: run `kutip ingest PATH` first.",
    "filters_leave_nothing": "No article passes the filters: loosen them.",
    "nothing_relevant": "Nothing comes near enough to the question; `kutip search` shows what is nearest.",
    "evidence_does_not_answer": "The articles come near the question but do not answer it.",
}


@click.command()
@click.argument("question")
@click.option("--mode", type=click.Choice(get_args(AnswerMode)), default="auto", show_default=True)
@click.option("--top-k", type=click.IntRange(1, 50), help="Passages to answer from.")
@click.option("--answer-language", metavar="TAG", help="Language to answer in, if not the question's.")
@click.option("--json", "as_json", is_flag=True, help="Print the Answer of the HTTP API.")
@filter_options
def command(
    question: str,
    mode: AnswerMode,
    top_k: int | None,
    answer_language: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Answer QUESTION from the articles, with citations.

    `-` reads questions from standard input, one a line.
    """
    texts = _lines(sys.stdin) if question == "-" else [question]
    parsed = parse_filters(filters)
    questions = [
        Question(text=text, filters=parsed, top_k=top_k, language=answer_language, mode=mode)
        for text in texts
    ]
    is_refusal = False
    with build_service(load_settings()) as service:
        for asked in questions:
            answer = asyncio.run(service.pipeline.answer(asked))
            is_refusal |= answer.is_refusal
            if as_json:
                print_json(answer_json(answer))
            else:
                _print(answer, with_question=len(questions) > 1)
    if is_refusal:
        sys.exit(NOTHING_FOUND)


def _lines(stream: TextIO) -> list[str]:
    return [line.strip() for line in stream if line.strip()]


def _print(answer: Answer, *, with_question: bool) -> None:
    if with_question:
        click.secho(f"\n{answer.question}\n", bold=True)
    click.echo(answer.answer)
    printed = set()
    for citation in answer.citations:
        if citation.number not in printed:
            printed.add(citation.number)
            click.echo()
            click.echo(_described(citation))
    if answer.degraded:
        click.echo(
            f"The language model gave no answer ({answer.degraded}); these are verbatim sentences.", err=True
        )
    if answer.refusal_reason:
        click.echo(_REASONS[answer.refusal_reason], err=True)


def _described(citation: Citation) -> str:
    """Return the quote, then where it stands, as a bibliography would."""
    day = citation.published_at.date().isoformat() if citation.published_at else None
    source = ", ".join(part for part in (citation.title, citation.author, citation.outlet, day) if part)
    place = f"{citation.article_id}, paragraph {citation.paragraph}, {citation.start}–{citation.end}"
    lines = [f"[{citation.number}] “{citation.quote}”", f"    {source}", f"    {place} ({citation.verdict})"]
    return "\n".join(line for line in [*lines, f"    {citation.url}" if citation.url else ""] if line.strip())
