from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from magentic import AssistantMessage, OpenaiChatModel, StreamedStr, UserMessage

options = {"base_url": f"{URL}/v1", "api_key": "any"}
model = OpenaiChatModel("kutip-sources", **options)
turns = [UserMessage(QUESTION)]
first = model.complete(turns).content
streamed = "".join(model.complete(turns, output_types=[StreamedStr]).content)
later = model.complete([*turns, AssistantMessage(first), UserMessage(FOLLOW_UP)]).content
refused = error_of(lambda: OpenaiChatModel(NO_MODEL, **options).complete(turns))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
