"""A server with five articles and no language model, and the official client for it."""

from collections.abc import Iterator

import openai
import pytest

from tests.openai_door.chat import serving_articles


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server with five articles and no language model."""
    with serving_articles(tmp_path_factory.mktemp("chat")) as address:
        yield address


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        yield client
