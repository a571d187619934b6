"""Any sentence-transformers model as an `Encoder`."""

from collections.abc import Sequence

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import batch_to_device

from embeddings.encoder import TextTooLong, batches_by_tokens
from embeddings.weights import FloatArray

# Measured on two cores: more tokens a batch gain nothing and cost memory, fewer leave cores idle.
BATCH_TOKENS = 2048


class SentenceTransformerEncoder:
    """Any sentence-transformers model, in batches of a bounded number of tokens."""

    def __init__(self, model: SentenceTransformer, *, name: str) -> None:
        self._model = model.eval()
        self.name = name
        self.dimension = _dimension(model)
        self.max_tokens = _max_tokens(model)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, prompt and special tokens not counted."""
        tokenizer = self._model.tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
        batch = backend.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in batch]

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        return self._encode(texts, prompt=self._model.prompts.get("query"))

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        return self._encode(texts, prompt=self._model.prompts.get("document"))

    def _encode(self, texts: Sequence[str], *, prompt: str | None) -> FloatArray:
        lengths = self.count_tokens(texts)
        if lengths and max(lengths) > self.max_tokens:
            raise TextTooLong(
                f"A text has {max(lengths)} tokens; {self.name} takes at most {self.max_tokens}."
            )
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch in batches_by_tokens(lengths, budget=BATCH_TOKENS):
            vectors[batch] = self._encode_batch([texts[place] for place in batch], prompt=prompt)
        return vectors

    def _encode_batch(self, texts: list[str], *, prompt: str | None) -> FloatArray:
        # What SentenceTransformer.encode does for one batch, without the tenth of a query's time that it
        # spends on sorting and on its many options.
        features = self._model.preprocess(texts, prompt=prompt)
        with torch.inference_mode():
            vectors = self._model(batch_to_device(features, self._model.device))["sentence_embedding"]
            unit = torch.nn.functional.normalize(vectors.float(), dim=1)
        encoded: FloatArray = unit.cpu().numpy()
        return encoded


def _dimension(model: SentenceTransformer) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ValueError("The model does not say the dimension of its vectors.")
    return dimension


def _max_tokens(model: SentenceTransformer) -> int:
    """Return the tokens left for a text beside the longest prompt and the two special tokens."""
    limit = model.max_seq_length or 512
    prompts = [prompt for prompt in model.prompts.values() if prompt]
    tokenizer = model.tokenizer
    backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
    used = [len(encoding) for encoding in backend.encode_batch_fast(prompts)] if prompts else [2]
    return int(limit) - max(used)
