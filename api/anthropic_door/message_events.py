"""Answers as messages of Anthropic's Messages API, whole or as events.

A claim with support is a text block of its own, with its citations. The text between is in blocks without
citations. The blocks, joined, are the text of the answer with its markers.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.openai_door.answer_formatter import AnswerFormatter
from api.openai_door.citation_shapes import Json, search_results, supporting
from api.openai_door.housekeeping import TaskReply
from api.problems import anthropic_error
from api.schemas import citations_json, claim_json, hits_json, usage_of
from api.streams import data_line
from rag.answering.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.datatypes import Answer, Citation, Claim
from rag.language_model.protocol import NO_USAGE, Usage


@dataclass(kw_only=True)
class MessageFormatter(AnswerFormatter):
    """Formats one reply as a message or its events.

    With `has_web_results`, citations are web search results instead of search results, for clients that know
    no others. While streaming, `waiting` is text that may contain the next claim. It begins at character `at`
    of the answer.
    """

    id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    has_web_results: bool = False
    end: Sequence[str] = ()
    waiting: str = ""
    at: int = 0
    blocks: int = 0
    is_block_open: bool = False
    documents: dict[tuple[str, str], int] = field(default_factory=dict)

    def answer_body(self, answer: Answer) -> Json:
        """Return the body of a whole answer."""
        return {
            **self._message([*self._blocks_of(answer)], _stop_reason(answer), usage_of(answer)),
            **self._extras(answer),
        }

    def task_body(self, task_reply: TaskReply) -> Json:
        """Return the body of a reply to a front end's task."""
        blocks = [_text_block(task_reply.text)]
        return {**self._message(blocks, "end_turn", task_reply.usage), "kutip": None}

    def answer_events(self, event: Event) -> Iterator[str]:
        """Yield the server-sent events for an event of an answer."""
        return map(_line, self._events_of(event))

    def task_events(self, task_reply: TaskReply) -> Iterator[str]:
        """Yield the server-sent events of a reply to a front end's task."""
        events = [
            self._begin(),
            *self._write(task_reply.text),
            *self._finish("end_turn", task_reply.usage, kutip=None),
        ]
        return map(_line, events)

    def problem_event(self, document: Json) -> str:
        """Return the server-sent event for a problem that ends the stream."""
        return _line(anthropic_error(document))

    def _blocks_of(self, answer: Answer) -> Iterator[Json]:
        if self.json_text:
            yield _text_block(self.json_text, self._locations(answer.citations))
            return
        at = 0
        for place, claim in enumerate(answer.claims):
            cited = [citation for citation in supporting(answer.citations) if citation.claim == place]
            if not cited:
                continue
            if claim.start > at:
                yield _text_block(answer.answer[at : claim.start])
            yield _text_block(claim.text, self._locations(cited))
            at = claim.end
        if rest := self.text_of(answer)[at:]:
            yield _text_block(rest)

    def _events_of(self, event: Event) -> Iterator[Json]:
        match event:
            case HitsFound(hits):
                yield self._begin(kutip={"hits": hits_json(hits)})
            case TextWritten(text):
                yield from self._flush()
                self.waiting = text if self.json_text is None else ""
            case ClaimCited(claim, citations, is_revised):
                if not is_revised and self.json_text is None:
                    yield from self._cite(claim, citations)
            case Answered(answer):
                yield from self._flush()
                if self.json_text:
                    yield from self._block(self.json_text, self._locations(answer.citations))
                else:
                    yield from self._write(self.last_text(answer))
                yield from self._finish(_stop_reason(answer), usage_of(answer), **self._extras(answer))
            case WritingFailed():
                pass

    def _begin(self, **extras: Any) -> Json:
        return {"type": "message_start", "message": self._message([], None, NO_USAGE), **extras}

    def _flush(self) -> Iterator[Json]:
        """Write the waiting text as text without citations."""
        text, self.waiting = self.waiting, ""
        self.at += len(text)
        yield from self._write(text)

    def _cite(self, claim: Claim, citations: Sequence[Citation]) -> Iterator[Json]:
        """Write the waiting text up to the end of a claim, the claim with its citations."""
        cited = supporting(citations)
        if not cited:
            return
        before = claim.start - self.at
        yield from self._write(self.waiting[:before])
        yield from self._block(
            claim.text,
            self._locations(cited),
            kutip={"claim": claim_json(claim), "citations": citations_json(citations)},
        )
        self.waiting = self.waiting[before + len(claim.text) :]
        self.at = claim.end

    def _write(self, text: str) -> Iterator[Json]:
        """Write text without citations, in the open block or a new one."""
        if not text:
            return
        if not self.is_block_open:
            yield self._of_block("content_block_start", content_block=_text_block(""))
            self.is_block_open = True
        yield self._of_block("content_block_delta", delta={"type": "text_delta", "text": text})

    def _block(self, text: str, locations: Sequence[Json], **extras: Any) -> Iterator[Json]:
        """Write a block of its own, with citations."""
        yield from self._close()
        yield self._of_block("content_block_start", content_block=_text_block(""))
        self.is_block_open = True
        yield self._of_block("content_block_delta", delta={"type": "text_delta", "text": text}, **extras)
        for location in locations:
            yield self._of_block(
                "content_block_delta", delta={"type": "citations_delta", "citation": location}
            )
        yield from self._close()

    def _close(self) -> Iterator[Json]:
        if self.is_block_open:
            yield self._of_block("content_block_stop")
            self.is_block_open = False
            self.blocks += 1

    def _of_block(self, kind: str, **members: Any) -> Json:
        return {"type": kind, "index": self.blocks, **members}

    def _finish(self, stop_reason: str, usage: Usage, **extras: Any) -> Iterator[Json]:
        yield from self._close()
        delta = {"stop_reason": stop_reason, "stop_sequence": None}
        yield {"type": "message_delta", "delta": delta, "usage": _usage(usage), **extras}
        yield {"type": "message_stop"}

    def _locations(self, citations: Iterable[Citation]) -> list[Json]:
        """Return each citation as a place in the article's text, and as a search result with its URL."""
        return [location for citation in supporting(citations) for location in self._both(citation)]

    def _both(self, citation: Citation) -> tuple[Json, Json]:
        article = (citation.article_id, citation.article_version)
        in_article = {
            "type": "char_location",
            "cited_text": citation.quote,
            "document_index": self.documents.setdefault(article, len(self.documents)),
            "document_title": citation.title,
            "start_char_index": citation.start,
            "end_char_index": citation.end,
            "file_id": None,
        }
        as_result = self._web_result(citation) if self.has_web_results else self._result(citation)
        return in_article, as_result

    def _result(self, citation: Citation) -> Json:
        return {
            "type": "search_result_location",
            "cited_text": citation.quote,
            "search_result_index": citation.number - 1,
            "source": self.urls.quote_url(citation),
            "title": citation.title,
            "start_block_index": 0,
            "end_block_index": 1,
        }

    def _web_result(self, citation: Citation) -> Json:
        return {
            "type": "web_search_result_location",
            "cited_text": citation.quote,
            "url": self.urls.quote_url(citation),
            "title": citation.title,
            "encrypted_index": str(citation.number - 1),
        }

    def _extras(self, answer: Answer) -> Json:
        results = search_results(answer.citations, self.urls)
        return {"search_results": results, "kutip": self.kutip_of(answer)}

    def _message(self, content: Sequence[Json], stop_reason: str | None, usage: Usage) -> Json:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": list(content),
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": _usage(usage),
        }


def _line(event: Json) -> str:
    return data_line(event, event=event["type"])


def _text_block(text: str, citations: Sequence[Json] = ()) -> Json:
    cited = {"citations": list(citations)} if citations else {}  # some clients know no null here
    return {"type": "text", "text": text, **cited}


def _stop_reason(answer: Answer) -> str:
    return "max_tokens" if answer.is_cut_short else "end_turn"


def _usage(usage: Usage) -> Json:
    return {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
