"""Splits a language model's text into sentences with their markers, while the text arrives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.prompts import LONGEST_MARKER, Frame
from rag.verification.blocks import FENCE, blocks

# How many characters must follow a sentence before it is yielded. They may still change where the sentence
# ends ("am 3. Januar").
_LOOKAHEAD = 16

# The minimum number of characters between two searches for the end of a sentence.
_STEP = 8

# Other markers, from language models that were not given Kutip's form of a marker or forgot it.
_USUAL_MARKER = re.compile(r"\[\^?(\d{1,2}(?:\s?,\s?\d{1,2})*)\](?!:)|【(\d{1,2})(?:[†:][^】\n]{0,40})?】")
_UNFINISHED_USUAL_MARKER = re.compile(r"(?:\[\^?[\d\s,]{0,12}\]?|【[^】\n]{0,44})\Z")


@dataclass(frozen=True)
class Sentence:
    """One sentence: the text before it, its own text without markers, and the evidence it names.

    A heading, a line of code or the like is not a claim.
    """

    lead: str
    text: str
    evidence: tuple[int, ...]
    is_claim: bool = True


@dataclass(frozen=True)
class UsualMarkers:
    """Reads "[2]" and "【2】" as markers, unless the evidence itself contains such a bracket."""

    evidence_count: int
    texts: tuple[str, ...]

    def numbers(self, match: re.Match[str]) -> list[int] | None:
        """Return the numbers of the evidence that a match names, or None if the match is ordinary text."""
        numbers = [int(number) for number in re.findall(r"\d+", match[1] or match[2])]
        is_ours = all(1 <= number <= self.evidence_count for number in numbers)
        return numbers if is_ours and not any(match[0] in text for text in self.texts) else None


class _CodeScan:
    """Counts fences and backticks in a text that grows, and reads each part of the text once."""

    def __init__(self, backticks: int) -> None:
        self._fences = 0
        self._backticks = backticks  # in the last line, with those before the text
        self._line_start = self._end = 0

    def read(self, text: str) -> None:
        """Read what was added to the text."""
        end = min(self._end, len(text))  # white space at the end may have been removed
        self._fences, self._backticks = self._counts(text, text[end:])
        self._line_start = max(self._line_start, text.rfind("\n", end) + 1)
        self._end = len(text)

    def with_added(self, text: str, added: str) -> tuple[int, int]:
        """Return the fences, and the backticks in the last line, if `added` followed the text."""
        return self._counts(text + added, added) if "\n" in added else self._counts(text, added)

    def _counts(self, text: str, added: str) -> tuple[int, int]:
        if "\n" not in added:
            return self._fences, self._backticks + added.count("`")
        *lines, last = text[self._line_start :].split("\n")
        return self._fences + sum(FENCE.match(line) is not None for line in lines), last.count("`")


class SentenceReader:
    """Takes a text in arbitrary pieces; yields each sentence as soon as it is complete.

    A sentence is complete when the next one has begun. By then all its markers have arrived, whether they
    stand before or after its full stop. The sentences do not depend on the pieces. `is_refusal` is set once
    the refusal marker has been read.
    """

    def __init__(self, frame: Frame, *, language: str, usual_markers: UsualMarkers | None = None) -> None:
        self.is_refusal = False
        self._usual_markers = usual_markers
        self._in_code = False
        self._is_line_start = True
        self._pattern = frame.marker_pattern
        self._incomplete_marker = re.compile(rf"\[\[{frame.word}:[^\[\]]*\]?")
        self._language = language
        self._pending = ""  # raw text that may be the beginning of a marker
        self._plain = ""  # text without markers, not yielded yet
        self._backticks = 0  # in the yielded part of the line in which `_plain` begins
        self._code = _CodeScan(0)
        self._markers: list[tuple[int, list[int]]] = []  # positions in `_plain`, with numbers
        self._next_split = _STEP  # length of `_plain` at which it is next split into sentences

    def feed(self, piece: str) -> Iterator[Sentence]:
        """Add a piece; yield the sentences that it completes."""
        raw = self._pending + piece
        self._pending = self._unfinished_marker(raw)
        yield from self._read(raw[: len(raw) - len(self._pending)])

    def finish(self) -> Iterator[Sentence]:
        """Yield the rest of the text, without an incomplete marker at its end."""
        yield from self._read("" if self._incomplete_marker.fullmatch(self._pending) else self._pending)
        self._pending = ""
        yield from self._yield_sentences(len(self._plain), is_end=True)

    def _read(self, raw: str) -> Iterator[Sentence]:
        last = 0
        for match in self._pattern.finditer(raw):
            yield from self._add_text(raw[last : match.start()])
            self._add_marker(match[1])
            last = match.end()
        yield from self._add_text(raw[last:])

    def _add_text(self, text: str) -> Iterator[Sentence]:
        """Add text without Kutip's own markers; record other markers in it."""
        last = 0
        for match in _USUAL_MARKER.finditer(text) if self._usual_markers else ():
            numbers = self._usual_markers.numbers(match) if self._usual_markers else None
            if numbers is not None and not self._is_code(text[last : match.start()]):
                yield from self._add(text[last : match.start()])
                self._add_marker(", ".join(map(str, numbers)))
                last = match.end()
        yield from self._add(text[last:])

    def _is_code(self, added: str) -> bool:
        """Whether the text after `added`, which follows the text not yielded yet, is in code."""
        self._code.read(self._plain)
        fences, backticks = self._code.with_added(self._plain, added)
        return self._in_code ^ (fences % 2 == 1) or backticks % 2 == 1

    def _backticks_until(self, end: str) -> int:
        """Count the backticks in the last line of `end`, the text not yielded yet."""
        *lines, line = end.split("\n")
        return line.count("`") + (0 if lines else self._backticks)

    def _unfinished_marker(self, text: str) -> str:
        """Return the end of `text` that may be the beginning of a marker."""
        held = _unfinished_marker(text)
        unfinished = _UNFINISHED_USUAL_MARKER.search(text) if self._usual_markers else None
        return max(held, unfinished[0] if unfinished else "", key=len)

    def _add(self, text: str) -> Iterator[Sentence]:
        self._plain += text
        # subtle: split at fixed lengths of the text, never where a piece ends, so that the sentences do not
        # depend on the pieces. The lengths grow, so that a long sentence does not take quadratic time.
        while len(self._plain) >= self._next_split:
            yield from self._yield_sentences(self._next_split, is_end=False)

    def _add_marker(self, marked: str) -> None:
        self._plain = self._plain.rstrip(" ")
        if marked.strip() == "none":
            self.is_refusal = True
        else:
            self._markers.append((len(self._plain), [int(number) for number in re.findall(r"\d+", marked)]))

    def _yield_sentences(self, end: int, *, is_end: bool) -> Iterator[Sentence]:
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
        self._code = _CodeScan(self._backticks)
        self._markers = [(at - position, numbers) for at, numbers in self._markers]
        left = end - position
        self._next_split = left + max(_STEP, left // 4)

    def _evidence_before(self, place: int) -> tuple[int, ...]:
        """Remove the markers before `place`; return their numbers, each once."""
        numbers = [number for at, marked in self._markers if at <= place for number in marked]
        self._markers = [mark for mark in self._markers if mark[0] > place]
        return tuple(dict.fromkeys(numbers))


def _unfinished_marker(text: str) -> str:
    """Return the end of `text` that may be the beginning of a marker."""
    start = text.rfind("[[", max(0, len(text) - LONGEST_MARKER))
    if start >= 0 and "]]" not in text[start:]:
        return text[start:]
    return "[" if text.endswith("[") else ""
