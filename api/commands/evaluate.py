"""`kutip evaluate`."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, TypeVar, get_args

import click
from tqdm import tqdm

from api.commands.evaluation_views import check_plots, markdown, page, report_json
from api.commands.options import NOTHING_FOUND, print_json
from rag.datatypes import AnswerMode
from rag.errors import BadRequest
from rag.evaluation.figures import evaluate
from rag.evaluation.plan import ALL_LANGUAGES, LeftOut, Selection, make_plan
from rag.evaluation.sets import open_data
from rag.settings import load_settings
from rag.validation import language_tag

T = TypeVar("T")

_SHOWN_LEFT_OUT = 3


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Ask this set; may be repeated.")
@click.option(
    "--haystack", multiple=True, metavar="NAME", help="Index this set's articles besides; may be repeated."
)
@click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="Ask in this language; may be repeated."
)
@click.option("--index-language", metavar="TAG", help="Language of the articles, or all; the question's.")
@click.option("--sample", type=click.IntRange(1), help="At most so many questions of a set and language.")
@click.option(
    "--mode", type=click.Choice(get_args(AnswerMode)), default="auto", show_default=True, help="Who writes."
)
@click.option(
    "--corpus", type=click.Path(path_type=Path), metavar="FOLDER", help="Keep what was indexed in here."
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page with plots."
)
@click.option("--json", "as_json", is_flag=True, help="Print every figure with its interval.")
def command(
    data: Path,
    sets: tuple[str, ...],
    haystack: tuple[str, ...],
    languages: tuple[str, ...],
    index_language: str | None,
    sample: int | None,
    mode: AnswerMode,
    corpus: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure search, answers and refusals on the questions and articles of the folder DATA.

    The articles that a set asks about are indexed apart from yours, one index for each language.
    """
    settings = load_settings()
    _check_page(html)
    folder = open_data(data)
    selection = Selection(
        sets=tuple(dict.fromkeys(sets)),
        haystack=haystack,
        languages=tuple(map(language_tag, languages)),
        index_language=_index_language(index_language),
        sample=sample,
    )
    plan = make_plan(folder, selection)
    if not plan.size:
        _end_with_nothing(plan.left_out)
    with ExitStack() as stack:
        kept = corpus or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kutip-")))
        report = evaluate(
            folder, plan, settings=settings, folder=kept, mode=mode, track=_track, on_failure=_say
        )
    if not report.columns:
        _end_with_nothing(report.left_out)
    _print_left_out(report.left_out)
    if html:
        _write(html, page(report))
    if as_json:
        print_json(report_json(report))
    else:
        click.echo(markdown(report))


def _end_with_nothing(left_out: Sequence[LeftOut]) -> NoReturn:
    _print_left_out(left_out)
    click.echo("No question is left: choose other sets or languages.", err=True)
    sys.exit(NOTHING_FOUND)


def _check_page(path: Path | None) -> None:
    """Find out before the questions are asked whether the page can be written."""
    if path:
        check_plots()
        if not path.parent.is_dir():
            raise BadRequest(f"--html {path}: there is no folder {path.parent}: make it first.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"--html {path} cannot be written: {error.strerror}: choose another.") from error


def _index_language(tag: str | None) -> str | None:
    return tag if tag in (None, ALL_LANGUAGES) else language_tag(str(tag))


def _track(items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
    # subtle: `disable=None` shows the bar on a terminal only.
    return tqdm(items, total=total, desc=label, disable=None, file=sys.stderr)


def _say(message: str) -> None:
    click.echo(f"{message} The answer is verbatim sentences.", err=True)


def _print_left_out(left_out: Sequence[LeftOut]) -> None:
    """Say how many took no part, reason by reason, and name some of them."""
    for reason, count in Counter(item.reason for item in left_out).items():
        ids = [item.id for item in left_out if item.reason == reason]
        more = ", …" if count > _SHOWN_LEFT_OUT else ""
        click.echo(f"Left out: {count} ({', '.join(ids[:_SHOWN_LEFT_OUT])}{more}): {reason}.", err=True)
