"""Real clients of the chat APIs, each run with its own library in an environment of its own.

`python -m tests.clients` runs them all and writes the table in `docs/clients.md`. It needs a package index.
"""
