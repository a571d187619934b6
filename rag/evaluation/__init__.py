"""Measures how good search, answers and verdicts are: data sets, plans and measures.

Nothing here is needed to answer a question. Start with `figures.py`; `claims.py` and `small_corpora.py` make
the other tables; `metrics.py` contains pure functions.
"""
