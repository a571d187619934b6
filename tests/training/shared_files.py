"""Small stand-ins for the shared files."""

import json
from pathlib import Path

from training.data import _ARTICLE_FILES


def empty_shared_files(folder: Path, texts: dict[str, str] | None = None) -> Path:
    """Write the shared files of articles, all of them empty but the first, which has the texts by id."""
    for kind, names in _ARTICLE_FILES.items():
        (folder / kind).mkdir()
        for name in names:
            (folder / kind / f"{name}.articles.jsonl").touch()
    rows = [
        {"id": key, "title": "", "language": "id", "paragraphs": [text]}
        for key, text in (texts or {}).items()
    ]
    (folder / "eval" / "facqa-dev.articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder
