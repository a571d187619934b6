"""What a request passes before anything is done for it: keys, rates, sizes, origins; and replies' headers.

Nothing here knows what is asked. Start with `access.py`, the one place that every request passes.
"""
