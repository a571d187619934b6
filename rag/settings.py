"""The settings, read from the environment and from `.env`; unknown `KUTIP_` names are errors."""

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.access_keys import as_key_hashes
from rag.data_folder import IN_WORKING_FOLDER, default_data_folder
from rag.datatypes import (
    CorpusKind,
    Markers,
    SourceEvents,
    UnsupportedPolicy,
    VectorIndexType,
    VerifierChoice,
)
from rag.errors import SettingsError

PREFIX = "KUTIP_"
ENV_FILE = ".env"

# The instructions of a prompt and a passage or two.
_LEAST_PROMPT_TOKENS = 1024

_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?")


def _as_origins(value: str) -> str:
    """Return the origins separated by single spaces. Other texts are refused: they could end the header."""
    origins = value.split()
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise PydanticCustomError(
                "origin", "{origin} is not an origin such as https://example.org", {"origin": repr(origin)}
            )
    return " ".join(origins)


def _as_hosts(value: str) -> str:
    """Return the host names separated by single spaces."""
    hosts = value.lower().split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise PydanticCustomError(
                "host", "{host} is not a name such as kutip.example, without a port", {"host": repr(host)}
            )
    return " ".join(hosts)


def _as_address(address: str, *, key: str) -> str:
    """Return the address of a server. A user or password is refused, because addresses are displayed."""
    if "@" in address:
        raise PydanticCustomError(
            "user", "it must not contain a user or password; {key} is the key", {"key": key}
        )
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number or too large, or brackets that do not close
        is_address = False
    if not is_address:
        raise PydanticCustomError("address", "it is not an address such as http://127.0.0.1:8080/v1")
    return address


def _as_key_hashes(value: SecretStr) -> SecretStr:
    """Return the hashes of the keys, so that the keys themselves are not kept."""
    try:
        return SecretStr(" ".join(as_key_hashes(value.get_secret_value())))
    except ValueError as error:
        raise PydanticCustomError("keys", "{reason}", {"reason": str(error)}) from None


def _leaving_room_for_passages(tokens: int, info: ValidationInfo) -> int:
    answer = info.data.get("llm_max_tokens", 0)
    if tokens < answer + _LEAST_PROMPT_TOKENS:
        raise PydanticCustomError(
            "context",
            "it must be at least {least}, which is {prompt} more than KUTIP_LLM_MAX_TOKENS",
            {"least": answer + _LEAST_PROMPT_TOKENS, "prompt": _LEAST_PROMPT_TOKENS},
        )
    return tokens


Hosts = Annotated[str, AfterValidator(_as_hosts)]
Origins = Annotated[str, AfterValidator(_as_origins)]
KeyHashes = Annotated[SecretStr, AfterValidator(_as_key_hashes)]

# Error messages do not show the values of these settings.
_SECRET_NAME = re.compile(r".*_(KEYS?|TOKEN)|OPENAI_BASE_URL")


