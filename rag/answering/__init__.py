"""Answer methods: verbatim sentences and written answers, refusals, and the draft of an answer.

Nothing here searches or judges claims. Start with `method.py`, then `extractive_method.py` and
`language_model_method.py`.
"""
