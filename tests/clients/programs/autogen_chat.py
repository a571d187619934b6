import asyncio

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from autogen_core.models import AssistantMessage, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient

INFO = {
    "vision": False,
    "function_calling": False,
    "json_output": False,
    "structured_output": False,
    "family": "unknown",
}


def client_of(model: str) -> OpenAIChatCompletionClient:
    return OpenAIChatCompletionClient(model=model, base_url=f"{URL}/v1", api_key="any", model_info=INFO)


async def main() -> dict[str, str]:
    client = client_of("kutip-sources")
    turns = [UserMessage(content=QUESTION, source="user")]
    first = (await client.create(turns)).content
    streamed = "".join([part async for part in client.create_stream(turns) if isinstance(part, str)])
    turns += [AssistantMessage(content=first, source="kutip"), UserMessage(content=FOLLOW_UP, source="user")]
    later = (await client.create(turns)).content
    return {"asked": first, "streamed": streamed, "continued": later, "cited": first}


async def ask_unknown() -> None:
    await client_of(NO_MODEL).create([UserMessage(content=QUESTION, source="user")])


report(**asyncio.run(main()), refused=error_of(ask_unknown))
