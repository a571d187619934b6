"""Finds the files in folders, opens them and standard input; yields one Article or Unreadable at a time."""

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rag.datatypes import Article, Unreadable
from rag.errors import MissingExtra, NotFound, ReadingError
from rag.reading.addresses import is_page_address
from rag.reading.formats.recognition import recognised_suffix
from rag.reading.formats.registry import FORMATS, Format, is_known, list_of_suffixes, stem_of, suffix_of
from rag.reading.formats.streams import GZIP_MARK, HEAD_BYTES, buffered, inflated
from rag.reading.page import Entry, Overrides, Page, unexpected_error
from rag.reading.record import MAXIMUM_ID_CHARACTERS

STANDARD_INPUT = "-"

OnDropped = Callable[[str, Sequence[str]], None]
OnSkipped = Callable[[str], None]

_LINES = (".jsonl", ".ndjson")
_HASH_CHARACTERS = 16


class FoundFile(NamedTuple):
    """A file, and the folder given in which it was found."""

    path: str
    folder: str | None


def read_paths(
    paths: Sequence[str | Path],
    *,
    overrides: Overrides,
    on_dropped: OnDropped | None = None,
    on_skipped: OnSkipped | None = None,
    input_format: str | None = None,
) -> Iterator[Article | Unreadable]:
    """Yield the articles in files, in folders with their subfolders, and in standard input (`-`), in order.

    Skips hidden files, links to folders, and files of unknown types inside folders. `on_dropped` is called
    with a page's name and the lines that are no part of its article, `on_skipped` with the name of each file
    of an unknown type. `input_format` is the suffix of the format of standard input, which is recognised
    otherwise. If a path does not exist, raises NotFound before anything is read.
    """
    names = [os.fspath(path) for path in paths]
    missing = [repr(name) for name in names if name != STANDARD_INPUT and not os.path.exists(name)]
    if missing:
        raise NotFound(
            f"There is no file or folder {', '.join(missing)}. Correct the path; nothing was read."
        )
    reading = _Run(
        overrides=overrides, on_dropped=on_dropped, on_skipped=on_skipped, input_format=input_format
    )
    return chain.from_iterable(map(reading.read, names))


def read_found(file: FoundFile, *, overrides: Overrides) -> Iterator[Article | Unreadable]:
    """Yield the articles of a file that `files_below` found, with the ids that `read_paths` gives them."""
    path = Path(file.path)
    if file.folder is None or os.path.isdir(path):
        return read_paths([file.path], overrides=overrides)
    return _Run(overrides=overrides).read_file(path, folder=Path(file.folder))


def read_stream(
    stream: BufferedReader, *, name: str, suffix: str, overrides: Overrides
) -> Iterator[Article | Unreadable]:
    """Yield the articles of a stream of the type that `suffix` names; `name` is shown in messages."""
    run = _Run(overrides=overrides)
    return run.read_entries(_format_of(suffix), stream, source=name, stem=Path(name).stem or None)


def count_items(paths: Sequence[str | Path]) -> int | None:
    """Estimate how many items `read_paths` will yield; None if standard input is among the paths.

    The estimate is for a progress bar. It counts pages, and lines of JSON that are not blank; it is None too
    if a file may hold any number of articles.
    """
    names = [os.fspath(path) for path in paths]
    if STANDARD_INPUT in names:
        return None
    total = 0
    for file in chain.from_iterable(_files_at(Path(name)) for name in names):
        count = _count(file)
        if count is None:
            return None
        total += count
    return total


def files_below(paths: Sequence[str | Path], *, on_skipped: OnSkipped | None = None) -> Iterator[FoundFile]:
    """Yield the files that `read_paths` would read, so that they can be read one by one.

    A folder that has no such files or cannot be read is yielded itself. Reading the folder then reports why.
    """
    for path in map(Path, paths):
        if not os.path.isdir(path):
            yield FoundFile(os.fspath(path), None)
            continue
        entries = _entries_below(path, on_skipped=on_skipped)
        found = [os.fspath(entry.source if isinstance(entry, Unreadable) else entry) for entry in entries]
        # Files that are not to be read are left out, because their names alone would be read.
        readable = [name for name in found if os.path.isdir(name) or _is_readable(Path(name), path)]
        yield from (FoundFile(name, os.fspath(path)) for name in readable or [os.fspath(path)])


