"""Search, ask and read as tools of the Model Context Protocol (MCP), for AI assistants.

The tools only call the service; nothing here answers questions itself. Start with `tools.py`, which defines
the tools. `server.py` serves them.
"""
