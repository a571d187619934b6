"""The reply to a greeting, a test or a question about Kutip itself: what can be asked."""

from dataclasses import replace

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from icu4py.messageformat import MessageFormat

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters
from rag.reply_texts import ARTICLES, DAYS, NO_ARTICLES, TOPICS, in_language
from rag.text.locales import reply_locale

_TOPICS = 3
_LONGEST_TITLE = 90
_WITHOUT_BRACKETS = str.maketrans("[]<>", "()()")

# How many articles are looked at for titles.
_LOOKED_AT = 50


def small_talk_reply(corpus: Corpus, language: str, *, filters: Filters = NO_FILTERS) -> str:
    """Return how many articles pass the filters, and titles of three of them as examples.

    Without filters, the reply also says from when to when they are.
    """
    count = corpus.counts(filters).articles
    if count == 0 and filters == NO_FILTERS:
        return in_language(NO_ARTICLES, language)
    locale = reply_locale(language)
    articles = MessageFormat(in_language(ARTICLES, language), locale.language).format({"n": count})
    topics = format_list([f"“{title}”" for title in _titles(corpus, language, filters)], locale=locale)
    examples = in_language(TOPICS, language).format(topics=topics) if topics else ""
    said = articles + (_days(corpus, language, locale) if filters == NO_FILTERS else "")
    return f"{said.removesuffix('.')}{_end(said)}{examples}"


def _end(text: str) -> str:
    """Return the sign that ends a sentence in the script of a text."""
    if any("\u3040" <= sign <= "\u9fff" for sign in text):
        return "。"
    if any("\u0e00" <= sign <= "\u0e7f" for sign in text):
        return ""
    return "।" if any("\u0900" <= sign <= "\u097f" for sign in text) else "."


def _days(corpus: Corpus, language: str, locale: Locale) -> str:
    days = corpus.published_days()
    if days is None:
        return ""
    first, last = (format_date(day, "long", locale=locale) for day in days)
    if first == last:
        return ""
    return in_language(DAYS, language).format(first=first, last=last)


def _titles(corpus: Corpus, language: str, filters: Filters) -> list[str]:
    """Return up to three titles: of the last day in the asker's language, then in it, then in any."""
    days = corpus.published_days()
    newest = max(filter(None, (days and days[1], filters.published_from)), default=None)
    in_language = replace(filters, language=(language,))
    choices = [replace(in_language, published_from=newest), in_language, filters]
    if filters.language and language not in filters.language:
        choices = [filters]
    titles: dict[str, None] = {}
    for chosen in choices:
        if len(titles) < _TOPICS:
            found = corpus.articles(chosen, limit=_LOOKED_AT, cursor=None).articles
            newest_first = sorted(found, key=lambda header: str(header.published_at or ""), reverse=True)
            titles |= dict.fromkeys(_shortened(header.title) for header in newest_first if header.title)
    return list(titles)[:_TOPICS]


def _shortened(title: str) -> str:
    """Return a title on one line, without the brackets of Markdown's links and pictures."""
    one_line = " ".join(title.translate(_WITHOUT_BRACKETS).split())
    return one_line if len(one_line) <= _LONGEST_TITLE else f"{one_line[:_LONGEST_TITLE].rstrip()}…"
