"""Print the table of a benchmark, and write it with its plot to docs/benchmarks."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FOLDER = Path("docs/benchmarks")
_LIBRARIES = ("faiss-cpu", "openvino", "sentence-transformers", "tantivy", "torch")


@dataclass
class Report:
    """One page with a benchmark's method, results, command and machine."""

    name: str  # of the page's file
    title: str
    command: str
    method: str
    _parts: list[str] = field(default_factory=list)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table of text and numbers, and print it."""
        lines = [_line(header), _line(["---"] * len(header)), *map(_line, rows)]
        self._parts.append("\n".join(lines))
        print("\n".join(lines), flush=True)

    def plot(
        self,
        name: str,
        lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
        *,
        x: str,
        y: str,
        log: bool,
    ) -> None:
        """Add a line chart. `lines` holds the x and y values of each line by name."""
        figure, axes = pyplot.subplots(figsize=(7, 3.5), layout="constrained")
        for label, (xs, ys) in lines.items():
            axes.plot(xs, ys, marker="o", label=label)
        self._add_picture(name, figure, axes, x=x, y=y, log=log)

    def bars(self, name: str, values: Mapping[str, float], *, x: str) -> None:
        """Add a chart of horizontal bars, the first at the top."""
        figure, axes = pyplot.subplots(figsize=(7, 0.8 + 0.35 * len(values)), layout="constrained")
        labels = list(values)[::-1]
        axes.bar_label(axes.barh(labels, [values[label] for label in labels]), fmt="%.2f", padding=3)
        self._add_picture(name, figure, axes, x=x, y="", log=False)

    def _add_picture(self, name: str, figure: Figure, axes: Axes, *, x: str, y: str, log: bool) -> None:
        axes.set(xlabel=x, ylabel=y)
        if log:
            axes.set_xscale("log")
        if axes.get_legend_handles_labels()[1]:
            axes.legend()
        axes.grid(alpha=0.3)
        FOLDER.mkdir(parents=True, exist_ok=True)
        figure.savefig(FOLDER / f"{name}.png", dpi=110)
        pyplot.close(figure)
        self._parts.append(f"![{y or x}]({name}.png)")

    def write(self) -> None:
        """Write the page."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        page = [f"# {self.title}", self.method, *self._parts, f"`{self.command}`, {_machine()}"]
        (FOLDER / f"{self.name}.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {_processor()}, Python {platform.python_version()}, {libraries}."


def _processor() -> str:
    """Return the name and number of the processors."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor() or platform.machine()
