from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def cari(kata: str) -> str:
    """Cari sebuah kata."""
    return kata


# The list of sources at the end of the text is what a chat completion shows here; see langchain_responses.py.
options = {"base_url": f"{URL}/v1", "api_key": "any"}
model = ChatOpenAI(model="kutip-sources", **options).bind_tools([cari])
first = model.invoke(QUESTION)
streamed = "".join(chunk.content for chunk in model.stream(QUESTION))
later = model.invoke([("user", QUESTION), first, ("user", FOLLOW_UP)])
refused = error_of(lambda: ChatOpenAI(model=NO_MODEL, **options).invoke(QUESTION))
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=first.content,
)
