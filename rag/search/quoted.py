"""Finds the passage that an earlier answer quotes, from the text of the answer alone."""

from rag.citations import widen_foreign_brackets
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters, Hit
from rag.search.retrieval import Query, keyword_search
from rag.text.languages import detect_language

# How many characters of an answer are looked up, and how many of these must be in the passage.
_SEARCHED_CHARACTERS = 300
_COMPARED_CHARACTERS = 60

_DEPTH = 5


def quoted_hit(corpus: Corpus, answer: str, *, filters: Filters) -> Hit | None:
    """Return the passage whose words the first line of an answer repeats, or else shares most words with.

    `answer` has no markers. None if no passage that passes the filters shares a word with it.
    """
    line = plain(answer.strip().split("\n", 1)[0])[:_SEARCHED_CHARACTERS]
    if not any(map(str.isalnum, line)):
        return None
    query = Query(text=line, language=detect_language(line), filters=filters, top_k=_DEPTH)
    hits = keyword_search(corpus, query).hits
    verbatim = [hit for hit in hits if line[:_COMPARED_CHARACTERS] in plain(hit.text)]
    return next(iter([*verbatim, *hits]), None)


def plain(text: str) -> str:
    """Return a text as an answer shows it, on one line, for comparison with an answer."""
    return " ".join(widen_foreign_brackets(text).split())
