"""A scripted language model that writes supported and unsupported claims from Kutip's prompts.

The same prompt gives the same answer.
"""

import re
import zlib
from collections.abc import Callable, Sequence

_MARKER = re.compile(r"\[\[(\w+):1\]\]")
_FRAME = re.compile(r"<<(\w+) ")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？؟])\s*")

# One of 9 questions is refused, one of 17 gets an unrelated answer, one of 5 gets a Markdown list.
_REFUSED_EVERY = 9
_UNRELATED_EVERY = 17
_LISTED_EVERY = 5

_UNRELATED = (
    "The moon above Borobudur is painted green every 29 February 1742.",
    "Zebra ungu menari di atas awan.",
)


def compose(messages: Sequence[dict[str, str]]) -> str:
    """Write an answer from the evidence, or rewrite a follow-up as an independent question."""
    marker = _MARKER.search(messages[0]["content"])
    text = messages[-1]["content"]
    if marker is None:
        return _rewritten(text)
    evidence = _blocks(text, marker[1], "evidence")
    (question,) = _blocks(text, marker[1], "question")
    return _answer(question, evidence, word=marker[1])


def _blocks(text: str, word: str, kind: str) -> list[str]:
    """Return the quoted texts of one kind, in order, without the line that names the source."""
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
    if draw % _UNRELATED_EVERY == 0:
        return " ".join(f"{sentence} [[{word}:1]]" for sentence in _UNRELATED)
    writers = [_WRITERS[(draw >> (3 * place)) % len(_WRITERS)] for place in range(4)]
    claims = [write(draw + place, evidence, word) for place, write in enumerate(writers)]
    return "\n".join(f"- {claim}" for claim in claims) if draw % _LISTED_EVERY == 0 else " ".join(claims)


def _sentence(draw: int, evidence: Sequence[str]) -> tuple[str, int]:
    """Return one sentence from the first passages, and the number of its passage."""
    place = draw % min(3, len(evidence))
    sentences = [part.strip() for part in _SENTENCE_END.split(evidence[place]) if part.strip()]
    return sentences[draw // 7 % len(sentences)].replace("\n", " "), place + 1


def _correct(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"{sentence} [[{word}:{number}]]"


def _wrong_marker(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"{sentence} [[{word}:{number % len(evidence) + 1}]]"


def _no_marker(draw: int, evidence: Sequence[str], word: str) -> str:
    return _sentence(draw, evidence)[0]


def _plain_marker(draw: int, evidence: Sequence[str], word: str) -> str:
    sentence, number = _sentence(draw, evidence)
    return f"**{sentence}** [{number}]"


def _changed_numbers(draw: int, evidence: Sequence[str], word: str) -> str:
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


def _unrelated(draw: int, evidence: Sequence[str], word: str) -> str:
    return f"{_UNRELATED[draw % 2]} [[{word}:1]]"


_WRITERS: Sequence[Callable[[int, Sequence[str], str], str]] = (
    _correct,
    _wrong_marker,
    _no_marker,
    _plain_marker,
    _changed_numbers,
    _mixed,
    _shortened,
    _unrelated,
)
