"""The client for a language model behind any server with an OpenAI-compatible chat API."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import aclosing, contextmanager
from email.utils import parsedate_to_datetime
from typing import cast

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema

from rag.errors import (
    LanguageModelContextExceeded,
    LanguageModelCutOff,
    LanguageModelError,
    LanguageModelRateLimited,
    LanguageModelRejected,
    LanguageModelTimeout,
    LanguageModelUnavailable,
)
from rag.language_model.bounded_replies import BoundedReplies
from rag.language_model.chunks import END, LENGTH_REASONS, Chunk, read_chunk
from rag.language_model.protocol import DEFAULT_SAMPLING, Sampling, TextPart, Usage
from rag.language_model.refused_parameters import refused_parameters
from rag.prompts import Message

OPENAI = "https://api.openai.com/v1"

# After one of these errors, the request is sent once more after a short pause. If the server asks for a pause
# longer than the maximum, the request fails.
_RETRIED_ERRORS = (openai.InternalServerError, openai.RateLimitError, openai.APIConnectionError)
_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 1.0

# No text comes near this number of characters per token. If a server exceeds the limit, reading stops.
_CHARACTERS_PER_TOKEN = 256

# A few chunks may have no choices, such as the one with the usage.
_MOST_WITHOUT_CHOICES = 1000

# Messages of servers for a prompt that is too long: OpenAI, vLLM, llama.cpp and others.
_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|exceeds? the available context|too many tokens", re.I
)
_SHOWN_CHARACTERS = 300

_NUMBER = re.compile(r"\d+(\.\d+)?", re.A)


class OpenAILanguageModel:
    """Streams from `AsyncOpenAI`, and translates its errors into Kutip's."""

    def __init__(
        self, name: str, *, api_key: str, base_url: str, timeout_seconds: float, max_tokens: int
    ) -> None:
        self.name = name
        self._api_key = api_key
        self._base_url = base_url
        self._max_tokens = max_tokens
        self._timeout_seconds = timeout_seconds
        self._certificates = httpx2.create_ssl_context()
        self._refused: frozenset[str] = frozenset()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = DEFAULT_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the text as it is written, then the usage if it is known.

        Raises:
            LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
        """
        characters = 0
        finish_reason = ""
        seconds = self._seconds_left(sampling)
        with self._translate_errors(seconds):
            async with aclosing(self._chunks(messages, sampling, seconds)) as chunks:
                async for chunk in chunks:
                    finish_reason = chunk.finish_reason or finish_reason
                    if chunk.text:
                        characters += len(chunk.text)
                        if characters > self._limit(sampling) * _CHARACTERS_PER_TOKEN:
                            raise LanguageModelCutOff(self._cut_off_message(sampling))
                        yield TextPart(_replace_invalid(chunk.text))
                    if chunk.usage:
                        yield chunk.usage
        if finish_reason in LENGTH_REASONS:
            raise LanguageModelCutOff(self._cut_off_message(sampling))
        if not characters or not finish_reason:
            raise LanguageModelError(f"{self.name} ended before its answer was complete: try again.")

    async def _chunks(
        self, messages: Sequence[Message], sampling: Sampling, seconds: float
    ) -> AsyncGenerator[Chunk]:
        """Yield the chunks. The time limit is for the whole answer, in case the server sends it slowly.

        If the server ends its reply without a reason, the last chunk gives one.
        """
        # subtle: not `wait_for`, which up to Python 3.11 swallows a cancellation that arrives with a chunk.
        # Not one timeout around the loop, which would interrupt the caller while it handles a chunk.
        deadline = asyncio.get_running_loop().time() + seconds
        bounded, has_reason, without_choices = BoundedReplies(), False, 0
        async with self._client(bounded) as client:
            async with asyncio.timeout_at(deadline):
                stream = await self._open_with_retry(client, messages, sampling)
            async with stream:
                chunks = aiter(stream)
                while True:
                    try:
                        async with asyncio.timeout_at(deadline):
                            chunk = await anext(chunks)
                    except StopAsyncIteration:
                        break
                    read = read_chunk(chunk)
                    without_choices += not getattr(chunk, "choices", None)
                    if without_choices > _MOST_WITHOUT_CHOICES:
                        raise ValueError(f"{without_choices} chunks without choices")
                    has_reason = has_reason or bool(read.finish_reason)
                    yield read
            if bounded.is_done and not has_reason:
                yield END

    async def _open_with_retry(
        self, client: openai.AsyncOpenAI, messages: Sequence[Message], sampling: Sampling
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        try:
            return await self._open(client, messages, sampling)
        except _RETRIED_ERRORS as error:
            pause = _retry_after_seconds(error) or _PAUSE_SECONDS
            if pause > _LONGEST_PAUSE_SECONDS:
                raise
        await asyncio.sleep(pause)
        return await self._open(client, messages, sampling)

    async def _open(
        self, client: openai.AsyncOpenAI, messages: Sequence[Message], sampling: Sampling
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        """Open a stream. If the server refuses parameters, repeat the request without them.

        If that succeeds, no later request has them either.
        """
        refused = self._refused
        while True:
            try:
                stream = await self._request(client, messages, sampling, refused=refused)
            except openai.BadRequestError as error:
                found = refused_parameters(str(error), code=error.code, param=error.param)
                newly_refused = found - refused
                if not newly_refused:
                    raise
                refused |= newly_refused
            else:
                self._refused |= refused
                return stream

    async def _request(
        self,
        client: openai.AsyncOpenAI,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        refused: Collection[str],
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        limit = self._limit(sampling)
        takes_max_tokens = "max_tokens" not in refused
        return await client.chat.completions.create(
            model=self.name,
            messages=cast("list[ChatCompletionMessageParam]", list(messages)),
            max_tokens=limit if takes_max_tokens else openai.omit,
            max_completion_tokens=openai.omit if takes_max_tokens else limit,
            temperature=openai.omit if "temperature" in refused else sampling.temperature,
            stop=openai.omit if "stop" in refused else list(sampling.stop) or openai.omit,
            response_format=_response_format(sampling),
            stream=True,
            stream_options={"include_usage": True},
        )

    def _seconds_left(self, sampling: Sampling) -> float:
        left = self._timeout_seconds
        return (
            left
            if sampling.deadline is None
            else min(left, sampling.deadline - asyncio.get_running_loop().time())
        )

    def _limit(self, sampling: Sampling) -> int:
        return min(self._max_tokens, sampling.max_tokens or self._max_tokens)

    def _cut_off_message(self, sampling: Sampling) -> str:
        limit = self._limit(sampling)
        setting = "KUTIP_LLM_MAX_TOKENS" if limit == self._max_tokens else "max_tokens of the request"
        return f"{self.name} stopped at its limit of {limit} tokens: raise {setting}."

    def _client(self, bounded: BoundedReplies) -> openai.AsyncOpenAI:
        # A client for each answer: a connection belongs to the event loop that opened it, and nothing would
        # close a client that lives longer. Only reading the certificates takes time; `__init__` does that.
        return openai.AsyncOpenAI(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._timeout_seconds,
            max_retries=0,  # the client would wait as long as a server asks
            default_headers={"Accept-Encoding": "identity"},
            # Without `transport`, the client uses the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
            http_client=openai.DefaultAsyncHttpxClient(
                verify=self._certificates,
                follow_redirects=False,  # another server would get the questions and the passages
                event_hooks={"response": [bounded.bound]},
            ),
        )

    @contextmanager
    def _translate_errors(self, seconds: float) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, openai.APITimeoutError) as error:
            raise LanguageModelTimeout(self._timeout_message(seconds)) from error
        except openai.RateLimitError as error:
            raise LanguageModelRateLimited(
                f"{self.name} accepts no more requests for now ({self._shortened(error)}): "
                "wait or raise its quota.",
                retry_after_seconds=_retry_after_seconds(error),
            ) from error
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if not _TOO_LONG.search(f"{error.code} {error}"):
                raise LanguageModelRejected(self._unusable_message(error)) from error
            raise LanguageModelContextExceeded(
                f"The evidence is too long for {self.name} ({self._shortened(error)}): lower top_k, or set "
                "KUTIP_LLM_CONTEXT_TOKENS to the model's context length."
            ) from error
        except openai.APIError as error:
            raise LanguageModelUnavailable(
                self._unusable_message(error), retry_after_seconds=_retry_after_seconds(error)
            ) from error
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            # The client raises these for a body that is not a chat completion.
            raise LanguageModelError(
                f"{self.name} sent a reply that is not a chat completion ({self._shortened(error)}): "
                "check that OPENAI_BASE_URL is a server with an OpenAI-compatible API."
            ) from error

    def _timeout_message(self, seconds: float) -> str:
        if seconds < self._timeout_seconds:
            return (
                f"{self.name} did not finish in the remaining {max(seconds, 0):.3g} s: choose a faster model."
            )
        return (
            f"{self.name} did not finish within {seconds:g} s: "
            "raise KUTIP_LLM_TIMEOUT_SECONDS or choose a faster model."
        )

    def _unusable_message(self, error: Exception) -> str:
        return (
            f"{self.name} cannot be used ({self._shortened(error)}): "
            "check OPENAI_BASE_URL, OPENAI_API_KEY and KUTIP_LLM_MODEL."
        )

    def _shortened(self, error: Exception) -> str:
        """Return the server's message, shortened and without the API key, which some servers repeat."""
        text = _replace_invalid(str(error)).replace(self._api_key, "…")
        return text[:_SHOWN_CHARACTERS]


def _response_format(sampling: Sampling) -> ResponseFormatJSONSchema | openai.Omit:
    if sampling.json_schema is None:
        return openai.omit
    schema = {"name": "reply", "strict": True, "schema": dict(sampling.json_schema)}
    return cast("ResponseFormatJSONSchema", {"type": "json_schema", "json_schema": schema})


def _retry_after_seconds(error: openai.APIError) -> float | None:
    """Return the pause that a server asks for: `Retry-After-Ms`, or `Retry-After` (seconds or a date)."""
    if not isinstance(error, openai.APIStatusError):
        return None
    headers = error.response.headers
    milliseconds, seconds = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    if _NUMBER.fullmatch(seconds):
        return float(seconds)
    try:
        return parsedate_to_datetime(seconds).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None


def _replace_invalid(text: str) -> str:
    r"""Replace NUL and lone surrogates: JSON can express them ("\ud83d"), but an answer cannot hold them."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)
