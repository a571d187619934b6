"""How much a passage resembles a question, beyond what two texts of their languages have in common.

Encoders give similarities of different size to texts of different languages. With the bundled encoder, a
question and an unrelated passage have .83 on average in Chinese, and .78 in English. So the
resemblance is `q·p - (q·s + r·p) / 2`, where q and p are the vectors of question and passage, and r and s
those of a refusal in their languages, a sentence about nothing else.
"""

import threading

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.datatypes import Hit
from rag.reply_texts import refusal_sentence
from rag.text.passages import texts_to_encode


class Resemblance:
    """Measures resemblance with an encoder; safe to use from several threads at once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._references: dict[str, tuple[FloatArray, FloatArray]] = {}
        self._encoding = threading.Lock()

    def of(self, question: FloatArray, hit: Hit, *, language: str) -> float:
        """Return the resemblance of a hit to the vector of a question in `language`.

        It is their cosine similarity, less the mean of two others: of the question and a refusal in the
        language of the hit, and of a refusal in the language of the question and the hit.
        """
        passage = self._encode(hit)
        as_question, _ = self._reference(language)
        _, as_passage = self._reference(hit.language)
        return float(question @ passage - (question @ as_passage + as_question @ passage) / 2)

    def _encode(self, hit: Hit) -> FloatArray:
        """Return the vector of a hit as the index holds it."""
        texts = texts_to_encode(
            hit.title,
            [(hit.heading, hit.text)],
            count_tokens=self._encoder.count_tokens,
            max_tokens=self._encoder.max_tokens,
        )
        vector: FloatArray = self._encoder.encode_passages(texts)[0]
        return vector

    def _reference(self, language: str) -> tuple[FloatArray, FloatArray]:
        """Return the refusal in a language, encoded as a question and as a passage."""
        sentence = refusal_sentence(language)
        with self._encoding:
            if sentence not in self._references:
                self._references[sentence] = (
                    self._encoder.encode_queries([sentence])[0],
                    self._encoder.encode_passages([sentence])[0],
                )
            return self._references[sentence]
