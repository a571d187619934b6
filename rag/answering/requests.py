"""Choose the sentences for a request about the last answer: more of its evidence, less of it, or its time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.best_sentences import Excerpt, excerpt_of
from rag.answering.draft import Draft
from rag.answering.judge import Choice
from rag.conversation.follow_ups import meaningful_words
from rag.datatypes import Hit
from rag.search.quoted import plain
from rag.text.languages import Span, sentence_spans
from rag.verification.facts import find_facts
from rag.verification.facts.dates import DateMention

# How many sentences "more" adds to those of the last answer.
_MORE_SENTENCES = 4

# A number without a unit that is a year.
_YEAR = re.compile(r"(1\d|20|21)\d\d")


def is_on_request(draft: Draft) -> bool:
    """Whether the question asks for more or less of the evidence of the last answer, if it was found."""
    last_answer = draft.understanding.last_answer
    asked = last_answer.request if last_answer else None
    return draft.quoted is not None and asked in ("more", "less")


def choice_on_request(draft: Draft) -> Choice | None:
    """Return the sentences that a request about the last answer asks for.

    None if the question is no such request, or if there is no evidence for more or less of it. If the last
    answer was a refusal, the time is that of the best hit.
    """
    last_answer = draft.understanding.last_answer
    first = draft.quoted or next(iter(draft.found.hits), None)
    if last_answer is None or first is None:
        return None
    evidence = _evidence(first, draft.found.hits)
    shown = " ".join(last_answer.text.split())
    if last_answer.request == "when":
        timed = _with_time(evidence, shown)
        return Choice((timed,)) if timed else Choice(refusal_reason="evidence_does_not_answer")
    if not is_on_request(draft):
        return None
    longer = tuple(_longer(evidence, shown)) if last_answer.request == "more" else ()
    return Choice(longer or (_shorter(first, draft, shown),))


def new_first(draft: Draft, choice: Choice) -> Choice:
    """Return the same sentences, but for a follow-up without a topic word those first that are new."""
    last_answer = draft.understanding.last_answer
    if last_answer is None or meaningful_words(draft.question.text):
        return choice
    shown = " ".join(last_answer.text.split())
    ordered = sorted(
        choice.excerpts, key=lambda excerpt: all(plain(one) in shown for one in excerpt.sentences)
    )
    return replace(choice, excerpts=tuple(ordered))


def _evidence(quoted: Hit, hits: Sequence[Hit]) -> list[Hit]:
    """Return the quoted passage, and after it the other hits of its article, in the order of the hits."""
    others = [
        hit for hit in hits if hit.article_id == quoted.article_id and hit.passage_id != quoted.passage_id
    ]
    return [quoted, *others]


def _longer(evidence: Sequence[Hit], shown: str) -> Iterator[Excerpt]:
    """Yield an excerpt a passage, until four sentences are new; a passage begins with its first sentence."""
    left = _MORE_SENTENCES
    for hit in evidence:
        spans = _spans(hit)
        known = [place for place, span in enumerate(spans) if _is_shown(hit, span, shown)]
        new = [place for place in range(len(spans)) if place not in known][:left]
        if not left:
            return
        left -= len(new)
        yield excerpt_of(hit, spans[: max([*known, *new]) + 1])


def _shorter(hit: Hit, draft: Draft, shown: str) -> Excerpt:
    """Return the sentence of a passage that answers best, of those that were shown if there are any."""
    spans = _spans(hit)
    reading = draft.found.readings.get(hit.passage_id)
    scores = reading.scores if reading and len(reading.scores) == len(spans) else [0.0] * len(spans)
    _, span = max(zip(scores, spans, strict=True), key=lambda pair: (_is_shown(hit, pair[1], shown), pair[0]))
    return excerpt_of(hit, [span])


def _with_time(evidence: Sequence[Hit], shown: str) -> Excerpt | None:
    """Return the sentence with the most exact time in the first passage that gives a time.

    Of equally exact ones, it is one that was shown, else the one nearest to it.
    """
    for hit in evidence:
        spans = _spans(hit)
        told = [place for place, span in enumerate(spans) if _is_shown(hit, span, shown)] or [0]
        exactness = [_exactness(hit, span) for span in spans]
        best = max(range(len(spans)), key=lambda place: (exactness[place], -abs(place - told[0])))
        if exactness[best]:
            return excerpt_of(hit, [spans[best]])
    return None


def _exactness(hit: Hit, span: Span) -> int:
    """Return how exactly a sentence says when: 3 for a day, 2 for a month, 1 for a year, 0 if it does not."""
    reference = hit.published_at.date() if hit.published_at else None
    facts = find_facts(hit.text[slice(*span)], language=hit.language, reference=reference)
    has_year = any(_YEAR.fullmatch(quantity.text) for quantity in facts.quantities)
    return max(map(_exactness_of, facts.dates), default=int(has_year))


def _exactness_of(mention: DateMention) -> int:
    if mention.weekday is not None or any(day.day for day in mention.days):
        return 3
    return 2 if any(day.month for day in mention.days) else 1


def _spans(hit: Hit) -> list[Span]:
    return sentence_spans(hit.text, language=hit.language)


def _is_shown(hit: Hit, span: Span, shown: str) -> bool:
    return plain(hit.text[slice(*span)]) in shown
