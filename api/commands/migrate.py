"""`kutip migrate`."""

from typing import get_args

import click

from api.commands.options import progress
from rag.corpus.protocol import Corpus, EncoderIdentity
from rag.corpus.transfer import compare, transfer
from rag.datatypes import CorpusKind
from rag.errors import EncoderMismatch, NotFound
from rag.service import open_corpus
from rag.settings import load_settings

_KIND = click.Choice(get_args(CorpusKind))


@click.command()
@click.option("--from", "source", type=_KIND, required=True, help="Where the articles are.")
@click.option("--to", "target", type=_KIND, required=True, help="Where they are put too.")
def command(source: CorpusKind, target: CorpusKind) -> None:
    """Put all articles of one corpus into another, with versions, passages and vectors as they are.

    Begun again after it was stopped, it goes on. What the other corpus holds beside them stays; of articles
    that both have, the version of the first becomes current. Nothing is removed from the first.
    """
    if source == target:
        raise click.UsageError(f"--from and --to are both {source!r}: name two corpora.")
    settings = load_settings(corpus=target)
    with open_corpus(load_settings(corpus=source)) as from_:
        with open_corpus(settings) as to:
            encoder = _encoder_of_both(from_, to)
        with open_corpus(settings, encoder=encoder) as to:
            with progress("articles put") as told:
                put = transfer(from_, to, told=told)
            to.optimize()
            with progress("articles compared") as told:
                both = compare(from_, to, told=told)
    click.echo(
        f"{put} articles put into {to.location}. "
        f"It holds what {from_.location} holds, read again and compared: "
        f"{both.articles} articles, {both.versions} versions, {both.passages} passages.",
        err=True,
    )
    if both.others:
        click.echo(f"{both.others} other articles are there too.", err=True)


def _encoder_of_both(source: Corpus, target: Corpus) -> EncoderIdentity:
    encoder = source.encoder_of_vectors()
    if encoder is None or source.counts().articles == 0:
        raise NotFound(
            f"The corpus in {source.location} is empty: set KUTIP_DATA_DIR or KUTIP_MILVUS_PREFIX to the one "
            "that holds the articles."
        )
    other = target.encoder_of_vectors()
    if other not in {None, encoder} and target.counts().articles:
        raise EncoderMismatch(
            f"The corpus in {source.location} holds vectors of {encoder}, the one in "
            f"{target.location} of {other}: choose an empty one with KUTIP_DATA_DIR or "
            "KUTIP_MILVUS_PREFIX, or encode one of them again with `kutip ingest --rebuild`."
        )
    return encoder
