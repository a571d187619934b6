"""`python -m benchmarks --data FOLDER`: every measurement that takes minutes, one after the other."""

from benchmarks import (
    analysis,
    capacity,
    chat,
    claims,
    concurrency,
    diversity,
    embedding,
    follow_ups,
    peers,
    retrieval,
    scale,
    serving,
    streaming,
)

_SPEED = (embedding, serving, concurrency, chat, streaming, scale)
_QUALITY = (retrieval, analysis, diversity, claims, follow_ups, peers)


def main() -> None:
    """Print every table."""
    for module in (*_SPEED, *_QUALITY, capacity):  # which reads the pages of others
        print(f"\n{module.__doc__.splitlines()[0] if module.__doc__ else module.__name__}\n")
        module.main()


if __name__ == "__main__":
    main()
