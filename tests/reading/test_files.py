import io
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.datatypes import Article, Unreadable
from rag.errors import BadRequest, NotFound, ReadingError, RightsError
from rag.reading import MAXIMUM_FILE_BYTES, Overrides, count_items, files_below, read_bytes, read_paths
from rag.reading.record import parse_record

NOTICE = "Dilarang keras melakukan crawling untuk AI di situs ini tanpa izin tertulis dari KABAR."
TEXT = "Kebun teh\n\nPemetik mulai bekerja pukul enam pagi di lereng itu."
HTML = (
    "<html lang='id'><body><article><h1>Kebun teh</h1><p>Pemetik mulai bekerja pukul enam pagi.</p></article>"
)
LINE = '{"id": "%s", "text": "Satu kalimat.", "language": "id"}\n'


def read(*paths: str | Path, overrides: Overrides | None = None) -> list[Article | Unreadable]:
    return list(read_paths(paths, overrides=overrides or Overrides()))


def ids(items: list[Article | Unreadable]) -> list[str]:
    return [item.id for item in items if isinstance(item, Article)]


def reasons(items: list[Article | Unreadable]) -> list[str]:
    return [f"{Path(item.source).name}: {item.reason}" for item in items if isinstance(item, Unreadable)]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def give_standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_folder_is_read_recursively_and_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", TEXT)
    write(tmp_path / "a" / "z.HTML", HTML)
    write(tmp_path / "a" / "y.htm", HTML)
    write(tmp_path / "c.md", TEXT)
    write(tmp_path / "d.jsonl", LINE % "d-1" + LINE % "d-2")
    write(tmp_path / ".git" / "x.txt", TEXT)
    write(tmp_path / ".x.txt", TEXT)
    write(tmp_path / "e.xyz", TEXT)
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    items = read(tmp_path)
    assert ids(items) == ["a/y", "a/z", "b", "c", "d-1", "d-2"]
    assert reasons(items) == []


def test_missing_paths_are_reported_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    with pytest.raises(
        NotFound, match=r"There is no file or folder '.*tidak-ada\.txt', ''\. Correct the path"
    ):
        read_paths([tmp_path / "a.txt", tmp_path / "tidak-ada.txt", ""], overrides=Overrides())


def test_unreadable_files_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "kosong").mkdir()
    items = read(
        write(tmp_path / "a.xyz", TEXT),
        write(tmp_path / "b.txt", b""),
        write(tmp_path / "c.html", "<p>"),
        write(tmp_path / "d.md", "---\na: [\n---\n"),
        write(tmp_path / "e.txt", b"\x89PNG\r\n\x1a\n\0"),
        write(tmp_path / "f.txt", b"a" * (MAXIMUM_FILE_BYTES + 1)),
        write(tmp_path / "g.txt", f"{TEXT}\n\n{NOTICE}"),
        tmp_path / "kosong",
        write(tmp_path / "h.txt", TEXT),
    )
    assert ids(items) == ["h"]
    assert [reason[:70] for reason in reasons(items)] == [
        "a.xyz: files of type '.xyz' are not supported: give .txt, .md, .html, ",
        "b.txt: the page is empty",
        "c.html: the page holds no article: give a page with one story's text",
        "d.md: the front matter between the --- lines is not YAML: while parsin",
        "e.txt: the page is not text: give it in a format that Kutip reads",
        "f.txt: the page has at least 10,000,001 bytes, more than the limit of ",
        "g.txt: the article forbids automatic indexing for AI ('Dilarang keras ",
        "kosong: the folder holds no .txt, .md, .html, .htm, .xhtml, .mhtml, .m",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_without_permission_to_read_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", TEXT)
    path.chmod(0)
    assert reasons(read(path)) == ["a.txt: the file cannot be read: Permission denied"]


def test_a_broken_link_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "tidak-ada.txt")
    assert reasons(read(tmp_path)) == ["a.txt: the file cannot be read: No such file or directory"]


