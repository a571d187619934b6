"""A language model's text into sentences and the markers in them, while it is being written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.languages import Span, sentence_spans
from rag.prompts import Frame

# No marker is longer: how much of the end is held back as a possible beginning of one.
_LONGEST_MARKER = 60


@dataclass(frozen=True)
class Sentence:
    """One sentence: the white space before it, its text without markers, the evidence it names."""

    lead: str
    text: str
    evidence: tuple[int, ...]


class SentenceReader:
    """Takes a text in pieces torn anywhere; gives its sentences as soon as each is complete.

    A sentence is complete when another has begun, so that its markers, before or behind its full stop, are
    all there. `is_refusal` is set once the refusal marker was read.
    """

    def __init__(self, frame: Frame, *, language: str) -> None:
        self.is_refusal = False
        self._pattern = frame.marker_pattern
        self._language = language
        self._held = ""  # raw text that may be the beginning of a marker
        self._plain = ""  # text without markers, not given out yet
        self._marks: list[tuple[int, list[int]]] = []  # places in it where markers stood

    def feed(self, piece: str) -> Iterator[Sentence]:
        """Add a piece; yield the sentences that it completed."""
        raw = self._held + piece
        self._held = _unfinished_marker(raw)
        self._take(raw[: len(raw) - len(self._held)])
        yield from self._give(is_end=False)

    def finish(self) -> Iterator[Sentence]:
        """Yield what is left."""
        self._take(self._held)
        self._held = ""
        yield from self._give(is_end=True)

    def _take(self, raw: str) -> None:
        last = 0
        for match in self._pattern.finditer(raw):
            self._plain = (self._plain + raw[last : match.start()]).rstrip(" ")
            last = match.end()
            if match[1] == "none":
                self.is_refusal = True
            else:
                self._marks.append(
                    (len(self._plain), [int(number) for number in re.findall(r"\d+", match[1])])
                )
        self._plain += raw[last:]

    def _give(self, *, is_end: bool) -> Iterator[Sentence]:
        spans = _spans_by_line(self._plain, self._language)
        complete = spans if is_end else spans[:-1]
        position = 0
        for place, (start, end) in enumerate(complete):
            next_start = spans[place + 1][0] if place + 1 < len(spans) else len(self._plain) + 1
            yield Sentence(
                lead=self._plain[position:start],
                text=self._plain[start:end],
                evidence=self._evidence_before(next_start),
            )
            position = end
        self._plain = self._plain[position:]
        self._marks = [(at - position, numbers) for at, numbers in self._marks]

    def _evidence_before(self, place: int) -> tuple[int, ...]:
        """Take the markers that stood before `place`, each number once."""
        numbers = [number for at, marked in self._marks if at <= place for number in marked]
        self._marks = [mark for mark in self._marks if mark[0] > place]
        return tuple(dict.fromkeys(numbers))


def _unfinished_marker(text: str) -> str:
    """Return the end of `text` that may be the beginning of a marker."""
    start = text.rfind("[[", max(0, len(text) - _LONGEST_MARKER))
    if start >= 0 and "]]" not in text[start:]:
        return text[start:]
    return "[" if text.endswith("[") else ""


def _spans_by_line(text: str, language: str) -> list[Span]:
    """Return the sentences' offsets; a line break always ends one."""
    return [
        (line.start() + start, line.start() + end)
        for line in re.finditer(r"[^\n]+", text)
        for start, end in sentence_spans(line[0], language=language)
    ]
