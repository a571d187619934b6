"""How good search and answers are: data sets, what is asked of which articles, and the measures.

Nothing here is needed to answer a question. Start with `figures.py`; `metrics.py` holds pure functions.
"""
