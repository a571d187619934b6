"""Articles in a folder: SQLite holds the truth, the indexes of vectors and words are derived from it.

Nothing here knows of Milvus. Start with `corpus.py`, then `database.py` and `derived_indexes.py`.
"""
