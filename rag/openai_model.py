"""A language model behind any server that speaks the OpenAI chat wire."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from rag.errors import (
    LanguageModelContextExceeded,
    LanguageModelCutOff,
    LanguageModelError,
    LanguageModelRateLimited,
    LanguageModelTimeout,
    LanguageModelUnavailable,
)
from rag.language_model import USUAL_SAMPLING, Sampling, TextPart, Usage
from rag.prompts import Message

_RETRIES = 1

# How servers say that a prompt is too long: OpenAI, vLLM, llama.cpp, others.
_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|exceeds? the available context|too many tokens", re.I
)
_SHOWN_CHARACTERS = 300


class OpenAILanguageModel:
    """Streams from `AsyncOpenAI`; its errors become Kutip's."""

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None, timeout_seconds: float, max_tokens: int
    ) -> None:
        self.name = name
        self._api_key = api_key
        self._base_url = base_url
        self._max_tokens = max_tokens
        self._timeout_seconds = timeout_seconds
        self._certificates = httpx2.create_ssl_context()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = USUAL_SAMPLING
    ) -> AsyncIterator[TextPart | Usage]:
        """Yield the text as it is written, then the usage if it is known.

        Raises:
            LanguageModelError: no usable text came, or it was cut off; the class says why.
        """
        has_text = False
        finish_reason = None
        with self._translated():
            async for chunk in self._chunks(messages, sampling):
                for choice in chunk.choices[:1]:
                    finish_reason = choice.finish_reason or finish_reason
                    if choice.delta.content:
                        has_text = True
                        yield TextPart(_without_forbidden(choice.delta.content))
                if chunk.usage:
                    yield Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        if finish_reason == "length":
            raise LanguageModelCutOff(self._cut_off(sampling))
        if not has_text or finish_reason is None:
            raise LanguageModelError(f"{self.name} ended without a whole answer: try again.")

    async def _chunks(
        self, messages: Sequence[Message], sampling: Sampling
    ) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the chunks; the time limit is on the whole answer, against a server that drips."""
        # subtle: not `wait_for`, which up to Python 3.11 swallows a cancellation that comes with a chunk; and
        # not one timeout around the loop, which would interrupt whoever is handed a chunk.
        ends = asyncio.get_running_loop().time() + self._timeout_seconds
        async with self._client() as client:
            async with asyncio.timeout_at(ends):
                stream = await client.chat.completions.create(
                    model=self.name,
                    messages=cast("list[ChatCompletionMessageParam]", list(messages)),
                    max_tokens=self._limit(sampling),
                    temperature=sampling.temperature,
                    stop=list(sampling.stop) or openai.omit,
                    stream=True,
                    stream_options={"include_usage": True},
                )
            async with stream:
                chunks = aiter(stream)
                while True:
                    try:
                        async with asyncio.timeout_at(ends):
                            chunk = await anext(chunks)
                    except StopAsyncIteration:
                        return
                    yield chunk

    def _limit(self, sampling: Sampling) -> int:
        return min(self._max_tokens, sampling.max_tokens or self._max_tokens)

    def _cut_off(self, sampling: Sampling) -> str:
        limit = self._limit(sampling)
        setting = "KUTIP_LLM_MAX_TOKENS" if limit == self._max_tokens else "max_tokens of the request"
        return f"{self.name} stopped at its limit of {limit} tokens: raise {setting}."

    def _client(self) -> openai.AsyncOpenAI:
        # One for each answer, since a connection belongs to the event loop that opened it, and nobody would
        # close a client kept for longer. Only reading the certificates takes time.
        return openai.AsyncOpenAI(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._timeout_seconds,
            max_retries=_RETRIES,
            http_client=openai.DefaultAsyncHttpxClient(verify=self._certificates),
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, openai.APITimeoutError) as error:
            raise LanguageModelTimeout(
                f"{self.name} did not finish within {self._timeout_seconds:g} s: "
                "raise KUTIP_LLM_TIMEOUT_SECONDS or choose a faster model."
            ) from error
        except openai.RateLimitError as error:
            raise LanguageModelRateLimited(
                f"{self.name} takes no more requests for now ({self._shown(error)}): wait or raise its quota."
            ) from error
        except openai.BadRequestError as error:
            if not _TOO_LONG.search(f"{error.code} {error}"):
                raise LanguageModelUnavailable(self._unusable(error)) from error
            raise LanguageModelContextExceeded(
                f"{self.name} cannot read so much evidence ({self._shown(error)}): lower top_k, or set "
                "KUTIP_LLM_CONTEXT_TOKENS to its context."
            ) from error
        except openai.APIError as error:
            raise LanguageModelUnavailable(self._unusable(error)) from error
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            # What the client raises for a body that is no chat completion.
            raise LanguageModelError(
                f"{self.name} sent what is no chat completion ({self._shown(error)}): "
                "see that OPENAI_BASE_URL is a server that speaks the OpenAI wire."
            ) from error

    def _unusable(self, error: Exception) -> str:
        return (
            f"{self.name} cannot be used ({self._shown(error)}): "
            "see OPENAI_BASE_URL, OPENAI_API_KEY, KUTIP_LLM_MODEL."
        )

    def _shown(self, error: Exception) -> str:
        """Return what the server said, at no great length and without the key, which some servers repeat."""
        text = _without_forbidden(str(error)).replace(self._api_key, "…")
        return text[:_SHOWN_CHARACTERS]


def _without_forbidden(text: str) -> str:
    r"""Replace NUL and lone surrogates, which no answer can hold but JSON can name ("\ud83d")."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)
