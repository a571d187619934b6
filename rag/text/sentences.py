"""Splits a text into sentences, with the abbreviations and rules of its language."""

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from rag.text.abbreviations import ELISIONS, LABELLED, ORDINALS, Ending, begins_sentences, ending, never_ends
from rag.text.tags import primary_language

Span = tuple[int, int]

# The signs that may end a sentence, and the closing signs and footnotes after them. Those of the second
# kind need no space after them.
_NEEDS_SPACE = ".!?…؟"
_NEEDS_NO_SPACE = "。！？｡．।॥۔։።፧።៕"
_AFTER_STOP = (
    r"(?P<closers>(?:[\"'”’»›)\]】」』）》*_]|[“‘«‹](?!\S)|[ \u00a0\u202f]»)*(?:\[[^\[\]\n]{1,40}\])*)"
    r"(?P<space>\s*)"
)


def _stop_pattern(signs: str) -> re.Pattern[str]:
    return re.compile(f"(?P<stop>[{signs}][{signs}]*){_AFTER_STOP}")


_SIGNS = _NEEDS_SPACE + _NEEDS_NO_SPACE
_STOP = _stop_pattern(_SIGNS)
_STOPS = {"el": _stop_pattern(_SIGNS + ";\u037e")}  # the question mark of Greek
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_OPENING = "\"'“„«‹‘¿¡([（「『*_"
_BRACKETS = "([（"
_CONTINUING = ",;:)、，；："

# Nothing inside quotation marks or brackets ends a sentence, so that a quote stays with its speaker.
_ENCLOSED = re.compile(
    r"\"(?<!\w\")(?=\S)[^\"\n]*(?<=\S)\"(?![^\W가-힣])|“[^“”\n]*”|„[^„“”\n]*[“”]|«[^«»\n]*»|「[^「」\n]*」"
    r"|『[^『』\n]*』|(?<!\S)»(?=\w)[^«»\n]*«|\([^()\n]*\)|（[^（）\n]*）"
)
_ENCLOSING = re.compile('["“„«»「『(（]')

# What continues a sentence after a quote: who speaks, in Chinese, Japanese or Korean, and a particle.
_AFTER_QUOTE = re.compile(
    r"と|って|[がをはにのもでへや](?=[ァ-ヺ一-鿿\d「『])|[^，。！？、,\s]{0,3}(?:说|說|问|問|喊|道|答|表示|称|稱)[，。：:,]"
    r"|[가-힣 ]{1,30}(?:말|물|답|외|밝|전|덧붙|강조|설명|주장|소리)[가-힣]{0,3}다[.!?]"
)

# What a Latin abbreviation may be joined to without a space: "RT/RW.", "作家J."
_JOINT = re.compile(r"[/\u3040-\u9fff](?=[A-Za-z.]{1,9}\Z)")

_TITLE_CLOSERS = ("》", "〉")
_REST_OF_NAME = "の"

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LONGEST_WORD = 32
_LONGEST_PART = 3
_MOST_PARTS = 4
_ROMAN = re.compile(r"[IVXLC]+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)*[^\W\d_]")
_CONSONANTS = re.compile("[b-df-hj-np-tv-xzßçñłžšźćńśğşбвгджзйклмнпрстфхцчшщ]{1,5}", re.IGNORECASE)
_ARABIC_AND = "و"
_HANGUL = re.compile(r"[가-힣]")
_SYLLABLE = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")  # may be a word, as a letter may not
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,4}")
_ACRONYM = re.compile(r".*\.[A-Z]{3,}")  # "TP.HCM"

# Languages with words such as "vrh" and "krk"; and ends of abbreviations that are parts of long words.
_WITHOUT_VOWELS = frozenset({"bg", "bs", "cs", "hr", "mk", "sk", "sl", "sr"})
_ENDINGS = {"de": "str"}

