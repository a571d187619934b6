"""Find what a question is answered from: passages, several articles, or nothing for small talk."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rag.answering.draft import Draft
from rag.answering.judge import Judge
from rag.answering.listing import is_for_articles, list_articles
from rag.answering.other_time import evidence_of_other_times, other_time_refusal
from rag.answering.refusal import no_hits_reason
from rag.answering.requests import is_on_request
from rag.answering.small_talk_reply import small_talk_reply
from rag.conversation.listings import Listing
from rag.conversation.understanding import LastAnswer, Understanding
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters, Hit
from rag.search.quoted import quoted_hit
from rag.search.retrieval import NOTHING_FOUND, Query, SearchResult
from rag.understood import QuestionKind

# Makes a draft of what was understood and found.
MakeDraft = Callable[..., Draft]


class Finder:
    """Makes the draft of an answer: searches, and decides whether the question must be refused.

    `search` searches in the way of all answers.
    """

    def __init__(self, corpus: Corpus, *, judge: Judge, search: Callable[[Query], SearchResult]) -> None:
        self._corpus = corpus
        self._judge = judge
        self._search = search

    def find(self, draft: MakeDraft, understanding: Understanding, query: Query, *, language: str) -> Draft:
        """Return a draft in `language` with what it is answered from, or with the reason to refuse."""
        draft = partial(draft, language=language)
        listing = understanding.listing
        if understanding.understood.kind == "not_a_question":
            decided = draft(understanding, query=query, found=NOTHING_FOUND)
            reply = small_talk_reply(self._corpus, language, filters=query.filters)
            decided.refuse_with("not_a_question", reply)
            return decided
        is_on_answer = understanding.last_answer is not None and understanding.last_answer.request is not None
        if listing is not None and not is_on_answer and is_for_articles(listing, self._corpus):
            return self._find_articles(draft, understanding, query, listing, language=language)
        return self._find_passages(draft, understanding, query)

    def _find_articles(
        self,
        draft: MakeDraft,
        understanding: Understanding,
        query: Query,
        listing: Listing,
        *,
        language: str,
    ) -> Draft:
        """Find the articles for a digest or a count."""
        kind: QuestionKind = "count" if listing.kind == "count" else "digest"
        find = partial(
            list_articles,
            listing,
            language=language,
            corpus=self._corpus,
            search=self._search,
            judge=self._judge,
        )
        asked, time = query, understanding.understood.time
        query, found, listed = find(asked)
        others = None
        if time is not None and not listed.number:
            _, others, listed_of_others = find(replace(asked, time=None))
            others = others if listed_of_others.number else None
        decided = draft(understanding.of_kind(kind), query=query, found=others or found, listed=listed)
        if others is not None:
            decided.refuse_with("other_time", other_time_refusal(others, time, language=language))
        elif not listed.number:
            is_any_left = self._corpus.counts(asked.filters).articles > 0
            none_left = no_hits_reason(self._corpus, asked.filters)
            decided.refusal_reason = "nothing_relevant" if is_any_left else none_left
        return decided

    def _find_passages(self, draft: MakeDraft, understanding: Understanding, query: Query) -> Draft:
        """Find the passages that may answer a question."""
        quoted = self._quoted(understanding.last_answer, query.filters)
        if quoted is not None:
            query = replace(query, first_article=quoted.article_id)
        with_topic = self._search_with_topic(query, understanding.last_answer)
        query, found = with_topic or (query, self._search(query))
        others = evidence_of_other_times(found, assess=partial(self._judge.assess, query))
        understanding = understanding.searched_for(query.text)
        decided = draft(understanding, query=query, found=others or found, quoted=quoted)
        if others is not None:
            refusal = other_time_refusal(others, query.time, language=decided.language)
            decided.refuse_with("other_time", refusal)
        elif not found.hits and found.other_times:
            decided.refusal_reason = "nothing_relevant"
        elif not found.hits:
            decided.refusal_reason = no_hits_reason(self._corpus, query.filters)
        elif not is_on_request(decided):
            decided.refusal_reason = self._judge.relevance_refusal(query, found)
        return decided

    def _quoted(self, last_answer: LastAnswer | None, filters: Filters) -> Hit | None:
        """Return the passage that the last answer quotes, if the question may be about it."""
        return None if last_answer is None else quoted_hit(self._corpus, last_answer.text, filters=filters)

    def _search_with_topic(
        self, query: Query, last_answer: LastAnswer | None
    ) -> tuple[Query, SearchResult] | None:
        """Search as if the question were a follow-up. None unless the article of the last answer answers."""
        completed = None if last_answer is None else last_answer.completed
        if query.first_article is None or completed is None:
            return None
        query = replace(query, text=completed.text, encoded=completed.encoded, untimed=None)
        found = self._search(query)
        is_first = bool(found.hits) and found.hits[0].article_id == query.first_article
        is_answered = is_first and self._judge.choose(query, found).refusal_reason is None
        return (query, found) if is_answered else None
