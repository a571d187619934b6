"""Reads files, folders and standard input; yields one Article or Unreadable at a time."""

import codecs
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from rag.datatypes import Article, Unreadable
from rag.errors import NotFound, ReadingError
from rag.reading.addresses import is_page_address
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, decode_page
from rag.reading.html_page import read_html_page
from rag.reading.jsonl import lines_of, lines_of_file, numbered_lines, read_json_lines
from rag.reading.markdown import read_markdown
from rag.reading.page import Overrides, Page
from rag.reading.text_page import read_text_page

STANDARD_INPUT = "-"

OnDropped = Callable[[str, Sequence[str]], None]

_MARKUP_SUFFIXES = (".html", ".htm")
_READERS: dict[str, Callable[[str], Page]] = {
    ".txt": read_text_page,
    ".md": read_markdown,
    **dict.fromkeys(_MARKUP_SUFFIXES, read_html_page),
}
KNOWN_SUFFIXES = (*_READERS, ".jsonl")
_BEFORE_FIRST_CHARACTER = codecs.BOM_UTF8 + b" \t\r\n"


def read_paths(
    paths: Sequence[str | Path], *, overrides: Overrides, on_dropped: OnDropped | None = None
) -> Iterator[Article | Unreadable]:
    """Yield the articles in files, in folders with their subfolders, and in standard input (`-`), in order.

    Skips hidden files, links to folders, and files of unknown types inside folders. `on_dropped` is called
    with a page's name and the lines that are no part of its article. If a path does not exist, raises
    NotFound before anything is read.
    """
    names = [os.fspath(path) for path in paths]
    missing = [repr(name) for name in names if name != STANDARD_INPUT and not os.path.exists(name)]
    if missing:
        raise NotFound(
            f"There is no file or folder {', '.join(missing)}. Correct the path; nothing was read."
        )
    reading = _Run(overrides=overrides, on_dropped=on_dropped)
    return chain.from_iterable(map(reading.read, names))


def count_items(paths: Sequence[str | Path]) -> int | None:
    """Estimate how many items `read_paths` will yield; None if standard input is among the paths.

    The estimate is for a progress bar. It counts pages, and lines of .jsonl files that are not blank.
    """
    names = [os.fspath(path) for path in paths]
    if STANDARD_INPUT in names:
        return None
    return sum(_count(entry) for name in names for entry in _files_at(Path(name)))


def files_below(paths: Sequence[str | Path]) -> Iterator[str]:
    """Yield the files that `read_paths` would read, so that they can be read one by one.

    A folder that has no such files or cannot be read is yielded itself. Reading the folder then reports why.
    """
    for path in map(Path, paths):
        entries = _entries_below(path) if path.is_dir() else iter([path])
        found = [os.fspath(entry.source if isinstance(entry, Unreadable) else entry) for entry in entries]
        # Files that are not to be read are left out, because their names alone would be read.
        readable = [name for name in found if Path(name).is_dir() or _is_readable(Path(name), path)]
        yield from readable or [os.fspath(path)]


def _is_readable(file: Path, path: Path) -> bool:
    return file == path or _why_not_read(file, path.resolve()) is None


