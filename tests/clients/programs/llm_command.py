import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import FOLLOW_UP, QUESTION, URL, report

with TemporaryDirectory() as folder:
    models = f"- model_id: kutip\n  model_name: kutip-sources\n  api_base: {URL}/v1\n  api_key_name: kutip\n"
    (Path(folder) / "extra-openai-models.yaml").write_text(models)

    def said(*arguments: str) -> str:
        command = [sys.executable, "-m", "llm", *arguments]
        environment = {**os.environ, "LLM_USER_PATH": folder}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.rstrip("\n")

    first = said("-m", "kutip", "--key", "any", "--no-stream", QUESTION)
    later = said("-c", "--key", "any", FOLLOW_UP)
    streamed = said("-m", "kutip", "--key", "any", QUESTION)
report(asked=first, streamed=streamed, continued=later, cited=first)
