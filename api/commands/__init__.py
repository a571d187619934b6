"""The `kutip` command: one module for each of its commands, imported when it is called."""

import importlib
import os
import sys

import click

from rag.errors import KutipError

# Name of the command -> its help in the list; the module of the same name holds the command.
COMMANDS = {
    "ingest": "Read articles and index them.",
    "ask": "Answer a question from the articles, with citations.",
    "search": "Find the passages that matter.",
    "articles": "List, show or delete articles.",
    "evaluate": "Measure search, answers and refusals on a data set.",
    "serve": "Answer over HTTP.",
    "mcp": "Answer a language model's client over the Model Context Protocol.",
    "doctor": "Check that everything works here.",
    "backup": "Write all articles into one file.",
    "restore": "Put a backup in the place of the articles.",
    "migrate": "Put all articles of one corpus into another.",
    "settings": "List every setting with its value.",
    "key": "Make a key that a service can ask for.",
}


class LazyGroup(click.Group):
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kutip", prog_name="kutip")
def cli() -> None:
    """Kutip answers questions from your articles and cites their exact words.

    Begin with `kutip ingest PATH`, then `kutip ask QUESTION`. Exit status: 0 done; 1 something failed or was
    rejected; 2 bad use; 3 nothing found, or the answer is a refusal.
    """


def main() -> None:
    """Run the command line; Kutip's own errors end in one line and their exit status."""
    _quieten_libraries()
    try:
        cli(prog_name="kutip")
    except KutipError as error:
        click.echo(f"kutip: {error}", err=True)
        sys.exit(error.exit_code)


def _quieten_libraries() -> None:
    # Progress bars and notices of the model libraries would mix with ours.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
