"""A language model's text into sentences and the markers in them, while it is being written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.prompts import LONGEST_MARKER, Frame
from rag.verification.blocks import FENCE, blocks

# How much must follow a sentence before it is given out: what may still change its end ("am 3. Januar").
_LOOKAHEAD = 16

# How much is read between two looks for the end of a sentence, at least.
_STEP = 8

# What language models write for a marker who were not told how, or forgot.
_USUAL_MARKER = re.compile(r"\[\^?(\d{1,2}(?:\s?,\s?\d{1,2})*)\](?!:)|【(\d{1,2})(?:[†:][^】\n]{0,40})?】")
_UNFINISHED_USUAL_MARKER = re.compile(r"(?:\[\^?[\d\s,]{0,12}\]?|【[^】\n]{0,44})\Z")


@dataclass(frozen=True)
class Sentence:
    """One sentence: what stands before it, its text without markers, the evidence it names.

    A heading, a line of code or the like is no claim.
    """

    lead: str
    text: str
    evidence: tuple[int, ...]
    is_claim: bool = True


@dataclass(frozen=True)
class UsualMarkers:
    """Reads "[2]" and "【2】" as naming evidence, where the evidence itself holds no such bracket."""

    evidence_count: int
    texts: tuple[str, ...]

    def numbers(self, match: re.Match[str]) -> list[int] | None:
        """Return the evidence a match names, None where it is text."""
        numbers = [int(number) for number in re.findall(r"\d+", match[1] or match[2])]
        is_ours = all(1 <= number <= self.evidence_count for number in numbers)
        return numbers if is_ours and not any(match[0] in text for text in self.texts) else None


class SentenceReader:
    """Takes a text in pieces torn anywhere; gives its sentences as soon as each is complete.

    A sentence is complete when another has begun, so that its markers, before or behind its full stop, are
    all there. How the text was torn changes nothing. `is_refusal` is set once the refusal marker was read.
    """

    def __init__(self, frame: Frame, *, language: str, usual_markers: UsualMarkers | None = None) -> None:
        self.is_refusal = False
        self._usual_markers = usual_markers
        self._in_code = False
        self._is_line_start = True
        self._pattern = frame.marker_pattern
        self._broken_off = re.compile(rf"\[\[{frame.word}:[^\[\]]*\]?")
        self._language = language
        self._held = ""  # raw text that may be the beginning of a marker
        self._plain = ""  # text without markers, not given out yet
        self._backticks = 0  # in what was given out of the line that it begins in
        self._marks: list[tuple[int, list[int]]] = []  # places in it where markers stood
        self._next_look = _STEP  # length of `_plain` at which it is next split into sentences

    def feed(self, piece: str) -> Iterator[Sentence]:
        """Add a piece; yield the sentences that it completed."""
        raw = self._held + piece
        self._held = self._unfinished_marker(raw)
        yield from self._read(raw[: len(raw) - len(self._held)])

    def finish(self) -> Iterator[Sentence]:
        """Yield what is left, without a marker of ours that was broken off."""
        yield from self._read("" if self._broken_off.fullmatch(self._held) else self._held)
        self._held = ""
        yield from self._give(len(self._plain), is_end=True)

    def _read(self, raw: str) -> Iterator[Sentence]:
        last = 0
        for match in self._pattern.finditer(raw):
            yield from self._add_text(raw[last : match.start()])
            self._mark(match[1])
            last = match.end()
        yield from self._add_text(raw[last:])

    def _add_text(self, text: str) -> Iterator[Sentence]:
        """Add text without our own markers; others' become marks too."""
        last = 0
        for match in _USUAL_MARKER.finditer(text) if self._usual_markers else ():
            numbers = self._usual_markers.numbers(match) if self._usual_markers else None
            if numbers is not None and not self._is_code(self._plain + text[last : match.start()]):
                yield from self._add(text[last : match.start()])
                self._mark(", ".join(map(str, numbers)))
                last = match.end()
        yield from self._add(text[last:])

    def _is_code(self, before: str) -> bool:
        """Whether what follows `before`, the text not given out yet, stands in code."""
        fences = sum(FENCE.match(line) is not None for line in before.split("\n")[:-1])
        return self._in_code ^ (fences % 2 == 1) or self._backticks_until(before) % 2 == 1

    def _backticks_until(self, end: str) -> int:
        """Count the backticks of the line that `end`, the text not given out yet, ends in."""
        *lines, line = end.split("\n")
        return line.count("`") + (0 if lines else self._backticks)

    def _unfinished_marker(self, text: str) -> str:
        """Return the end of `text` that may be the beginning of a marker."""
        held = _unfinished_marker(text)
        unfinished = _UNFINISHED_USUAL_MARKER.search(text) if self._usual_markers else None
        return max(held, unfinished[0] if unfinished else "", key=len)

    def _add(self, text: str) -> Iterator[Sentence]:
        self._plain += text
        # subtle: split where its own length says, never where a piece happens to end, so that every tearing
        # gives the same sentences; and the lengths grow, so that a long sentence costs no quadratic time.
        while len(self._plain) >= self._next_look:
            yield from self._give(self._next_look, is_end=False)

    def _mark(self, marked: str) -> None:
        self._plain = self._plain.rstrip(" ")
        if marked.strip() == "none":
            self.is_refusal = True
        else:
            self._marks.append((len(self._plain), [int(number) for number in re.findall(r"\d+", marked)]))

    def _give(self, end: int, *, is_end: bool) -> Iterator[Sentence]:
        text = self._plain[:end]
        found = list(
            blocks(text, language=self._language, in_code=self._in_code, is_line_start=self._is_line_start)
        )
        position = 0
        for place, block in enumerate(found):
            next_start = found[place + 1].start if place + 1 < len(found) else end
            if not is_end and next_start + _LOOKAHEAD > end:
                break
            yield Sentence(
                lead=text[position : block.start],
                text=text[block.start : block.end],
                evidence=self._evidence_before(next_start),
                is_claim=block.is_claim,
            )
            position, self._in_code, self._is_line_start = block.end, block.in_code, False
        self._backticks = self._backticks_until(self._plain[:position])
        self._plain = self._plain[position:]
        self._marks = [(at - position, numbers) for at, numbers in self._marks]
        left = end - position
        self._next_look = left + max(_STEP, left // 4)

    def _evidence_before(self, place: int) -> tuple[int, ...]:
        """Take the markers that stood before `place`, each number once."""
        numbers = [number for at, marked in self._marks if at <= place for number in marked]
        self._marks = [mark for mark in self._marks if mark[0] > place]
        return tuple(dict.fromkeys(numbers))


def _unfinished_marker(text: str) -> str:
    """Return the end of `text` that may be the beginning of a marker."""
    start = text.rfind("[[", max(0, len(text) - LONGEST_MARKER))
    if start >= 0 and "]]" not in text[start:]:
        return text[start:]
    return "[" if text.endswith("[") else ""
