"""The report of an evaluation as a table, as JSON and as a page with plots."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from textwrap import fill
from typing import Any

from rag.errors import MissingExtra
from rag.evaluation.figures import Column, Report
from rag.evaluation.metrics import RANKING_MEASURES, Estimate

_LEGS = {"vector": "#8da0cb", "keyword": "#fc8d62", "hybrid": "#1b7837"}
_ANSWERS = (
    "answer contains gold",
    "first quote contains gold",
    "cited span overlaps gold",
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
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #ddd; padding: .2rem .8rem; text-align: right; white-space: nowrap; }}
th:first-child {{ text-align: left; font-weight: normal; }}
.table {{ overflow-x: auto; }}
svg {{ max-width: 100%; height: auto; }}
</style>
<h1>Kutip: evaluation</h1>
<p>{summary}</p>
{plots}
<div class="table"><table>
{rows}
</table></div>
</html>
"""


def report_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON holds it."""
    return asdict(report)


def table(report: Report) -> list[list[str]]:
    """Return the rows of the table, the heading first; measures that no column has are left out."""
    columns = report.columns
    rows = [["", *map(_heading, columns)]]
    rows += [["questions", *(f"{column.questions:,}" for column in columns)]]
    rows += [["passages in the index", *(f"{column.passages:,}" for column in columns)]]
    for name in columns[0].measures if columns else ():
        cells = [_cell(name, column.measures[name]) for column in columns]
        if any(cells):
            rows.append([name, *cells])
    return rows


def markdown(report: Report) -> str:
    """Return the table in Markdown, its columns aligned, and a line that says what made it."""
    rows = table(report)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:], "", _summary(report)])


def page(report: Report) -> str:
    """Return one HTML page that needs nothing else.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    heading, *rows = table(report)
    parts = [f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in heading)}</tr>"]
    parts += [
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in rows
    ]
    return _PAGE.format(summary=escape(_summary(report)), plots=_plots(report), rows="\n".join(parts))


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
    languages = dict.fromkeys([column.language, column.index_language])
    return f"{' + '.join(column.sets)} ({' → '.join(languages)})"


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
    search = {leg: [f"{leg} {name}" for name in names] for leg in _LEGS}
    return "\n".join(
        plot
        for column in report.columns
        for plot in (
            _bars(f"Search: {_heading(column)}", column, names, search),
            _shares(f"Answers: {_heading(column)}", column, _ANSWERS),
            _shares(f"Refusals: {_heading(column)}", column, _REFUSALS),
        )
    )


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
        color=_LEGS.get(label, _LEGS["vector"]),
        capsize=3,
        label=label,
    )
