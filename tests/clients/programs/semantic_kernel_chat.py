import asyncio

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import AsyncOpenAI
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory

SETTINGS = OpenAIChatPromptExecutionSettings()


def service_of(model: str) -> OpenAIChatCompletion:
    client = AsyncOpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
    return OpenAIChatCompletion(model, async_client=client)


def asked(text: str) -> ChatHistory:
    history = ChatHistory()
    history.add_user_message(text)
    return history


async def main() -> dict[str, str]:
    service, history = service_of("kutip-sources"), asked(QUESTION)
    first = await service.get_chat_message_content(history, SETTINGS)
    parts = service.get_streaming_chat_message_content(history, SETTINGS)
    streamed = "".join([str(part) async for part in parts])
    history.add_message(first)
    history.add_user_message(FOLLOW_UP)
    later = await service.get_chat_message_content(history, SETTINGS)
    return {"asked": str(first), "streamed": streamed, "continued": str(later), "cited": str(first)}


async def ask_unknown() -> None:
    await service_of(NO_MODEL).get_chat_message_content(asked(QUESTION), SETTINGS)


report(**asyncio.run(main()), refused=error_of(ask_unknown))
