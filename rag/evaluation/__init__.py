"""Measures how good search and answers are: data sets, plans and measures.

Nothing here is needed to answer a question. Start with `figures.py`; `metrics.py` contains pure functions.
"""