def _is_readable(file: Path, path: Path) -> bool:
    return file == path or _why_not_read(file, path.resolve()) is None


def _files_at(path: Path) -> Iterable[Path]:
    if not os.path.isdir(path):
        return [path]
    return (entry for entry in _entries_below(path) if isinstance(entry, Path))


def _count(path: Path) -> int | None:
    suffix, is_compressed = suffix_of(path)
    if suffix not in _LINES or is_compressed:
        return 1 if suffix not in FORMATS or FORMATS[suffix].ids == "name" else None
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # what is read from a pipe is gone
            return None
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
        read = _format_of(suffix)
        if read.ids != "name":
            raise ReadingError(f"files of type {suffix.lower()!r} may hold many articles: give a page")
        (entry,) = read.read(buffered(BytesIO(data)))
        if isinstance(entry.page, ReadingError):
            raise entry.page
        return entry.page.to_article(default_id=_id_of(Path(name).stem), overrides=overrides)
    except ReadingError as error:
        raise type(error)(f"{name}: {error}") from None


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run over several paths; remembers which page took which id."""

    overrides: Overrides
    on_dropped: OnDropped | None = None
    on_skipped: OnSkipped | None = None
    input_format: str | None = None
    taken: dict[str, str] = field(default_factory=dict)
    saved: dict[tuple[str | None, str], str] = field(default_factory=dict)

    def read(self, name: str) -> Iterator[Article | Unreadable]:
        if name == STANDARD_INPUT:
            return self._read_standard_input()
        path = Path(name)
        return self._read_folder(path) if os.path.isdir(path) else self.read_file(path)

    def _read_folder(self, folder: Path) -> Iterator[Article | Unreadable]:
        entries = _entries_below(folder, on_skipped=self.on_skipped)
        first = next(entries, None)
        if first is None:
            yield Unreadable(source=_shown(folder), reason=f"the folder holds no {list_of_suffixes()} file")
            return
        for entry in chain([first], entries):
            if isinstance(entry, Unreadable):
                yield entry
            else:
                yield from self.read_file(entry, folder=folder)

    def read_file(self, path: Path, *, folder: Path | None = None) -> Iterator[Article | Unreadable]:
        source = _shown(path)
        below = path.relative_to(folder).parent.parts if folder else ()
        try:
            suffix, is_compressed = suffix_of(path)
            kind = _format_of(suffix)
            with path.open("rb") as file:
                stream = inflated(file) if is_compressed else buffered(file)
                yield from self.read_entries(kind, stream, source=source, stem=stem_of(path), folders=below)
        except OSError as error:
            yield Unreadable(source=source, reason=f"the file cannot be read: {error.strerror}")
        except ReadingError as error:
            yield Unreadable(source=source, reason=str(error))

    def _read_standard_input(self) -> Iterator[Article | Unreadable]:
        stream = buffered(sys.stdin.buffer)
        if stream.peek(len(GZIP_MARK)).startswith(GZIP_MARK):
            stream = inflated(stream)
        try:
            suffix = self.input_format or recognised_suffix(stream.peek(HEAD_BYTES))
            yield from self.read_entries(_format_of(suffix), stream, source=STANDARD_INPUT, stem=None)
        except ReadingError as error:
            yield Unreadable(source=STANDARD_INPUT, reason=str(error))

    def read_entries(
        self,
        kind: Format,
        stream: BufferedReader,
        *,
        source: str,
        stem: str | None,
        folders: Sequence[str] = (),
    ) -> Iterator[Article | Unreadable]:
        """Yield the article of each entry of a file, or the reason why it has none."""
        path = None if stem is None else "/".join((*folders, stem))
        for entry in _entries_of(kind, stream, source=source):
            if isinstance(entry, Unreadable):
                yield entry
            else:
                yield self._article_of(entry, kind, source=source, path=path, is_below=bool(folders))

    def _article_of(
        self, entry: Entry, kind: Format, *, source: str, path: str | None, is_below: bool
    ) -> Article | Unreadable:
        place = f"{source}:{entry.place}" if entry.place else source
        try:
            if isinstance(entry.page, ReadingError):
                raise entry.page
            if not entry.place:
                article = self._article_of_page(entry.page, source=source, path=path, is_below=is_below)
            else:
                default_id = _numbered_id(entry, path) if kind.ids == "number" else None
                article = entry.page.to_article(default_id=default_id, overrides=self.overrides)
        except ReadingError as error:
            return Unreadable(source=place, reason=str(error))
        except Exception as error:  # noqa: BLE001, `unexpected_error` writes it to the log
            return Unreadable(source=place, reason=str(unexpected_error(error, source=place)))
        if self.on_dropped and entry.page.dropped:
            self.on_dropped(place, entry.page.dropped)
        return article

    def _article_of_page(self, page: Page, *, source: str, path: str | None, is_below: bool) -> Article:
        """Return a page's article; refuse a second page with the same id, which would replace the first.

        The id that a page does not state is the file's name. In a subfolder of the folder given, where names
        such as `index.html` repeat, it is made from the page's address, or it is the path below that folder.
        """
        is_addressed = is_page_address(page.fields.get("url"))
        default_id = None if is_below and is_addressed else _id_of(path)
        article = page.to_article(default_id=default_id, overrides=self.overrides)
        other = self.taken.setdefault(article.id, source)
        if other != source:
            raise ReadingError(f"its id {article.id!r} is taken by {other}: rename the file or give it an id")
        first = self.saved.setdefault((article.url, article.title), source) if is_addressed else source
        if first != source:
            raise ReadingError(
                f"it is the page {article.url} again, which is {first}: keep one of the two files"
            )
        return article


def _entries_of(kind: Format, stream: BufferedReader, *, source: str) -> Iterator[Entry | Unreadable]:
    """Yield the entries of a file, and at last the reason if it cannot be read to its end."""
    try:
        yield from kind.read(stream)
    except OSError as error:
        yield Unreadable(source=source, reason=f"the file cannot be read: {error.strerror or error}")
    except (ReadingError, MissingExtra) as error:
        yield Unreadable(source=source, reason=str(error))
    except Exception as error:  # noqa: BLE001, `unexpected_error` writes it to the log
        yield Unreadable(source=source, reason=str(unexpected_error(error, source=source)))


def _numbered_id(entry: Entry, path: str | None) -> str | None:
    """Return the id of one of a file's articles that states none; an address gives a better one."""
    is_addressed = isinstance(entry.page, Page) and is_page_address(entry.page.fields.get("url"))
    return None if is_addressed or path is None else _id_of(f"{path}:{entry.place}")


