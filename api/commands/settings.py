"""`kutip settings`."""

from typing import Any

import click

from api.commands.options import print_json
from rag.settings import Settings, environment_name, load_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print names and values.")
def command(as_json: bool) -> None:
    """List every setting with its value; secrets are masked."""
    settings = load_settings()
    values: dict[str, Any] = settings.model_dump(mode="json")
    if as_json:
        print_json({environment_name(name): value for name, value in values.items()})
        return
    for name, field in Settings.model_fields.items():
        value = "" if values[name] is None else values[name]
        click.echo(f"{environment_name(name)}={value}\n    {field.description}")
