"""Completes follow-up questions from the turns before them.

Nothing here searches. Start with `follow_ups.py`, the rule; `rewriting.py` tries a language model first.
"""
