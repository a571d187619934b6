"""Texts themselves: their language, sentences and words, and the passages that an article is cut into.

Nothing here knows of a question, of a corpus or of a vector. Start with `languages.py`; `passages.py` cuts.
"""
