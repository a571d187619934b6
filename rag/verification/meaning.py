"""The probability that two sentences mean the same, from the encoder's similarity.

It selects the sentences that the cross-encoder reads. It gives no claim its verdict `supported`.
"""

import math
from dataclasses import dataclass

# Without a cross-encoder, a claim may be `unchecked` from this probability on.
THRESHOLD = 0.4

# Below this probability, a sentence is unrelated to the claim.
UNRELATED = 0.1


@dataclass(frozen=True)
class Meaning:
    """Log odds that a sentence supports a claim, from their similarity and their share of common words."""

    similarity: float
    coverage: float
    intercept: float

    def probability(self, similarity: float, coverage: float) -> float:
        """Return the probability of support. Both arguments are between 0 and 1."""
        log_odds = self.similarity * similarity + self.coverage * coverage + self.intercept
        return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True)
class MeaningCalibration:
    """The calibration of one encoder's similarities, within a language and across languages.

    An unsupported sentence whose similarity to a usual refusal is at least `refusal` counts as a refusal.
    `refusal` is None if it was not measured for the encoder.
    """

    same_language: Meaning
    across_languages: Meaning
    refusal: float | None = None


# Fitted on development data: claims made of question and answer, halves of sentences, and translations, each
# compared with the sentence it comes from and with others. `python -m benchmarks.claims --data FOLDER` fits
# again, but across languages with translations only, which are easier than questions with answers.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": MeaningCalibration(
        same_language=Meaning(similarity=24.9, coverage=10.3, intercept=-26.3),
        across_languages=Meaning(similarity=54.2, coverage=0.0, intercept=-44.8),
        refusal=0.885,
    )
}

# For an encoder without calibration, only words count: half of them must be in common.
BY_WORDS = MeaningCalibration(
    same_language=Meaning(similarity=0.0, coverage=12.0, intercept=-6.0),
    across_languages=Meaning(similarity=0.0, coverage=12.0, intercept=-6.0),
)


def calibration_of(encoder_name: str) -> MeaningCalibration:
    """Return the calibration of an encoder's similarities."""
    return CALIBRATIONS.get(encoder_name, BY_WORDS)
