"""Corrects the reason for a refusal if the passages that are shown say otherwise."""

from collections.abc import Sequence

from rag.conversation.follow_ups import meaningful_words
from rag.datatypes import Hit
from rag.search.retrieval import Query
from rag.text.languages import words

# Passages with this share of the words of a question are about it, whatever a model reads in them.
_SHARE = 0.5


def true_reason(reason: str, query: Query, hits: Sequence[Hit]) -> str:
    """Return the reason to show: not "nothing was found about this" above passages about this."""
    text = query.untimed or query.text
    if reason == "nothing_relevant" and any(has_words_of(hit, text, share=_SHARE) for hit in hits):
        return "evidence_does_not_answer"
    return reason


def has_words_of(hit: Hit, text: str, *, share: float) -> bool:
    """Whether a passage, with its title and headings, has this share of the words of a text."""
    asked = set(words(" ".join(meaningful_words(text)), language=hit.language))
    found = asked.intersection(words(" ".join([*hit.topics, hit.text]), language=hit.language))
    return bool(asked) and len(found) >= share * len(asked)
