"""Does a sentence say the same as another? A probability from the encoder's similarity.

A trained model of claim support would take the place of `Meaning.probability`.
"""

import math
from dataclasses import dataclass

# From this probability on a claim counts as supported in meaning. On the development pairs below it keeps
# .94 of the supported claims (.84 across languages) and .08 of those beside the point (.25).
THRESHOLD = 0.4

# From here on nothing but the meaning is needed: .84 of translations, .04 of other lines of the article.
CERTAIN = 0.8

# Below this a sentence has nothing to do with the claim.
UNRELATED = 0.1


@dataclass(frozen=True)
class Meaning:
    """Log odds that a sentence supports a claim, from their similarity and the share of words they share."""

    similarity: float
    coverage: float
    intercept: float

    def probability(self, similarity: float, coverage: float) -> float:
        """Return the probability of support; both arguments are 0 to 1."""
        log_odds = self.similarity * similarity + self.coverage * coverage + self.intercept
        return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True)
class MeaningCalibration:
    """How one encoder's similarities read, within a language and across languages.

    From `refusal` on, a sentence that nothing supports and that is this similar to a refusal is one; None
    where nobody measured it.
    """

    same_language: Meaning
    across_languages: Meaning
    refusal: float | None = None


# Fitted on development data: claims made of question and answer, halves of sentences and translations,
# against the sentence they come from and against others. `python -m benchmarks.claims --data FOLDER` fits
# again; across languages it has the translations alone, which are easier than questions with answers.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": MeaningCalibration(
        same_language=Meaning(similarity=24.9, coverage=10.3, intercept=-26.3),
        across_languages=Meaning(similarity=54.2, coverage=0.0, intercept=-44.8),
        refusal=0.885,
    )
}

# For an encoder that nobody calibrated, the words alone: half of them must be there.
BY_WORDS = MeaningCalibration(
    same_language=Meaning(similarity=0.0, coverage=12.0, intercept=-6.0),
    across_languages=Meaning(similarity=0.0, coverage=12.0, intercept=-6.0),
)


def calibration_of(encoder_name: str) -> MeaningCalibration:
    """Return how the encoder's similarities read."""
    return CALIBRATIONS.get(encoder_name, BY_WORDS)
