"""The words of numbers, units and currencies, in every language that CLDR has."""

from babel import localedata

from rag.text.tags import primary_language
from rag.verification.facts.lexicon import fold, lexicon
from rag.verification.facts.numbers import find_quantities


def test_every_currency_before_a_number_is_known_in_every_language() -> None:
    languages = {primary_language(name.replace("_", "-")) for name in localedata.locale_identifiers()}
    for language in sorted(languages):
        words = lexicon(language)
        assert words.currency_signs.items() <= words.currencies.items(), language


def test_turkish_lira_are_no_teaspoons_in_german() -> None:
    (lira,), _ = find_quantities(fold("Der Preis stieg auf TL 500."), language="de")
    (same,), _ = find_quantities(fold("500 Lira"), language="tr")
    assert lira.equals(same)
