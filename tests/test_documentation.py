"""What there is, is documented: every setting, command and route stands in the README or in docs/."""

import re
import tomllib
from pathlib import Path

import click

from api.app import create_app
from api.commands import COMMANDS, cli
from rag.corpus.local.corpus import LocalCorpus
from rag.errors import LanguageModelError
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.service import Service
from rag.settings import Settings, environment_name, load_settings

ROOT = Path(__file__).resolve().parent.parent


def documentation() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_every_setting_is_documented() -> None:
    text = documentation()
    assert [name for name in map(environment_name, Settings.model_fields) if f"`{name}`" not in text] == []


def test_every_command_is_documented() -> None:
    text = documentation()
    assert [name for name, _ in commands() if f"`{name}" not in text] == []


def test_every_option_is_documented() -> None:
    text = documentation()
    missing = [
        f"{name} {option.opts[-1]}"
        for name, command in commands()
        for option in command.params
        if isinstance(option, click.Option) and f"`{option.opts[-1]}" not in text
    ]
    assert missing == []


def test_every_route_is_documented(corpus: LocalCorpus, pipeline: Pipeline, ingestion: Ingestion) -> None:
    text = documentation()
    service = Service(settings=load_settings(), corpus=corpus, pipeline=pipeline, ingestion=ingestion)
    paths = create_app(service).openapi()["paths"]
    routes = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert [route for route in routes if f"`{route}`" not in text] == []


def test_every_reason_of_a_degraded_answer_is_documented() -> None:
    text = documentation()
    errors: list[type[LanguageModelError]] = [LanguageModelError, *LanguageModelError.__subclasses__()]
    assert [error.reason for error in errors if f"`{error.reason}`" not in text] == []


def test_the_architecture_page_has_a_line_for_every_folder() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+)/` \| \S", page, re.M)
    packages = ("api", "benchmarks", "embeddings", "rag", "seeds", "tests", "training")
    inside = [
        path.relative_to(ROOT) for name in ("api", "embeddings", "rag") for path in (ROOT / name).rglob("*")
    ]
    folders = {str(path) for path in inside if (ROOT / path).is_dir() and path.name != "__pycache__"}
    assert sorted(named) == sorted({*packages, *folders})


def test_the_newest_release_in_the_changelog_is_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[\d.]*)\] - (\d{4}-\d\d-\d\d)$", changelog, re.M)
    assert releases[0][0] == project["version"]
    assert [day for _, day in releases] == sorted((day for _, day in releases), reverse=True)


def commands() -> list[tuple[str, click.Command]]:
    """Return every command that does something, with the words that call it."""
    context = click.Context(cli)
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += [(f"kutip {name} {sub}", command.commands[sub]) for sub in command.commands]
        else:
            found.append((f"kutip {name}", command))
    return found
