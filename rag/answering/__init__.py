"""Answers as they are made: verbatim sentences, refusals, and the draft with what is told of it meanwhile.

Nothing here searches, and no claim is judged here. Start with `way.py`, then `extractive.py`, `written.py`.
"""
