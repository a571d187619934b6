import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

SETTINGS = {
    "API_BASE_URL": f"{URL}/v1",
    "OPENAI_API_KEY": "any",
    "DEFAULT_MODEL": "kutip-sources",
    "OPENAI_USE_FUNCTIONS": "false",
    "PRETTIFY_MARKDOWN": "false",
    "USE_LITELLM": "false",
}

with TemporaryDirectory() as home:
    settings = Path(home) / ".config" / "shell_gpt" / ".sgptrc"
    settings.parent.mkdir(parents=True)
    settings.write_text("".join(f"{name}={value}\n" for name, value in SETTINGS.items()))

    def said(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("sgpt")), "--no-cache", *arguments]
        environment = {**os.environ, **SETTINGS, "HOME": home}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")

    first = said("--chat", "satu", QUESTION)
    later = said("--chat", "satu", FOLLOW_UP)
    refused = error_of(lambda: said("--model", NO_MODEL, QUESTION))
report(asked=first, streamed=None, continued=later, refused=refused, cited=first)
