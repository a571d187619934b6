"""The language of an answer, and of each of its sentences."""

from collections.abc import Iterable

from rag.answering.question import Question
from rag.search.retrieval import Query
from rag.text.languages import detect_language, written_words
from rag.validation import language_tag

# The language of a shorter sentence cannot be detected reliably. The length is counted in bytes of letters,
# because nine Chinese letters say as much as 25 Latin ones.
_DETECTABLE_BYTES = 25

# The language of a follow-up with fewer words, such as "Et quand?", cannot be detected.
_MIN_DETECTABLE_WORDS = 3


def answer_language(question: Question, query: Query) -> str:
    """Return the requested language, else the question's, or the query's if the question is too short."""
    if question.language:
        return language_tag(question.language)
    if question.text.strip() == query.text or len(written_words(question.text)) < _MIN_DETECTABLE_WORDS:
        return query.language
    return detect_language(question.text)


def sentence_language(text: str, *, answer: str, evidence: Iterable[str]) -> str:
    """Return the language of a sentence: the answer's, unless it is clearly another one of the evidence."""
    letters = "".join(filter(str.isalpha, text)).encode()
    detected = detect_language(text) if len(letters) >= _DETECTABLE_BYTES else answer
    return detected if detected in {answer, "en", *evidence} else answer
