"""`kutip settings`."""

import sys
from typing import Any

import click

from api.commands.base import Command
from api.commands.options import print_json
from api.commands.terminal import fitted
from rag.settings import Settings, environment_name, load_settings, why_data_dir


@click.command(cls=Command, examples=["kutip settings", "kutip settings --json"])
@click.option("--json", "as_json", is_flag=True, help="Print names and values as JSON.")
def command(as_json: bool) -> None:
    """List every setting with its meaning and value. Secrets are masked.

    The list has the form of a `.env` file.
    """
    settings = load_settings()
    values: dict[str, Any] = settings.model_dump(mode="json")
    if as_json:
        print_json({environment_name(name): value for name, value in values.items()})
        return
    for name, field in Settings.model_fields.items():
        value = "" if values[name] is None else values[name]
        click.echo(_comment(str(field.description)))
        if name == "data_dir":
            click.echo(_comment(f"This value is {why_data_dir(settings)}."))
        click.echo(f"{environment_name(name)}={value}\n")


def _comment(text: str) -> str:
    return fitted(f"# {text}", sys.stdout, indent="# ")
