"""Finds what a text or a question denies, and whether something rises or falls.

Works in the languages of the word lists.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Literal

from rag.text.function_words import word_set
from rag.text.tags import primary_language
from rag.text.words import folded_words

Direction = Literal["up", "down"]

_NEGATIONS = {
    "id": "tidak tak bukan belum jangan bukanlah tidaklah tanpa",
    "en": "not never cannot without neither nor no nobody none",
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
    "ar": "لا لم لن ليس ليست بدون غير",
    "th": "ไม่ มิได้ ยังไม่",
    "hi": "नहीं न ना बिना",
    "fil": "hindi wala",
    "jv": "ora dudu durung",
    "su": "henteu lain teu",
}
_UP = {
    "id": "naik kenaikan meningkat peningkatan bertambah melonjak lonjakan menguat tumbuh melesat melambung"
    " meroket menaikkan dinaikkan",
    "en": "rise rises rose risen rising increase increased increases increasing grew grow grows grown growing"
    " climbed climbs climbing jumped surged surging soared soaring",
    "es": "subió subieron sube suben subida aumentó aumentaron aumenta aumento creció crecieron crece"
    " incremento",
    "fr": "augmenté augmente augmentation hausse progressé",
    "pt": "subiu subiram aumentou aumentaram aumento cresceu cresceram alta",
    "nl": "steeg stegen stijgt stijgen gestegen stijging groeide groeiden gegroeid toegenomen",
    "tr": "arttı artmış artıyor artacak artış yükseldi yükseliyor yükselecek yükseliş",
    "it": "aumentato aumento salito cresciuto",
    "de": "gestiegen stieg stiegen steigt steigen anstieg zugenommen gewachsen",
    "vi": "tăng",
    "zh": "上升 增长 增長 增加 上涨 上漲 提高",
    "ja": "増加 上昇 増 増え 上がっ 上がる 上回っ",
    "ko": "증가 상승 늘어 증가했다 증가한 늘었다 늘어난 올랐다 오른 상승했다 상승한",
    "ar": "ارتفع ارتفعت ارتفاع زاد زادت زيادة",
    "th": "เพิ่ม เพิ่มขึ้น สูงขึ้น",
    "hi": "बढ़ी बढ़ा बढ़े बढ़ीं वृद्धि",
    "ru": "вырос выросла выросло выросли рост увеличился увеличилась увеличилось увеличились",
    "jv": "mundhak munggah",
    "fil": "tumaas tataas",
}
_DOWN = {
    "id": "turun penurunan menurun berkurang merosot anjlok melemah menyusut menurunkan diturunkan",
    "en": "fall falls fell fallen falling decrease decreased decreases decreasing declined decline"
    " declines declining dropped drops dropping shrank shrinking plunged plunging slumped",
    "es": "bajó bajaron bajada cayó cayeron caída disminuyó disminuyeron disminución descendió descendieron"
    " descenso",
    "fr": "baissé baisse diminué diminution chute reculé",
    "pt": "caiu caíram diminuiu diminuíram queda reduziu baixou baixaram",
    "nl": "daalde daalden daalt dalen gedaald daling kromp afgenomen",
    "tr": "düştü düşmüş düşüyor düşecek düşüş azaldı azalıyor azalacak geriledi geriliyor",
    "it": "diminuito calo sceso calato",
    "de": "gesunken sank sanken sinkt sinken rückgang abgenommen gefallen fiel fielen fällt",
    "vi": "giảm",
    "zh": "下降 减少 減少 下跌 降低 下滑",
    "ja": "減少 下落 低下 減 減っ 下がっ 下がる",
    "ko": "감소 하락 줄어 감소했다 감소한 줄었다 줄어든 내렸다 내린 떨어졌다 하락했다 하락한",
    "jv": "mudhun medhun suda",
    "fil": "bumaba bumagsak",
    "ar": "انخفض انخفضت انخفاض تراجع تراجعت",
    "th": "ลด ลดลง ต่ำลง",
    "hi": "घटी घटा घटे घटीं गिरावट",
    "ru": "упал упала упало упали снизился снизилась снизилось снизились снижение падение",
}
_SAME_WORDS = {"ms": "id"}

# "少ない" means "few", and "ければならない" "must".
_NEGATIVE_ENDINGS = {
    "ja": re.compile(
        r"(?<!少)(?<!危)(?<!ばなら)な(?:い(?!か)|かった|くな)|ません|(?<=[れわさかたらきべせえけ])ず(?=[、。に])"
    ),
    # "Komedi" is a comedy.
    "tr": re.compile(
        r"(?:madı|(?<!ko)medi)(?:m|n|k|lar|ler|nız|niz)?(?!\w)|m[ae]mış|memiş|m[ae]y[ae]cak"
        r"|(?<!gö)m[ıiuü]yor|\bdeğil"
    ),
    "ko": re.compile(r"지 ?(?:않|못)|못했|(?<![가-힣])안 (?=[가-힣])|아니[다었라]|아닌|없[다었는]"),
}

# These deny the whole sentence, not only the words after them.
_OF_THE_SENTENCE = word_set("no nobody none kein keine keinen keinem keiner keines geen niemand")

# With one of these behind it, a negation denies nothing: "not only", "no fewer than".
_AFFIRMED = word_set(
    """
    hanya cuma sekadar sekedar melulu sedikit jarang only just merely solo sólo solamente só apenas somente
    seulement nur alleen chỉ только केवल सिर्फ mung namung sadece yalnızca doubt fewer less more 仅 僅 只 但
    """
)

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
    said = {token for place, token in enumerate(tokens) if not _is_other_sense(tokens, place)}
    rises = not _words(_UP, language).isdisjoint(said)
    falls = not _words(_DOWN, language).isdisjoint(said)
    if rises == falls:
        return None
    return "up" if rises else "down"


# In Indonesian, one also climbs ("naik") into a bus, and gets off it ("turun"), and rain falls.
_RAISED = word_set(
    "haji pitam banding perahu kereta bus mobil motor pesawat kapal sepeda ojek taksi angkot becak takhta"
    " tahta panggung podium pangkat jabatan kelas umrah umroh feri truk"
)
_LOWERED = word_set("tangan langsung gunung mesin takhta tahta hujan")
_WHAT_FALLS = word_set("hujan salju")
_LEVELS = word_set("level posisi angka peringkat kisaran sekitar urutan menjadi bawah rp us")
_PLACES = word_set("ke dari di")


def _is_other_sense(tokens: Sequence[str], place: int) -> bool:
    """Whether a word that may say that something rises or falls says something else.

    >>> _is_other_sense(["bupati", "turun", "ke", "lokasi"], 1), _is_other_sense(["turun", "ke", "5"], 0)
    (True, False)
    """
    before, (word, following, next_one) = tokens[place - 1 : place], (*tokens[place : place + 3], "", "")[:3]
    if word not in ("naik", "turun"):
        return word == "fall" and before in (["the"], ["last"], ["this"])
    if following in _PLACES:
        return not (next_one in _LEVELS or next_one[:1].isdecimal() or next_one.startswith(("rp", "us")))
    is_rain = word == "turun" and not _WHAT_FALLS.isdisjoint(before)
    return is_rain or following in (_RAISED if word == "naik" else _LOWERED)


def denied(tokens: Sequence[str], *, language: str) -> set[str]:
    """Return the two words after each negation, which it is taken to deny, or before it at the end.

    A word that also stands elsewhere in the text is not denied.

    >>> sorted(denied(["harga", "tidak", "naik", "lagi", "hari", "ini"], language="id"))
    ['lagi', 'naik']
    """
    places = {
        place
        for negation in _negations(tokens, language=language)
        for place in range(negation + 1, min(negation + 3, len(tokens)))
        or range(max(0, negation - 2), negation)
    }
    stated = {token for place, token in enumerate(tokens) if place not in places}
    return {tokens[place] for place in places} - stated - _words(_NEGATIONS, language)


def denies_all(tokens: Sequence[str], *, language: str) -> bool:
    """Whether a negation is of the whole sentence, wherever it stands: "no passenger was hurt".

    >>> denies_all("kein fahrgast wurde verletzt".split(), language="de")
    True
    """
    return any(tokens[place] in _OF_THE_SENTENCE for place in _negations(tokens, language=language))


def is_denying(tokens: Sequence[str], *, language: str) -> bool:
    """Whether a text denies anything with a word."""
    return bool(_negations(tokens, language=language))


def has_negative_ending(text: str, language: str) -> bool:
    """Whether a verb is negated by its ending, in languages that join it to the verb.

    >>> has_negative_ending("価格を上げなかった。", "ja"), has_negative_ending("수가 적지 않다", "ko")
    (True, True)
    """
    endings = _NEGATIVE_ENDINGS.get(primary_language(language))
    return endings is not None and endings.search(text) is not None


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
    return [
        place
        for place, (token, following) in enumerate(zip_longest(tokens, tokens[1:], fillvalue=""))
        if (token in negations or token.endswith("n't")) and not _is_affirmed(token, following)
    ]


def _is_affirmed(negation: str, following: str) -> bool:
    """Whether the word behind a negation makes it none: "not only", "No. 5"."""
    return following in _AFFIRMED or (negation == "no" and following.isdecimal())


def _words(lists: Mapping[str, str], language: str) -> frozenset[str]:
    primary = primary_language(language)
    return _split(lists.get(_SAME_WORDS.get(primary, primary), ""))


@functools.cache
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())
