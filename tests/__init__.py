"""The tests; one module for each module or door."""
