"""The report of an evaluation as tables, as JSON and as a page with plots."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from textwrap import fill
from typing import Any, get_args

from rag.datatypes import Verdict
from rag.errors import MissingExtra
from rag.evaluation.claims import ClaimFigures
from rag.evaluation.figures import Column, Report
from rag.evaluation.metrics import RANKING_MEASURES, Estimate
from rag.evaluation.small_corpora import SmallFigures

Rows = list[list[str]]

_SEARCHES = {"vector": "#8da0cb", "keyword": "#fc8d62", "hybrid": "#1b7837", "reranked": "#762a83"}
_ANSWERS = (
    "answer contains gold",
    "first quote contains gold",
    "cited span overlaps gold",
    "sentence F1",
    "citation recall",
    "citation precision",
)
_REFUSALS = (
    "answerable answered",
    "near-miss refusal recall",
    "withheld refusal recall",
    "off-corpus refusal recall",
)
_LABEL_CHARACTERS = 16
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kutip: evaluation</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin-bottom: 2rem; }}
th, td {{ border-bottom: 1px solid #ddd; padding: .2rem .8rem; text-align: right; white-space: nowrap; }}
th:first-child {{ text-align: left; font-weight: normal; }}
.table {{ overflow-x: auto; }}
svg {{ max-width: 100%; height: auto; }}
</style>
<h1>Kutip: evaluation</h1>
<p>{summary}</p>
{plots}
{tables}
</html>
"""


def report_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON holds it."""
    return asdict(report)


def tables(report: Report) -> list[Rows]:
    """Return the tables: questions, claims, verdicts by label, and small corpora; none of them empty."""
    found = [table(report)] if report.columns else []
    if report.claims:
        found += [_claims_table(report.claims), _verdicts_table(report.claims[0])]
    if report.small_corpora:
        found.append(_small_table(report.small_corpora))
    return found


def table(report: Report) -> Rows:
    """Return the rows of the table of questions, the heading first; leave out measures without a figure."""
    columns = report.columns
    rows = [["", *map(_heading, columns)]]
    rows += [["questions", *(f"{column.questions:,}" for column in columns)]]
    rows += [["passages in the index", *(f"{column.passages:,}" for column in columns)]]
    for name in columns[0].measures if columns else ():
        cells = [_cell(name, column.measures[name]) for column in columns]
        if any(cells):
            rows.append([name, *cells])
    return rows


def _claims_table(claims: Sequence[ClaimFigures]) -> Rows:
    """Return one row for each group of claims."""
    rows = [["claims", "number", *claims[0].measures]]
    for group in claims:
        cells = [_cell(name, figure) for name, figure in group.measures.items()]
        rows.append([group.group, f"{group.claims:,}", *cells])
    return rows


def _verdicts_table(claims: ClaimFigures) -> Rows:
    """Return one row for each label, with the number of claims that got each verdict."""
    rows = [["label of the claim", *(f"called {name}" for name in get_args(Verdict))]]
    for label, counts in claims.verdicts.items():
        rows.append([label, *(f"{counts[name]:,}" for name in get_args(Verdict))])
    return rows


def _small_table(figures: Sequence[SmallFigures]) -> Rows:
    """Return one row for each set, pair of languages and size."""
    rows = [["small corpora", "articles", "corpora", *figures[0].measures]]
    for found in figures:
        group = found.group
        cells = [_cell(name, figure) for name, figure in found.measures.items()]
        heading = _set_and_languages([group.set], group.language, group.index_language)
        rows.append([heading, f"{found.size:,}", f"{found.corpora:,}", *cells])
    return rows


def markdown(report: Report) -> str:
    """Return the tables in Markdown, their columns aligned, and a line that says what made them."""
    return "\n\n".join([*map(_markdown_table, tables(report)), _summary(report)])


def _markdown_table(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:]])


def page(report: Report) -> str:
    """Return one HTML page that needs nothing else.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    parts = "\n".join(map(_html_table, tables(report)))
    return _PAGE.format(summary=escape(_summary(report)), plots=_plots(report), tables=parts)


