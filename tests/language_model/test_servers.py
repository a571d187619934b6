"""Replies as many servers with an OpenAI-compatible API send them: only the text has to be right."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.events import Answered
from rag.corpus.local.corpus import LocalCorpus
from rag.errors import LanguageModelCutOff, LanguageModelError
from rag.ingestion import Ingestion
from rag.language_model.chunks import read_chunk, read_usage
from rag.language_model.protocol import TextPart, Usage
from tests.conftest import TopicEncoder
from tests.language_model.test_openai_model import COFFEE, Asker, check_stream, model_at, run
from tests.openai_server import Script, serving

TEXT = "Panen kopi naik."
HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764300000, "model": "m"}
COUNTS = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
DONE = b"data: [DONE]\n\n"


def lines(*chunks: Any, end: bytes = DONE) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + end


def first(delta: Any, reason: Any = None) -> dict[str, Any]:
    """Return a chunk with one choice that has this delta."""
    return {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def delta(content: Any = None, reason: Any = None, **more: Any) -> dict[str, Any]:
    """Return a chunk with one choice; `more` are further members of the chunk."""
    return {
        **HEAD,
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason}],
        **more,
    }


def with_usage(usage: Any) -> bytes:
    """Return a reply that ends with a chunk of usage, as the servers send it that support `include_usage`."""
    return lines(delta(TEXT), delta("", "stop"), {**HEAD, "choices": [], "usage": usage})


# The name of the reply, what the server sends, and the usage that Kutip reads from it.
REPLIES: dict[str, tuple[bytes, Usage | None]] = {
    # Counts
    "openai": (with_usage({**COUNTS, "prompt_tokens_details": {"cached_tokens": 0}}), Usage(7, 3)),
    "empty usage": (with_usage({}), None),
    "null usage": (with_usage(None), None),
    "only a total": (with_usage({"total_tokens": 7}), None),
    "null counts": (with_usage({"prompt_tokens": None, "completion_tokens": None}), None),
    "one null count": (with_usage({"prompt_tokens": 7, "completion_tokens": None}), None),
    "whole floats, litellm": (with_usage({"prompt_tokens": 7.0, "completion_tokens": 3.0}), Usage(7, 3)),
    "broken floats": (with_usage({"prompt_tokens": 7.5, "completion_tokens": 3}), None),
    "texts": (with_usage({"prompt_tokens": "7", "completion_tokens": "3"}), None),
    "booleans": (with_usage({"prompt_tokens": True, "completion_tokens": False}), None),
    "negative": (with_usage({"prompt_tokens": -1, "completion_tokens": 3}), None),
    "infinite": (lines(delta(TEXT, "stop")).replace(b'"created": 1764300000', b'"created": 1, "usage": '
                 b'{"prompt_tokens": Infinity, "completion_tokens": NaN}'), None),
    "anthropic's names": (with_usage({"input_tokens": 7, "output_tokens": 3}), None),
    "usage and a null detail, vllm": (with_usage({**COUNTS, "prompt_tokens_details": None}), Usage(7, 3)),
    "usage in each chunk, vllm": (
        lines(delta(TEXT, usage={**COUNTS, "completion_tokens": 1}), delta("", "stop", usage=COUNTS)),
        Usage(7, 3),
    ),
    "null usage in each chunk, azure": (
        lines(delta(TEXT, usage=None), delta("", "stop"), {**HEAD, "choices": [], "usage": COUNTS}),
        Usage(7, 3),
    ),
    "a cost, openrouter": (with_usage({**COUNTS, "cost": 0.00014, "is_byok": False}), Usage(7, 3)),
    "no usage at all, ollama": (lines(delta(TEXT), delta("", "stop")), None),
    # Members that are missing, null or unknown
    "only choices": (lines({"choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}]}), None),
    "null members": (
        lines({**delta(TEXT, "stop"), "id": None, "object": None, "created": None, "model": None}),
        None,
    ),
    "timings, llama.cpp": (
        lines(delta(TEXT), delta(None, "stop", timings={"prompt_n": 7, "predicted_ms": 12.5}, usage=COUNTS)),
        Usage(7, 3),
    ),
    "stats, lm studio": (lines(delta(TEXT), delta(None, "stop", stats={"tokens_per_second": 41.2})), None),
    "a filter result first, azure": (
        lines({**HEAD, "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, delta(TEXT, "stop")),
        None,
    ),
    "null choices first": (lines({**HEAD, "choices": None}, delta(TEXT, "stop")), None),
    "a role first": (
        lines({**HEAD, "choices": [{"index": 0, "delta": {"role": "assistant"}}]}, delta(TEXT, "stop")),
        None,
    ),
    "a null delta last": (
        lines(delta(TEXT), {**HEAD, "choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}),
        None,
    ),
    "no delta last": (lines(delta(TEXT), {**HEAD, "choices": [{"index": 0, "finish_reason": "stop"}]}), None),
    "reasoning, deepseek": (
        lines(
            {**HEAD, "choices": [{"index": 0, "delta": {"content": None, "reasoning_content": "Hm."}}]},
            delta(TEXT, "stop"),
        ),
        None,
    ),
    "null tools and refusal": (
        lines(
            first({"content": TEXT, "tool_calls": None, "refusal": None}),
            delta(None, "stop"),
        ),
        None,
    ),
    "empty tools, vllm": (
        lines(first({"content": TEXT, "tool_calls": []}), delta("", "stop")),
        None,
    ),
    "a null error, gateway": (lines(delta(TEXT, "stop", error=None)), None),
    "log probabilities": (
        lines({**HEAD, "choices": [{"index": 0, "delta": {"content": TEXT}, "logprobs": {"content": None}}]},
              delta("", "stop")),
        None,
    ),
    # Choices and texts of another shape
    "no index": (lines({**HEAD, "choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}]}), None),
    "another choice first": (
        lines(
            {**HEAD, "choices": [{"index": 1, "delta": {"content": "Lain."}, "finish_reason": "stop"}]},
            {**HEAD, "choices": [{"index": 1, "delta": {"content": "Lain."}},
                                 {"index": 0, "delta": {"content": TEXT}, "finish_reason": "stop"}]},
        ),
        None,
    ),
    "two choices in turn": (
        lines(
            *(
                {**HEAD, "choices": [{"index": index, "delta": {"content": part}, "finish_reason": reason}]}
                for part, reason in ((TEXT[:5], None), (TEXT[5:], None), ("", "stop"))
                for index, part, reason in (
                    (1, part.upper(), reason and "length"), (0, part, reason), (2, part, reason)
                )
            )
        ),
        None,
    ),
    "whole messages, the first one last": (
        lines(
            {**HEAD, "choices": [
                {"index": 1, "message": {"content": "Lain."}, "finish_reason": "length"},
                {"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"},
            ]}
        ),
        None,
    ),
    "a message, not a delta": (
        lines({**HEAD, "choices": [{"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"}]}),
        None,
    ),
    "parts, mistral": (
        lines(delta([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
              delta([{"type": "text", "text": TEXT}], "stop")),
        None,
    ),
    # Reasons and ends
    "another reason": (lines(delta(TEXT), delta("", "end_turn")), None),
    "no reason but the end": (lines(delta(TEXT)), None),
    "an empty reason but the end": (lines(delta(TEXT, "")), None),
    "a reason but no end": (lines(delta(TEXT), delta("", "stop"), end=b""), None),
    "text and reason together": (lines(delta(TEXT, "stop")), None),
    # Lines
    "comments, openrouter": (b": OPENROUTER PROCESSING\n\n" + lines(delta(TEXT, "stop")), None),
    "carriage returns": (lines(delta(TEXT, "stop")).replace(b"\n", b"\r\n"), None),
    "no space after the colon": (lines(delta(TEXT, "stop")).replace(b"data: ", b"data:"), None),
    "names of events": (b"event: message\nid: 1\nretry: 3\n" + lines(delta(TEXT, "stop")), None),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_the_text_of_every_server_is_read(name: str) -> None:
    raw, usage = REPLIES[name]
    with serving(Script(raw=raw)) as url:
        parts = run(model_at(url))
    assert "".join(part.text for part in parts if isinstance(part, TextPart)) == TEXT
    used = [part for part in parts if isinstance(part, Usage)]
    assert (used[-1] if used else None) == usage


@pytest.mark.parametrize(
    "name",
    [
        *("empty usage", "only a total", "null counts", "whole floats, litellm"),
        *("another choice first", "two choices in turn", "whole messages, the first one last"),
    ],
)
def test_an_answer_is_written_whatever_the_usage_and_the_order_of_choices(
    name: str, corpus: LocalCorpus, ingestion: Ingestion, encoder: TopicEncoder
) -> None:
    list(ingestion.ingest([COFFEE]))
    raw, usage = REPLIES[name]
    with serving(Script(raw=raw)) as url:
        events = Asker(corpus, encoder).events(model_at(url))
    assert isinstance(events[-1], Answered)
    answer = check_stream(events, corpus)
    assert answer.usage == (vars(usage) if usage else None)


def test_there_are_forty_replies() -> None:
    assert len(REPLIES) >= 40


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS"])
def test_a_reply_cut_at_its_length_is_reported_by_any_name(reason: str) -> None:
    with (
        serving(Script(raw=lines(delta(TEXT, reason)))) as url,
        pytest.raises(LanguageModelCutOff, match="stopped at its limit"),
    ):
        run(model_at(url))


@pytest.mark.parametrize("end", [b"", b"data: [DO"])
def test_a_reply_without_a_reason_and_an_end_is_not_complete(end: bytes) -> None:
    with (
        serving(Script(raw=lines(delta(TEXT), end=end))) as url,
        pytest.raises(LanguageModelError, match="ended before its answer was complete"),
    ):
        run(model_at(url))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "content",
                    "usage",
                    "prompt_tokens",
                    "completion_tokens",
                    "index",
                    "text",
                ]
            ),
            values,
        )
    ),
)


@given(value=st.dictionaries(st.sampled_from(["choices", "usage"]), JSON))
def test_any_object_is_read_or_refused(value: dict[str, Any]) -> None:
    try:
        chunk = read_chunk(value)
    except TypeError:
        return
    assert isinstance(chunk.text, str)
    assert chunk.usage is None or min(vars(chunk.usage).values()) >= 0


def test_usage_needs_both_counts() -> None:
    assert read_usage({"prompt_tokens": 0, "completion_tokens": 0}) == Usage(0, 0)
    assert read_usage({"prompt_tokens": 1}) is None
