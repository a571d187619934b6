from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report


def model_of(name: str) -> OpenAILike:
    return OpenAILike(id=name, base_url=f"{URL}/v1", api_key="any")


first = Agent(model=model_of("kutip-sources")).run(QUESTION)
events = Agent(model=model_of("kutip-sources")).run(QUESTION, stream=True)
streamed = "".join(event.content or "" for event in events if event.event == "RunContent")
later = Agent(model=model_of("kutip-sources")).run([*first.messages, {"role": "user", "content": FOLLOW_UP}])
unknown = Agent(model=model_of(NO_MODEL)).run(QUESTION)  # the error is the content
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=unknown.content or error_of(lambda: Agent(model=model_of(NO_MODEL)).run(QUESTION)),
    cited=first.content,
)
