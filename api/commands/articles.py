"""`kutip articles list|show|delete`."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from api.commands.base import Command, Group
from api.commands.options import (
    NOTHING_FOUND,
    check_corpus,
    filter_options,
    parse_filters,
    print_json,
    print_undated,
    why_empty,
)
from api.commands.stopping import when_stopped
from api.commands.terminal import fitted, say, table, terminal_columns, visible
from api.schemas import article_json, header_json
from rag.datatypes import Article, ArticleHeader
from rag.errors import NotFound
from rag.service import open_corpus
from rag.settings import Settings, load_settings
from rag.validation import check_characters

_COLUMNS = ("ID", "LANG", "DATE", "OUTLET", "TITLE")
_NAME_COLUMNS = len("Permission: ")


@click.group(
    cls=Group,
    examples=[
        "kutip articles list --outlet KABAR",
        "kutip articles show kopi-2025",
        "kutip articles delete kopi-2025",
    ],
)
def command() -> None:
    """List, show or delete articles."""


@command.command(
    "list",
    cls=Command,
    examples=["kutip articles list --language id --from 2025-07-01", "kutip articles list | cut -f 1"],
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    metavar="N",
    help="Maximum number of articles to list.",
)
@click.option("--cursor", metavar="ID", help="Continue after this article, as the previous list said.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the HTTP API.")
@filter_options
def list_articles(limit: int, cursor: str | None, as_json: bool, **filters: Any) -> None:
    """List the articles in the order of their ids.

    A terminal gets a table. Otherwise each line is one article, with a tab between the fields: id, language,
    date, outlet, title.
    """
    settings = load_settings()
    parsed = parse_filters(filters)
    check_corpus(settings)
    with open_corpus(settings) as corpus:
        page = corpus.articles(parsed, limit=limit, cursor=cursor)
        why = None if page.articles else why_empty(corpus, settings, parsed)
        undated = corpus.counts(parsed).undated_left_out if parsed.has_dates else 0
    if as_json:
        headers = [header_json(header) for header in page.articles]
        print_json(
            {"articles": headers, "next_cursor": page.next_cursor, "undated_articles_left_out": undated}
        )
    elif page.articles:
        click.echo(_listed(page.articles))
    if page.next_cursor:
        say(f"There are more articles. List them with --cursor {page.next_cursor}")
    print_undated(undated)
    if not page.articles:
        say(why or f"No article comes after the cursor {cursor!r}.")
        sys.exit(NOTHING_FOUND)


def _listed(headers: Sequence[ArticleHeader]) -> str:
    rows = [_cells(header) for header in headers]
    width = terminal_columns(sys.stdout)
    return "\n".join(map("\t".join, rows)) if width is None else table(_COLUMNS, rows, width=width)


def _cells(header: ArticleHeader) -> list[str]:
    day = header.published_at.date().isoformat() if header.published_at else "undated"
    return [*map(visible, (header.id, header.language, day, header.outlet or "", header.title))]


@command.command(
    cls=Command,
    examples=["kutip articles show kopi-2025", "kutip articles show kopi-2025 --version sha256:0d1f… --json"],
)
@click.argument("article_id")
@click.option("--version", help="Print this older version, named as in a citation.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the HTTP API.")
def show(article_id: str, version: str | None, as_json: bool) -> None:
    """Print an article: its title, where it comes from, and its text."""
    check_characters(article_id, subject="The id", field="id")
    settings = load_settings()
    check_corpus(settings)
    with open_corpus(settings) as corpus:
        article = corpus.article(article_id, version=version)
    if article is None:
        of_version = f" with version {version!r}" if version else ""
        raise NotFound(
            f"There is no article {article_id!r}{of_version}. `kutip articles list` lists all ids."
        )
    if as_json:
        print_json(article_json(article))
    else:
        click.echo(_described(article))


def _described(article: Article) -> str:
    """Return the title, a line for each fact of the article, and its text."""
    facts = {
        "Outlet": article.outlet,
        "Author": article.author,
        "Date": article.published_at and article.published_at.isoformat(" ", "minutes"),
        "Updated": article.updated_at and article.updated_at.isoformat(" ", "minutes"),
        "Section": article.section,
        "Language": article.language,
        "URL": article.url,
        "Permission": article.permission,
        "Version": article.version,
    }
    title = [fitted(article.title, sys.stdout)] if article.title else []
    lines = [_fact(name, value) for name, value in facts.items() if value]
    return "\n\n".join([*title, "\n".join(lines), fitted(article.text, sys.stdout)])


def _fact(name: str, value: str) -> str:
    line = f"{name + ':':<{_NAME_COLUMNS}}{value}"
    # An address or a hash stays beside its name, whole.
    return fitted(line, sys.stdout, indent=" " * _NAME_COLUMNS) if " " in value else visible(line)


@command.command(cls=Command, examples=["kutip articles delete kopi-2025 banjir-2024"])
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
def delete(article_ids: tuple[str, ...]) -> None:
    """Delete articles with all their versions."""
    for article_id in article_ids:
        check_characters(article_id, subject="The id", field="id")
    settings = load_settings()
    check_corpus(settings)
    with when_stopped(lambda: _what_is_left(settings, article_ids)), open_corpus(settings) as corpus:
        missing = [article_id for article_id in article_ids if not corpus.remove(article_id)]
    count = len(article_ids) - len(missing)
    say("1 article deleted." if count == 1 else f"{count} articles deleted.")
    if missing:
        names = ", ".join(map(repr, missing))
        raise NotFound(f"There is no article {names}. `kutip articles list` lists all ids.")


def _what_is_left(settings: Settings, article_ids: Sequence[str]) -> str:
    with open_corpus(settings) as corpus:
        left = [article_id for article_id in article_ids if corpus.article(article_id)]
    if not left:
        return "All of these articles are deleted."
    return f"These articles are not deleted: {', '.join(map(repr, left))}."
