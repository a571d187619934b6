"""The locale in which dates and lists are written in a reply."""

from babel import Locale, UnknownLocaleError

from rag.text.tags import primary_language


def locale_of(language: str) -> Locale:
    """Return the locale of a BCP 47 tag, or the English one if CLDR does not have it."""
    for tag in (language, primary_language(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")
