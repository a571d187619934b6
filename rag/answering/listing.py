"""Find the articles for a digest or a count: the lead sentence of each relevant article, the newest first."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rag.answering.best_sentences import Excerpt, excerpt_of
from rag.answering.judge import Judge
from rag.answering.true_reason import has_words_of
from rag.conversation.listings import Listing, unknown_words, without_count_frame
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters, FilterValue, Hit
from rag.reply_texts import count_sentence, more_articles_sentence, question_about
from rag.search.retrieval import Query, SearchResult
from rag.text.languages import sentence_spans
from rag.text.locales import known_locale, reply_locale
from rag.text.passages import joined_headings
from rag.text.tags import primary_language
from rag.understood import TimeSpan

# How many passages are read, and the largest number of articles in an answer.
_DEPTH = 24
MOST_ARTICLES = 5

# A digest of the latest news has the articles of the last days: of the first of these numbers of days with
# enough articles, or else of the last.
_DAYS_OF_NEWEST = (1, 2, 4, 7)

# The words before the name of a language, which may also be that of a country.
_BEFORE_LANGUAGE = r"\b(?:bahasa|berbahasa|in|en|em|auf|in lingua|bằng tiếng|tiếng)\s+"
# The words before an outlet in a topic: "gempa antara Rusia dan Jepang" names no outlet.
BEFORE_OUTLET = r"\b(?:dari|daripada|oleh|di|from|by|in|von|bei|de|du|del|da|dal|van|bởi|từ|من|от|из)\s+"
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")

# Names of languages in a question are looked up in these languages.
_LANGUAGES_OF_NAMES = (
    "id",
    "en",
    "ms",
    "zh",
    "es",
    "fr",
    "ar",
    "de",
    "pt",
    "it",
    "nl",
    "ja",
    "ko",
    "tr",
    "vi",
)

Search = Callable[[Query], SearchResult]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The articles for a digest or a count. `excerpts` are their lead sentences.

    `number` is the number of articles, and there are at least as many if `is_least`. The
    `heading` says the number.
    """

    excerpts: Sequence[Excerpt]
    number: int
    is_least: bool = False
    heading: str | None = None

    @property
    def more(self) -> int:
        """The number of articles that are left out."""
        return self.number - len(self.excerpts)

    def ending(self, language: str) -> str | None:
        """Return the sentence that says how many articles are left out, or None if there are none."""
        return more_articles_sentence(_number(self.more, self.is_least), language) if self.more else None


def list_articles(
    listing: Listing, query: Query, *, language: str, corpus: Corpus, search: Search, judge: Judge
) -> tuple[Query, SearchResult, Listed]:
    """Return the search for a digest or count with one hit an article, and the articles.

    The relevant articles are those of the best passages that the judge finds on the topic. If it finds none,
    they are those of a section with this name, or else those with a passage that has all words of the topic.
    Without a topic, all articles count that pass the filters; for "the latest news", those of the last week.
    """
    if listing.kind == "count":
        listing, query = _with_filters(listing, query, corpus)
    text = question_about(listing.topic, language) if listing.topic else query.text
    is_of_newest = not listing.topic and listing.kind == "digest" and query.recency and query.time is None
    if is_of_newest:
        query = _within_last_days(query, _DAYS_OF_NEWEST[-1], corpus)
    query = _within_time(replace(query, text=text, encoded=None, top_k=_DEPTH))
    found = search(_newest(query, corpus) if is_of_newest else query)
    if not listing.topic:
        relevant, is_least = sorted(_one_an_article(found.hits), key=_age), False
        number = corpus.counts(query.filters).articles
    else:
        on_topic = judge.on_topic(query, found)
        section = None if on_topic else _of_section(listing.topic, query, corpus)
        if section is not None:
            listing = replace(listing, topic="")
            return list_articles(
                listing, section, language=language, corpus=corpus, search=search, judge=judge
            )
        on_topic = on_topic or [hit for hit in found.hits if has_words_of(hit, listing.topic, share=1)]
        relevant = _one_an_article(on_topic)
        is_least = len(found.hits) == _DEPTH and found.hits[-1] in on_topic
        copies = {copy.article_id for hit in on_topic for copy in hit.copies}
        number = len(copies | {hit.article_id for hit in on_topic})
    shown = sorted(relevant[:MOST_ARTICLES], key=_age)
    heading = None
    if listing.kind == "count":
        heading = count_sentence(
            _number(number, is_least), listing.topic, _conditions(query.filters, language), language
        )
    found = replace(found, hits=[replace(hit, rank=rank) for rank, hit in enumerate(shown, start=1)])
    excerpts = [excerpt for hit in shown if (excerpt := _lead(hit, corpus)) is not None]
    return query, found, Listed(excerpts=excerpts, number=number, is_least=is_least, heading=heading)


def _of_section(topic: str, query: Query, corpus: Corpus) -> Query | None:
    """Return a query for the articles of the section with the name of a topic, or None if there are none."""
    names = (topic, topic.capitalize(), topic.title(), topic.upper())
    filters = replace(query.filters, section=tuple(dict.fromkeys(names)))
    is_one = not query.filters.section and corpus.counts(filters).articles > 0
    return replace(query, filters=filters) if is_one else None


def _within_last_days(query: Query, number: int, corpus: Corpus) -> Query:
    """Return a query for the articles of so many days up to the newest article."""
    days = corpus.published_days()
    if days is None:
        return query
    return replace(query, time=TimeSpan(first=days[1] - timedelta(days=number - 1), last=None))


