from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from griptape.artifacts import TextArtifact
from griptape.common import PromptStack
from griptape.drivers.prompt.openai import OpenAiChatPromptDriver


def driver_of(model: str) -> OpenAiChatPromptDriver:
    return OpenAiChatPromptDriver(model=model, base_url=f"{URL}/v1", api_key="any", max_attempts=1)


stack = PromptStack()
stack.add_user_message(QUESTION)
driver = driver_of("kutip-sources")
first = driver.run(stack).to_text()
events = driver.try_stream(stack)
streamed = "".join(event.content.text for event in events if hasattr(event.content, "text"))
stack.add_assistant_message(TextArtifact(first))
stack.add_user_message(FOLLOW_UP)
later = driver.run(stack).to_text()
refused = error_of(lambda: driver_of(NO_MODEL).run(stack))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
