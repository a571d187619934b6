"""The question-answering pipeline: read, cut into passages, store, search, answer, cite."""
