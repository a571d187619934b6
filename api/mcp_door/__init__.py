"""The door for assistants: search, ask and read as tools of the Model Context Protocol.

Nothing here answers; the tools call the service. Start with `tools.py`; `server.py` offers them.
"""
