"""Detects the language of a text. What depends on it, sentences and words, can be imported from here, too."""

import functools

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from rag.text.sentences import Span, sentence_spans
from rag.text.words import ANALYSIS, folded_words, stems, words, written_words

__all__ = [
    "ANALYSIS",
    "UNDETERMINED",
    "Span",
    "detect_language",
    "folded_words",
    "sentence_spans",
    "stems",
    "words",
    "written_words",
]

UNDETERMINED = "und"

# The identifier returns ISO 639 codes; articles carry BCP 47 tags. Wu, Cantonese and Egyptian Arabic have no
# tag of their own, because people who ask questions in their scripts do not distinguish them.
_TAGS = {"wuu": "zh", "yue": "zh", "arz": "ar", "ary": "ar", "tl": "fil", "nb": "no", "nn": "no"}

# subtle: Indonesian shares most words with Malay and many with Javanese, so in a short text the identifier's
# preference is noise. Indonesian wins if its score is within this many nats of the best score.
_NEIGHBOURS_OF_INDONESIAN = frozenset({"ms", "jv", "su", "tl"})
_INDONESIAN_MARGIN = 12.0
_SHORT_CHARACTERS = 200


@functools.cache
def _identifier() -> LanguageIdentifier:
    """Load py3langid's model (97 languages, 0.3 s), once per process."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def detect_language(text: str) -> str:
    """Return the BCP 47 tag of the most likely language of `text`, or `und` for a text without letters.

    >>> detect_language("Siapa presiden pertama Indonesia?")
    'id'
    >>> detect_language("中国政府建议成立世界人工智能合作组织")
    'zh-Hans'
    """
    if not any(character.isalpha() for character in text):
        return UNDETERMINED
    ranked = _identifier().rank(text[:5000])
    code, best = ranked[0]
    if code in _NEIGHBOURS_OF_INDONESIAN and len(text) < _SHORT_CHARACTERS:
        scores = dict(ranked)
        code = "id" if best - scores["id"] < _INDONESIAN_MARGIN else code
    tag = _TAGS.get(code, code)
    return _chinese_script(text) if tag == "zh" else tag


def is_same_language(language: str, other: str) -> bool:
    """Whether two tags mean one language, regardless of script and region.

    >>> is_same_language("zh-Hans", "zh"), is_same_language("id", "en")
    (True, False)
    """
    return _primary(language) == _primary(other)


def _chinese_script(text: str) -> str:
    """Return the script whose national character set contains more of the Chinese characters."""
    han = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    simplified = sum(_can_encode(character, "gb2312") for character in han)
    traditional = sum(_can_encode(character, "big5") for character in han)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _can_encode(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