def test_a_file_name_that_is_not_utf_8_can_be_reported(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")), TEXT)
    (item,) = read(tmp_path)
    assert isinstance(item, Unreadable)
    assert item.source.endswith("caf\N{REPLACEMENT CHARACTER}.txt")
    assert item.reason == "id holds a lone surrogate at character 3: remove it"


def test_files_of_one_name_in_different_folders_are_different_articles(tmp_path: Path) -> None:
    write(tmp_path / "a" / "index.html", HTML)
    write(tmp_path / "b" / "index.html", HTML)
    assert ids(read(tmp_path)) == ["a/index", "b/index"]
    assert ids(read(tmp_path)) == ["a/index", "b/index"]
    assert ids(read(tmp_path / "a")) == ["index"]


def test_a_page_in_a_subfolder_is_found_again_by_its_address(tmp_path: Path) -> None:
    link = "<head><link rel=canonical href=https://kabar.example/kebun></head><body>"
    write(tmp_path / "arsip" / "2025" / "index.html", HTML.replace("<body>", link))
    write(tmp_path / "depan" / "index.html", HTML.replace("<body>", link.replace("/kebun", "/")))
    (from_above, home), (from_below,) = read(tmp_path), read(tmp_path / "arsip")
    assert isinstance(from_above, Article)
    assert isinstance(from_below, Article)
    assert from_above.id == from_below.id
    assert ids([home]) == ["depan/index"]


def test_one_page_saved_twice_is_one_article(tmp_path: Path) -> None:
    page = HTML.replace("<body>", "<head><link rel=canonical href=https://kabar.example/kebun></head><body>")
    first = write(tmp_path / "a.html", page)
    items = read(first, write(tmp_path / "b.html", page))
    assert ids(items) == ["a"]
    assert reasons(items) == [
        f"b.html: it is the page https://kabar.example/kebun again, which is {first}: keep one of the two f"
        f"iles"
    ]


def test_the_second_page_of_one_id_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a" / "teh.html", HTML)
    write(tmp_path / "a" / "teh.md", TEXT)
    items = read(tmp_path)
    assert ids(items) == ["a/teh"]
    assert reasons(items) == [
        f"teh.md: its id 'a/teh' is taken by {tmp_path}/a/teh.html: rename the file or give it an id"
    ]


def test_what_is_no_part_of_an_article_is_reported(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.txt",
        "Kebun teh\n27 Juli 2025\n\nPanen mulai.\n\nBaca juga:\nHarga turun\n\nPanen usai.",
    )
    dropped: list[tuple[str, Sequence[str]]] = []
    items = read_paths([path], overrides=Overrides(), on_dropped=lambda *page: dropped.append(page))
    assert [item.paragraphs for item in items if isinstance(item, Article)] == [
        ("Panen mulai.", "Panen usai.")
    ]
    assert dropped == [(str(path), ("Baca juga:", "Harga turun"))]


def test_a_bad_byte_outside_the_story_does_no_harm(tmp_path: Path) -> None:
    page = HTML.replace("enam", "½7").encode()
    script = page.replace(b"<article>", b"<script>/* M\xfcller */</script><img alt='M\xfcller'><article>")
    assert ids(read(write(tmp_path / "a.html", script))) == ["a"]
    story = page.replace(b"Pemetik mulai", b"Pemetik\xfc mulai")
    assert reasons(read(write(tmp_path / "b.html", story))) == [
        "b.html: truncated or damaged at byte 59: invalid start byte in UTF-8; save it again"
    ]


def test_a_bad_byte_in_a_fact_refuses_the_page(tmp_path: Path) -> None:
    byline = HTML.replace("enam", "½7").replace(
        "<body>", "<head><meta name=author content='Siti M_ller'></head><body>"
    )
    assert ids(read(write(tmp_path / "a.html", byline))) == ["a"]
    (reason,) = reasons(read(write(tmp_path / "b.html", byline.encode().replace(b"M_ller", b"M\xfcller"))))
    assert reason.startswith("b.html: truncated or damaged at byte ")


def test_json_lines_in_utf_16_are_read(tmp_path: Path) -> None:
    assert ids(read(write(tmp_path / "a.jsonl", (LINE % "a" + LINE % "b").encode("utf-16")))) == ["a", "b"]
    (item,) = read(write(tmp_path / "b.jsonl", (LINE % "a").encode("utf-16")[:-1]))
    assert isinstance(item, Unreadable)
    assert item.reason.startswith("truncated or damaged: ")


def test_the_same_file_named_twice_is_read_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", TEXT)
    assert ids(read(path, path)) == ["a", "a"]


def test_files_are_read_one_at_a_time(tmp_path: Path) -> None:
    first = write(tmp_path / "a.txt", TEXT)
    second = write(tmp_path / "b.txt", TEXT)
    items = read_paths([first, second], overrides=Overrides())
    assert isinstance(next(items), Article)
    second.write_text("Judul lain\n\nIsi yang lain.")
    article = next(items)
    assert isinstance(article, Article)
    assert article.title == "Judul lain"


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        ((" \n\n" + LINE % "a" + LINE % "b").encode(), ["", ""]),
        (("\ufeff" + LINE % "a").encode(), [""]),
        (f"\n {HTML}".encode(), ["Kebun teh"]),
        (TEXT.encode("utf-16"), ["Kebun teh"]),
        (TEXT.encode(), ["Kebun teh"]),
    ],
)
def test_the_format_of_standard_input_is_detected_from_its_first_character(
    data: bytes, titles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_standard_input(monkeypatch, data)
    articles = [item for item in read("-") if isinstance(item, Article)]
    assert [article.title for article in articles] == titles


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "-: the page is empty"),
        (b"\n\n{x", "-:3: the line is not JSON: Expecting property name"),
        (b"a" * (MAXIMUM_FILE_BYTES + 1), "-: the page has at least 10,000,001 bytes"),
    ],
)
def test_standard_input_that_cannot_be_read(
    data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_standard_input(monkeypatch, data)
    (found,) = reasons(read("-"))
    assert found.startswith(reason)


def test_a_permission_allows_a_reserved_page_and_is_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", f"{TEXT}\n\n{NOTICE}")
    (article,) = read(path, overrides=Overrides(permission="surat 12/2025"))
    assert isinstance(article, Article)
    assert article.permission == "surat 12/2025"
    assert article.paragraphs == ("Pemetik mulai bekerja pukul enam pagi di lereng itu.",)
    assert len(reasons(read(path, overrides=Overrides(permission=" ")))) == 1


def test_a_page_of_bytes() -> None:
    article = read_bytes(
        TEXT.encode(), name="kebun.teh.txt", suffix=".TXT", overrides=Overrides(section="Kebun")
    )
    assert (article.id, article.title, article.section, article.language) == (
        "kebun.teh",
        "Kebun teh",
        "Kebun",
        "id",
    )


def test_a_page_of_unreadable_bytes_is_reported() -> None:
    with pytest.raises(ReadingError, match=r"^a\.txt: the page is empty$"):
        read_bytes(b"", name="a.txt", suffix=".txt", overrides=Overrides())
    with pytest.raises(ReadingError, match=r"^a\.jsonl: files of type '\.jsonl' may hold many articles"):
        read_bytes(b"{}", name="a.jsonl", suffix=".jsonl", overrides=Overrides())
    with pytest.raises(RightsError, match=r"^a\.txt: the article forbids"):
        read_bytes(f"{TEXT}\n\n{NOTICE}".encode(), name="a.txt", suffix=".txt", overrides=Overrides())


def test_an_invalid_language_tag_is_refused_at_once() -> None:
    with pytest.raises(
        BadRequest, match="language 'Bahasa Indonesia' is not a BCP 47 tag such as id"
    ) as caught:
        Overrides(language="Bahasa Indonesia")
    assert caught.value.field == "language"


def test_items_are_counted_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kopi.")
    (tmp_path / "b.jsonl").write_text('{"text": "Satu."}\n\n{"text": "Dua."}\n')
    (tmp_path / "ignored.xyz").write_text("x")
    assert count_items([tmp_path]) == 3
    assert count_items([tmp_path / "b.jsonl", "-"]) is None


def test_links_out_of_the_folder_and_special_files_are_reported_and_not_read(tmp_path: Path) -> None:
    folder, secret = tmp_path / "folder", tmp_path / "rahasia.txt"
    folder.mkdir()
    secret.write_text("Rahasia.")
    (folder / "kopi.txt").write_text("Kopi.")
    (folder / "dalam.txt").symlink_to(folder / "kopi.txt")
    (folder / "luar.txt").symlink_to(secret)
    (folder / "nol.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipa.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "soket.txt"))
        items = list(read_paths([str(folder)], overrides=Overrides()))
        assert count_items([str(folder)]) == 2
        found = [file.path for file in files_below([folder])]
        assert found == [str(folder / "dalam.txt"), str(folder / "kopi.txt")]
    reasons = {Path(item.source).name: item.reason for item in items if isinstance(item, Unreadable)}
    assert {item.text for item in items if isinstance(item, Article)} == {"Kopi."}
    outside = "it is a link to a file outside the folder: name that file itself"
    assert reasons["luar.txt"] == reasons["nol.txt"] == outside
    assert reasons["pipa.txt"] == reasons["soket.txt"] == "it is not a regular file"


def test_a_page_with_a_malformed_address_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<html><head><title>Panen</title><link rel="canonical" href="http://[x/y"></head>'
        "<body><h1>Panen</h1><p>Panen kopi naik menjadi 1.500 ton tahun ini.</p></body></html>",
        encoding="utf-8",
    )
    (article,) = read_paths([page], overrides=Overrides())
    assert isinstance(article, Article)
    fields = {"id": "a", "text": "Panen naik.", "url": "http://[x/y", "published_at": "2025-01-01T10:00:00"}
    assert parse_record(fields).to_article().text == "Panen naik."


def test_standard_input_with_carriage_returns_keeps_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    give_standard_input(monkeypatch, b"Judul panjang berita\r\rIsi panjang tentang panen kopi.\r")
    (article,) = read_paths([Path("-")], overrides=Overrides())
    assert isinstance(article, Article)
    assert "Isi panjang tentang panen kopi." in article.text


def test_a_long_name_of_a_file_gives_a_short_id(tmp_path: Path) -> None:
    names = [f"{'kopi-' * 45}{end}" for end in "ab"]
    for name in names:
        (tmp_path / f"{name}.txt").write_text("Panen kopi dimulai Senin.\n\nHarga naik 7 persen.\n")
        (tmp_path / f"{name}.csv").write_text("isi\nPanen kopi dimulai Senin.\n")
    found = [list(read_paths([tmp_path], overrides=Overrides())) for _ in range(2)]
    ids = [[item.id for item in items if isinstance(item, Article)] for items in found]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 4
    assert {len(each) for each in ids[0]} == {200}
    assert all(each.startswith("kopi-" * 36) for each in ids[0])
