from asking import FOLLOW_UP, QUESTION, URL, report
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def cari(kata: str) -> str:
    """Cari sebuah kata."""
    return kata


# The list of sources at the end of the text is what a chat completion shows here; see langchain_responses.py.
model = ChatOpenAI(model="kutip-sources", base_url=f"{URL}/v1", api_key="any").bind_tools([cari])
first = model.invoke(QUESTION)
streamed = "".join(chunk.content for chunk in model.stream(QUESTION))
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
report(asked=first.content, streamed=streamed, continued=later.content, cited=first.content)
