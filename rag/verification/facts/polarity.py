"""Finds what a text or a question denies, and whether something rises or falls.

Works in the languages of the word lists.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Literal

from rag.text.tags import primary_language
from rag.text.words import folded_words

Direction = Literal["up", "down"]

_NEGATIONS = {
    "id": "tidak tak bukan belum jangan bukanlah tidaklah tanpa",
    "en": "not never cannot without neither nor",
    "es": "no nunca jamás sin tampoco",
    "fr": "pas jamais sans non",
    "pt": "não nunca jamais sem",
    "it": "non mai senza",
    "de": "nicht kein keine keinen keiner nie niemals ohne",
    "nl": "niet geen nooit zonder",
    "ru": "не нет никогда без",
    "tr": "değil yok",
    "vi": "không chưa chẳng",
    "zh": "不 没 没有 沒 沒有 未 并未 并不 並未 不会 不會 不能 不是 从未 從未 无法 無法",
    "ar": "لا لم لن ليس ليست بدون",
    "th": "ไม่ มิได้ ยังไม่",
    "hi": "नहीं न ना बिना",
    "fil": "hindi wala",
    "jv": "ora dudu durung",
    "su": "henteu lain teu",
}
_UP = {
    "id": "naik kenaikan meningkat peningkatan bertambah melonjak menguat tumbuh melesat menaikkan",
    "en": "rise rises rose risen rising increase increased increases grew grow grown climbed jumped surged",
    "es": "subió sube subida aumentó aumenta aumento creció crece incremento",
    "fr": "augmenté augmente augmentation hausse progressé",
    "pt": "subiu aumentou aumento cresceu alta",
    "it": "aumentato aumento salito cresciuto",
    "de": "gestiegen stieg steigt anstieg zugenommen gewachsen",
    "vi": "tăng",
    "zh": "上升 增长 增長 增加 上涨 上漲 提高",
    "ja": "増加 上昇 増",
    "ko": "증가 상승 늘어",
    "ar": "ارتفع ارتفعت ارتفاع زاد زادت زيادة",
    "th": "เพิ่ม เพิ่มขึ้น สูงขึ้น",
    "hi": "बढ़ी बढ़ा बढ़े वृद्धि",
    "ru": "вырос выросла выросли рост увеличился увеличилась",
}
_DOWN = {
    "id": "turun penurunan menurun berkurang merosot anjlok melemah menyusut menurunkan",
    "en": "fall falls fell fallen falling decrease decreased decreases declined decline dropped shrank",
    "es": "bajó bajada cayó caída disminuyó disminución descendió descenso",
    "fr": "baissé baisse diminué diminution chute reculé",
    "pt": "caiu diminuiu queda reduziu baixou",
    "it": "diminuito calo sceso calato",
    "de": "gesunken sank sinkt rückgang abgenommen gefallen",
    "vi": "giảm",
    "zh": "下降 减少 減少 下跌 降低 下滑",
    "ja": "減少 下落 低下 減",
    "ko": "감소 하락 줄어",
    "ar": "انخفض انخفضت انخفاض تراجع تراجعت",
    "th": "ลด ลดลง ต่ำลง",
    "hi": "घटी घटा घटे गिरावट",
    "ru": "упал упала упали снизился снизилась снижение падение",
}
_SAME_WORDS = {"ms": "id"}

# After these words, a negation is the other half of a question: "or not", "有没有".
_OR = {
    "id": "atau",
    "en": "or",
    "es": "o",
    "fr": "ou",
    "pt": "ou",
    "it": "o",
    "de": "oder",
    "nl": "of",
    "ru": "или",
    "vi": "hay",
    "zh": "有",
    "ar": "أم أو",
    "th": "หรือ",
    "hi": "या",
    "fil": "o",
    "jv": "utawa",
    "su": "atawa",
}


def direction(tokens: Sequence[str], *, language: str) -> Direction | None:
    """Return whether something rises or falls in a text of these folded tokens; None for both or neither.

    >>> direction(["ekspor", "turun", "7", "persen"], language="id")
    'down'
    """
    rises = not _words(_UP, language).isdisjoint(tokens)
    falls = not _words(_DOWN, language).isdisjoint(tokens)
    if rises == falls:
        return None
    return "up" if rises else "down"


def denied(tokens: Sequence[str], *, language: str) -> set[str]:
    """Return the two words after each negation, which it is taken to deny.

    >>> sorted(denied(["harga", "tidak", "naik", "lagi", "hari", "ini"], language="id"))
    ['lagi', 'naik']
    """
    places = _negations(tokens, language=language)
    found = {token for place in places for token in tokens[place + 1 : place + 3]}
    return found - _words(_NEGATIONS, language)


def is_negated(question: str, *, language: str) -> bool:
    """Whether a question denies something, and not only asks whether it is so or not.

    >>> is_negated("Siapa yang tidak hadir?", language="id")
    True
    >>> is_negated("Apakah dia hadir atau tidak?", language="id")
    False
    """
    tokens = folded_words(question, language=language)
    alternatives = _words(_OR, language)
    return any(
        place < len(tokens) - 1 and (place == 0 or tokens[place - 1] not in alternatives)
        for place in _negations(tokens, language=language)
    )


def _negations(tokens: Sequence[str], *, language: str) -> list[int]:
    """Return the places of negations."""
    negations = _words(_NEGATIONS, language)
    return [place for place, token in enumerate(tokens) if token in negations or token.endswith("n't")]


def _words(lists: Mapping[str, str], language: str) -> frozenset[str]:
    primary = primary_language(language)
    return _split(lists.get(_SAME_WORDS.get(primary, primary), ""))


@functools.cache
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())
