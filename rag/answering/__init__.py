"""Answer methods: verbatim sentences and written answers, refusals, and the draft of an answer.

Nothing here searches or judges claims. Start with `way.py`, then `extractive.py` and `written.py`.
"""
