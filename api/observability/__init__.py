"""Logs, metrics for Prometheus and traces of each request.

Nothing here changes a reply, except that the header X-Request-ID is added. Start with `observation.py`.
"""
