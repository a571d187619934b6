import asyncio

from agent_framework import Agent
from agent_framework.openai import OpenAIChatCompletionClient
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report


def agent_of(model: str) -> Agent:
    return Agent(OpenAIChatCompletionClient(model, base_url=f"{URL}/v1", api_key="any"))


async def main() -> dict[str, str]:
    agent = agent_of("kutip-sources")
    session = agent.create_session()
    first = (await agent.run(QUESTION, session=session)).text
    later = (await agent.run(FOLLOW_UP, session=session)).text
    streamed = "".join([update.text async for update in agent.run(QUESTION, stream=True)])
    return {"asked": first, "streamed": streamed, "continued": later, "cited": first}


async def ask_unknown() -> None:
    await agent_of(NO_MODEL).run(QUESTION)


report(**asyncio.run(main()), refused=error_of(ask_unknown))
