"""The doors out: JSON over HTTP."""
