"""Settings from the environment and `.env`: bounds, unknown names, secrets."""

import re
import traceback
from pathlib import Path

import pytest

from rag.access_keys import key_hash
from rag.errors import SettingsError
from rag.service import load_language_model, load_reranking
from rag.settings import PREFIX, Settings, environment_name, load_settings

KEY = "sk-verysecret-0123456789"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin in an empty folder with nothing set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)


def test_defaults_answer_without_a_model_or_a_key(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data_dir == tmp_path / "share" / "kutip"
    assert (settings.embedding_model, settings.corpus) == ("bundled", "local")
    assert (settings.llm_model, settings.openai_api_key, settings.openai_base_url) == (None, None, None)
    assert (settings.host, settings.port, settings.top_k) == ("127.0.0.1", 8000, 8)
    assert load_language_model(settings) is None
    assert (settings.reranker_model, settings.reranker_depth) == (None, 32)
    assert load_reranking(settings).reranker is None


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("data_dir", "KUTIP_DATA_DIR"),
        ("openai_api_key", "OPENAI_API_KEY"),
        ("openai_base_url", "OPENAI_BASE_URL"),
    ],
)
def test_a_field_and_its_environment_variable(field: str, name: str) -> None:
    assert environment_name(field) == name


def test_overrides_precede_the_environment_and_the_environment_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text(
        "KUTIP_PORT=1\nKUTIP_TOP_K=2\nKUTIP_HOST=file.example\nOPENAI_BASE_URL=http://f\n"
    )
    monkeypatch.setenv("KUTIP_PORT", "3")
    monkeypatch.setenv("KUTIP_TOP_K", "4")
    settings = load_settings(port=5)
    assert (settings.port, settings.top_k, settings.host) == (5, 4, "file.example")
    assert settings.openai_base_url == "http://f"


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("KUTIP_LLM_MODEL=\nOPENAI_BASE_URL=\n")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("KUTIP_PORT", "")
    settings = load_settings()
    assert (settings.llm_model, settings.openai_api_key, settings.openai_base_url) == (None, None, None)
    assert settings.port == 8000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("KUTIP_TOP_K", "0", "KUTIP_TOP_K is '0': .* greater than or equal to 1. Correct or remove it"),
        ("KUTIP_TOP_K", "51", "KUTIP_TOP_K is '51': .* less than or equal to 50"),
        ("KUTIP_TOP_K", "eight", "KUTIP_TOP_K is 'eight': .* valid integer"),
        ("KUTIP_PORT", "65536", "KUTIP_PORT is '65536'"),
        ("KUTIP_PORT", "-1", "KUTIP_PORT is '-1'"),
        ("KUTIP_LLM_TIMEOUT_SECONDS", "0", "greater than 0"),
        ("KUTIP_LLM_TIMEOUT_SECONDS", "nan", "KUTIP_LLM_TIMEOUT_SECONDS is 'nan'"),
        ("KUTIP_LLM_TIMEOUT_SECONDS", "inf", "less than or equal to 600"),
        ("KUTIP_LLM_MAX_TOKENS", "15", "greater than or equal to 16"),
        (
            "KUTIP_LLM_CONTEXT_TOKENS",
            "2000",
            "CONTEXT_TOKENS is '2000': it must be at least 2048, which is 1024 m",
        ),
        ("KUTIP_LLM_MAX_TOKENS", "8000", "KUTIP_LLM_CONTEXT_TOKENS is 8192: it must be at least 9024"),
        ("KUTIP_PASSAGE_MAX_TOKENS", "31", "greater than or equal to 32"),
        ("KUTIP_RERANKER_DEPTH", "0", "KUTIP_RERANKER_DEPTH is '0': .* greater than or equal to 1"),
        ("KUTIP_RERANKER_DEPTH", "101", "less than or equal to 100"),
        ("KUTIP_MAX_QUESTION_CHARACTERS", "20001", "less than or equal to 20000"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:114344/v1", "it is not an address such as http"),
        ("OPENAI_BASE_URL", "http://server:abc/v1", "it is not an address"),
        ("OPENAI_BASE_URL", "http://[::1/v1", "it is not an address"),
        ("OPENAI_BASE_URL", "server/v1", "it is not an address"),
        ("OPENAI_BASE_URL", "http://a:b@server/v1", "must not contain a user or password; OPENAI_API_KEY"),
        ("KUTIP_MILVUS_URI", "http://a:b@server", "must not contain a user or password; KUTIP_MILVUS_TOKEN"),
        ("KUTIP_CORPUS", "oracle", "KUTIP_CORPUS is 'oracle': .*'local'"),
        (
            "KUTIP_FRAME_ANCESTORS",
            "https://a.example;",
            "'https://a.example;' is not an origin such as https://",
        ),
        ("KUTIP_FRAME_ANCESTORS", "https://a.example *", "'\\*' is not an origin"),
        ("KUTIP_FRAME_ANCESTORS", "https://a.example/page", "is not an origin"),
        ("KUTIP_FRAME_ANCESTORS", "'self'", "is not an origin"),
        ("KUTIP_CORS_ORIGINS", "*", "KUTIP_CORS_ORIGINS is '\\*': '\\*' is not an origin"),
        ("KUTIP_CORS_ORIGINS", "null", "'null' is not an origin"),
        ("KUTIP_RATE_LIMIT", "-1", "greater than or equal to 0"),
        ("KUTIP_RATE_LIMIT", "1.5", "valid integer"),
        ("KUTIP_MAX_CONCURRENT", "-1", "greater than or equal to 0"),
        ("KUTIP_SHUTDOWN_SECONDS", "3601", "less than or equal to 3600"),
        ("KUTIP_EMBEDDING_ENGINE", "onnx", "KUTIP_EMBEDDING_ENGINE is 'onnx': .*'openvino'"),
    ],
)
def test_a_value_out_of_bounds_is_reported(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message):
        load_settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("KUTIP_DATADIR", "KUTIP_DATA_DIR"),
        ("KUTIP_TOPK", "KUTIP_TOP_K"),
        ("kutip_topk", "KUTIP_TOP_K"),
        ("KUTIP_API_KEY", "KUTIP_API_KEYS"),
        ("KUTIP_MODEL", "KUTIP_LLM_MODEL"),
        ("KUTIP_OPENAI_API_KEY", "OPENAI_API_KEY"),
    ],
)
def test_an_unknown_name_is_reported_with_a_similar_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "8")
    with pytest.raises(SettingsError) as in_environment:
        load_settings()
    assert str(in_environment.value) == f"Unknown setting {name}. Did you mean {meant}?"
    monkeypatch.delenv(name)
    Path(".env").write_text(f"OTHER=1\n{name}=8\n")
    with pytest.raises(SettingsError) as in_file:
        load_settings()
    assert str(in_file.value) == f"Unknown setting {name} in .env. Did you mean {meant}?"


