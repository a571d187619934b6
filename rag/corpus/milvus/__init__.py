"""Stores articles on a Milvus server, which several services read and write at the same time.

Milvus has no transactions. Nothing here depends on SQLite or a data folder. Start with `corpus.py`;
`generations.py` describes how articles are written.
"""
