"""Which language an answer is in, and which a sentence of it."""

from collections.abc import Iterable

from rag.answering.question import Question
from rag.search.retrieval import Query
from rag.text.languages import detect_language, written_words
from rag.validation import language_tag

# In shorter sentences the language is a guess. Bytes of their letters: nine Chinese ones say as much as 25
# Latin ones.
_DETECTABLE_BYTES = 25

# A follow-up of fewer words ("Et quand?") does not tell its language.
_TELLING_WORDS = 3


def answer_language(question: Question, query: Query) -> str:
    """Return the language asked for, else the question's, or the query's where it is too short to tell."""
    if question.language:
        return language_tag(question.language)
    if question.text.strip() == query.text or len(written_words(question.text)) < _TELLING_WORDS:
        return query.language
    return detect_language(question.text)


def sentence_language(text: str, *, answer: str, evidence: Iterable[str]) -> str:
    """Return the language of a sentence: that of the answer, unless it plainly is one of the evidence's."""
    letters = "".join(filter(str.isalpha, text)).encode()
    detected = detect_language(text) if len(letters) >= _DETECTABLE_BYTES else answer
    return detected if detected in {answer, "en", *evidence} else answer
