from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from langchain_anthropic import ChatAnthropic

model = ChatAnthropic(model="kutip", base_url=URL, api_key="any", max_tokens=1000)
first = model.invoke(QUESTION)
chunks = [*model.stream(QUESTION)]
streamed = "".join(str(chunk.text) for chunk in chunks)
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
refused = error_of(lambda: model.model_copy(update={"model": NO_MODEL}).invoke(QUESTION))
report(
    asked=str(first.text),
    streamed=streamed,
    continued=str(later.text),
    refused=refused,
    cited=first.content,
    cited_in_stream=[chunk.content for chunk in chunks],
)
