"""Detects the language of a text. What depends on it, sentences and words, can be imported from here, too."""

import functools
import math
from collections.abc import Sequence

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from rag.text.cyrillic import cyrillic_evidence
from rag.text.sentences import Span, sentence_spans
from rag.text.tags import primary_language
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
    return _detected(text, _ranked(text))


def _ranked(text: str) -> list[tuple[str, float]]:
    """Return the languages with their scores, best first; none for a text without letters."""
    if not any(character.isalpha() for character in text):
        return []
    ranked: list[tuple[str, float]] = _identifier().rank(text[:5000])
    evidence = cyrillic_evidence(text) if len(text) < _SHORT_CHARACTERS else {}
    if evidence:
        weighed = [(code, score + evidence.get(code, 0.0)) for code, score in ranked]
        ranked = sorted(weighed, key=lambda pair: -pair[1])
    return ranked


def _detected(text: str, ranked: Sequence[tuple[str, float]]) -> str:
    if not ranked:
        return UNDETERMINED
    code, best = ranked[0]
    if code in _NEIGHBOURS_OF_INDONESIAN and len(text) < _SHORT_CHARACTERS:
        scores = dict(ranked)
        code = "id" if best - scores["id"] < _INDONESIAN_MARGIN else code
    tag = _TAGS.get(code, code)
    return chinese_script(text) if tag == "zh" else tag


# A stated language counts if the text is this short, or if its score is this near to the best one.
_HINT_CHARACTERS = 40
_HINT_MARGIN = 8.0
_NEIGHBOUR_MARGIN = 25.0  # between Indonesian and Malay, which share most words
_FILLER_LANGUAGE = "la"  # "Lorem ipsum" and lists of species are Latin on pages in any language


def decide_language(text: str, *, hints: Sequence[str]) -> str:
    """Return the language of a text; a stated one (`hints`, best first) counts if the text cannot decide.

    >>> decide_language("Pemerintah kota menambah empat puluh bus listrik mulai Senin.", hints=["en-US"])
    'id'
    """
    ranked = _ranked(text)
    detected = _detected(text, ranked)
    stated = [tag for hint in hints if (tag := _current_tag(hint))]
    if not stated:
        return detected
    letters = sum(map(str.isalpha, text))
    if detected in (UNDETERMINED, _FILLER_LANGUAGE) or letters < _HINT_CHARACTERS:
        return chinese_script(text) if stated[0] == "zh" else stated[0]
    scores, best = dict(ranked), ranked[0][1]
    margin = _NEIGHBOUR_MARGIN if {detected, stated[0]} == {"id", "ms"} else _HINT_MARGIN
    near = (tag for tag in stated if best - scores.get(primary_language(tag), -math.inf) < margin)
    return next((tag for tag in near if primary_language(tag) != primary_language(detected)), detected)


def _current_tag(tag: str) -> str | None:
    """Return a language tag without its region, with today's code for a former one, or None for no language.

    Chinese gets the script of its region.
    """
    primary, *others = tag.strip().lower().replace("_", "-").split("-")
    if not (primary.isalpha() and 2 <= len(primary) <= 3) or primary in _NO_LANGUAGE:
        return None
    script = next((part.title() for part in others if len(part) == 4), None)
    current = _FORMER_CODES.get(primary, primary)
    if current == "zh" and script is None:
        script = next((_CHINESE_SCRIPTS[part] for part in others if part in _CHINESE_SCRIPTS), None)
    return f"{current}-{script}" if script else current


_NO_LANGUAGE = frozenset({"und", "zxx", "mul", "mis"})
_CHINESE_SCRIPTS = {"cn": "Hans", "sg": "Hans", "my": "Hans", "tw": "Hant", "hk": "Hant", "mo": "Hant"}


_FORMER_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "tl": "fil"}


def language_scores(text: str) -> dict[str, float]:
    """Return the scores of the languages that a text may be in, in nats; none for a text without letters.

    Chinese in any script is `zh`.
    """
    scores: dict[str, float] = {}
    for code, score in _ranked(text):
        scores.setdefault(_TAGS.get(code, code), float(score))
    return scores


def chinese_script(text: str) -> str:
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
