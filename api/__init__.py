"""The HTTP API, the MCP tools and the command line."""
