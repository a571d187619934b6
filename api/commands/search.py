"""`kutip search`."""

import sys
from typing import Any, get_args

import click

from api.commands.options import (
    NOTHING_FOUND,
    filter_options,
    parse_filters,
    print_json,
    print_undated,
    why_empty,
)
from api.schemas import search_reply
from rag.datatypes import Hit, SearchMode
from rag.pipeline import Question
from rag.service import build_service
from rag.settings import load_settings


@click.command()
@click.argument("query")
@click.option(
    "--mode",
    type=click.Choice(get_args(SearchMode)),
    default="hybrid",
    show_default=True,
    help="Search by meaning (vector), by words (keyword), or by both.",
)
@click.option("--top-k", type=click.IntRange(1, 100), default=10, show_default=True, help="Hits to return.")
@click.option("--json", "as_json", is_flag=True, help="Print the reply of the HTTP API.")
@filter_options
def command(query: str, mode: SearchMode, top_k: int, as_json: bool, **filters: Any) -> None:
    """Find the passages that matter for QUERY."""
    question = Question(text=query, filters=parse_filters(filters), top_k=top_k)
    with build_service(load_settings()) as service:
        found = service.pipeline.search(question, mode=mode)
        undated = service.pipeline.undated_left_out(question.filters)
        why = None if found.hits else why_empty(service.corpus, service.settings, question.filters)
    if as_json:
        print_json(search_reply(found, undated=undated).model_dump(mode="json"))
    elif found.hits:
        click.echo("\n\n".join(_described(hit) for hit in found.hits))
    print_undated(undated)
    if not found.hits:
        click.echo(why or "No passage holds a word of the query: try --mode hybrid.", err=True)
        sys.exit(NOTHING_FOUND)


def _described(hit: Hit) -> str:
    day = hit.published_at.date().isoformat() if hit.published_at else None
    source = ", ".join(part for part in (hit.title, hit.outlet, day, hit.language) if part)
    place = f"{hit.article_id}, paragraph {hit.paragraph}, {hit.start}–{hit.end}"
    lines = [f"{hit.rank}. {source}  (score {hit.score:.2f})", place, hit.text]
    if hit.copies:
        lines.append(
            "the same in: " + "; ".join(f"{c.article_id}, paragraph {c.paragraph}" for c in hit.copies)
        )
    return "\n   ".join(lines)
