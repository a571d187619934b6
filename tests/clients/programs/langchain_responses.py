from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from langchain_openai import ChatOpenAI

options = {"base_url": f"{URL}/v1", "api_key": "any", "use_responses_api": True}
model = ChatOpenAI(model="kutip", **options)
first = model.invoke(QUESTION)
chunks = [*model.stream(QUESTION)]
streamed = "".join(chunk.text for chunk in chunks)
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
cited = [block.get("annotations") for block in first.content_blocks]
refused = error_of(lambda: ChatOpenAI(model=NO_MODEL, **options).invoke(QUESTION))
report(
    asked=str(first.text),
    streamed=streamed,
    continued=str(later.text),
    refused=refused,
    cited=cited,
    cited_in_stream=[chunk.content for chunk in chunks],
)
