from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from smolagents import ChatMessage, OpenAIModel

options = {"api_base": f"{URL}/v1", "api_key": "any"}
model = OpenAIModel("kutip-sources", **options)
turns = [ChatMessage(role="user", content=QUESTION)]
first = model(turns)
streamed = "".join(delta.content or "" for delta in model.generate_stream(turns))
later = model([*turns, first, ChatMessage(role="user", content=FOLLOW_UP)])
refused = error_of(lambda: OpenAIModel(NO_MODEL, **options)(turns))
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=first.content,
)
