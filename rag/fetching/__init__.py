"""Fetches articles, feeds and sitemaps from the web, politely. Start with `sources.py`.

Files are no concern of this package. `rag/reading` turns what was fetched into articles.
"""
