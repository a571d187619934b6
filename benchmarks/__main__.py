"""`python -m benchmarks --data FOLDER`: every measurement that takes minutes, one after the other."""

from benchmarks import chat, claims, diversity, embedding, follow_ups, retrieval, serving, streaming


def main() -> None:
    """Print every table."""
    for module in (embedding, serving, chat, streaming, retrieval, diversity, claims, follow_ups):
        print(f"\n{module.__doc__.splitlines()[0] if module.__doc__ else module.__name__}\n")
        module.main()


if __name__ == "__main__":
    main()
