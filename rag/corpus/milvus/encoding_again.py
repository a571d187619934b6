"""Encodes all articles with another encoder while other processes add and remove articles."""

from collections.abc import Callable, Mapping

from rag.corpus.milvus.generations import MAX_CLOCK_SKEW_MILLISECONDS, Generations, batched, now_milliseconds
from rag.corpus.milvus.layout import Collections
from rag.corpus.milvus.rows import of_generation, passage_rows, text_of
from rag.corpus.milvus.server import MAX_ROWS, MilvusServer
from rag.corpus.protocol import CutAndEncode, EncoderIdentity
from rag.datatypes import Article

# At most this many new articles may remain to be encoded when the new collection comes into use.
_FEW_ARTICLES = 100

ReadArticle = Callable[[str], Article | None]


class EncodingAgain:
    """Writes a new collection of passages while the former one stays in use."""

    def __init__(
        self, server: MilvusServer, collections: Collections, generations: Generations, *, read: ReadArticle
    ) -> None:
        self._server = server
        self._collections = collections
        self._generations = generations
        self._read = read

    def run(self, encoder: EncoderIdentity, encode: CutAndEncode) -> int:
        """Encode all articles and those added meanwhile; return the number of articles at the start."""
        name = self._collections.make_passages(encoder)
        encoded: dict[str, int] = {}
        try:
            started = now_milliseconds()
            count = newly = self._encode_all(name, encode, encoded, since=0)
            while newly > _FEW_ARTICLES:
                since, started = started, now_milliseconds()
                newly = self._encode_all(name, encode, encoded, since=since)
        except BaseException:
            self._collections.drop_passages(name)
            raise
        self._collections.activate_passages(name)
        self._encode_all(name, encode, encoded, since=started)
        self._drop_removed(name, encoded)
        return count

    def _encode_all(self, name: str, encode: CutAndEncode, encoded: dict[str, int], *, since: int) -> int:
        """Write the passages of the articles that are not yet in `encoded`; return their number."""
        count = 0
        condition = f"written_at >= {since - MAX_CLOCK_SKEW_MILLISECONDS}"
        articles = self._collections.articles
        for row in self._generations.pages(articles, condition, ["generation"], key="text"):
            key, generation = row["id"], row["generation"]
            article = self._read(text_of(key)) if encoded.get(key) != generation else None
            if article is not None:
                if key in encoded:
                    self._server.delete(name, of_generation(encoded[key]))
                rows = passage_rows(article, *encode(article), generation=generation)
                self._server.write(name, list(rows))
                encoded[key] = generation
                count += 1
        return count

    def _drop_removed(self, name: str, encoded: Mapping[str, int]) -> None:
        for keys in batched(encoded, MAX_ROWS):
            heads = self._generations.heads(keys)
            for key in keys:
                if key not in heads:
                    self._server.delete(name, of_generation(encoded[key]))
