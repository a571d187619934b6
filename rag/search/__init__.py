"""From a query to the passages that matter: two legs, one list, near-copies folded, a reranker's order.

Nothing here decides whether a question is answered, and nothing is written. Start with `retrieval.py`.
"""
