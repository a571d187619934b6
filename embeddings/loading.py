"""Loads the models that settings name. Importing this takes four seconds, due to torch."""

import re
from pathlib import Path
from typing import Literal

import torch
from huggingface_hub import snapshot_download
from sentence_transformers import CrossEncoder as SentenceTransformersCrossEncoder
from sentence_transformers import SentenceTransformer

from embeddings import adapter, bundled, bundled_cross_encoder, torch_cross_encoder
from embeddings.claim_model import ClaimModel
from embeddings.cross_encoder import ClaimJudge, CrossEncoder
from embeddings.encoder import Encoder
from embeddings.reranker import CrossEncoderReranker, Reranker
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.weights import ModelLoadError

BUNDLED = "bundled"

EngineChoice = Literal["auto", "openvino", "torch"]

# The prompts that the E5 models were trained with. Their published configurations lack them.
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}
_E5_NAME = re.compile(r"(^|[-_])e5-(small|base|large)(?!.*instruct)")

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def load_encoder(model: str, *, engine: EngineChoice = "auto") -> Encoder:
    """Load `bundled`, or any sentence-transformers model by hub name or folder.

    `engine` applies only to the bundled model. Other models run on torch, on a GPU if there is one.

    Raises:
        ModelLoadError: the model cannot be loaded; the message says what to do.
    """
    if model == BUNDLED:
        return SentenceTransformerEncoder(_load_bundled(engine), name=bundled.NAME)
    try:
        return SentenceTransformerEncoder(_load_named(model), name=model)
    # Depending on the file, the libraries raise SafetensorError, KeyError, RuntimeError and others.
    except Exception as error:
        raise ModelLoadError(
            f"The embedding model {model!r} cannot be loaded ({_reason(error)}): "
            "give a sentence-transformers hub name or folder, or `bundled`."
        ) from error


def load_reranker(model: str) -> Reranker:
    """Load any sentence-transformers cross-encoder by hub name or folder, on a GPU if there is one.

    Raises:
        ModelLoadError: the model cannot be loaded or does not score texts; the message says what to do.
    """
    try:
        _check_hub(model, organization="cross-encoder", file="config.json")
        return CrossEncoderReranker(SentenceTransformersCrossEncoder(model), name=model)
    except Exception as error:  # as above
        raise ModelLoadError(
            f"KUTIP_RERANKER_MODEL is {model!r}, which cannot be loaded ({_reason(error)}): "
            "give the hub name or folder of a sentence-transformers cross-encoder, or remove it."
        ) from error


def load_cross_encoder(*, engine: EngineChoice = "auto") -> CrossEncoder:
    """Load the bundled cross-encoder.

    Raises:
        ModelLoadError: the adapter or the weights are missing or damaged.
    """
    trained = adapter.read_adapter()
    if _engine(engine) == "torch":
        return torch_cross_encoder.load(trained, device=_device("torch"))
    return bundled_cross_encoder.load(trained)


def load_claim_model(model: str) -> ClaimJudge:
    """Load any sentence-transformers cross-encoder for natural language inference.

    Raises:
        ModelLoadError: the model cannot be loaded or has other labels; the message says what to do.
    """
    try:
        _check_hub(model, organization="cross-encoder", file="config.json")
        return ClaimModel(SentenceTransformersCrossEncoder(model), name=model)
    except Exception as error:  # as above
        raise ModelLoadError(
            f"KUTIP_CLAIM_MODEL is {model!r}, which cannot be loaded ({_reason(error)}): give the hub name "
            "or folder of a sentence-transformers cross-encoder for natural language inference, or remove it."
        ) from error


def _load_named(model: str) -> SentenceTransformer:
    _check_hub(model, organization="sentence-transformers", file="modules.json")
    loaded = SentenceTransformer(model)
    if not any(loaded.prompts.values()) and _E5_NAME.search(Path(model).name.lower()):
        loaded.prompts.update(_E5_PROMPTS)
    return loaded


def _check_hub(model: str, *, organization: str, file: str) -> None:
    """Request one file of a hub model once, to fail at once if the model is not available.

    The loaders send several requests, and repeat each for half a minute if there is no network.
    """
    if not Path(model).exists() and _HUB_NAME.fullmatch(model):
        snapshot_download(model if "/" in model else f"{organization}/{model}", allow_patterns=file)


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _load_bundled(choice: EngineChoice) -> SentenceTransformer:
    engine = _engine(choice)
    return bundled.load(engine=engine, device=_device(engine))


def _engine(choice: EngineChoice) -> bundled.Engine:
    if choice == "auto":
        return "torch" if torch.cuda.is_available() else "openvino"
    return choice


def _device(engine: bundled.Engine) -> str:
    return "cuda" if engine == "torch" and torch.cuda.is_available() else "cpu"
