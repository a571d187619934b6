"""Finds what a question is answered from, and answers: verbatim, written, as a digest, a count or a refusal.

Nothing here judges claims. Start with `finder.py` and `method.py`, then `extractive_method.py` and
`language_model_method.py`.
"""
