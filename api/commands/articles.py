"""`kutip articles list|show|delete`."""

import sys
from typing import Any

import click

from api.commands.options import NOTHING_FOUND, filter_options, parse_filters, print_json, why_empty
from api.schemas import article_json, header_json
from rag.errors import NotFound
from rag.service import open_corpus
from rag.settings import load_settings
from rag.validation import check_characters


@click.group()
def command() -> None:
    """List, show or delete articles."""


@command.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Articles a page."
)
@click.option("--cursor", help="Where the page before ended, as it said.")
@click.option("--json", "as_json", is_flag=True, help="Print the reply of the HTTP API.")
@filter_options
def list_articles(limit: int, cursor: str | None, as_json: bool, **filters: Any) -> None:
    """List articles in the order of their ids."""
    settings = load_settings()
    parsed = parse_filters(filters)
    with open_corpus(settings) as corpus:
        page = corpus.articles(parsed, limit=limit, cursor=cursor)
        why = None if page.articles else why_empty(corpus, settings, parsed)
    if as_json:
        headers = [header_json(header) for header in page.articles]
        print_json({"articles": headers, "next_cursor": page.next_cursor})
    else:
        for header in page.articles:
            day = header.published_at.date().isoformat() if header.published_at else "undated"
            click.echo("\t".join([header.id, header.language, day, header.outlet or "", header.title]))
    if page.next_cursor:
        click.echo(f"There are more: --cursor {page.next_cursor}", err=True)
    if not page.articles:
        click.echo(why or f"No article comes after the cursor {cursor!r}.", err=True)
        sys.exit(NOTHING_FOUND)


@command.command()
@click.argument("article_id")
@click.option("--version", help="An older version, as a citation names it.")
@click.option("--json", "as_json", is_flag=True, help="Print the reply of the HTTP API.")
def show(article_id: str, version: str | None, as_json: bool) -> None:
    """Print an article."""
    check_characters(article_id, subject="The id", field="id")
    with open_corpus(load_settings()) as corpus:
        article = corpus.article(article_id, version=version)
    if article is None:
        of_version = f" of version {version!r}" if version else ""
        raise NotFound(f"There is no article {article_id!r}{of_version}: see `kutip articles list`.")
    if as_json:
        print_json(article_json(article))
    else:
        heading = [article.title] if article.title else []
        click.echo("\n\n".join([*heading, article.text]))


@command.command()
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
def delete(article_ids: tuple[str, ...]) -> None:
    """Remove articles with all their versions."""
    for article_id in article_ids:
        check_characters(article_id, subject="The id", field="id")
    with open_corpus(load_settings()) as corpus:
        missing = [article_id for article_id in article_ids if not corpus.remove(article_id)]
    click.echo(f"{len(article_ids) - len(missing)} removed.", err=True)
    if missing:
        names = ", ".join(map(repr, missing))
        raise NotFound(f"There is no article {names}: see `kutip articles list`.")
