"""The language of each sentence of an answer."""

from collections.abc import Iterable

from rag.text.languages import detect_language

# The language of a shorter sentence cannot be detected reliably. The length is counted in bytes of letters,
# because nine Chinese letters say as much as 25 Latin ones.
_DETECTABLE_BYTES = 25


def sentence_language(text: str, *, answer: str, evidence: Iterable[str]) -> str:
    """Return the language of a sentence: the answer's, unless it is clearly another one of the evidence."""
    letters = "".join(filter(str.isalpha, text)).encode()
    detected = detect_language(text) if len(letters) >= _DETECTABLE_BYTES else answer
    return detected if detected in {answer, "en", *evidence} else answer
