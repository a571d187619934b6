"""One module for each format that is not a plain page: each reads a stream and yields its entries.

A reader takes a buffered binary stream and yields an `Entry` for each article, or for each reason why there
is none. It never knows the name of the file. Start with `registry.py`, which lists the readers by suffix.
"""
