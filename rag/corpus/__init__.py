"""Where articles are kept and searched, and what every such place can do.

`local/` keeps them in a folder, `milvus/` on a server; neither knows of the other.
What both need stands here. No question is understood here, and no list of hits is mixed with another. Start
with `protocol.py`.
"""
