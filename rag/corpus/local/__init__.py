"""Stores articles in a folder: in an SQLite database, with a vector and a keyword index derived from it.

Nothing here depends on Milvus. Start with `corpus.py`, then `database.py` and `derived_indexes.py`.
"""
