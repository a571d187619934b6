"""What is noted of each request: lines of the log, measures for Prometheus, spans for a collector.

Nothing here changes a reply, but for its name in a header. Start with `observation.py`.
"""
