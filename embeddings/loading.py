"""The encoder that a setting names. Importing this takes the four seconds that torch takes."""

from typing import Literal

import torch
from sentence_transformers import SentenceTransformer

from embeddings import bundled
from embeddings.encoder import Encoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.weights import ModelLoadError

BUNDLED = "bundled"

EngineChoice = Literal["auto", "openvino", "torch"]

# What the E5 models were trained with; their published configurations do not carry it.
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}


def load_encoder(model: str, *, engine: EngineChoice = "auto") -> Encoder:
    """Load `bundled`, or any sentence-transformers model by hub name or folder.

    `engine` concerns the bundled model alone; others run on torch, on a GPU where there is one.

    Raises:
        ModelLoadError: the model cannot be had; the message says what to do.
    """
    if model == BUNDLED:
        return SentenceTransformerEncoder(_load_bundled(engine), name=bundled.NAME)
    prompts = _E5_PROMPTS if "e5" in model.lower() else None
    try:
        return SentenceTransformerEncoder(SentenceTransformer(model, prompts=prompts), name=model)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadError(
            f"The embedding model {model!r} cannot be loaded ({reason}): "
            "give a sentence-transformers hub name or folder, or `bundled`."
        ) from error


def _load_bundled(engine: EngineChoice) -> SentenceTransformer:
    has_gpu = torch.cuda.is_available()
    if engine == "auto":
        engine = "torch" if has_gpu else "openvino"
    return bundled.load(engine=engine, device="cuda" if has_gpu and engine == "torch" else "cpu")
