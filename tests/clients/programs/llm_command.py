import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

with TemporaryDirectory() as folder:
    names = {"kutip": "kutip-sources", "unknown": NO_MODEL}
    models = (
        f"- model_id: {name}\n  model_name: {model}\n  api_base: {URL}/v1\n  api_key_name: kutip\n"
        for name, model in names.items()
    )
    (Path(folder) / "extra-openai-models.yaml").write_text("".join(models))

    def said(*arguments: str) -> str:
        command = [sys.executable, "-m", "llm", *arguments]
        environment = {**os.environ, "LLM_USER_PATH": folder}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")

    first = said("-m", "kutip", "--key", "any", "--no-stream", QUESTION)
    later = said("-c", "--key", "any", FOLLOW_UP)
    streamed = said("-m", "kutip", "--key", "any", QUESTION)
    refused = error_of(lambda: said("-m", "unknown", "--key", "any", QUESTION))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
