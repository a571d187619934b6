"""The language of a question."""

from rag.conversation.question import Question
from rag.text.languages import detect_language, written_words

# The language of a follow-up with fewer words, such as "Et quand?", cannot be detected.
_MIN_DETECTABLE_WORDS = 3


def question_language(question: Question, *, query: str) -> str:
    """Return the language of a question, or of its completed form `query` if the question is too short."""
    is_complete = question.text == query or len(written_words(question.text)) < _MIN_DETECTABLE_WORDS
    return detect_language(query if is_complete else question.text)
