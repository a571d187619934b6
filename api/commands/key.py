"""`kutip key`."""

import click

from rag.access_keys import key_hash, new_key


@click.command()
def command() -> None:
    """Print a new key, and on a second line its hash, which KUTIP_API_KEYS and KUTIP_ADMIN_KEYS take.

    The key is for who sends requests, and is kept nowhere.
    """
    key = new_key()
    click.echo(f"{key}\n{key_hash(key)}")
