import asyncio

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from strands import Agent
from strands.models.openai import OpenAIModel


def agent_of(model: str) -> Agent:
    client = {"base_url": f"{URL}/v1", "api_key": "any", "max_retries": 0}
    return Agent(OpenAIModel(client_args=client, model_id=model), callback_handler=None)


async def stream() -> str:
    return "".join(
        [event["data"] async for event in agent_of("kutip-sources").stream_async(QUESTION) if "data" in event]
    )


agent = agent_of("kutip-sources")
first = str(agent(QUESTION)).removesuffix("\n")
later = str(agent(FOLLOW_UP))
refused = error_of(lambda: agent_of(NO_MODEL)(QUESTION))
report(asked=first, streamed=asyncio.run(stream()), continued=later, refused=refused, cited=first)
