import asyncio

from asking import FOLLOW_UP, QUESTION, URL, report
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

model = OpenAIChatModel("kutip-sources", provider=OpenAIProvider(base_url=f"{URL}/v1", api_key="any"))
agent = Agent(model)


@agent.tool_plain
def cari(kata: str) -> str:
    """Cari sebuah kata."""
    return kata


async def main() -> None:
    first = await agent.run(QUESTION)
    async with agent.run_stream(QUESTION) as stream:
        streamed = await stream.get_output()
    later = await agent.run(FOLLOW_UP, message_history=first.new_messages())
    report(asked=first.output, streamed=streamed, continued=later.output, cited=first.output)


asyncio.run(main())