class Settings(BaseSettings):
    """All settings with their defaults and bounds. `load_settings` reads them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,  # so that the output of `kutip settings` is a `.env`
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(
        default_factory=default_data_folder,
        description="Data folder. Default: ./data if it holds articles, "
        "otherwise the platform's folder for your data.",
    )
    corpus: CorpusKind = Field(
        "local",
        description="Where articles are stored: `local` in the data folder, or `milvus` on a Milvus server.",
    )
    milvus_uri: Annotated[str, AfterValidator(partial(_as_address, key="KUTIP_MILVUS_TOKEN"))] | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="Address of the Milvus server."
    )
    milvus_token: SecretStr | None = Field(
        None, description="`user:password` or API key of the Milvus server."
    )
    milvus_prefix: str = Field(
        "kutip",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="Prefix of the names of the Milvus collections.",
    )
    milvus_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        10.0, description="Timeout of one request to the Milvus server."
    )
    milvus_index: VectorIndexType = Field("AUTOINDEX", description="Vector index of new collections.")
    milvus_shards: Annotated[int, Field(ge=1, le=16)] = Field(
        1, description="Shards of new passage collections."
    )
    milvus_replicas: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Copies of new collections in memory."
    )

    embedding_model: str = Field(
        "bundled",
        min_length=1,
        description="`bundled` (multilingual-e5-small, works offline), a model on the hub, or a folder.",
    )
    embedding_engine: Literal["auto", "openvino", "torch"] = Field(
        "auto",
        description="Engine of the bundled model: `openvino`, `torch`, or `auto` "
        "(torch on a GPU, otherwise OpenVINO).",
    )
    passage_max_tokens: Annotated[int, Field(ge=32, le=8192)] = Field(
        256, description="Maximum length of a passage. Longer paragraphs are split at sentence ends."
    )

    fetch_contact: str | None = Field(
        None,
        pattern=r"^[!-'*-~]{1,200}$",
        description="Web page or e-mail address in the user agent of `kutip ingest URL`, "
        "so that publishers know whom to ask.",
    )
    fetch_delay_seconds: Annotated[float, Field(ge=0, le=120)] = Field(
        1.0,
        description="Seconds between two requests of `kutip ingest URL` to one host. "
        "A robots.txt may ask for more.",
    )

    reranker_model: str | None = Field(
        None,
        description="Cross-encoder that reorders the best hits: a model on the hub, or a folder.",
    )
    reranker_depth: Annotated[int, Field(ge=1, le=100)] = Field(
        32,
        description="Number of hits the reranker reads. If a request asks for more hits, "
        "the reranker reads that many.",
    )

    claim_model: str | None = Field(
        None,
        description="Cross-encoder for natural language inference that judges claims instead of the bundled "
        "one: a model on the hub, or a folder.",
    )
    verifier: VerifierChoice = Field(
        "auto",
        description="What judges claims: `bundled` a cross-encoder, `llm` the language model, `auto` both "
        "(the language model judges what the cross-encoder is unsure of), `off` nothing.",
    )
    verifier_model: str | None = Field(
        None,
        description="Language model that judges claims. Default: the one that writes answers.",
    )

    llm_model: str | None = Field(
        None,
        description="Language model that writes answers. Without one, answers are verbatim sentences.",
    )
    llm_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        60.0, description="Timeout of one request to the language model, until its last word."
    )
    answer_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        90.0,
        description="Time limit for the language model in one answer: completing a follow-up question, "
        "search and writing.",
    )
    llm_max_tokens: Annotated[int, Field(ge=16, le=32_768)] = Field(
        1024, description="Maximum length of an answer."
    )
    llm_context_tokens: Annotated[
        int, Field(ge=512, le=2_000_000), AfterValidator(_leaving_room_for_passages)
    ] = Field(
        8192,
        validate_default=True,
        description="Maximum length of prompt and answer together. Passages that do not fit are left out.",
    )
    unsupported: UnsupportedPolicy = Field(
        "flag",
        description="What happens to a written sentence that no evidence supports: "
        "`flag` marks it, `drop` removes it.",
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"),
        description="API key for the language model.",
    )
    openai_base_url: Annotated[str, AfterValidator(partial(_as_address, key="OPENAI_API_KEY"))] | None = (
        Field(
            None,
            validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
            description="Address of the language model's server, if it is not OpenAI's. "
            "Any compatible server works.",
        )
    )

    top_k: Annotated[int, Field(ge=1, le=50)] = Field(
        8, description="Number of passages an answer is written from, unless the request says otherwise."
    )
    max_question_characters: Annotated[int, Field(ge=1, le=20_000)] = Field(
        2000, description="Maximum length of a question or search query."
    )
    chat_markers: Markers = Field(
        "plain",
        description="Citations in the text of a chat answer: `plain` numbers, or Markdown `links`.",
    )
    chat_sources: SourceEvents = Field(
        "none",
        description="Source events in a chat stream: `none`, or `open-webui` for Open WebUI's format.",
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address at which readers reach the chat page. Default: the address of the request.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address `kutip serve` listens on.")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8000, description="Port `kutip serve` listens on.")
    frame_ancestors: Origins = Field(
        "", description="Origins, separated by spaces, that may show the chat page in a frame."
    )
    cors_origins: Origins = Field(
        "",
        description="Origins, separated by spaces, whose web pages may send requests.",
    )

    allowed_hosts: Hosts = Field(
        "",
        description="Host names, separated by spaces, that a service without keys accepts.",
    )
    api_keys: KeyHashes | None = Field(
        None,
        description="Keys, or hashes of keys, that may ask, search and read. `kutip key` makes one.",
    )
    admin_keys: KeyHashes | None = Field(
        None, description="Keys, or hashes of keys, that may also add and delete articles."
    )
    rate_limit: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        0,
        description="Requests per minute for each key, or for each address if there are no keys. "
        "0 means no limit.",
    )
    max_concurrent: Annotated[int, Field(ge=0, le=100_000)] = Field(
        64, description="Requests processed at the same time. 0 means no limit."
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Number of worker processes of `kutip serve`. Each loads its own model."
    )
    search_wait_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        0.1, description="How long a search may wait for a processor before it is refused."
    )
    shutdown_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        25, description="When `kutip serve` stops, time for the running requests to finish."
    )

    log_format: Literal["text", "json"] = Field(
        "text", description="Format of the log of `kutip serve`: `text` or `json`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Lowest level that is logged. `info` logs one line per request."
    )
    trace_texts: bool = Field(False, description="Include questions, prompts and answers in traces.")
    log_texts: bool = Field(False, description="Include questions, queries and answers in the log.")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. `overrides` take precedence over the environment, and the environment over `.env`.

    Raises:
        SettingsError: a `KUTIP_` name is unknown, or a value is not allowed.
    """
    _refuse_unknown(os.environ, source="the environment")
    _refuse_unknown(_env_file(), source=ENV_FILE)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = environment_name(str(first["loc"][0]))
        shown = "" if _SECRET_NAME.fullmatch(name) else f" is {first['input']!r}"
        reason = first["msg"].replace("Input should", "It should")
        raise SettingsError(f"{name}{shown}: {reason}. Correct or remove it.") from error


def environment_name(field: str) -> str:
    """Return the environment variable of a field: `data_dir` is `KUTIP_DATA_DIR`."""
    name = field.upper()
    return name if name.startswith("OPENAI_") else PREFIX + name


def why_data_dir(settings: Settings) -> str:
    """Return why Kutip uses this data folder."""
    if "data_dir" in settings.model_fields_set:
        name = environment_name("data_dir")
        set_in_environment = any(key.upper() == name and value for key, value in os.environ.items())
        return f"set by {name} in {'the environment' if set_in_environment else ENV_FILE}"
    if settings.data_dir == IN_WORKING_FOLDER:
        return "the working folder has a folder data with articles"
    return "the default, as KUTIP_DATA_DIR is not set"


def _env_file() -> dict[str, str | None]:
    try:
        return dotenv_values(ENV_FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Cannot read {ENV_FILE} ({error}). Save it as a UTF-8 text file.") from error


def _refuse_unknown(names: Iterable[str], *, source: str) -> None:
    known = [environment_name(field) for field in Settings.model_fields]
    unknown = sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(" ".join(_unknown(name, known, source=source) for name in unknown))


def _unknown(name: str, known: Sequence[str], *, source: str) -> str:
    place = "" if source == "the environment" else f" in {source}"
    # Names are compared without the prefix, because the prefix makes any two names similar.
    shortened = {name.removeprefix(PREFIX): name for name in known}
    meant = difflib.get_close_matches(name.upper().removeprefix(PREFIX), shortened, n=1)
    if meant:
        return f"Unknown setting {name}{place}. Did you mean {shortened[meant[0]]}?"
    return f"Unknown setting {name} in {source}. Remove it; `kutip settings` then lists all settings."