def _files_at(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return [path]
    return (entry for entry in _entries_below(path) if isinstance(entry, Path))


def _count(path: Path) -> int:
    if path.suffix.lower() != ".jsonl":
        return 1
    try:
        with path.open("rb") as stream:
            return sum(1 for line in stream if not line.isspace())
    except OSError:  # reading the file will report the error
        return 1


def read_bytes(data: bytes, *, name: str, suffix: str, overrides: Overrides) -> Article:
    """Return the article of one page.

    `suffix` is the type of the page. `name` gives the article its id if the page states none. Raises
    ReadingError if the page cannot be read, RightsError if it forbids indexing and no permission is stated.
    """
    try:
        return read_page(data, suffix=suffix).to_article(
            default_id=Path(name).stem or None, overrides=overrides
        )
    except ReadingError as error:
        raise type(error)(f"{name}: {error}") from None


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run over several paths; remembers which page took which id."""

    overrides: Overrides
    on_dropped: OnDropped | None = None
    taken: dict[str, str] = field(default_factory=dict)
    saved: dict[tuple[str | None, str], str] = field(default_factory=dict)

    def read(self, name: str) -> Iterator[Article | Unreadable]:
        if name == STANDARD_INPUT:
            return self._read_standard_input()
        path = Path(name)
        return self._read_folder(path) if path.is_dir() else self._read_file(path)

    def _read_folder(self, folder: Path) -> Iterator[Article | Unreadable]:
        entries = _entries_below(folder)
        first = next(entries, None)
        if first is None:
            yield Unreadable(source=_shown(folder), reason=f"the folder holds no {_list_of_suffixes()} file")
            return
        for entry in chain([first], entries):
            if isinstance(entry, Unreadable):
                yield entry
            else:
                yield from self._read_file(entry, folder=folder)

    def _read_file(self, path: Path, *, folder: Path | None = None) -> Iterator[Article | Unreadable]:
        source = _shown(path)
        try:
            with path.open("rb") as stream:
                if path.suffix.lower() == ".jsonl":
                    yield from read_json_lines(lines_of_file(stream), name=source, overrides=self.overrides)
                    return
                _check_size(path.stat().st_size)
                data = stream.read(MAXIMUM_FILE_BYTES + 1)
            below = path.relative_to(folder).parent.parts if folder else ()
            yield self._read_page(data, source=source, suffix=path.suffix, stem=path.stem, folders=below)
        except OSError as error:
            yield Unreadable(source=source, reason=f"the file cannot be read: {error.strerror}")
        except ReadingError as error:
            yield Unreadable(source=source, reason=str(error))

    def _read_standard_input(self) -> Iterator[Article | Unreadable]:
        lines = lines_of(sys.stdin.buffer)
        blank = []
        for first in lines:
            if first.strip():
                break
            blank.append(first)
        else:
            first = b""
        start = first.lstrip(_BEFORE_FIRST_CHARACTER)[:1]
        if start == b"{":
            numbered = numbered_lines(chain(blank, [first], lines))
            yield from read_json_lines(numbered, name=STANDARD_INPUT, overrides=self.overrides)
            return
        data = first + sys.stdin.buffer.read(MAXIMUM_FILE_BYTES + 1 - len(first))
        suffix = ".html" if start == b"<" else ".txt"
        try:
            yield self._read_page(data, source=STANDARD_INPUT, suffix=suffix, stem=None)
        except ReadingError as error:
            yield Unreadable(source=STANDARD_INPUT, reason=str(error))

    def _read_page(
        self, data: bytes, *, source: str, suffix: str, stem: str | None, folders: Sequence[str] = ()
    ) -> Article:
        """Return a page's article; refuse a second page with the same id, which would replace the first.

        The id that a page does not state is the file's name. In a subfolder of the folder given, where names
        such as `index.html` repeat, it is made from the page's address, or it is the path below that folder.
        """
        page = read_page(data, suffix=suffix)
        is_addressed = is_page_address(page.fields.get("url"))
        default_id = None if stem is None or (folders and is_addressed) else "/".join((*folders, stem))
        article = page.to_article(default_id=default_id, overrides=self.overrides)
        other = self.taken.setdefault(article.id, source)
        if other != source:
            raise ReadingError(f"its id {article.id!r} is taken by {other}: rename the file or give it an id")
        first = self.saved.setdefault((article.url, article.title), source) if is_addressed else source
        if first != source:
            raise ReadingError(
                f"it is the page {article.url} again, which is {first}: keep one of the two files"
            )
        if self.on_dropped and page.dropped:
            self.on_dropped(source, page.dropped)
        return article


def read_page(data: bytes, *, suffix: str) -> Page:
    """Return what a page gives; raise ReadingError if it cannot be read. `suffix` is the type of the page."""
    suffix = suffix.lower()
    if suffix not in _READERS:
        raise ReadingError(f"files of type {suffix!r} are not supported: give {_list_of_suffixes()}")
    _check_size(len(data))
    text, damage = decode_page(data, is_markup=suffix in _MARKUP_SUFFIXES)
    page = _READERS[suffix](text)
    page.refuse_damage(damage, mark=REPLACEMENT)
    return page


def _check_size(size: int) -> None:
    if size > MAXIMUM_FILE_BYTES:
        raise ReadingError(
            f"the page has at least {size:,} bytes, more than the limit of {MAXIMUM_FILE_BYTES:,}: split it"
        )


def _entries_below(folder: Path, *, root: Path | None = None) -> Iterator[Path | Unreadable]:
    """Yield the readable files below a folder; files outside of it and special files are unreadable."""
    root = root or folder.resolve()
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        yield Unreadable(source=_shown(folder), reason=f"the folder cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.is_dir():
            if not entry.is_symlink():  # a link may point to a parent folder
                yield from _entries_below(entry, root=root)
        elif entry.suffix.lower() in KNOWN_SUFFIXES:
            if reason := _why_not_read(entry, root):
                yield Unreadable(source=_shown(entry), reason=reason)
            else:
                yield entry


def _why_not_read(entry: Path, root: Path) -> str | None:
    """Return why an entry of a folder is not read, or None. Reading a pipe or a device may never end."""
    try:
        if entry.is_symlink() and not entry.resolve().is_relative_to(root):
            return "it is a link to a file outside the folder: name that file itself"
        mode = entry.stat().st_mode
    except (OSError, RuntimeError):  # reading the file will report the error
        return None
    return None if stat.S_ISREG(mode) else "it is not a regular file"


def _list_of_suffixes() -> str:
    return ", ".join(KNOWN_SUFFIXES[:-1]) + " or " + KNOWN_SUFFIXES[-1]


def _shown(path: Path) -> str:
    """Return a path that can be printed, even if its name is not valid UTF-8."""
    return os.fsencode(path).decode(errors="replace")
