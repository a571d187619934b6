"""`kutip key`."""

import click

from api.commands.base import Command
from rag.access_keys import key_hash, new_key


@click.command(cls=Command, examples=["kutip key"])
def command() -> None:
    """Print a new access key, and its hash on the second line.

    Give the key to the client, and put the hash into KUTIP_API_KEYS or KUTIP_ADMIN_KEYS. Kutip does not store
    the key.
    """
    key = new_key()
    click.echo(f"{key}\n{key_hash(key)}")
