"""Request bodies and reply formats for clients of Anthropic's Messages API.

The messages, models, markers and citations are those of `api/openai_door/`; only the formats differ. Start
with `message_events.py`. The route is in `api/routes/messages.py`.
"""
