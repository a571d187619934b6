"""A server with five articles and no language model, and the official client for it."""

from collections.abc import Iterator

import openai
import pytest

from api.app import create_app
from tests.openai_door.chat import BARE, SCRIPT_URL
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server with five articles and no language model."""
    with running_service(tmp_path_factory.mktemp("chat")) as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, FLOOD, BUS, BARE, SCRIPT_URL])))
        with served(create_app(service)) as address:
            yield address


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        yield client
