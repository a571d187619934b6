"""Finds the data of CLDR for a language tag."""

from babel import Locale, UnknownLocaleError

from rag.text.tags import primary_language


def known_locale(tag: str) -> Locale | None:
    """Return the locale of a BCP 47 tag or of its language, or None if CLDR has neither.

    >>> known_locale("ace-Latn") is None, str(known_locale("id-Latn"))
    (True, 'id')
    """
    for name in (tag, primary_language(tag)):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def reply_locale(language: str) -> Locale:
    """Return the locale in which a reply writes dates and lists: the English one if CLDR has no other."""
    return known_locale(language) or Locale.parse("en")
