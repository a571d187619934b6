"""`kutip search`."""

import sys
from typing import Any, get_args

import click

from api.commands.base import Command
from api.commands.options import (
    NOTHING_FOUND,
    check_corpus,
    filter_options,
    parse_filters,
    print_json,
    print_undated,
    why_empty,
)
from api.commands.terminal import fitted, say
from api.schemas import search_reply
from rag.datatypes import Hit, SearchMode
from rag.pipeline import Question
from rag.service import build_service
from rag.settings import load_settings

_INDENT = "   "


@click.command(
    cls=Command,
    examples=['kutip search "harga kopi"', 'kutip search "coral reef" --language id --top-k 3 --json'],
)
@click.argument("query")
@click.option(
    "--mode",
    type=click.Choice(get_args(SearchMode)),
    default="hybrid",
    show_default=True,
    help="Search by meaning (vector), by words (keyword), or by both (hybrid).",
)
@click.option(
    "--top-k",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    metavar="N",
    help="Maximum number of passages to print.",
)
@click.option(
    "--rerank", is_flag=True, help="Reorder the best hits with a model that reads each one with the query."
)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the HTTP API.")
@filter_options
def command(query: str, mode: SearchMode, top_k: int, rerank: bool, as_json: bool, **filters: Any) -> None:
    """Find passages that match QUERY, best first."""
    question = Question(text=query, filters=parse_filters(filters), top_k=top_k)
    settings = load_settings()
    check_corpus(settings)
    with build_service(settings) as service:
        found = service.pipeline.search(question, mode=mode, rerank=rerank or None)
        undated = service.pipeline.undated_left_out(question.filters)
        why = None if found.hits else why_empty(service.corpus, settings, question.filters)
    if as_json:
        print_json(search_reply(found, undated=undated).model_dump(mode="json"))
    elif found.hits:
        click.echo("\n\n".join(_described(hit) for hit in found.hits))
    print_undated(undated)
    if not found.hits:
        say(why or "No passage contains a word of the query. Try --mode hybrid.")
        sys.exit(NOTHING_FOUND)


def _described(hit: Hit) -> str:
    day = hit.published_at.date().isoformat() if hit.published_at else None
    source = ", ".join(part for part in (hit.title, hit.outlet, day, hit.language) if part)
    place = f"{hit.article_id}, paragraph {hit.paragraph}, {hit.start}–{hit.end}"
    lines = [f"{hit.rank}. {source}  (score {hit.score:.2f})", f"{_INDENT}{place}"]
    lines += [f"{_INDENT}{text}" for text in (hit.heading, hit.text) if text]
    if hit.copies:
        copies = "; ".join(f"{copy.article_id}, paragraph {copy.paragraph}" for copy in hit.copies)
        lines.append(f"{_INDENT}Also in: {copies}")
    return "\n".join(fitted(line, sys.stdout, indent=_INDENT) for line in lines)
