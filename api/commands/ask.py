"""`kutip ask`."""

import asyncio
import sys
import textwrap
from typing import Any, TextIO, get_args

import click

from api.commands.options import (
    NOTHING_FOUND,
    filter_options,
    parse_filters,
    print_json,
    print_undated,
    why_empty,
)
from api.schemas import answer_json
from rag.datatypes import Answer, AnswerMode, Citation, Hit
from rag.pipeline import Question
from rag.service import build_service
from rag.settings import load_settings

_REASONS = {
    "nothing_relevant": "Nothing comes near enough to the question. Nearest:",
    "evidence_does_not_answer": "The articles come near the question but do not answer it. Nearest:",
}

# Hits offered with a refusal.
_NEAREST = 3

_WARNINGS = {
    "contradicted": "The articles say otherwise",
    "unsupported": "Not supported by the articles",
}


@click.command()
@click.argument("question")
@click.option(
    "--mode",
    type=click.Choice(get_args(AnswerMode)),
    default="auto",
    show_default=True,
    help="Who writes: the language model, or nobody (verbatim sentences); auto is llm where one is set.",
)
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

    `-` reads questions from standard input, one a line; with --json the answers are one a line, too.
    """
    is_batch = question == "-"
    texts = _lines(sys.stdin) if is_batch else [question]
    parsed = parse_filters(filters)
    is_refusal = False
    with build_service(load_settings()) as service:
        why = why_empty(service.corpus, service.settings, parsed)
        for text in texts:
            asked = Question(text=text, filters=parsed, top_k=top_k, language=answer_language, mode=mode)
            answer = asyncio.run(service.pipeline.answer(asked, on_failure=_say_failure))
            is_refusal |= answer.is_refusal
            if as_json:
                print_json(answer_json(answer), indent=None if is_batch else 2)
            else:
                _print(answer, with_question=is_batch)
            if answer.refusal_reason:
                click.echo(_REASONS.get(answer.refusal_reason, why), err=True)
                for hit in answer.hits[:_NEAREST]:
                    click.echo(_offered(hit), err=True)
            print_undated(answer.undated_articles_left_out)
    if is_refusal:
        sys.exit(NOTHING_FOUND)


def _say_failure(message: str) -> None:
    click.echo(f"{message} The answer is verbatim sentences.", err=True)


def _lines(stream: TextIO) -> list[str]:
    lines = [line.strip() for line in stream if line.strip()]
    if not lines:
        raise click.UsageError("Standard input holds no question: write one a line.")
    return lines


def _print(answer: Answer, *, with_question: bool) -> None:
    if with_question:
        click.secho(f"\n{answer.question}\n", bold=True)
    click.echo(answer.answer)
    for claim in answer.claims:
        if claim.verdict in _WARNINGS:
            click.echo()
            click.secho(f"! {_WARNINGS[claim.verdict]}: “{claim.text}”", fg="yellow")
    printed = set()
    for citation in answer.citations:
        if citation.number not in printed:
            printed.add(citation.number)
            click.echo()
            click.echo(_described(citation))


def _offered(hit: Hit) -> str:
    """Return one line of a hit: its source, and how its passage begins."""
    source = ", ".join(part for part in (hit.title, hit.outlet) if part) or hit.article_id
    return f"  {hit.rank}. {source}: {textwrap.shorten(hit.text, 100, placeholder='…')}"


def _described(citation: Citation) -> str:
    """Return the quote, then where it stands, as a bibliography would."""
    day = citation.published_at.date().isoformat() if citation.published_at else None
    source = ", ".join(part for part in (citation.title, citation.author, citation.outlet, day) if part)
    place = f"{citation.article_id}, paragraph {citation.paragraph}, {citation.start}–{citation.end}"
    lines = [f"[{citation.number}] “{citation.quote}”", f"    {source}", f"    {place} ({citation.verdict})"]
    return "\n".join(line for line in [*lines, f"    {citation.url}" if citation.url else ""] if line.strip())
