"""What a question asks: its language, time and kind, and what it means after the turns before it.

Nothing here searches. Start with `understanding.py`; `follow_ups.py` is the rule for follow-ups, and
`rewriting.py` tries a language model first.
"""
