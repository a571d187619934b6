"""Text to vectors, vectors to neighbours; knows nothing of articles."""
