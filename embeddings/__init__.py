"""Turns texts into vectors and finds the nearest vectors; knows nothing about articles.

Start with `encoder.py` and `vector_index.py`.
"""
