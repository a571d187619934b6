"""The `kutip` command: one module for each of its commands, imported when it is called."""

import importlib
import os
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from api.commands.base import Group
from api.commands.stopping import NOTHING_CHANGED, when_stopped
from api.commands.terminal import fitted, say
from rag.errors import KutipError

# The name of each command and its help in the list. The module of the same name holds the command.
COMMANDS = {
    "ingest": "Add articles from files and folders.",
    "ask": "Answer a question from the articles, with citations.",
    "search": "Find passages in the articles.",
    "articles": "List, show or delete articles.",
    "evaluate": "Measure search, answers, refusals and verdicts on a data set.",
    "serve": "Start the HTTP server and the chat page.",
    "mcp": "Serve tools for assistants over the Model Context Protocol.",
    "doctor": "Check settings, articles and models.",
    "backup": "Write all articles to one file.",
    "restore": "Replace the articles with those of a backup.",
    "migrate": "Copy all articles to another corpus.",
    "settings": "List every setting with its value.",
    "key": "Make an access key.",
    "help": "Show the help of a command.",
}


class LazyGroup(Group):
    """Imports a command when it is called: the encoder's libraries take seconds, `--help` should not."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"api.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest the one that was meant if there is none of this name."""
        if args[0] in COMMANDS or args[0].startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        # click would suggest commands that are imported already.
        raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; one that has to say more than this when it is stopped says so itself."""
        try:
            with when_stopped(lambda: NOTHING_CHANGED):
                return super().invoke(ctx)
        except click.UsageError as error:
            message = fitted(f"Error: {error.format_message()}", sys.stderr).removeprefix("Error: ")
            raise click.UsageError(message, ctx=error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command without importing any."""
        named = [
            CompletionItem(name, help=help_)
            for name, help_ in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]


# `\b` keeps click from joining the lines that follow.
_HELP = """Answer questions from your articles and cite their exact words.

Start with `kutip ingest PATH`, then run `kutip ask QUESTION`.

\b
Exit status:
    0  success
    1  something failed, or an article was rejected
    2  wrong usage
    3  nothing found, or the answer is a refusal
  130  stopped with Ctrl-C"""


@click.group(
    cls=LazyGroup,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=["kutip ingest articles/", 'kutip ask "Berapa luas terumbu karang yang pulih?"', "kutip serve"],
)
@click.version_option(
    None, "-V", "--version", package_name="kutip", prog_name="kutip", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Run one of the commands."""


def main() -> None:
    """Run the command line. Kutip's own errors end in one message and their exit status."""
    _quieten_libraries()
    os.umask(0o077)  # data and backups are for this user only
    try:
        cli(prog_name="kutip")
    except KutipError as error:
        say(f"kutip: {error}")
        sys.exit(error.exit_code)


def _quieten_libraries() -> None:
    # Progress bars and notices of the model libraries would mix with ours.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
