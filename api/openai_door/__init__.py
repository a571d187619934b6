"""The door for clients of OpenAI's API: what they send, and answers in the shapes they read.

No route stands here (`api/routes/` has them) and nothing is answered here. Start with `replies.py`.
"""
