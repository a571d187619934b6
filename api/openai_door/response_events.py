"""Answers in the format of OpenAI's Responses API, whole or as events."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.openai_door.answer_formatter import AnswerFormatter
from api.openai_door.citation_shapes import response_annotations, search_results, source_urls
from api.openai_door.housekeeping import TaskReply
from api.problems import openai_error
from api.schemas import citations_json, claim_json, hits_json, usage_of
from api.streams import data_line
from rag.answering.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.datatypes import Answer, Citation
from rag.language_model.protocol import Usage

Json = dict[str, Any]


@dataclass(kw_only=True)
class ResponseFormatter(AnswerFormatter):
    """Formats one reply as a response or its events. It keeps the annotations and counts the events sent.

    `keep` is called with the id and the text of the answer, if the client may name it later.
    """

    metadata: Json
    keep: Callable[[str, str], None] | None = None
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    item_id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    annotations: list[Json] = field(default_factory=list)
    events_sent: int = 0
    end: Sequence[str] = ()

    def answer_body(self, answer: Answer) -> Json:
        """Return the body of a whole answer."""
        if self.keep:
            self.keep(self.item_id, answer.answer)
        part = _part(self.text_of(answer), self._annotations_of(answer.citations))
        status = "incomplete" if answer.is_cut_short else "completed"
        return {
            **self._response(status, [self._item(status, [part])]),
            "usage": _usage(usage_of(answer)),
            "incomplete_details": {"reason": "max_output_tokens"} if answer.is_cut_short else None,
            "citations": source_urls(answer.citations, self.urls),
            "search_results": search_results(answer.citations, self.urls),
            "kutip": self.kutip_of(answer),
        }

    def task_body(self, task_reply: TaskReply) -> Json:
        """Return the body of a reply to a front end's task."""
        return {
            **self._response("completed", [self._item("completed", [_part(task_reply.text, [])])]),
            "usage": _usage(task_reply.usage),
            "kutip": None,
        }

    def answer_events(self, event: Event) -> Iterator[str]:
        """Yield the server-sent events for an event of an answer."""
        return map(_line, self._events_of(event))

    def task_events(self, task_reply: TaskReply) -> Iterator[str]:
        """Yield the server-sent events of a reply to a front end's task."""
        return map(_line, self._task_events(task_reply))

    def problem_event(self, document: Json) -> str:
        """Return the server-sent event for a problem that ends the stream."""
        error = openai_error(document)["error"]
        members = {name: error[name] for name in ("code", "message", "param")}
        return _line(self._event("error", **members))

    def _events_of(self, event: Event) -> Iterator[Json]:
        match event:
            case HitsFound(hits):
                yield from self._begin(kutip={"hits": hits_json(hits)})
            case TextWritten(text) if text and self.json_text is None:
                yield self._delta(text)
            case ClaimCited(claim, citations, is_revised):
                extension = {"claim": claim_json(claim), "citations": citations_json(citations)}
                annotations = [] if is_revised else self._annotations_of(citations)
                for annotation in annotations:
                    yield self._annotation(annotation)
                yield self._delta("", kutip=extension)
            case Answered(answer):
                if last := self.last_text(answer):
                    yield self._delta(last)
                yield from self._end(self.text_of(answer), self.answer_body(answer))
            case TextWritten() | WritingFailed():
                pass

    def _annotations_of(self, citations: Iterable[Citation]) -> list[Json]:
        found = response_annotations(citations, self.urls)
        return [annotation | self.span for annotation in found]

    def _task_events(self, task_reply: TaskReply) -> Iterator[Json]:
        yield from self._begin(kutip=None)
        yield self._delta(task_reply.text)
        yield from self._end(task_reply.text, self.task_body(task_reply))

    def _begin(self, **extras: Any) -> Iterator[Json]:
        response = self._response("in_progress", [])
        yield self._event("response.created", response=response, **extras)
        yield self._event("response.in_progress", response=response)
        yield self._of_item("response.output_item.added", item=self._item("in_progress", []))
        yield self._of_part("response.content_part.added", part=_part("", []))

    def _delta(self, text: str, **extras: Any) -> Json:
        return self._of_part("response.output_text.delta", delta=text, logprobs=[], **extras)

    def _annotation(self, annotation: Json) -> Json:
        self.annotations.append(annotation)
        return self._of_part(
            "response.output_text.annotation.added",
            annotation_index=len(self.annotations) - 1,
            annotation=annotation,
        )

    def _end(self, text: str, response: Json) -> Iterator[Json]:
        yield self._of_part("response.output_text.done", text=text, logprobs=[])
        yield self._of_part("response.content_part.done", part=_part(text, self.annotations))
        yield self._of_item("response.output_item.done", item=response["output"][0])
        yield self._event(f"response.{response['status']}", response=response)

    def _of_part(self, kind: str, **members: Any) -> Json:
        return self._event(kind, item_id=self.item_id, output_index=0, content_index=0, **members)

    def _of_item(self, kind: str, **members: Any) -> Json:
        return self._event(kind, output_index=0, **members)

    def _event(self, kind: str, **members: Any) -> Json:
        self.events_sent += 1
        return {"type": kind, "sequence_number": self.events_sent - 1, **members}

    def _item(self, status: str, content: Sequence[Json]) -> Json:
        return {
            "type": "message",
            "id": self.item_id,
            "role": "assistant",
            "status": status,
            "content": list(content),
        }

    def _response(self, status: str, output: Sequence[Json]) -> Json:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": self.model,
            "output": list(output),
            "metadata": self.metadata,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "parallel_tool_calls": False,
            "tool_choice": "none",
            "tools": [],
            "store": self.keep is not None,
            "usage": None,
        }


def _line(event: Json) -> str:
    return data_line(event, event=event["type"])


def _part(text: str, annotations: Sequence[Json]) -> Json:
    return {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}


def _usage(usage: Usage) -> Json:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