def _html_table(rows: Rows) -> str:
    heading, *others = rows
    lines = [f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in heading)}</tr>"]
    lines += [
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in others
    ]
    return "\n".join(['<div class="table"><table>', *lines, "</table></div>"])


def check_plots() -> None:
    """Make sure that plots can be drawn, before minutes are spent on what they show.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise MissingExtra(
            "--html draws with matplotlib, which is not installed: run `pip install 'kutip[evaluate]'`."
        ) from error


def _heading(column: Column) -> str:
    return _set_and_languages(column.sets, column.language, column.index_language)


def _set_and_languages(sets: Sequence[str], language: str, index_language: str) -> str:
    return f"{' + '.join(sets)} ({' → '.join(dict.fromkeys([language, index_language]))})"


def _cell(name: str, figure: Estimate | None) -> str:
    if figure is None:
        return ""
    show = _milliseconds if " ms, " in name else _share
    return f"{show(figure.value)} ({show(figure.low)}–{show(figure.high)})"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _milliseconds(value: float) -> str:
    return f"{value:.0f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join([first, *others]) + " |"


def _summary(report: Report) -> str:
    reranker = f"reranker {report.reranker}; " if report.reranker else ""
    writer = report.model or "verbatim sentences"
    return (
        f"In parentheses: 95 % bootstrap intervals. Encoder {report.encoder}; {reranker}answers: {writer}; "
        f"{report.seconds:,.0f} s."
    )


def _plots(report: Report) -> str:
    names = list(RANKING_MEASURES)
    return "\n".join(
        plot
        for column in report.columns
        for plot in (
            _bars(f"Search: {_heading(column)}", column, names, _searches(column, names)),
            _shares(f"Answers: {_heading(column)}", column, _ANSWERS),
            _shares(f"Refusals: {_heading(column)}", column, _REFUSALS),
        )
    )


def _searches(column: Column, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the measures of each search that was done."""
    found = {search: [f"{search} {name}" for name in names] for search in _SEARCHES}
    return {search: measures for search, measures in found.items() if column.measures[measures[0]]}


def _shares(title: str, column: Column, names: Sequence[str]) -> str:
    known = [name for name in names if column.measures[name]]
    return _bars(title, column, known, {"": known})


def _bars(title: str, column: Column, labels: Sequence[str], series: Mapping[str, Sequence[str]]) -> str:
    """Draw bars with their intervals, one colour for each series, as SVG; nothing where nothing is known."""
    check_plots()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    if not any(column.measures[name] for names in series.values() for name in names):
        return ""
    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.subplots()
    for place, (label, names) in enumerate(series.items()):
        _draw(axes, column, names, label=label, offset=place / (len(series) + 1), width=1 / (len(series) + 1))
    middle = (len(series) - 1) / 2 / (len(series) + 1)
    wrapped = [fill(label, width=_LABEL_CHARACTERS) for label in labels]
    axes.set_xticks([place + middle for place in range(len(labels))], wrapped)
    axes.set_ylim(0, 1)
    axes.set_title(title)
    if len(series) > 1:
        figure.legend(loc="outside right upper")
    text = io.StringIO()
    # A salt, so that one report always gives one page; text as text, which needs no font of every script.
    with rc_context({"svg.hashsalt": title, "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def _draw(
    axes: Any, column: Column, names: Sequence[str], *, label: str, offset: float, width: float
) -> None:
    figures = [(place + offset, column.measures[name]) for place, name in enumerate(names)]
    known = [(place, figure) for place, figure in figures if figure]
    axes.bar(
        [place for place, _ in known],
        [figure.value for _, figure in known],
        width=width,
        yerr=[
            # An interval of resamples need not hold the figure itself.
            [max(0, figure.value - figure.low) for _, figure in known],
            [max(0, figure.high - figure.value) for _, figure in known],
        ],
        color=_SEARCHES.get(label, _SEARCHES["vector"]),
        capsize=3,
        label=label,
    )