def _id_of(name: str | None) -> str | None:
    """Return a name as an id; the end of a long one is replaced with a hash of the whole name.

    >>> _id_of("kopi"), len(_id_of("kopi " * 50) or ""), _id_of("")
    ('kopi', 200, None)
    """
    if not name or len(name) <= MAXIMUM_ID_CHARACTERS:
        return name or None
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:_HASH_CHARACTERS]
    return f"{name[: MAXIMUM_ID_CHARACTERS - len(digest) - 1]}-{digest}"


def _format_of(suffix: str) -> Format:
    """Return how files of a type are read; raise ReadingError for an unknown one."""
    found = FORMATS.get(suffix.lower())
    if found is None:
        raise ReadingError(f"files of type {suffix.lower()!r} are not supported: give {list_of_suffixes()}")
    return found


def _entries_below(
    folder: Path, *, root: Path | None = None, on_skipped: OnSkipped | None = None
) -> Iterator[Path | Unreadable]:
    """Yield the readable files below a folder; files outside of it and special files are unreadable."""
    root = root or folder.resolve()
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        yield Unreadable(source=_shown(folder), reason=f"the folder cannot be read: {error.strerror}")
        return
    for entry in entries:
        if os.path.isdir(entry):  # not `is_dir`, which raises an error in a folder without permission
            if not entry.is_symlink():  # a link may point to a parent folder
                yield from _entries_below(entry, root=root, on_skipped=on_skipped)
        elif not is_known(entry):
            if on_skipped:
                on_skipped(_shown(entry))
        elif reason := _why_not_read(entry, root):
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


def _shown(path: Path) -> str:
    """Return a path that can be printed, even if its name is not valid UTF-8."""
    return os.fsencode(path).decode(errors="replace")
