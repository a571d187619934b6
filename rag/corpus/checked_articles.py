"""Compares stored passages with the article they come from, because a disk can alter what it stores.

A passage may be quoted only if it is the text at its offsets in an article that matches its version.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from rag.corpus.documents import Row, damaged_document, from_document, header_values
from rag.datatypes import Article
from rag.errors import CorpusDamaged

logger = logging.getLogger(__name__)

# The texts of recently quoted articles, which are checked once and not for each quote.
_CACHED_CHARACTERS = 8_000_000

_MAX_LOGGED = 10_000


class CheckedArticle:
    """An article that matches its version, for the comparison with its passages and its list entry."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._paragraphs = list(article.numbered_paragraphs())
        self._header = header_values(article)

    def has_passage(self, row: Row) -> bool:
        """Return whether a passage is the text at its offsets and lies inside its paragraph."""
        number, start, end = row["paragraph"], row["start"], row["end"]
        if not all(isinstance(value, int) for value in (number, start, end)):
            return False  # a flipped bit can change the type of a value
        if not 1 <= number <= len(self._paragraphs):
            return False
        paragraph = self._paragraphs[number - 1]
        is_inside = paragraph.start <= start < end <= paragraph.end
        return is_inside and bool(self.article.text[start:end] == row["text"])

    def has_header(self, row: Row) -> bool:
        """Return whether the columns of the list entry, except the metadata, are those of the article."""
        return all(
            row[name] == value for name, value in self._header.items() if name not in {"id", "metadata"}
        )


class CheckedArticles:
    """Reads the articles of hits, and checks each once. Several threads can use it.

    `left_out` counts the hits that could not be quoted.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._cached: OrderedDict[tuple[str, str], CheckedArticle] = OrderedDict()
        self._characters = 0
        self._logged: set[int] = set()
        self._lock = threading.Lock()

    def article(self, article_id: str, version: str, read: Callable[[], str | None]) -> CheckedArticle | None:
        """Return an article; None if its document, which `read` returns, is missing or does not match."""
        key = article_id, version
        with self._lock:
            if key in self._cached:
                self._cached.move_to_end(key)
                return self._cached[key]
        text = read()
        try:
            checked = CheckedArticle(checked_document(article_id, version, text)) if text else None
        except CorpusDamaged:
            return None
        if checked is not None:
            self._cache(key, checked)
        return checked

    def quotable(self, article: CheckedArticle | None, row: Row, *, passage_id: int) -> Article | None:
        """Return the article if a passage and its list entry match it; log and count the passage if not."""
        if article is not None and article.has_passage(row) and article.has_header(row):
            return article.article
        with self._lock:
            self.left_out += 1
            is_new = passage_id not in self._logged and len(self._logged) < _MAX_LOGGED
            if is_new:
                self._logged.add(passage_id)
        if is_new:
            logger.error(
                "Passage %d of the article %r is damaged and is not quoted: run `kutip doctor`.",
                passage_id, row["article_id"],
            )  # fmt: skip
        return None

    def _cache(self, key: tuple[str, str], checked: CheckedArticle) -> None:
        with self._lock:
            if key not in self._cached:
                self._cached[key] = checked
                self._characters += len(checked.article.text)
            while self._characters > _CACHED_CHARACTERS:
                _, dropped = self._cached.popitem(last=False)
                self._characters -= len(dropped.article.text)


def checked_document(article_id: str, version: str, text: str) -> Article:
    """Read an article from its stored document.

    Raises:
        CorpusDamaged: the document does not match the version.
    """
    article = from_document(article_id, text)
    if article.version != version:
        raise damaged_document(article_id)
    return article