# In these languages, a full stop after a number is that of a date: "2025. 11. 3.".
_DATES_WITH_STOPS = frozenset({"ko"})

# In these languages, a Latin full stop without a space after it is part of a name: "System.Windows".
_HAVE_OWN_FULL_STOP = frozenset({"zh", "ja"})

# Dutch words whose first letters are left out, and after which the capital comes: "'s Avonds".
_ELIDED_WORD = re.compile(r"['’‘][stnk] (?=[^\W\d_])")
_LANGUAGES_WITH_ELIDED_WORDS = frozenset({"nl", "af"})

# A small letter that begins a sentence: that of "iPhone" and "e-KTP", and of an item on a new line.
_SMALL_BEGINNING = re.compile(r"[a-z]{1,2}-?[A-Z]|(?<=\n)[a-z][.)] ")

# The number of an item of a list before its text.
_ITEM = re.compile(r"\s{0,9}(?P<number>\d{1,2})\. (?=[^\W\d_])")
_ITEM_IN_BRACKETS = re.compile(r"[(（](?:\d{1,2}|[a-z])[)）] ?(?=[^\W\d_])")

# A dash before who speaks: "—¿Vienes? —preguntó."
_DASH = re.compile("[—–] ?")

# How far before the number of an item of a list the number before it may be.
_LONGEST_ITEM = 200

# A word of so many letters is not an unknown abbreviation, so a number after it may begin a sentence.
_SHORTEST_WORD = 4
_LONGEST_ORDINAL = 2
_LONGEST_LIST_NUMBER = 3
_WORDS_WITH_YEAR = 3
_ENDS_YEARS = frozenset({Ending.ALWAYS, Ending.UNLESS_NAME_FOLLOWS})
_LONGEST_PREPOSITION = 2

# These languages use no full stops. A space ends a clause; clauses are joined until they have this length.
_SPACE_ENDS_CLAUSE = frozenset({"th", "lo"})
_CLAUSE_RUN_CHARACTERS = 60


def sentence_spans(text: str, *, language: str) -> list[Span]:
    """Return the offsets of the sentences of `text`, without the white space around them.

    Every character that is not white space belongs to a sentence.

    >>> sentence_spans("Kata Dr. Budi, naik 1.500,5 poin. Apa itu?", language="id")
    [(0, 33), (34, 42)]
    """
    primary = primary_language(language)
    ends = list(_sentence_ends(text, primary))
    if primary in _SPACE_ENDS_CLAUSE:
        ends = sorted({*ends, *_clause_ends(text)})
    return list(_trimmed(text, ends))


def _sentence_ends(text: str, language: str) -> Iterator[int]:
    enclosed = [match.span() for match in _ENCLOSED.finditer(text)] if _ENCLOSING.search(text) else []
    stops = _STOPS.get(language, _STOP)
    for block_start, block_end in _blocks(text):
        start = block_start
        for match in stops.finditer(text, block_start, block_end):
            end = match.end("closers")
            if enclosed and _is_enclosed(end, enclosed):
                continue
            if match.end() == block_end or _ends_sentence(text, start, match, language):
                yield end
                start = match.end()
        yield block_end


def _is_enclosed(place: int, enclosed: Sequence[Span]) -> bool:
    """Whether a place is inside one of these ordered spans."""
    before = bisect.bisect_left(enclosed, (place, 0)) - 1
    return before >= 0 and place < enclosed[before][1]


def _blocks(text: str) -> list[Span]:
    """Return the spans between empty lines."""
    if "\n" not in text:
        return [(0, len(text))]
    ends = [match.start() for match in _EMPTY_LINE.finditer(text)]
    return list(itertools.pairwise([0, *ends, len(text)]))


