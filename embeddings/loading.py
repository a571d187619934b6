"""The encoder that a setting names."""

from typing import Literal

from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.weights import ModelLoadError

BUNDLED = "bundled"

EngineChoice = Literal["auto", "openvino", "torch"]

# Models that were trained with prompts but whose published configuration does not carry them.
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}


def load_encoder(model: str, *, engine: EngineChoice = "auto") -> Encoder:
    """Load `bundled`, or any sentence-transformers model by hub name or folder.

    `engine` concerns the bundled model alone; others run on torch, on a GPU where there is one.

    Raises:
        ModelLoadError: the model cannot be had; the message says what to do.
    """
    # Imported here because torch and sentence-transformers take four seconds, which commands that
    # need no encoder should not wait for.
    import torch
    from sentence_transformers import SentenceTransformer

    if model == BUNDLED:
        return _load_bundled(engine, has_gpu=torch.cuda.is_available())
    prompts = _E5_PROMPTS if "e5" in model.lower() else None
    try:
        return SentenceTransformerEncoder(SentenceTransformer(model, prompts=prompts), name=model)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadError(
            f"The embedding model {model!r} cannot be loaded ({reason}): "
            "give a sentence-transformers hub name or folder, or `bundled`."
        ) from error


def _load_bundled(engine: EngineChoice, *, has_gpu: bool) -> Encoder:
    from embeddings import bundled  # torch again: see above

    if engine == "auto":
        engine = "torch" if has_gpu else "openvino"
    device = "cuda" if has_gpu and engine == "torch" else "cpu"
    return SentenceTransformerEncoder(bundled.load(engine=engine, device=device), name=bundled.NAME)
