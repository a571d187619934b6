"""Request bodies and reply formats for clients of OpenAI's API.

The routes are in `api/routes/`, and the service answers the questions. Start with `replies.py`.
"""
