"""The locale in which dates and lists are written in a reply."""

from babel import Locale, UnknownLocaleError


def locale_of(language: str) -> Locale:
    """Return the locale of a BCP 47 tag, or the English one if CLDR does not have it."""
    for tag in (language, language.split("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")
