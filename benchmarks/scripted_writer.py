"""What a language model might write from Kutip's prompts, the same each time: good claims and bad ones."""

import re
import zlib
from collections.abc import Callable, Sequence

_MARKER = re.compile(r"\[\[(\w+):1\]\]")
_FRAME = re.compile(r"<<(\w+) ")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？؟])\s*")

# Every so many questions: a refusal, an answer that has to do with nothing, and one laid out in Markdown.
_REFUSED_EVERY = 9
_STRAYING_EVERY = 17
_LISTED_EVERY = 5

_STRAYING = (
    "The moon above Borobudur is painted green every 29 February 1742.",
    "Zebra ungu menari di atas awan.",
)


def compose(messages: Sequence[dict[str, str]]) -> str:
    """Write an answer from the evidence, or make a follow-up a question of its own."""
    marker = _MARKER.search(messages[0]["content"])
    text = messages[-1]["content"]
    if marker is None:
        return _rewritten(text)
    evidence = _blocks(text, marker[1], "evidence")
    (question,) = _blocks(text, marker[1], "question")
    return _answer(question, evidence, word=marker[1])


def _blocks(text: str, word: str, kind: str) -> list[str]:
    """Return the quoted texts of one kind, in order, without their first line where it names a source."""
    found = re.findall(rf"<<{word} {kind}[^\n]*\n(.*?)\n{word}>> {kind}", text, re.DOTALL)
    return [str(block) for block in found]


def _rewritten(text: str) -> str:
    frame = _FRAME.search(text)
    assert frame is not None
    earlier = _blocks(text, frame[1], "earlier question")
    (last,) = _blocks(text, frame[1], "last question")
    return f"{last.rstrip('?')}: {earlier[-1]}" if earlier and len(last) < 40 else last


def _answer(question: str, evidence: Sequence[str], *, word: str) -> str:
    draw = zlib.crc32(question.encode())
    if draw % _REFUSED_EVERY == 0:
        return f"[[{word}:none]]"
    if draw % _STRAYING_EVERY == 0:
        return " ".join(f"{sentence} [[{word}:1]]" for sentence in _STRAYING)
    claims = [_WAYS[(draw >> (3 * place)) % len(_WAYS)](draw + place, evidence, word) for place in range(4)]
    return "\n".join(f"- {claim}" for claim in claims) if draw % _LISTED_EVERY == 0 else " ".join(claims)


def _sentence(draw: int, evidence: Sequence[str]) -> tuple[str, int]:
    """Return one sentence of the first passages and the number of its evidence."""
    place = draw % min(3, len(evidence))
    sentences = [part.strip() for part in _SENTENCE_END.split(evidence[place]) if part.strip()]
    return sentences[draw // 7 % len(sentences)].replace("\n", " "), place + 1


def _true(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"{sentence} [[{word}:{number}]]"


def _wrongly_marked(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"{sentence} [[{word}:{number % len(evidence) + 1}]]"


def _unmarked(draw: int, evidence: Sequence[str], word: str) -> str:
    return _sentence(draw, evidence)[0]


def _usually_marked(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"**{sentence}** [{number}]"


def _other_numbers(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    changed = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), sentence)
    return f"{changed} [[{word}:{number}]]"


def _mixed(draw: int, evidence: Sequence[str], word: str) -> str:
    (one, number), (other, second) = _sentence(draw, evidence), _sentence(draw // 3 + 1, evidence)
    mixed = one[: len(one) // 2].rstrip() + " " + other[len(other) // 2 :].lstrip()
    return f"{mixed} [[{word}:{number}, {second}]]"


def _shortened(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    kept = sentence.split()
    return f"{' '.join(kept[: max(4, len(kept) * 2 // 3)]).rstrip(' .,')}. [[{word}:{number}]]"


def _straying(draw: int, evidence: Sequence[str], word: str) -> str:
    return f"{_STRAYING[draw % 2]} [[{word}:1]]"


_WAYS: Sequence[Callable[[int, Sequence[str], str], str]] = (
    _true,
    _wrongly_marked,
    _unmarked,
    _usually_marked,
    _other_numbers,
    _mixed,
    _shortened,
    _straying,
)
