"""What all commands have in common: an example in their help, and help that fits a narrow terminal."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from api.commands.terminal import terminal_columns

_WIDEST = 80
# In a narrower terminal the explanation of an option stands below it, not beside it.
_NARROW = 60


class Formatter(click.HelpFormatter):
    """Fits help into the terminal, however narrow."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(width=min(terminal_columns(sys.stdout) or _WIDEST, _WIDEST) - 2)

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands with their explanations."""
        super().write_dl(rows, col_max=4 if self.width < _NARROW else col_max, col_spacing=col_spacing)


class Context(click.Context):
    """The context of a command."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help ends with examples."""

    context_class = Context

    def __init__(self, *args: Any, examples: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        write_examples(self.examples, formatter)


class Group(click.Group):
    """A command that holds others; its help ends with examples."""

    context_class = Context

    def __init__(self, *args: Any, examples: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        write_examples(self.examples, formatter)


def write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    """Write examples as they are typed, one a line."""
    with formatter.section("Example" if len(examples) == 1 else "Examples"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
