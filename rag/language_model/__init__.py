"""The language model: what is asked of one, and any server that speaks OpenAI's API.

No prompt is written here and no claim is read. Start with `protocol.py`.
"""
