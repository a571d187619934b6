"""Any sentence-transformers model as an `Encoder`."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import batch_to_device
from tokenizers import Tokenizer

from embeddings.encoder import TextTooLong, batches_by_tokens
from embeddings.unigram import UnigramTokenizer
from embeddings.weights import FloatArray

# Tokens per batch. Measured on two cores: more tokens gain nothing and cost memory, fewer leave cores idle.
# The number for a GPU, which processes thousands of values at once, is an estimate and not measured.
BATCH_TOKENS = 2048
GPU_BATCH_TOKENS = 32_768

# Queries that arrive together differ in length, so 40 % of one batch of them would be padding. A hundred
# tokens keep two cores nearly as busy as a thousand.
QUERY_BATCH_TOKENS = 128

# For models that state no limit, or a limit that no text reaches.
_LONGEST_TEXT_TOKENS = 1_000_000

# The names that models give to their prompt for passages.
_PASSAGE_PROMPTS = ("document", "passage", "corpus")

# `[CLS]` and `[SEP]`, or `<s>` and `</s>`.
_SPECIAL_TOKENS = 2

TokenCounter = Callable[[Sequence[str]], list[int]]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, in batches with a limited number of tokens."""

    def __init__(self, model: SentenceTransformer, *, name: str) -> None:
        self._model = model.eval()
        self._count_tokens = _token_counter(model)
        self.name = name
        self.dimension = _dimension(model)
        self.max_tokens = _max_tokens(model, self._count_tokens)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, without the prompt and special tokens."""
        return self._count_tokens(texts)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        return self._encode(texts, prompt=self._model.prompts.get("query"), cpu_budget=QUERY_BATCH_TOKENS)

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        prompts = self._model.prompts
        prompt = next((prompts[name] for name in _PASSAGE_PROMPTS if prompts.get(name)), None)
        return self._encode(texts, prompt=prompt, cpu_budget=BATCH_TOKENS)

    def _encode(self, texts: Sequence[str], *, prompt: str | None, cpu_budget: int) -> FloatArray:
        lengths = self.count_tokens(texts)
        if lengths and max(lengths) > self.max_tokens:
            raise TextTooLong(
                f"A text has {max(lengths)} tokens; {self.name} takes at most {self.max_tokens}."
            )
        budget = cpu_budget if self._model.device.type == "cpu" else GPU_BATCH_TOKENS
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch in batches_by_tokens(lengths, budget=budget):
            vectors[batch] = self._encode_batch([texts[place] for place in batch], prompt=prompt)
        return vectors

    def _encode_batch(self, texts: list[str], *, prompt: str | None) -> FloatArray:
        # The same as SentenceTransformer.encode for one batch. This saves a tenth of a query's time, which
        # that function spends on sorting and on its many options.
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


def _token_counter(model: SentenceTransformer) -> TokenCounter:
    """Return a counter of tokens that neither pads nor truncates."""
    tokenizer = model.tokenizer
    if isinstance(tokenizer, UnigramTokenizer):
        return tokenizer.count_tokens
    if not isinstance(tokenizer, Tokenizer):
        # subtle: a copy, because a Hugging Face tokenizer turns both on to encode a batch and leaves them on.
        tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return lambda texts: list(map(len, tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)))


def _max_tokens(model: SentenceTransformer, count_tokens: TokenCounter) -> int:
    """Return the number of tokens left for a text after the longest prompt and the two special tokens."""
    limit = min(model.max_seq_length or 512, _LONGEST_TEXT_TOKENS)
    return limit - max(count_tokens(["", *filter(None, model.prompts.values())])) - _SPECIAL_TOKENS
