"""`kutip help`."""

from collections.abc import Sequence

import click

from api.commands.base import Command


@click.command(cls=Command, examples=["kutip help ask", "kutip help articles list"])
@click.argument("names", metavar="[COMMAND]...", nargs=-1)
@click.pass_context
def command(ctx: click.Context, names: Sequence[str]) -> None:
    """Show the help of Kutip, or of one of its commands."""
    context = ctx.find_root()
    for name in names:
        group = context.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"`{context.command_path}` has no command {name!r}.", ctx=context)
        _, found, _ = group.resolve_command(context, [name])
        if found is None:
            raise click.UsageError(f"There is no command {name!r}.", ctx=context)
        context = found.context_class(found, info_name=name, parent=context)
    click.echo(context.get_help())
