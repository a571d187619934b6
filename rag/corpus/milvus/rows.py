"""Converts articles and passages to rows of Milvus collections, and back.

Every id, word and value in a condition that Milvus gets consists of ASCII letters and digits. So no text of
an article can change the meaning of a Milvus expression, and no tokenizer of Milvus can split a word.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from embeddings.weights import FloatArray
from rag.corpus.article_facts import facts_of, required_facts
from rag.corpus.documents import document, header_values, passage_words
from rag.corpus.milvus.server import Row
from rag.datatypes import Article, Filters, Passage
from rag.errors import BadRequest

# Limits of Milvus: bytes in a text, and values in an array.
MAX_TEXT_BYTES = 65_535
MAX_FACTS = 4096

# Documents are split into parts of this many characters. A character has at most four bytes in UTF-8, so a
# part is never longer than Milvus allows.
_PART_CHARACTERS = MAX_TEXT_BYTES // 4

# The low bits of a row's id are the number of the row within its generation. The other bits are the
# generation.
_NUMBER_BITS = 16
GENERATION_BITS = 63 - _NUMBER_BITS
MAX_ROWS_A_GENERATION = 1 << _NUMBER_BITS


def row_id(generation: int, number: int) -> int:
    """Return the id of a row. The ids of a generation form one range, without ids of other generations.

    >>> [generation_of(row_id(7, number)) for number in (0, 1, 65_535)]
    [7, 7, 7]
    """
    return generation << _NUMBER_BITS | number


def generation_of(identifier: int) -> int:
    """Return the generation of a row, given the id of the row."""
    return identifier >> _NUMBER_BITS


def of_generation(generation: int) -> str:
    """Return the condition for the rows of a generation."""
    return f"id >= {row_id(generation, 0)} and id < {row_id(generation + 1, 0)}"


def key_of(text: str) -> str:
    """Return a text as hexadecimal digits, which sort in the same order as the text.

    >>> key_of("a1")
    '6131'
    """
    return text.encode().hex()


def text_of(key: str) -> str:
    """Read what `key_of` wrote."""
    return bytes.fromhex(key).decode()


def one_of(field: str, keys: Iterable[str]) -> str:
    """Return the condition that a field has one of the keys."""
    return f"{field} in {_listed(keys)}"


def none_of(field: str, keys: Iterable[str]) -> str:
    """Return the condition that a field has none of the keys."""
    return f"{field} not in {_listed(keys)}"


def _listed(keys: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{key}"' for key in keys) + "]"


# Words

_PLAIN_WORD = re.compile(r"(?!0x)[a-z0-9]+")

# Means no words, because a text must not be empty. No word has this encoding.
_NO_WORDS = "0x"


def encoded_word(word: str) -> str:
    """Return a word as letters and digits, which every tokenizer of Milvus treats as one word.

    >>> [encoded_word(word) for word in ("kopi", "1,5", "橋", "0x")]
    ['kopi', '0x312c35', '0xe6a98b', '0x3078']
    """
    return word if _PLAIN_WORD.fullmatch(word) else f"0x{key_of(word)}"


def encoded_words(given: Iterable[str]) -> str:
    """Return words separated by spaces. Omit the last ones if the text is too long for Milvus."""
    text = " ".join(map(encoded_word, given))
    if len(text) > MAX_TEXT_BYTES:
        text = text[: max(text.rfind(" ", 0, MAX_TEXT_BYTES), 0)]
    return text or _NO_WORDS


# Rows


def article_row(article: Article, *, generation: int, written_at: int) -> Row:
    """Return the row with the current generation of an article, its header and its filterable properties.

    Raises:
        BadRequest: the row is too large for Milvus.
    """
    values = header_values(article)
    header = json.dumps({name: value for name, value in values.items() if name != "metadata"})
    row = {
        "id": key_of(article.id),
        "generation": generation,
        "written_at": written_at,
        "version": article.version,
        "language": key_of(article.language),
        "outlet": key_of(article.outlet or ""),
        "header": header,
        **_filtered(article),
    }
    _check_sizes(article, row)
    return row


def document_rows(article: Article, *, generation: int) -> list[Row]:
    """Return the rows of the complete article as JSON, in parts."""
    text = document(article)
    parts = [text[start : start + _PART_CHARACTERS] for start in range(0, len(text), _PART_CHARACTERS)]
    return [
        {
            "id": row_id(generation, number),
            "article": key_of(article.id),
            "version": article.version,
            "parts": len(parts),
            "content": part,
        }
        for number, part in enumerate(parts)
    ]


def whole_document(rows: Sequence[Row]) -> str | None:
    """Join the parts that `document_rows` made; None if a part is missing."""
    if not rows or len(rows) < rows[0]["parts"]:
        return None
    return "".join(row["content"] for row in sorted(rows, key=lambda row: int(row["id"])))


def passage_rows(
    article: Article, passages: Sequence[Passage], vectors: FloatArray, *, generation: int
) -> Iterator[Row]:
    """Yield the rows of an article's passages.

    Raises:
        BadRequest: a passage is too long for Milvus, or the article has too many passages.
    """
    if len(passages) > MAX_ROWS_A_GENERATION:
        raise BadRequest(
            f"The article {article.id!r} has {len(passages)} passages, but Kutip can store at most "
            f"{MAX_ROWS_A_GENERATION} in Milvus: split it."
        )
    filtered = _filtered(article)
    each_words = passage_words(article, passages)
    for number, (passage, vector, own_words) in enumerate(zip(passages, vectors, each_words, strict=True)):
        row = {
            "id": row_id(generation, number),
            "article": key_of(article.id),
            "paragraph": passage.paragraph,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "words": encoded_words(own_words),
            "word_count": len(own_words),
            "vector": vector,
            **filtered,
        }
        _check_sizes(article, row)
        yield row


def _filtered(article: Article) -> Row:
    """Return the fields for filters. Undated articles have day 0."""
    facts = list(facts_of(header_values(article)))
    if len(facts) > MAX_FACTS:
        raise BadRequest(
            f"The article {article.id!r} has {len(article.metadata)} metadata fields, but Milvus can store "
            f"at most {MAX_FACTS} values for filters: leave some out."
        )
    return {"facts": facts, "day": article.published_at.date().toordinal() if article.published_at else 0}


def _check_sizes(article: Article, row: Row) -> None:
    for name, value in row.items():
        if isinstance(value, str) and len(value.encode()) > MAX_TEXT_BYTES:
            named = {"article": "an id", "id": "an id"}.get(name, f"a {name}")
            raise BadRequest(
                f"The article {article.id!r:.100} has {named} of {len(value.encode())} bytes, "
                f"but Milvus can store at most {MAX_TEXT_BYTES}: shorten it."
            )


# Conditions


def passing(filters: Filters, *, with_dates: bool = True) -> str:
    """Return the condition for articles and passages that pass; empty if all pass.

    Raises:
        BadRequest: a metadata value is NaN or infinite.
    """
    conditions = [f"array_contains_any(facts, {_listed(facts)})" for facts in required_facts(filters)]
    if with_dates and filters.has_dates:
        conditions += _within(filters.published_from, filters.published_to)
    return " and ".join(conditions)


def _within(first: date | None, last: date | None) -> list[str]:
    conditions = [f"day >= {first.toordinal() if first else 1}"]
    if last:
        conditions.append(f"day <= {last.toordinal()}")
    return conditions


def both(*conditions: str) -> str:
    """Return the condition that all of `conditions` are true, and ignore empty ones."""
    return " and ".join(condition for condition in conditions if condition)
