"""Benchmarks. Run one with `python -m benchmarks.NAME`, or most of them with `make bench`."""
