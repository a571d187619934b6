import asyncio

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

provider = AnthropicProvider(base_url=URL, api_key="any")
model = AnthropicModel("kutip-sources", provider=provider)
agent = Agent(model)


@agent.tool_plain
def cari(kata: str) -> str:
    """Cari sebuah kata."""
    return kata


async def main() -> dict[str, str]:
    first = await agent.run(QUESTION)
    async with agent.run_stream(QUESTION) as stream:
        streamed = await stream.get_output()
    later = await agent.run(FOLLOW_UP, message_history=first.new_messages())
    return {
        "asked": first.output,
        "streamed": streamed,
        "continued": later.output,
        "cited": first.output,
    }


async def ask_unknown() -> None:
    await Agent(AnthropicModel(NO_MODEL, provider=provider)).run(QUESTION)


answers = asyncio.run(main())
report(**answers, refused=error_of(ask_unknown))
