from asking import FOLLOW_UP, QUESTION, URL, report
from chatlas import ChatOpenAICompletions

options = {"model": "kutip-sources", "base_url": f"{URL}/v1", "api_key": "any"}
chat = ChatOpenAICompletions(**options)
first = str(chat.chat(QUESTION, echo="none"))
later = str(chat.chat(FOLLOW_UP, echo="none"))
streamed = "".join(ChatOpenAICompletions(**options).stream(QUESTION))
report(asked=first, streamed=streamed, continued=later, cited=first)
