"""Answers as chat completions, whole or in chunks."""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from api.openai_door.answer_formatter import AnswerFormatter
from api.openai_door.citation_shapes import (
    numbered,
    search_results,
    source_events,
    source_urls,
    supporting,
    url_citations,
)
from api.openai_door.endings import failure_note
from api.openai_door.housekeeping import TaskReply
from api.problems import openai_error
from api.schemas import citations_json, claim_json, hits_json, usage_of
from api.streams import data_line
from rag.answering.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.datatypes import Answer, Citation, Claim
from rag.language_model.protocol import Usage

Json = dict[str, Any]


@dataclass(kw_only=True)
class CompletionFormatter(AnswerFormatter):
    """Formats one reply as a chat completion or its chunks.

    With `has_source_events`, source events for Open WebUI replace the annotations. Open WebUI would list
    each source twice if it received both.
    """

    has_source_events: bool = False
    has_usage_chunk: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    last_source_sent: int = 0
    source_names: set[str] = field(default_factory=set)
    annotations_sent: int = 0
    end: Sequence[str] = ("data: [DONE]\n\n",)

    def answer_body(self, answer: Answer) -> Json:
        """Return the body of a whole answer."""
        message = {
            "role": "assistant",
            "content": self.text_of(answer),
            "refusal": None,
            "annotations": self._annotations(answer.citations),
        }
        choice = {"message": message, "finish_reason": _finish_reason(answer)}
        return self._reply("chat.completion", choice, usage=_usage(usage_of(answer)), **self._extras(answer))

    def task_body(self, task_reply: TaskReply) -> Json:
        """Return the body of a reply to a front end's task."""
        message: Json = {
            "role": "assistant",
            "content": task_reply.text,
            "refusal": None,
            "annotations": [],
        }
        choice = {"message": message, "finish_reason": "stop"}
        return self._reply(
            "chat.completion",
            choice,
            usage=_usage(task_reply.usage),
            citations=[],
            search_results=[],
            kutip=None,
        )

    def answer_events(self, event: Event) -> Iterator[str]:
        """Yield the chunks of an event. Each has one choice, except that the usage chunk has none."""
        return map(data_line, self._chunks_of(event))

    def task_events(self, task_reply: TaskReply) -> Iterator[str]:
        """Yield the chunks of a reply to a front end's task."""
        return map(data_line, self._task_chunks(task_reply))

    def problem_event(self, document: Json) -> str:
        """Return a problem in OpenAI's error format."""
        return data_line(openai_error(document))

    def _task_chunks(self, task_reply: TaskReply) -> Iterator[Json]:
        yield self._chunk({"role": "assistant", "content": task_reply.text})
        yield self._chunk({}, finish_reason="stop", citations=[], search_results=[], kutip=None)
        if self.has_usage_chunk:
            yield self._usage_chunk(_usage(task_reply.usage))

    def _chunks_of(self, event: Event) -> Iterator[Json]:
        match event:
            case HitsFound(hits):
                yield self._chunk({"role": "assistant", "content": ""}, kutip={"hits": hits_json(hits)})
            case TextWritten(text) if text and self.json_text is None:
                yield self._chunk({"content": text})
            case ClaimCited(claim, citations, is_revised):
                yield from self._claim_chunks(claim, citations, is_revised=is_revised)
            case Answered(answer):
                if self.has_source_events and (note := failure_note(answer)):
                    yield self._chunk({}, event=_status_event(note))
                if last := self.last_text(answer):
                    yield self._chunk({"content": last})
                yield self._chunk({}, finish_reason=_finish_reason(answer), **self._extras(answer))
                if self.has_usage_chunk:
                    yield self._usage_chunk(_usage(usage_of(answer)))
            case TextWritten() | WritingFailed():
                pass

    def _claim_chunks(
        self, claim: Claim, citations: Sequence[Citation], *, is_revised: bool
    ) -> Iterator[Json]:
        delta: Json = {}
        if self.has_source_events:
            cited = numbered(supporting(citations))
            new = [citation for citation in cited if citation.number > self.last_source_sent]
            self.last_source_sent = max([self.last_source_sent, *(citation.number for citation in new)])
            events = source_events(new, self.urls, names=self.source_names)
            yield from (self._chunk({}, **event) for event in events)
        elif supporting(citations) and not is_revised:  # a client adds up the annotations
            delta = {"annotations": self._indexed(self._annotations(citations))}
        yield self._chunk(delta, kutip=_claim_extension(claim, citations))

    def _annotations(self, citations: Iterable[Citation]) -> list[Json]:
        found = url_citations(citations, self.urls)
        return [{**one, "url_citation": one["url_citation"] | self.span} for one in found]

    def _indexed(self, annotations: Sequence[Json]) -> list[Json]:
        """Number the annotations across all chunks, so that clients that merge the deltas keep every one."""
        first = self.annotations_sent
        self.annotations_sent += len(annotations)
        return [{"index": first + place, **item} for place, item in enumerate(annotations)]

    def _extras(self, answer: Answer) -> Json:
        return {
            "citations": source_urls(answer.citations, self.urls),
            "search_results": search_results(answer.citations, self.urls),
            "kutip": self.kutip_of(answer),
        }

    def _chunk(self, delta: Json, *, finish_reason: str | None = None, **extras: Any) -> Json:
        choice = {"delta": delta, "finish_reason": finish_reason}
        return self._reply("chat.completion.chunk", choice, **extras)

    def _usage_chunk(self, usage: Json) -> Json:
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": usage}

    def _reply(self, kind: str, choice: Json, **extras: Any) -> Json:
        return {**self._head(kind), "choices": [{"index": 0, **choice, "logprobs": None}], **extras}

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def _status_event(text: str) -> Json:
    """Return the event with which Open WebUI shows a line above the answer."""
    return {"type": "status", "data": {"description": text, "done": True}}


def _claim_extension(claim: Claim, citations: Sequence[Citation]) -> Json:
    return {"claim": claim_json(claim), "citations": citations_json(citations)}


def _finish_reason(answer: Answer) -> str:
    return "length" if answer.is_cut_short else "stop"


def _usage(usage: Usage) -> Json:
    return {**asdict(usage), "total_tokens": usage.prompt_tokens + usage.completion_tokens}
