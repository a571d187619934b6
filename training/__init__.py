"""Trains the bundled cross-encoder from the bundled encoder's weights: `make reader`.

Start with `README.md`, then `train.py`. Nothing in `rag/`, `api/` or `embeddings/` imports this package.
"""