def _ends_sentence(text: str, start: int, match: re.Match[str], language: str) -> bool:
    """Whether the signs of `match`, before other text, end the sentence that begins at `start`."""
    stop, place = match["stop"], match.end()
    if text[place] in _SIGNS:
        return False
    if text[place] in _BRACKETS:
        is_item = _ITEM_IN_BRACKETS.match(text, place) is not None
        return is_item and _is_no_abbreviation(text, start, match, language)
    if stop[-1] in _NEEDS_NO_SPACE:
        return not _continues_without_space(text, match)
    if match["closers"] and _continues_after_quote(text, match, language):
        return False
    letter = _first_letter(text, _start_of_full_word(text, place, language))
    if _is_small(text[letter]) and not _SMALL_BEGINNING.match(text, letter):
        return False
    if text[letter] in _CONTINUING or _is_speaker_behind_dash(text, match):
        return False
    if match["space"]:
        return stop != "." or _full_stop_ends(text, start, match, language)
    return _ends_without_space(text, start, match, language)


def _is_no_abbreviation(text: str, start: int, match: re.Match[str], language: str) -> bool:
    words = _words_before(text, start, match.start(), language)
    return match["stop"] != "." or _ending(words, "", language, is_first=False) is None


def _continues_after_quote(text: str, match: re.Match[str], language: str) -> bool:
    """Whether the sentence of a quote continues in a script without capitals: "“도와주세요!”라고 외쳤다"."""
    if language in _SPACE_ENDS_CLAUSE:
        return True
    is_korean = _HANGUL.match(text, match.end()) is not None
    return is_korean and (not match["space"] or _AFTER_QUOTE.match(text, match.end()) is not None)


def _is_speaker_behind_dash(text: str, match: re.Match[str]) -> bool:
    """Whether a small letter follows a dash on the same line: "Кто там?» — спросил он"."""
    dash = _DASH.match(text, match.end()) if match["stop"] != "." and "\n" not in match["space"] else None
    return dash is not None and dash.end() < len(text) and _is_small(text[dash.end()])


def _start_of_full_word(text: str, place: int, language: str) -> int:
    """Return the place after a word such as "'s" at `place`, or `place` if there is none."""
    elided = _ELIDED_WORD.match(text, place) if language in _LANGUAGES_WITH_ELIDED_WORDS else None
    return elided.end() if elided else place


def _first_letter(text: str, place: int) -> int:
    """Return the place of the first sign after opening marks, at most the last of the text."""
    while text[place] in _OPENING and place < len(text) - 1:
        place += 1
    return place


def _is_small(sign: str) -> bool:
    """Whether a sign is a lower-case letter of a script that begins sentences with capitals."""
    return sign.islower() and sign.title() != sign  # the letters of Georgian have no title case


def _continues_without_space(text: str, match: re.Match[str]) -> bool:
    following = text[match.end()]
    if match["closers"]:
        is_title = match["closers"].endswith(_TITLE_CLOSERS) and not match["space"]
        return is_title or _AFTER_QUOTE.match(text, match.end()) is not None
    return following == _REST_OF_NAME or (match["stop"] == "．" and following.isdecimal())


def _ends_without_space(text: str, start: int, match: re.Match[str], language: str) -> bool:
    """Whether a sentence ends although the space after it was forgotten: "pulang.Ia tidur", "下雨了!河水"."""
    following = text[match.end()]
    if not following.isalpha() or (following.isupper() and language in _HAVE_OWN_FULL_STOP):
        return False
    word = _words_before(text, start, match.start(), language)[-1]
    if not following.isupper():
        return match["stop"][-1] in "!?؟" or (_is_long_word(word) and not _has_case(word))
    is_word = word.isalpha() and (word.islower() or word.istitle()) and len(word) >= _SHORTEST_WORD - 1
    return is_word and ending(word, "", language=language) is None


