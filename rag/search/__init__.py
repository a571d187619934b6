"""Search: vector and keyword search, their fusion, folding of near-copies, and reranking.

Nothing here writes answers or decides whether a question can be answered. Start with `retrieval.py`.
"""
