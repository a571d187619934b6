"""The reader of each type of file, by the suffix of its name; XML by its outermost element.

A format is added here: its module, and one line in `FORMATS` or in `_XML_READERS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from rag.errors import ReadingError
from rag.reading.feeds import ROOTS_OF_FEEDS, read_feed_file
from rag.reading.formats.csv_file import read_csv
from rag.reading.formats.json_file import read_json, read_json_lines
from rag.reading.formats.mail_file import read_mail, read_mhtml
from rag.reading.formats.news_xml import read_newsml, read_newsml_1, read_nitf
from rag.reading.formats.pdf_file import read_pdf
from rag.reading.formats.plain_pages import read_html, read_markdown_file, read_text
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.formats.web_archive import read_warc
from rag.reading.formats.wiki import read_mediawiki
from rag.reading.formats.word_file import read_docx
from rag.reading.formats.wordpress import read_wordpress
from rag.reading.formats.xml_stream import WXR, root_name
from rag.reading.page import Entry

Reader = Callable[[BufferedReader], Iterator[Entry]]
COMPRESSED = ".gz"


@dataclass(frozen=True)
class Format:
    """How a type of file is read, and what an article without an id of its own is named after.

    `name`: the file, which is one article. `number`: the file and the article's number in it. `content`: the
    article's address or text.
    """

    read: Reader
    ids: Literal["name", "number", "content"] = "name"


def read_xml(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the entries of a file of XML; its outermost element says what it is."""
    name = root_name(stream.peek(HEAD_BYTES))
    if name not in _XML_READERS:
        found = f"its outermost element is <{name:.50}>" if name else "it has no elements"
        raise ReadingError(f"the XML is no article, export or feed that Kutip reads: {found}")
    yield from _XML_READERS[name](stream)


# By the name of the outermost element, which `root_name` returns.
_XML_READERS: dict[str, Reader] = {
    WXR: read_wordpress,
    "nitf": read_nitf,
    "newsItem": read_newsml,
    "newsMessage": read_newsml,
    "NewsML": read_newsml_1,
    "mediawiki": read_mediawiki,
    "html": read_html,
    **dict.fromkeys(ROOTS_OF_FEEDS, read_feed_file),
}

# By the suffix of the file's name.
FORMATS: dict[str, Format] = {
    ".txt": Format(read_text),
    ".md": Format(read_markdown_file),
    ".html": Format(read_html),
    ".htm": Format(read_html),
    ".xhtml": Format(read_html),
    ".mhtml": Format(read_mhtml),
    ".mht": Format(read_mhtml),
    ".json": Format(read_json, ids="number"),
    ".jsonl": Format(read_json_lines, ids="content"),
    ".ndjson": Format(read_json_lines, ids="content"),
    ".csv": Format(read_csv, ids="number"),
    ".tsv": Format(read_csv, ids="number"),
    ".docx": Format(read_docx),
    ".pdf": Format(read_pdf),
    ".eml": Format(read_mail),
    ".warc": Format(read_warc, ids="number"),
    ".rss": Format(read_feed_file, ids="content"),
    ".atom": Format(read_feed_file, ids="content"),
    ".rdf": Format(read_feed_file, ids="content"),
    ".xml": Format(read_xml, ids="number"),
}


def is_xml_kind(root: str | None) -> bool:
    """Whether an outermost element is that of a format in XML other than a page of HTML."""
    return root in _XML_READERS and root != "html"


def suffix_of(path: Path) -> tuple[str, bool]:
    """Return the suffix that says how a file is read, and whether it is compressed.

    >>> suffix_of(Path("2025/news.CSV.gz")), suffix_of(Path("news.csv"))
    (('.csv', True), ('.csv', False))
    """
    name = path.name.lower()
    is_compressed = name.endswith(COMPRESSED)
    return Path(name.removesuffix(COMPRESSED) if is_compressed else name).suffix, is_compressed


def stem_of(path: Path) -> str:
    """Return a file's name without the suffixes that say how it is read.

    >>> stem_of(Path("2025/news.csv.gz"))
    'news'
    """
    return Path(path.stem).stem if suffix_of(path)[1] else path.stem


def is_known(path: Path) -> bool:
    """Whether files with this name can be read."""
    return suffix_of(path)[0] in FORMATS


def list_of_suffixes() -> str:
    """Return the known suffixes as a part of a sentence."""
    *others, last = FORMATS
    return f"{', '.join(others)} or {last}"
