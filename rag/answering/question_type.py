"""The kind of answer that a question asks for, and what a sentence lacks for it. Decided by words alone."""

import re
from dataclasses import dataclass
from typing import Literal

QuestionType = Literal["time", "number", "name"]

# Question words in the supported languages. The first pattern that matches counts: "tahun berapa" is time.
_ASKS_FOR: dict[QuestionType, re.Pattern[str]] = {
    "time": re.compile(
        r"\b(kapan\w*|bila\w*kah|(tahun|tanggal) (ke ?)?(berapa|mana|apa)\w*|hari apa"  # id, ms
        r"|iraha|kailan"  # su, fil
        r"|when|(what|which) (year|date|day|month|decade|century)"
        r"|cuándo|en qué (año|fecha|mes|día)|quand|en quelle année"  # es, fr
        r"|khi nào|năm nào|ngày nào|bao giờ|lúc nào)\b"  # vi
        r"|哪一?[年天]|何时|何時|什么时候|什麼時候|何[年月日]|いつ"
        r"|متى|في أي (عام|سنة)|เมื่อใด|เมื่อไ|ปีใด|ปีไหน|कब|किस (वर्ष|साल)|언제|몇 ?년",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"\b(berapa\w*|seberapa|sabaraha|pira|ilan|magkano"  # id, ms, su, jv, fil
        r"|how (many|much|long|far|old|tall|big|fast|often|deep|large|high)|what (percentage|percent|share)"
        r"|cuánt[oa]s?|combien|bao nhiêu|mấy)\b"  # es, fr, vi
        r"|多少|幾|几[个個人次]|何[人分円歳回件台度]|いくら|いくつ|كم|เท่าไ|เท่าใด|กี่|कितन|얼마|몇",
        re.IGNORECASE,
    ),
    "name": re.compile(
        r"\b(siapa\w*|saha|sapa|sinten|sino|(di|ke|dari) ?mana\w*|ngendi|saan"  # id, ms, su, jv, fil
        r"|who|whom|whose|where|quién(es)?|a?dónde|qui|où|ai|đâu)\b"  # en, es, fr, vi
        r"|谁|誰|だれ|哪里|哪裡|哪儿|哪兒|在哪|何处|何處|どこ"
        r"|أين|ใคร|ที่ไหน|ที่ใด|कौन|किस(ने|के)|कहाँ|कहां|누구|누가|어디",
        re.IGNORECASE,
    ),
}  # fmt: skip

# Digits of any script, and Chinese numerals before what they count.
_HAN = "一二三四五六七八九十百千万亿億"
_NUMBER = re.compile(rf"\d+|(?<![{_HAN}])[{_HAN}]++(?=[年月日个個人天次位名%])")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, kw_only=True)
class Missing:
    """The things that an answer would have and a sentence lacks: a new number, year or name."""

    number: bool = False
    year: bool = False
    name: bool = False


def question_type(question: str) -> QuestionType | None:
    """Return what the question asks for, or None if its words do not tell.

    >>> question_type("Tahun berapa Tesla meninggal?"), question_type("誰が勝ちましたか")
    ('time', 'name')
    """
    return next((kind for kind, pattern in _ASKS_FOR.items() if pattern.search(question)), None)


def missing(question: str, sentence: str) -> Missing:
    """Return what `sentence` lacks for an answer to `question`.

    A name is a capitalised word that is not the first word of the sentence. In a script without capitals, a
    name is never missing.

    >>> missing("Siapa presiden pertama Indonesia?", "Presiden pertama Indonesia adalah Soekarno.")
    Missing(number=False, year=False, name=False)
    >>> missing("Berapa rumah yang terendam?", "Banjir merendam rumah warga.")
    Missing(number=True, year=False, name=False)
    """
    kind = question_type(question)
    if kind in ("time", "number"):
        has_number = bool(set(_NUMBER.findall(sentence)) - set(_NUMBER.findall(question)))
        return Missing(number=not has_number, year=kind == "time" and not _YEAR.search(sentence))
    return Missing(name=kind == "name" and not _has_new_name(question, sentence))


def _has_new_name(question: str, sentence: str) -> bool:
    asked = {word.casefold() for word in _WORD.findall(question)}
    named = [word for word in _WORD.findall(sentence)[1:] if word[0].isupper()]
    return not _is_cased(sentence) or any(word.casefold() not in asked for word in named)


def _is_cased(sentence: str) -> bool:
    """Whether most letters belong to a script with capitals."""
    letters = [letter for letter in sentence if letter.isalpha()]
    return 2 * sum(letter.lower() != letter.upper() for letter in letters) > len(letters)
