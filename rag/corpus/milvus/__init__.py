"""Articles on a Milvus server, read and written by several services at once, without transactions.

Nothing here knows of SQLite or of a folder. Start with `corpus.py`; `generations.py` tells how it is written.
"""
