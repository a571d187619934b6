"""`python -m benchmarks --data FOLDER`: run every benchmark that takes only minutes, one after another."""

from benchmarks import (
    analysis,
    capacity,
    chat,
    claims,
    concurrency,
    diversity,
    doors,
    embedding,
    follow_ups,
    peers,
    retrieval,
    scale,
    sentences,
    serving,
    streaming,
)

_SPEED = (embedding, serving, concurrency, chat, doors, streaming, scale)
_QUALITY = (retrieval, analysis, sentences, diversity, claims, follow_ups, peers)


def main() -> None:
    """Run the benchmarks and print their tables."""
    for module in (*_SPEED, *_QUALITY, capacity):  # capacity is last because it reads the other pages
        print(f"\n{module.__doc__.splitlines()[0] if module.__doc__ else module.__name__}\n")
        module.main()


if __name__ == "__main__":
    main()
