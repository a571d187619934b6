"""Asks a language model about the claims that the cross-encoder is unsure of."""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from rag.answering.draft import Draft
from rag.answering.events import ClaimCited, Event
from rag.datatypes import Citation
from rag.errors import LanguageModelError
from rag.language_model.json_texts import find_json_object, read_json_text
from rag.language_model.protocol import LanguageModel, Sampling, Usage
from rag.prompts import Message, build_review_messages, draw_frame
from rag.verification.judgement import Judged

logger = logging.getLogger(__name__)

# Short, because the reader waits for the end of the answer meanwhile.
_TIMEOUT_SECONDS = 15.0
_MAX_CHARACTERS = 20_000

_SCHEMA = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "claim": {"type": "integer"},
                    "verdict": {"type": "string", "enum": list(get_args(Judged))},
                    "quote": {"type": "integer"},
                },
                "required": ["claim", "verdict", "quote"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class _Opinion:
    """The verdict of the language model on claim number `claim`, and the number of the quote it names."""

    claim: int
    verdict: Judged
    quote: int


class ClaimReviewer:
    """Reviews the claims of an answer that are `unchecked`, all in one request.

    The language model sees only claims and quotes. Its verdict on a claim counts only if it names a quote of
    the claim. One more claim, which is made up, shows whether it agrees to anything. If it does, or fails, or
    replies with nonsense, all verdicts stay.
    """

    def __init__(self, language_model: LanguageModel, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self.language_model = language_model
        self._timeout_seconds = timeout_seconds

    async def review(self, draft: Draft) -> list[Event]:
        """Revise claims of the draft, and return an event for each revised claim."""
        unsure = _unsure(draft)
        if not unsure:
            return []
        claims = {place + 1: draft.composer.claims[place].text for place in unsure}
        quotes = {
            place + 1: {citation.number: citation.quote for citation in citations}
            for place, citations in unsure.items()
        }
        trap = max(claims) + 1
        all_quotes = {number: text for of_claim in quotes.values() for number, text in of_claim.items()}
        claims[trap], quotes[trap] = _made_up_claim(list(all_quotes.values())), all_quotes
        frame = draw_frame([*claims.values(), *all_quotes.values()])
        messages = build_review_messages(claims, quotes, frame=frame)
        try:
            text, usage = await self._ask(messages, deadline=draft.question.sampling.deadline)
        except LanguageModelError as error:
            logger.warning("%s The verdicts of the cross-encoder stay.", error)
            return []
        draft.add_usage(usage)
        opinions = list(_opinions(text, quotes))
        if any(opinion.claim == trap and opinion.verdict == "supported" for opinion in opinions):
            logger.warning("%s agrees to any claim. The verdicts stay.", self.language_model.name)
            return []
        return [event for opinion in opinions if opinion.claim != trap for event in _revise(draft, opinion)]

    async def _ask(self, messages: list[Message], *, deadline: float | None) -> tuple[str, Usage | None]:
        own_deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        deadline = own_deadline if deadline is None else min(own_deadline, deadline)
        return await read_json_text(
            self.language_model,
            messages,
            Sampling(deadline=deadline),
            schema=_SCHEMA,
            max_characters=_MAX_CHARACTERS,
        )


def _unsure(draft: Draft) -> dict[int, list[Citation]]:
    """Return the citations of each unchecked claim that has any, by the claim's place in the answer."""
    found: dict[int, list[Citation]] = {}
    for citation in draft.composer.citations:
        if draft.composer.claims[citation.claim].verdict == "unchecked":
            found.setdefault(citation.claim, []).append(citation)
    return found


def _made_up_claim(quotes: list[str]) -> str:
    """Return a claim that no quote supports."""
    while True:
        number = str(10_000 + secrets.randbelow(90_000))
        if not any(number in quote for quote in quotes):
            return f"{number} people were hurt."


def _opinions(text: str, quotes: Mapping[int, Mapping[int, str]]) -> Iterator[_Opinion]:
    """Yield the verdicts in a reply that name a claim and one of its quotes; the first on each claim."""
    seen: set[int] = set()
    for entry in _entries(text):
        claim, quote = entry.get("claim"), entry.get("quote")
        verdict: Judged | None = next((one for one in get_args(Judged) if one == entry.get("verdict")), None)
        if type(claim) is not int or type(quote) is not int or verdict is None:
            continue
        if quote in quotes.get(claim, {}) and claim not in seen:
            seen.add(claim)
            yield _Opinion(claim, verdict, quote)


def _entries(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in the list `verdicts` of a JSON text, which may stand in a Markdown code block."""
    try:
        _, reply = find_json_object(text)
    except ValueError:
        return
    entries = reply.get("verdicts")
    if isinstance(entries, list):
        yield from (entry for entry in entries if isinstance(entry, dict))


def _revise(draft: Draft, opinion: _Opinion) -> Iterator[Event]:
    place = opinion.claim - 1
    checks = dict(draft.composer.claims[place].checks)
    if opinion.verdict == "supported":  # a name that cannot be verified is no reason against the claim
        checks |= {name: True for name, passed in checks.items() if passed is False}
    checks["reviewed"] = True
    draft.composer.revise(place, opinion.verdict, number=opinion.quote, checks=checks)
    citations = [citation for citation in draft.composer.citations if citation.claim == place]
    yield ClaimCited(draft.composer.claims[place], citations, is_revised=True)
