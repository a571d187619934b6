from asking import FOLLOW_UP, QUESTION, URL, report
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="kutip", base_url=f"{URL}/v1", api_key="any", use_responses_api=True)
first = model.invoke(QUESTION)
streamed = "".join(chunk.text for chunk in model.stream(QUESTION))
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
cited = [block.get("annotations") for block in first.content_blocks]
report(asked=str(first.text), streamed=streamed, continued=str(later.text), cited=cited)
