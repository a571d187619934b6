"""The interface of a language model, and the client for servers with an OpenAI-compatible API.

This package writes no prompts and checks no claims. Start with `protocol.py`.
"""
