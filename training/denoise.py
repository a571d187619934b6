"""Sort the mined negatives with the package's cross-encoder: `python -m training.denoise --shared FOLDER`.

A mined passage that the cross-encoder takes for a sure answer often is one, and a passage that it surely
refuses teaches it nothing. So each question keeps the passages between the two (Qu et al. 2021,
https://arxiv.org/abs/2010.08191), or else all that are no sure answers. Repeat this after each step of
training, before the next draw.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from embeddings.cross_encoder import CrossEncoder
from embeddings.loading import load_cross_encoder
from training.data import Articles, Place
from training.examples import question_rows
from training.hard_negatives import CACHE, cache_key

# Log odds that a passage answers. Of passages above the first about half do answer, of those below the
# second hardly any.
SURE_ANSWER, SURE_REFUSAL = 1.5, -4.0

_SAVE_EVERY = 2000


def main() -> None:
    """Read the command line, and rewrite the file of negatives as it goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with train/ and eval/")
    parser.add_argument("--folder", type=Path, default=Path("build/reader"), help="folder of the negatives")
    options = parser.parse_args()
    cache = options.folder / CACHE
    articles, cross_encoder = Articles(options.shared), load_cross_encoder()
    found: dict[str, list[tuple[str, int]]] = json.loads(cache.read_text())
    rows = question_rows(options.shared, articles)
    questions = {cache_key(row): row.question for row in rows if row.answers}
    for number, (key, question) in enumerate(questions.items(), start=1):
        if found.get(key):
            texts = [articles.text(Place(*place)) for place in found[key]]
            found[key] = [found[key][kept] for kept in useful(cross_encoder, question, texts)]
        if number % _SAVE_EVERY == 0 or number == len(questions):
            cache.write_text(json.dumps(found))
            print(f"{number} of {len(questions)} questions", flush=True)  # noqa: T201


def useful(cross_encoder: CrossEncoder, question: str, passages: Sequence[str]) -> list[int]:
    """Return the numbers of the passages from which training learns that they do not answer."""
    readings = cross_encoder.read(question, [[passage] for passage in passages])
    scores = [reading.relevance for reading in readings]
    unsure = [number for number, score in enumerate(scores) if SURE_REFUSAL < score < SURE_ANSWER]
    return unsure or [number for number, score in enumerate(scores) if score < SURE_ANSWER]


if __name__ == "__main__":
    main()
