"""Whether the evidence carries what a sentence claims, and with which words.

Nothing here searches or writes an answer. Start with `attribution.py`: from a sentence to its verdict.
"""
