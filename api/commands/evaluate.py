"""`kutip evaluate`."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar, get_args

import click
from tqdm import tqdm

from api.commands.base import Command
from api.commands.evaluation_views import check_plots, markdown, page, report_json
from api.commands.options import NOTHING_FOUND, print_json
from api.commands.stopping import when_stopped
from api.commands.terminal import say, visible
from rag.datatypes import AnswerMode
from rag.errors import BadRequest
from rag.evaluation.claims import ClaimPlan, plan_claims
from rag.evaluation.figures import Report, evaluate
from rag.evaluation.plan import ALL_LANGUAGES, LeftOut, Plan, Selection, make_plan
from rag.evaluation.sets import DataFolder, open_data
from rag.evaluation.small_corpora import SmallCorpus, plan_small_corpora
from rag.settings import Settings, load_settings
from rag.validation import language_tag

T = TypeVar("T")

_SHOWN_LEFT_OUT = 3


@dataclass(frozen=True, kw_only=True)
class _Work:
    """The questions to ask, the claims to judge, and the small corpora to ask in."""

    plan: Plan
    claims: ClaimPlan
    small_corpora: Sequence[SmallCorpus]


@click.command(
    cls=Command,
    examples=[
        "kutip evaluate data/ --set facqa-dev --sample 100",
        "kutip evaluate data/ --corpus index/ --html report.html",
        "kutip evaluate data/ --small-corpora 20",
    ],
)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Use this set. You can repeat the option.")
@click.option(
    "--haystack",
    multiple=True,
    metavar="NAME",
    help="Also index the articles of this set. You can repeat the option.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="Use the questions and claims in this language. You can repeat the option.",
)
@click.option(
    "--index-language",
    metavar="TAG",
    help="Language of the indexed articles, or `all`. Default: the question's language. Claims are used only "
    "if their evidence is in this language.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Maximum number of questions, and of claims, of each set and language.",
)
@click.option(
    "--small-corpora",
    type=click.IntRange(1),
    metavar="N",
    help="Also ask in corpora of 1, 5, 20 and 100 articles, around N articles of each set and language.",
)
@click.option(
    "--mode",
    type=click.Choice(get_args(AnswerMode)),
    default="auto",
    show_default=True,
    help="llm: the language model writes the answers. extractive: the answers are verbatim sentences. "
    "auto: llm if a language model is set, otherwise extractive.",
)
@click.option(
    "--corpus", type=click.Path(path_type=Path), metavar="FOLDER", help="Keep the indexes in this folder."
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a web page with plots to this file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every figure with its interval as JSON.")
def command(
    data: Path,
    sets: tuple[str, ...],
    haystack: tuple[str, ...],
    languages: tuple[str, ...],
    index_language: str | None,
    sample: int | None,
    small_corpora: int | None,
    mode: AnswerMode,
    corpus: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure search, answers and refusals with the questions and articles in the folder DATA.

    If the folder has claims with known labels, their verdicts are measured too. The articles of the sets are
    indexed apart from yours, with one index for each language.
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
    work = _Work(
        plan=make_plan(folder, selection),
        claims=plan_claims(folder, selection),
        small_corpora=plan_small_corpora(folder, selection, count=small_corpora) if small_corpora else [],
    )
    if not work.plan.size and not work.claims.claims:
        _end_with_nothing([*work.plan.left_out, *work.claims.left_out])
    with when_stopped(lambda: _what_is_kept(corpus)):
        report = _evaluated(folder, work, settings=settings, corpus=corpus, mode=mode)
    if report.is_empty:
        _end_with_nothing(report.left_out)
    _print_left_out(report.left_out)
    if html:
        _write(html, page(report))
    if as_json:
        print_json(report_json(report))
    else:
        click.echo(visible(markdown(report)))


def _evaluated(
    folder: DataFolder, work: _Work, *, settings: Settings, corpus: Path | None, mode: AnswerMode
) -> Report:
    """Do the work; the indexes go into `corpus`, or into a folder that is deleted afterwards."""
    with ExitStack() as stack:
        kept = corpus or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kutip-")))
        return evaluate(
            folder,
            work.plan,
            claims=work.claims,
            small_corpora=work.small_corpora,
            settings=settings,
            folder=kept,
            mode=mode,
            track=_track,
            on_failure=_say_failure,
        )


def _what_is_kept(corpus: Path | None) -> str:
    if corpus is None:
        return "No figures were written and no index is kept. --corpus FOLDER keeps the indexes."
    return (
        f"No figures were written. What was indexed is kept in {corpus}; "
        "the same command does not index it again."
    )


def _end_with_nothing(left_out: Sequence[LeftOut]) -> NoReturn:
    _print_left_out(left_out)
    say("No question is left, and no claim. Choose other sets or languages.")
    sys.exit(NOTHING_FOUND)


def _check_page(path: Path | None) -> None:
    """Check, before the questions are asked, that the page can be written."""
    if path:
        check_plots()
        if not path.parent.is_dir():
            raise BadRequest(f"Cannot write --html {path}: there is no folder {path.parent}. Make it first.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"Cannot write --html {path}: {error.strerror}. Choose another file.") from error


def _index_language(tag: str | None) -> str | None:
    return tag if tag in (None, ALL_LANGUAGES) else language_tag(str(tag))


def _track(items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
    # subtle: `disable=None` shows the bar on a terminal only.
    return tqdm(items, total=total, desc=label, disable=None, file=sys.stderr)


def _say_failure(message: str) -> None:
    say(f"{message} The question is answered without the language model.")


def _print_left_out(left_out: Sequence[LeftOut]) -> None:
    """Say how many questions and articles were left out for each reason, and name some of them."""
    for reason, count in Counter(item.reason for item in left_out).items():
        ids = [item.id for item in left_out if item.reason == reason]
        more = ", …" if count > _SHOWN_LEFT_OUT else ""
        say(f"Left out: {count} ({', '.join(ids[:_SHOWN_LEFT_OUT])}{more}): {reason.rstrip('.')}.")
