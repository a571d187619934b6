"""Stores and searches articles.

`local/` stores articles in a folder, and `milvus/` stores them on a server. Neither imports the other. This
folder contains the code that both need. Other packages interpret questions and fuse the results of searches.
Start with `protocol.py`, the interface of a corpus.
"""
