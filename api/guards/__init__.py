"""Middleware that runs before the routes: keys, rate limits, body sizes, origins, security headers.

Nothing here looks at the question. Start with `access.py`, which every request passes.
"""
