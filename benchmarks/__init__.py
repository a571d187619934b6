"""Commands that measure, each `python -m benchmarks.NAME`; all of them by `make bench`."""
