"""`kutip migrate`."""

from typing import get_args

import click

from api.commands.base import Command
from api.commands.options import check_corpus, has_corpus, progress
from api.commands.stopping import when_stopped
from api.commands.terminal import say
from rag.corpus.protocol import EncoderIdentity, OpenCorpus
from rag.corpus.transfer import compare, transfer
from rag.datatypes import CorpusKind
from rag.errors import EncoderMismatch, NotFound
from rag.service import open_corpus
from rag.settings import Settings, load_settings

_KIND = click.Choice(get_args(CorpusKind))


@click.command(
    cls=Command,
    examples=["kutip migrate --from local --to milvus", "kutip migrate --from milvus --to local"],
)
@click.option("--from", "source", type=_KIND, required=True, help="Corpus to copy from.")
@click.option("--to", "target", type=_KIND, required=True, help="Corpus to copy to.")
def command(source: CorpusKind, target: CorpusKind) -> None:
    """Copy all articles from one corpus to the other, with versions, passages and vectors, and compare both.

    If the command was stopped, run it again: it continues where it was. Other articles in the target stay. If
    both have an article, the source's version becomes the current one. The source does not change.
    """
    if source == target:
        raise click.UsageError(f"--from and --to are both {source!r}. Name two different ones.")
    from_settings, to_settings = load_settings(corpus=source), load_settings(corpus=target)
    check_corpus(from_settings)
    with when_stopped(lambda: _what_is_kept(to_settings)):
        _copy(from_settings, to_settings)


def _copy(from_settings: Settings, to_settings: Settings) -> None:
    with open_corpus(from_settings) as source:
        encoder = _encoder_of(source)
        with open_corpus(to_settings) as target:
            _check_encoder(encoder, source, target)
        with open_corpus(to_settings, encoder=encoder) as target:
            with progress("articles copied") as tell:
                copied = transfer(source, target, on_progress=tell)
            target.optimize()
            with progress("articles compared") as tell:
                both = compare(source, target, on_progress=tell)
            say(
                f"{copied} articles copied to {target.location}. It now has all that {source.location} has: "
                f"{both.articles} articles, {both.versions} versions, {both.passages} passages. "
                "Each was read again and compared."
            )
            if both.others:
                say(f"{target.location} also has {both.others} other articles.")


def _what_is_kept(target: Settings) -> str:
    if not has_corpus(target):
        return "Nothing was copied."
    with open_corpus(target) as corpus:
        return (
            f"{corpus.location} has {corpus.counts().articles} articles now; "
            "run the same command again to go on."
        )


def _encoder_of(source: OpenCorpus) -> EncoderIdentity:
    """Return the encoder of the vectors that are to be copied.

    Raises:
        NotFound: there is nothing to copy.
    """
    encoder = source.encoder_of_vectors()
    if encoder is None or source.counts().articles == 0:
        raise NotFound(
            f"The corpus in {source.location} is empty. Set KUTIP_DATA_DIR or KUTIP_MILVUS_PREFIX to the one "
            "that holds the articles."
        )
    return encoder


def _check_encoder(encoder: EncoderIdentity, source: OpenCorpus, target: OpenCorpus) -> None:
    """Check that the target can take the source's vectors.

    Raises:
        EncoderMismatch: it has vectors of another encoder.
    """
    other = target.encoder_of_vectors()
    if other not in {None, encoder} and target.counts().articles:
        raise EncoderMismatch(
            f"The corpus in {source.location} has vectors of {encoder}, the one in {target.location} has "
            f"vectors of {other}. Choose an empty target with KUTIP_DATA_DIR or KUTIP_MILVUS_PREFIX, or "
            "encode one of them again with `kutip ingest --rebuild`."
        )
