"""Verification of claims: does the evidence support a sentence, and which words of the evidence do?

Nothing here searches or writes answers. Start with `attribution.py`, which gives a sentence its verdict.
"""
