from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from mirascope import llm

llm.register_provider("openai:completions", scope="kutip/", base_url=f"{URL}/v1", api_key="any")
model = llm.Model("kutip/kutip-sources")
first = model.call(QUESTION)
streamed = "".join(model.stream(QUESTION).text_stream())
later = first.resume(FOLLOW_UP)
refused = error_of(lambda: llm.Model(f"kutip/{NO_MODEL}").call(QUESTION))
report(asked=first.text(), streamed=streamed, continued=later.text(), refused=refused, cited=first.text())
