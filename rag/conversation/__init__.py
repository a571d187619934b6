"""What a question means after the turns before it.

Nothing here searches. Start with `follow_ups.py`, the rule; `rewriting.py` asks a language model first.
"""
