"""Detects the language of a text; splits a text into sentences and into words for keyword search."""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import snowballstemmer
from icu4py.breakers import WordBreaker
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from sentencex import get_sentence_boundaries

UNDETERMINED = "und"

# The version of `words`. Raise it when `words` gives other words than before for the same text.
ANALYSIS = 2

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
    return chinese_script(text) if tag == "zh" else tag


def is_same_language(language: str, other: str) -> bool:
    """Whether two tags mean one language, regardless of script and region.

    >>> is_same_language("zh-Hans", "zh"), is_same_language("id", "en")
    (True, False)
    """
    return _primary(language) == _primary(other)


def language_scores(text: str) -> dict[str, float]:
    """Return the scores of the languages that a text may be in, in nats; none for a text without letters.

    Chinese in any script is `zh`.
    """
    if not any(character.isalpha() for character in text):
        return {}
    scores: dict[str, float] = {}
    for code, score in _identifier().rank(text[:5000]):
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


Span = tuple[int, int]

# sentencex wrongly ends a sentence after these abbreviations.
_ABBREVIATIONS = {
    "id": {"jl.", "no.", "pt.", "tbk.", "kab.", "kec.", "tgl.", "sdr.", "bpk.", "rp."},
    "vi": {"tp.", "tx.", "gs.", "ths.", "bs."},
}
_ABBREVIATIONS["ms"] = _ABBREVIATIONS["jv"] = _ABBREVIATIONS["su"] = _ABBREVIATIONS["id"]

# These languages use no full stops. A space ends a clause; clauses are joined until they have this length.
_SPACE_ENDS_CLAUSE = frozenset({"th", "lo"})
_CLAUSE_RUN_CHARACTERS = 60


def sentence_spans(text: str, *, language: str) -> list[Span]:
    """Return the offsets of the sentences of `text`, without the white space around them.

    Every character that is not white space belongs to a sentence.

    >>> sentence_spans("Kata Dr. Budi, naik 1.500,5 poin. Apa itu?", language="id")
    [(0, 33), (34, 42)]
    """
    primary = _primary(language)
    boundaries = get_sentence_boundaries(primary, text)
    ends = [boundary["end_index"] for boundary in boundaries if not _ends_in_abbreviation(boundary, primary)]
    if primary in _SPACE_ENDS_CLAUSE:
        ends = sorted({*ends, *_clause_ends(text)})
    return list(_trimmed(text, [*ends, len(text)]))


def _ends_in_abbreviation(boundary: Mapping[str, Any], primary: str) -> bool:
    words = boundary["text"].lower().split()
    return bool(words) and words[-1].lstrip("(\"'“") in _ABBREVIATIONS.get(primary, ())


def _clause_ends(text: str) -> Iterator[int]:
    start = 0
    for place, character in enumerate(text):
        if character.isspace() and place - start >= _CLAUSE_RUN_CHARACTERS:
            yield place
            start = place


def _trimmed(text: str, ends: Iterable[int]) -> Iterator[Span]:
    start = 0
    for end in ends:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            left = start + len(piece) - len(piece.lstrip())
            yield left, left + len(stripped)
        start = max(start, end)


# ISO 639 code to Snowball's name, for the languages that both this module and Snowball support.
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ms": "indonesian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


# Diacritics distinguish Vietnamese words ("ma", "má", "mà"). In other languages, people often omit them.
_DIACRITICS_MATTER = frozenset({"vi"})
_LETTER_WITH_DIACRITICS = re.compile(r"([a-z])[\u0300-\u036f]+")

# A Korean word includes its particles ("서울에서"), and compounds are written with or without spaces.
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,}")


def words(text: str, *, language: str) -> list[str]:
    """Return the stems that keyword search indexes and looks up, in order, with repeats.

    >>> words("Pemerintah mengusulkan 1.500,5 unit", language="id")
    ['perintah', 'usul', '1.500,5', 'unit']
    >>> words("日本政府", language="ja")
    ['日本', '政府']
    """
    return [stem for word in folded_words(text, language=language) for stem in stems(word, language=language)]


def folded_words(text: str, *, language: str) -> list[str]:
    """Return the words of a text in order, NFKC and case folded, neither stemmed nor split.

    Uses Unicode word segmentation (UAX 29, with ICU's dictionaries for Chinese, Japanese, Thai, Lao, Khmer
    and Burmese).
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [token for token in WordBreaker(folded, _primary(language)) if any(map(str.isalnum, token))]


def stems(word: str, *, language: str) -> list[str]:
    """Return the terms under which keyword search indexes a folded word.

    Usually this is the word's Snowball stem, or the word itself if its language has no stemmer, without
    diacritics on Latin letters. A Korean word gives its pairs of neighbouring syllables (Lee and Ahn 1996,
    "Using n-grams for Korean text retrieval", SIGIR).

    >>> stems("panthers", language="en"), stems("éxitos", language="es"), stems("서울에서", language="ko")
    (['panther'], ['exit'], ['서울', '울에', '에서'])
    """
    primary = _primary(language)
    if primary == "ko" and _HANGUL.fullmatch(word):
        return [word[start : start + 2] for start in range(len(word) - 1)]
    stem = _stem(word, _STEMMERS[primary]) if primary in _STEMMERS else word
    return [stem if primary in _DIACRITICS_MATTER else _without_diacritics(stem)]


def _primary(language: str) -> str:
    """Return the language of a tag without script and region: "zh" for "zh-Hans"."""
    return language.split("-")[0]


def _without_diacritics(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", _LETTER_WITH_DIACRITICS.sub(r"\1", decomposed))


def written_words(text: str) -> list[str]:
    """Return the words of a text as they are written, in order; works for any language.

    >>> written_words("Dan kapan itu?")
    ['Dan', 'kapan', 'itu']
    >>> written_words("那他什么时候出生？")
    ['那', '他', '什么时候', '出生']
    """
    # ICU chooses its dictionaries by script, so the language is not needed.
    return [token for token in WordBreaker(text, "und") if any(map(str.isalnum, token))]


@functools.lru_cache(maxsize=200_000)
def _stem(word: str, algorithm: str) -> str:
    # subtle: a Snowball stemmer stores its current word in attributes, so each thread needs its own.
    stemmers: dict[str, Any] = _per_thread.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = snowballstemmer.stemmer(algorithm)
    stem: str = stemmers[algorithm].stemWord(word)
    return stem


_per_thread = threading.local()
