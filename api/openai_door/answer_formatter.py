"""What the formats of a reply have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.openai_door.citation_shapes import CitationUrls, Json
from api.openai_door.endings import ending
from api.schemas import answer_json
from rag.datatypes import Answer


@dataclass(kw_only=True)
class AnswerFormatter:
    """The text of a reply, and what it says of itself.

    `notes` say how the messages were read. With `lists_sources`, the text ends with the sources. `json_text`
    replaces the text if the client asked for JSON.
    """

    model: str
    urls: CitationUrls
    notes: Sequence[str] = ()
    lists_sources: bool = False
    json_text: str | None = None

    def text_of(self, answer: Answer) -> str:
        """Return the whole text of the reply."""
        return self.last_text(answer) if self.json_text else answer.answer + self.last_text(answer)

    def last_text(self, answer: Answer) -> str:
        """Return the part of the text that is known only when the answer is complete."""
        return self.json_text or (ending(answer, self.urls) if self.lists_sources else "")

    @property
    def span(self) -> Json:
        """What replaces the span of an annotation: in JSON, the whole text."""
        return {"start_index": 0, "end_index": len(self.json_text)} if self.json_text else {}

    def kutip_of(self, answer: Answer) -> Json:
        """Return the whole answer as JSON, with the notes."""
        return {**answer_json(answer), "notes": list(self.notes)}