def _newest(query: Query, corpus: Corpus) -> Query:
    """Return a query for the articles of the last days, of as few as have enough articles."""
    for number in _DAYS_OF_NEWEST:
        narrowed = _within_time(_within_last_days(query, number, corpus))
        if corpus.counts(narrowed.filters).articles >= MOST_ARTICLES:
            return narrowed
    return query


def _within_time(query: Query) -> Query:
    """Turn the time of a query into filters: articles are of the time when they appeared."""
    filters, time = query.filters, query.time
    if time is not None:
        first = max(filter(None, (filters.published_from, time.first)), default=None)
        last = min(filter(None, (filters.published_to, time.last)), default=None)
        filters = replace(filters, published_from=first, published_to=last)
    return replace(query, filters=filters, time=None, recency=False, untimed=None)


def is_for_articles(listing: Listing, corpus: Corpus) -> bool:
    """Whether a question asks for a digest of articles or for their number.

    All words of a count must be known: articles, a topic, outlets and languages of the corpus.
    """
    if listing.kind == "list":
        return False
    _, _, rest = filters_in(listing.rest, corpus)
    return not unknown_words(rest)


def _with_filters(listing: Listing, query: Query, corpus: Corpus) -> tuple[Listing, Query]:
    """Move the outlets and languages in the words of a count to the filters."""
    outlets, languages, _ = filters_in(listing.rest, corpus)
    topic = without_count_frame(listing.topic)
    more_outlets, more_languages, topic = filters_in(topic, corpus, before_outlet=BEFORE_OUTLET)
    filters = replace(
        query.filters,
        outlet=_narrowed(query.filters.outlet, outlets + more_outlets),
        language=_narrowed(query.filters.language, languages + more_languages),
    )
    return replace(listing, topic=without_count_frame(topic)), replace(query, filters=filters)


def _narrowed(allowed: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the values that a question names; where the caller's filter has values, only those of both.

    If no value is in both, those of the filter stay.
    """
    both = [value for value in named if not allowed or value in allowed]
    return tuple(both or allowed)


def filters_in(
    text: str, corpus: Corpus, *, before_outlet: str = ""
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the outlets and languages that a text names, and the text without their names."""
    values = corpus.filter_values()
    named = [(outlet.value, outlet.value) for outlet in values.outlets]
    outlets, text = _take(text, named, after=before_outlet)
    languages, text = _take(text, _language_names(values.languages), after=_BEFORE_LANGUAGE)
    return outlets, languages, text


def _take(text: str, named: Sequence[tuple[str, str]], *, after: str = "") -> tuple[tuple[str, ...], str]:
    """Return the values whose names a text has in any case, longest first, and the text without them.

    A name is a whole word. With `after`, it counts only behind one of these words, unless its script has no
    spaces: "bahasa Indonesia" names a language, and "tentang Indonesia" a country.
    """
    by_name: dict[str, list[tuple[str, str]]] = {}
    for name, value in named:
        by_name.setdefault(name.casefold(), []).append((name, value))
    found: dict[str, None] = {}
    for same in sorted(by_name.values(), key=lambda one: len(one[0][0]), reverse=True):
        name = re.escape(same[0][0])  # subtle: "İstanbul" has one letter more in lower case
        pattern = name if _WITHOUT_SPACES.search(name) else rf"{after}(?<!\w){name}(?!\w)"
        match = re.search(pattern, text, re.IGNORECASE) if name else None
        if match is not None:
            found |= dict.fromkeys(value for _, value in same)
            text = text[: match.start()] + text[match.end() :]
    return tuple(found), text


def _language_names(languages: Sequence[FilterValue]) -> list[tuple[str, str]]:
    return [
        (name, language.value)
        for language in languages
        for spoken in _LANGUAGES_OF_NAMES
        if len(name := _language_name(language.value, spoken)) > 1
    ]


def _language_name(tag: str, spoken: str) -> str:
    """Return the name of a language in another one, or its tag if the name is unknown."""
    locale = known_locale(tag)
    return (locale and locale.get_language_name(reply_locale(spoken))) or tag


def _conditions(filters: Filters, language: str) -> list[str]:
    """Return the filters as words in a language, for the sentence with the number."""
    days = [day.isoformat() if day else "…" for day in (filters.published_from, filters.published_to)]
    return [
        *filters.outlet,
        *(_language_name(tag, primary_language(language)) for tag in filters.language),
        *filters.author,
        *filters.section,
        *([" – ".join(days)] if filters.has_dates else []),
    ]


def _one_an_article(hits: Sequence[Hit]) -> list[Hit]:
    """Return the first hit of each article."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article_id, hit)
    return list(best.values())


def _age(hit: Hit) -> float:
    return -hit.published_at.timestamp() if hit.published_at else float("inf")


def _lead(hit: Hit, corpus: Corpus) -> Excerpt | None:
    """Return the first sentence of a hit's article, or None if there is none or the article was removed."""
    article = corpus.article(hit.article_id, version=hit.article_version)
    if article is None:
        return None
    with_text = [one for one in article.numbered_paragraphs() if any(map(str.isalnum, one.text))]
    if not with_text:
        return None
    paragraph = next((one for one in with_text if one.number not in article.headings), with_text[0])
    headings = article.headings_above(paragraph.number)
    first = replace(
        hit,
        paragraph=paragraph.number,
        start=paragraph.start,
        end=paragraph.end,
        text=paragraph.text,
        heading=joined_headings(headings),
        headings=headings,
    )
    return excerpt_of(first, sentence_spans(paragraph.text, language=article.language)[:1])


def _number(number: int, is_least: bool) -> str:
    return f"{number}+" if is_least else str(number)
