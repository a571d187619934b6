"""A language model's text into sentences and the markers in them, while it is being written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.languages import Span, sentence_spans
from rag.prompts import LONGEST_MARKER, Frame

# How much must follow a sentence before it is given out: what may still change its end ("am 3. Januar").
_LOOKAHEAD = 16

# How much is read between two looks for the end of a sentence, at least.
_STEP = 8

_LIST_NUMBER = re.compile(r"\d{1,3}[.)]")


@dataclass(frozen=True)
class Sentence:
    """One sentence: the white space before it, its text without markers, the evidence it names."""

    lead: str
    text: str
    evidence: tuple[int, ...]


class SentenceReader:
    """Takes a text in pieces torn anywhere; gives its sentences as soon as each is complete.

    A sentence is complete when another has begun, so that its markers, before or behind its full stop, are
    all there. How the text was torn changes nothing. `is_refusal` is set once the refusal marker was read.
    """

    def __init__(self, frame: Frame, *, language: str) -> None:
        self.is_refusal = False
        self._pattern = frame.marker_pattern
        self._language = language
        self._held = ""  # raw text that may be the beginning of a marker
        self._plain = ""  # text without markers, not given out yet
        self._marks: list[tuple[int, list[int]]] = []  # places in it where markers stood
        self._next_look = _STEP  # length of `_plain` at which it is next split into sentences

    def feed(self, piece: str) -> Iterator[Sentence]:
        """Add a piece; yield the sentences that it completed."""
        raw = self._held + piece
        self._held = _unfinished_marker(raw)
        yield from self._read(raw[: len(raw) - len(self._held)])

    def finish(self) -> Iterator[Sentence]:
        """Yield what is left."""
        yield from self._read(self._held)
        self._held = ""
        yield from self._give(len(self._plain), is_end=True)

    def _read(self, raw: str) -> Iterator[Sentence]:
        last = 0
        for match in self._pattern.finditer(raw):
            yield from self._add(raw[last : match.start()])
            self._mark(match[1])
            last = match.end()
        yield from self._add(raw[last:])

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
        spans = _spans_by_line(self._plain[:end], self._language)
        position = 0
        for place, (start, stop) in enumerate(spans):
            next_start = spans[place + 1][0] if place + 1 < len(spans) else end
            if not is_end and next_start + _LOOKAHEAD > end:
                break
            yield Sentence(
                lead=self._plain[position:start],
                text=self._plain[start:stop],
                evidence=self._evidence_before(next_start),
            )
            position = stop
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


def _spans_by_line(text: str, language: str) -> list[Span]:
    """Return the sentences' offsets; a line break always ends one, the number of a list item never does."""
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        for start, end in sentence_spans(line[0], language=language):
            has_number = bool(spans) and _LIST_NUMBER.fullmatch(text, *spans[-1]) is not None
            if has_number and spans[-1][0] >= line.start():
                spans[-1] = (spans[-1][0], line.start() + end)
            else:
                spans.append((line.start() + start, line.start() + end))
    return spans
