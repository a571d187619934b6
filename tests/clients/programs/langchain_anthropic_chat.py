from asking import FOLLOW_UP, QUESTION, URL, report
from langchain_anthropic import ChatAnthropic

model = ChatAnthropic(model="kutip", base_url=URL, api_key="any", max_tokens=1000)
first = model.invoke(QUESTION)
streamed = "".join(str(chunk.text) for chunk in model.stream(QUESTION))
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
report(asked=str(first.text), streamed=streamed, continued=str(later.text), cited=first.content)
