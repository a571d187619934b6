"""The encoder that a setting names. Importing this takes the four seconds that torch takes."""

import re
from pathlib import Path
from typing import Literal

import torch
from huggingface_hub import snapshot_download
from sentence_transformers import SentenceTransformer

from embeddings import bundled
from embeddings.encoder import Encoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.weights import ModelLoadError

BUNDLED = "bundled"

EngineChoice = Literal["auto", "openvino", "torch"]

# What the E5 models were trained with; their published configurations do not carry it.
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}
_E5_NAME = re.compile(r"(^|[-_])e5-(small|base|large)(?!.*instruct)")

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def load_encoder(model: str, *, engine: EngineChoice = "auto") -> Encoder:
    """Load `bundled`, or any sentence-transformers model by hub name or folder.

    `engine` concerns the bundled model alone; others run on torch, on a GPU where there is one.

    Raises:
        ModelLoadError: the model cannot be had; the message says what to do.
    """
    if model == BUNDLED:
        return SentenceTransformerEncoder(_load_bundled(engine), name=bundled.NAME)
    try:
        return SentenceTransformerEncoder(_load_named(model), name=model)
    # The libraries raise whatever a file's format makes them: SafetensorError, KeyError, RuntimeError …
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadError(
            f"The embedding model {model!r} cannot be loaded ({reason}): "
            "give a sentence-transformers hub name or folder, or `bundled`."
        ) from error


def _load_named(model: str) -> SentenceTransformer:
    if not Path(model).exists() and _HUB_NAME.fullmatch(model):
        # One question, which fails at once where there is no network and nothing was downloaded before;
        # the loader asks several, and repeats each for half a minute.
        repository = model if "/" in model else f"sentence-transformers/{model}"
        snapshot_download(repository, allow_patterns="modules.json")
    loaded = SentenceTransformer(model)
    if not any(loaded.prompts.values()) and _E5_NAME.search(Path(model).name.lower()):
        loaded.prompts.update(_E5_PROMPTS)
    return loaded


def _load_bundled(engine: EngineChoice) -> SentenceTransformer:
    has_gpu = torch.cuda.is_available()
    if engine == "auto":
        engine = "torch" if has_gpu else "openvino"
    return bundled.load(engine=engine, device="cuda" if has_gpu and engine == "torch" else "cpu")
