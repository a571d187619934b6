"""Change sentences so that they become false, or rewrite them so that they stay true."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from icu4py.messageformat import MessageFormat

from rag.verification.facts.lexicon import fold, lexicon

_NUMBER = re.compile(r"(?<![\w.,/:\[-])\d+(?:[.,]\d+)*(?![\w/:\]-]|[.,]\d)")
_SWAPPED = str.maketrans(".,", ",.")
_DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "th": "๐๑๒๓๔๕๖๗๘๙", "zh": "０１２３４５６７８９"}
_MULTIPLIERS = {"juta": ("million", 1e6), "miliar": ("billion", 1e9), "triliun": ("trillion", 1e12)}
_PERCENT = {"id": " persen", "en": " percent", "es": " por ciento", "vi": " phần trăm", "zh": "％"}


@dataclass(frozen=True)
class Gold:
    """A sentence that contains the answer to a question, with its paragraph."""

    sentence: str
    paragraph: str
    language: str
    question: str
    answer: str
    answer_start: int


def change_number(gold: Gold, rng: random.Random) -> str | None:
    """Change one digit of one number."""
    matches = list(_NUMBER.finditer(gold.sentence))
    if not matches:
        return None
    match = rng.choice(matches)
    place = match.start() + rng.choice([place for place, sign in enumerate(match[0]) if sign.isdigit()])
    digit = rng.choice([sign for sign in "123456789" if sign != gold.sentence[place]])
    return gold.sentence[:place] + digit + gold.sentence[place + 1 :]


def change_month(gold: Gold, rng: random.Random) -> str | None:
    """Replace the month of one date with the next month."""
    words = lexicon(gold.language)
    names = [name for name in words.months if len(name) > 3 or not name.isascii()]
    end = r"(?!\w)" if words.has_spaces else ""
    pattern = re.compile(
        "(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + ")" + end, re.I
    )
    matches = [match for match in pattern.finditer(gold.sentence) if _is_beside_digits(gold.sentence, match)]
    if not matches:
        return None
    match = rng.choice(matches)
    following = words.months[fold(match[0])] % 12 + 1
    months = Locale.parse(gold.language.split("-")[0]).months["format"]["wide"]
    name = str(months[following])
    name = name.capitalize() if match[0][0].isupper() else name
    return gold.sentence[: match.start()] + name + gold.sentence[match.end() :]


def _is_beside_digits(text: str, match: re.Match[str]) -> bool:
    return re.search(r"\d", text[max(0, match.start() - 12) : match.end() + 8]) is not None


def change_name(gold: Gold, rng: random.Random, names: Mapping[str, Sequence[str]]) -> str | None:
    """Replace the answer with the answer to another question, if the answer is a name."""
    if not is_name(gold.answer, gold.language):
        return None
    others = [
        name
        for name in names[gold.language]
        if name not in gold.paragraph and fold(name) != fold(gold.answer)
    ]
    end = gold.answer_start + len(gold.answer)
    return gold.sentence[: gold.answer_start] + rng.choice(others) + gold.sentence[end:]


def is_name(answer: str, language: str) -> bool:
    """Whether an answer may be a name: its words are capitalised, or its script has no capitals."""
    if re.search(r"\d", answer) or len(answer) > 30:
        return False
    if language.split("-")[0] in {"zh", "ar", "th"}:
        return 2 <= len(answer) <= 15
    return all(word[0].isupper() for word in answer.split())


def rewrites(gold: Gold) -> Iterator[str]:
    """Yield the sentence with one number, percentage or date in the format of another locale."""
    for match in _NUMBER.finditer(gold.sentence):
        for form in _forms_of_number(match, gold.language):
            yield gold.sentence[: match.start()] + form + gold.sentence[match.end() :]
    for match in re.finditer(r"(\d+(?:,\d+)?) (juta|miliar|triliun)", gold.sentence):
        for form in _forms_of_sum(match):
            yield gold.sentence.replace(match[0], form)
    percent = _PERCENT.get(gold.language.split("-")[0])
    if percent and "%" in gold.sentence:
        yield gold.sentence.replace("%", percent)
    for match in re.finditer(r"\b(\d{1,2}) (\w+) (\d{4})\b", gold.sentence):
        for form in _forms_of_date(match, gold.language):
            yield gold.sentence.replace(match[0], form)


def _forms_of_number(match: re.Match[str], language: str) -> Iterator[str]:
    number, primary = match[0], language.split("-")[0]
    if re.search("[.,]", number):
        yield number.translate(_SWAPPED)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        yield re.sub("[.,]", "", number)
    is_counted = re.fullmatch("[2-9]|[1-9][0-9]", number) and not _is_near_month(match, language)
    if is_counted and primary in {"id", "es", "vi", "en"}:
        yield MessageFormat("{n, spellout}", primary).format({"n": int(number)})
    if primary in _DIGITS:
        yield number.translate(str.maketrans("0123456789", _DIGITS[primary]))


def _is_near_month(match: re.Match[str], language: str) -> bool:
    around = fold(match.string[max(0, match.start() - 12) : match.end() + 14])
    return any(month in around for month in lexicon(language).months if len(month) > 2)


def _forms_of_sum(match: re.Match[str]) -> Iterator[str]:
    english, factor = _MULTIPLIERS[match[2]]
    yield f"{float(match[1].replace(',', '.')) * factor:,.0f}".replace(",", ".")
    yield f"{match[1].replace(',', '.')} {english}"


def _forms_of_date(match: re.Match[str], language: str) -> Iterator[str]:
    day, month, year = int(match[1]), lexicon(language).months.get(fold(match[2])), match[3]
    if month is not None and 1 <= day <= 28:
        yield f"{year}-{month:02}-{day:02}"
        yield f"{day}/{month}/{year}"
        yield f"{Locale.parse('en').months['format']['wide'][month]} {day}, {year}"
