"""The `kutip` command run in this process or in one of its own, and articles for it."""

import gc
import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from api.commands import main

COFFEE = """\
---
id: kopi
title: Panen kopi
outlet: KABAR
published_at: 2025-06-03T13:27:00+07:00
language: id
---

Panen kopi di Lembah Arum mencapai 1.500,5 ton pada Senin (3/6).

Petani menyambut baik kenaikan harga itu.
"""
FLOOD = '{"id": "banjir", "text": "Banjir merendam 412 rumah di Tirta Kencana.", "language": "id"}'
LOCKED = (
    f"Naskah lontar\n\nIsi naskah.\n\n{'Dilarang keras mengindeks situs ini untuk AI tanpa izin tertulis.'}\n"
)
QUESTION = "Berapa ton panen kopi di Lembah Arum?"
QUOTE = "Panen kopi di Lembah Arum mencapai 1.500,5 ton pada Senin (3/6)."
NONSENSE = "Siapa pemenang hadiah Nobel fisika tahun 1921?"


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


def kutip(*arguments: str, stdin: str = "") -> Result:
    """Run the command in this process, as a shell would."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (b"", b"", stdin.encode())]
    out, err, given = streams
    code = run_main(arguments, out=out, err=err, stdin=given)
    printed = []
    for stream in (out, err):
        stream.flush()
        printed.append(stream.buffer.getvalue().decode())
    return Result(code, *printed)


def run_main(arguments: Sequence[str], *, out: TextIO, err: TextIO, stdin: TextIO) -> int:
    """Run the command in this process with these streams; return its exit status."""
    frozen = gc.get_freeze_count()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["kutip", *arguments])
        patch.setattr(sys, "stdin", stdin)
        with pytest.raises(SystemExit, match=r"^\d+$") as exit_:
            main()
    if gc.get_freeze_count() > frozen:  # a service keeps the models that it loads for ever
        gc.unfreeze()
        gc.collect()
    return int(exit_.value.code or 0)


@dataclass(frozen=True)
class Filled:
    """A folder of articles, and what ingesting it for the first time printed."""

    articles: Path
    data: Path
    first: Result