def test_an_unknown_name_without_a_similar_setting_must_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_XX", "8")
    with pytest.raises(SettingsError, match=r"^Unknown setting KUTIP_XX in the environment\. Remove it"):
        load_settings()


def test_every_unknown_name_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_PORTS", "8")
    monkeypatch.setenv("KUTIP_HOSTS", "8")
    with pytest.raises(
        SettingsError, match=r"KUTIP_HOSTS\. Did you .* KUTIP_PORTS\. Did you mean KUTIP_PORT"
    ):
        load_settings()


def test_a_settings_file_that_is_not_text_is_reported() -> None:
    Path(".env").write_bytes(b"KUTIP_HOST=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"^Cannot read \.env .* UTF-8"):
        load_settings()


def test_other_programs_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "x")
    monkeypatch.setenv("KUTIPAN", "x")
    Path(".env").write_text("DATABASE_URL=x\n")
    assert load_settings() == load_settings()


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = load_settings()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert KEY not in shown


LONG_KEY = "kunci-rahasia-0123"


@pytest.mark.parametrize("name", ["KUTIP_API_KEYS", "KUTIP_ADMIN_KEYS"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (" , ", "it contains no key"),
        ("rahasia", "entry 1 has 7 characters, but a key has at least 16"),
        (f"{LONG_KEY} {'x' * 15}", "entry 2 has 15 characters"),
        ("rahasia-rahasia-é", "entry 1 contains characters other than letters, digits"),
        ('"rahasia-rahasia-rahasia"', "entry 1 contains characters other than"),
        (f"{LONG_KEY},sha256:rahasia", "entry 2 is not `sha256:` with 64 hexadecimal digits"),
        ("sha256:" + "rahasia0" * 8, "entry 1 is not `sha256:`"),
        ("sha256 :rahasia-rahasia-rahasia", "entry 1 has 6 characters"),
    ],
)
def test_invalid_keys_are_reported_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=rf"^{name}: {message}.*\. Correct or remove it\.$") as refused:
        load_settings()
    assert "rahasia" not in "".join(traceback.format_exception(refused.value))


def test_only_hashes_of_keys_are_kept_and_they_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_API_KEYS", f"{LONG_KEY}, {key_hash('another-key-of-many-letters').upper()}")
    monkeypatch.setenv("KUTIP_ADMIN_KEYS", LONG_KEY)
    settings = load_settings()
    assert settings.api_keys is not None
    assert settings.api_keys.get_secret_value().split() == [
        key_hash(LONG_KEY),
        key_hash("another-key-of-many-letters"),
    ]
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert LONG_KEY not in shown
        assert key_hash(LONG_KEY)[-64:] not in shown


def test_no_message_shows_the_value_of_a_secret_setting() -> None:
    secret = [
        environment_name(name) for name, field in Settings.model_fields.items() if "Secret" in repr(field)
    ]
    assert secret == ["KUTIP_MILVUS_TOKEN", "OPENAI_API_KEY", "KUTIP_API_KEYS", "KUTIP_ADMIN_KEYS"]
    assert all(re.fullmatch(r".*_(KEYS?|TOKEN)", name) for name in secret)


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_a_model_without_key_or_address_is_refused_with_the_settings_to_set() -> None:
    with pytest.raises(SettingsError, match="KUTIP_LLM_MODEL is 'm', but neither OPENAI_API_KEY nor"):
        load_language_model(load_settings(llm_model="m"))


@pytest.mark.parametrize("given", [{"openai_api_key": KEY}, {"openai_base_url": "http://127.0.0.1:1/v1"}])
def test_a_model_needs_a_key_or_an_address(given: dict[str, str]) -> None:
    model = load_language_model(load_settings(llm_model="m", **given))
    assert model is not None
    assert model.name == "m"


def test_all_settings_have_the_prefix() -> None:
    names = [environment_name(field) for field in Settings.model_fields]
    assert [name for name in names if not name.startswith((PREFIX, "OPENAI_"))] == []
