"""The chat page, driven in a real Chromium against the real service."""
