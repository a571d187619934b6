"""The language, sentences and words of a text, and the passages of an article.

Nothing here knows about questions, corpora or vectors. Start with `languages.py`; `sentences.py` and
`words.py` split texts, `abbreviations.py` and `calendars.py` hold tables, and `passages.py` splits articles.
"""
