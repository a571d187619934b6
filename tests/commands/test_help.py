"""Help, its examples, suggestions for misspelled names, the version, and shell completion."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from api.commands import COMMANDS, cli
from api.commands.base import Command, Group
from tests.commands.running import Result, kutip

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = (sys.executable, "-c", "from api.commands import main; main()")


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command and each subcommand with its names."""
    yield (), cli
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        yield (name,), command
        if isinstance(command, click.Group):
            yield from (((name, below), found) for below, found in command.commands.items())


EVERY_COMMAND = dict(every_command())


# Help


@pytest.mark.parametrize("names", EVERY_COMMAND)
def test_every_form_of_the_help_option_prints_the_same(names: Sequence[str]) -> None:
    asked = kutip("help", *names)
    assert (asked.code, asked.err) == (0, "")
    assert asked.out.startswith(f"Usage: {' '.join(['kutip', *names])} ")
    assert asked == kutip(*names, "--help") == kutip(*names, "-h")


@pytest.mark.parametrize("names", EVERY_COMMAND)
def test_help_ends_with_valid_examples(names: Sequence[str]) -> None:
    command = EVERY_COMMAND[tuple(names)]
    assert isinstance(command, Command | Group)
    assert command.examples
    _, _, shown = kutip("help", *names).out.partition("\nExample")
    for example in command.examples:
        assert f"\n  {example}\n" in shown
        assert example.startswith(" ".join(["kutip", *names]))
        check_parses(example)


def check_parses(example: str) -> None:
    """Let click read an example, without what a shell would take from it."""
    words = shlex.split(re.split(r" [<|] ", example)[0])[1:]
    command: click.Command = cli
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(cli), words.pop(0))
        assert found is not None, example
        command = found
    command.make_context("kutip", words)  # raises what a user would be told


def test_every_option_has_a_help_text() -> None:
    without = [
        (names, option.name)
        for names, command in EVERY_COMMAND.items()
        for option in command.params
        if isinstance(option, click.Option) and not (option.help or "").endswith((".", "]"))
    ]
    assert without == []


def test_help_for_an_unknown_subcommand_is_refused() -> None:
    result = kutip("help", "ask", "me")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("Error: `kutip ask` has no command 'me'.\n")


# Suggestions


@pytest.mark.parametrize(
    ("arguments", "suggested"),
    [
        (["injest", "articles/"], "Did you mean 'ingest'?"),
        (["doktor"], "Did you mean 'doctor'?"),
        (["help", "artcles"], "Did you mean 'articles'?"),
        (["articles", "lst"], "Did you mean 'list'?"),
        (["serve", "--insekure"], "Did you mean '--insecure'?"),
    ],
)
def test_a_similar_name_is_suggested(arguments: Sequence[str], suggested: str) -> None:
    result = kutip(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1].endswith(suggested)


def test_nothing_is_suggested_for_a_dissimilar_name() -> None:
    assert kutip("xyzzy").err.endswith("Error: No such command 'xyzzy'.\n")


# Version


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(option: str) -> None:
    assert kutip(option) == Result(0, f"kutip {version('kutip')}\n", "")


# Completion


def completed(words: str) -> list[str]:
    """Return what bash would be offered for the last of these words."""
    given = words.split(" ")
    environment = {
        **os.environ,
        "_KUTIP_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(given) - 1),
    }
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_and_options_are_completed() -> None:
    assert completed("kutip s") == ["search", "serve", "settings"]
    assert completed("kutip articles sh") == ["show"]
    assert completed("kutip serve --w") == ["--workers"]
    assert completed("kutip ask kopi --mode ") == ["auto", "llm", "extractive"]


def test_the_page_documents_completion_for_each_shell() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for shell in ("bash", "zsh", "fish"):
        assert f"_KUTIP_COMPLETE={shell}_source kutip" in page
        environment = {**os.environ, "_KUTIP_COMPLETE": f"{shell}_source"}
        if shell != "bash" or shutil.which("bash"):  # click asks bash for its version
            done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=True)
            assert f"_KUTIP_COMPLETE={shell}_complete" in done.stdout
