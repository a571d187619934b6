"""Standard input is recognised by its content."""

import pytest

from rag.reading.formats.recognition import recognised_suffix


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("sep=;\r\nid;judul;isi\r\n1;a;b\r\n", ".csv"),
        ("From: Siti <s@k.example>\nTo: x@k.example\nDate: Fri, 5 Jan 2024 08:00\n\na", ".eml"),
        ("From s@k.example Fri Jan  5 08:00:00 2024\nFrom: s@k.example\nMessage-ID: <1>\n\na", ".eml"),
        ("From: Jakarta\nDate: Friday\n\nPanen dimulai.", ".txt"),
        ("---\ntitle: Panen\n---\nKopi.", ".md"),
        ("+++\ntitle = 'Panen'\n+++\nKopi.", ".md"),
        ("# Panen\n\nKopi.", ".md"),
        ("--- \nPanen dimulai.", ".txt"),
        ("{Catatan} Panen dimulai.", ".txt"),
        ("[Jakarta] Panen dimulai.", ".txt"),
        ('{"version": "https:\\/\\/jsonfeed.org\\/version\\/1.1", "items": []}', ".json"),
        ('{"text": "Panen."}\n{"text": "Harga."}', ".jsonl"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_the_format_is_told_by_the_first_lines(text: str, suffix: str, encoding: str) -> None:
    assert recognised_suffix(text.encode(encoding)) == suffix