def _full_stop_ends(text: str, start: int, match: re.Match[str], language: str) -> bool:
    before = text[max(start, match.start() - _LONGEST_WORD) : match.start()].split(" ")
    if never_ends(before[-1], language):
        return False  # only the quickest way to the usual answer
    words = _words_before(text, start, match.start(), language)
    following = _WORD.match(text, _first_letter(text, match.end()))
    next_word = following[0] if following else ""
    if match["closers"][:1] in (")", "）") and before[-1].startswith(("(", "（")) and len(before) > 1:
        return False  # "Prof. (Em.) Sudiro"
    is_first = match.start() - start <= _LONGEST_LIST_NUMBER and len(words) == 1
    is_first = is_first or _is_item(text, start, match.start(), words)
    kind = _ending(words, next_word, language, is_first=is_first)
    if kind in _ENDS_YEARS and _is_opening_year(match.start() - start, words):
        return False
    if next_word[:1].isdecimal():
        if _ITEM.match(text, match.end()) and "\n" in match["space"]:
            return kind not in (Ending.NEVER, Ending.UNLESS_NUMBER_FOLLOWS)
        return kind is None and (_is_long_word(words[-1]) or _is_next_item(text, start, match.end()))
    if kind is Ending.UNLESS_NUMBER_FOLLOWS:
        return not (_ROMAN.fullmatch(next_word) or len(next_word) == 1)
    if kind is Ending.UNLESS_NAME_FOLLOWS and following and _is_lone_capital(text, following):
        return True
    if kind in (Ending.BEFORE_STARTER, Ending.UNLESS_NAME_FOLLOWS):
        is_initial = following is not None and len(next_word) == 1 and text.startswith(".", following.end())
        begins = not is_initial and begins_sentences(next_word, language=language)
        return match["closers"].endswith("]") or begins
    return kind is not Ending.NEVER


def _is_opening_year(length: int, words: Sequence[str]) -> bool:
    """Whether a sentence has only a short word, a number and a unit so far: "В 2020 г. Россия"."""
    is_whole = length < _LONGEST_WORD and len(words) >= _WORDS_WITH_YEAR
    is_number = is_whole and (words[1].isdecimal() or _ROMAN.fullmatch(words[1]) is not None)
    return is_number and len(words[0]) <= _LONGEST_PREPOSITION


def _is_lone_capital(text: str, word: re.Match[str]) -> bool:
    """Whether a word has the only capital here: "Saham naik", but not "Chief Executive" or "CEO said"."""
    after = text[word.end() : word.end() + 2]
    return word[0][1:].islower() and after[:1].isspace() and after[1:].islower()


def _is_item(text: str, start: int, place: int, words: Sequence[str]) -> bool:
    """Whether a number before `place` counts an item of a list in a sentence: "Calonnya: 1. Budi, 2. Ani".

    So too a number or letter at the beginning of a line.
    """
    number = words[-1]
    if len(number) < _LONGEST_LIST_NUMBER and text.startswith("\n", place - len(number) - 1):
        return True
    if not number.isdecimal() or len(number) >= _LONGEST_LIST_NUMBER or len(words) < 2:
        return False
    earlier = text[max(start, place - _LONGEST_ITEM) : place]
    return words[-2].endswith(":") or f" {int(number) - 1}. " in earlier


def _is_next_item(text: str, start: int, place: int) -> bool:
    """Whether the next item of a list begins at `place`: "1. Buka. 2. Tutup."."""
    item, before = _ITEM.match(text, place), _ITEM.match(text, start)
    return item is not None and before is not None and int(item["number"]) == int(before["number"]) + 1


def _words_before(text: str, start: int, place: int, language: str) -> list[str]:
    """Return the words before `place`; the last is without opening marks and what is joined before it."""
    words = text[max(start, place - _LONGEST_WORD) : place].split()
    if not words or text[place - 1].isspace():
        return ["", ""]
    if language in ELISIONS:
        words[-1] = words[-1].replace("’", "'").rpartition("'")[2]
    words[-1] = _JOINT.split(words[-1].lstrip(_OPENING))[-1]
    return words


def _ending(words: Sequence[str], next_word: str, language: str, *, is_first: bool) -> Ending | None:
    """Return when a full stop after the last word ends a sentence, by the tables or the form of the word."""
    word, before = words[-1], words[-2] if len(words) > 1 else ""
    if not word or (len(word) == 1 and word.isupper() and before.casefold() in LABELLED):
        return None
    if before.endswith(".") and len(word) <= _LONGEST_PART:
        kind = ending(_joined(words), next_word, language=language)
        if kind is not None:
            return kind
    kind = ending(word, next_word, language=language, is_after_number=before[-1:].isdecimal())
    return kind or _ending_by_form(word, language, is_first=is_first)


def _joined(words: Sequence[str]) -> str:
    """Return an abbreviation of short parts with spaces between them without the spaces.

    >>> _joined(["Er", "nahm", "z.", "B"]), _joined(["300", "г.", "до", "н.", "э"])
    ('z.B', 'н.э')
    """
    joined = words[-1]
    for word in words[-2 : -_MOST_PARTS - 1 : -1]:
        if len(word) > _LONGEST_PART or not word.endswith("."):
            break
        joined = word + joined
    return joined


def _ending_by_form(word: str, language: str, *, is_first: bool) -> Ending | None:
    if word.isdecimal():
        if language in _DATES_WITH_STOPS or (is_first and len(word) <= _LONGEST_LIST_NUMBER):
            return Ending.NEVER  # a part of a date, or the number of an item of a list
        return Ending.BEFORE_STARTER if _is_ordinal(word, language) else None
    if is_first and len(word) == 1:
        return Ending.NEVER
    if language in ORDINALS and _ROMAN.fullmatch(word):
        return Ending.BEFORE_STARTER
    if not _has_case(word):
        return Ending.NEVER if _is_uncased_abbreviation(word, language) else None
    is_initial = word[0].isupper() and _INITIALS.fullmatch(word)
    if is_initial or _is_dotted(word) or _lacks_vowels(word, language):
        return Ending.BEFORE_STARTER
    return Ending.BEFORE_STARTER if language in _ENDINGS and word.endswith(_ENDINGS[language]) else None


def _is_dotted(word: str) -> bool:
    return _DOTTED.fullmatch(word) is not None and _ACRONYM.fullmatch(word) is None


def _lacks_vowels(word: str, language: str) -> bool:
    """Whether a word can only be an abbreviation, as "Gd" and "thn"; "DPR" may be a name."""
    return _CONSONANTS.fullmatch(word) is not None and not word.isupper() and language not in _WITHOUT_VOWELS


def _is_uncased_abbreviation(word: str, language: str) -> bool:
    """Whether a word of a script without capitals is an abbreviation: "د", "यू.के"."""
    if language in _SPACE_ENDS_CLAUSE:
        return True
    *_, last = word.split(".")
    letter = last.removeprefix(_ARABIC_AND) or last
    is_letter = _INITIALS.fullmatch(letter) is not None and not _SYLLABLE.fullmatch(letter)
    return is_letter or (last != word and ending(last, "", language=language) is not None)


def _is_ordinal(number: str, language: str) -> bool:
    return language in ORDINALS and len(number) <= _LONGEST_ORDINAL


def _is_long_word(word: str) -> bool:
    if not _has_case(word):
        return len(word) >= _SHORTEST_WORD - 1 and word[-1].isalpha() and "." not in word
    return len(word) >= _SHORTEST_WORD and word.isalpha() and word.islower()


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()


def _clause_ends(text: str) -> Iterator[int]:
    """Yield the spaces that end a run of clauses, none beside Latin letters, digits or a full stop."""
    start = 0
    for place, character in enumerate(text):
        if place - start >= _CLAUSE_RUN_CHARACTERS and character.isspace():
            around = text[place - 1] + text[place : place + 2].strip()
            if not any(sign == "." or (sign.isascii() and sign.isalnum()) for sign in around):
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
