import asyncio

from agents import (
    Agent,
    Runner,
    function_tool,
    set_default_openai_api,
    set_default_openai_client,
    set_tracing_disabled,
)
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import AsyncOpenAI


@function_tool
def cari(kata: str) -> str:
    """Cari sebuah kata."""
    return kata


async def main() -> dict[str, object]:
    set_default_openai_client(AsyncOpenAI(base_url=f"{URL}/v1", api_key="any"))
    set_default_openai_api("chat_completions")
    set_tracing_disabled(True)
    other = Agent(name="Lain", model="kutip")
    agent = Agent(name="Kutip", model="kutip-sources", tools=[cari], handoffs=[other])
    first = await Runner.run(agent, QUESTION)
    stream = Runner.run_streamed(agent, QUESTION)
    async for _ in stream.stream_events():
        pass
    turns = [*first.to_input_list(), {"role": "user", "content": FOLLOW_UP}]
    later = await Runner.run(agent, turns)
    cited = [item.raw_item for item in first.new_items]
    cited_in_stream = [item.raw_item for item in stream.new_items]
    return {
        "asked": first.final_output,
        "streamed": stream.final_output,
        "continued": later.final_output,
        "cited": cited,
        "cited_in_stream": cited_in_stream,
    }


async def ask_unknown() -> None:
    set_default_openai_client(AsyncOpenAI(base_url=f"{URL}/v1", api_key="any"))  # of this event loop
    await Runner.run(Agent(name="Kutip", model=NO_MODEL), QUESTION)


answers = asyncio.run(main())
report(**answers, refused=error_of(ask_unknown))
