import io
import zipfile
import zlib
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from tests.reading.formats.reading import one, read, reasons

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def press_release() -> Any:
    document = docx.Document()
    document.add_heading("Panen kopi dimulai", level=0)
    document.add_paragraph("Jumat, 5 Januari 2024 08:00 WIB")
    paragraph = document.add_paragraph("Petani memanen ")
    paragraph.add_run("42").bold = True
    paragraph.add_run("1").font.superscript = True
    paragraph.add_run(" ton kopi, ")
    paragraph.add_run("50 ton").font.strike = True
    paragraph.add_run("kata ketua kelompok tani.")
    document.add_heading("Harga", level=2)
    document.add_paragraph("Kopi robusta", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for place, text in enumerate(("Jenis", "Harga", "Robusta", "61.000")):
        table.cell(place // 2, place % 2).text = text
    document.add_paragraph("Harga naik tujuh persen sejak Senin.")
    return document


def test_a_document_is_an_article() -> None:
    article = one(read(saved(press_release()), ".docx", name="rilis"))
    assert (article.id, article.title) == ("rilis", "Panen kopi dimulai")
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-01-05T08:00:00+07:00"
    assert article.paragraphs == (
        "Petani memanen 42 ton kopi, kata ketua kelompok tani.",
        "Harga",
        "Kopi robusta",
        "Jenis | Harga\nRobusta | 61.000",
        "Harga naik tujuh persen sejak Senin.",
    )
    assert article.headings == (2,)
    assert article.author is None


def test_the_reading_of_a_character_is_left_out() -> None:
    document = press_release()
    ruby = (
        "<w:p {0}><w:r><w:ruby><w:rt><w:r><w:t>としょかん</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>図書館</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:r><w:t>は本を購入した。</w:t></w:r></w:p>"
    )
    document.element.body.insert(6, parse_xml(ruby.format(SPACE)))
    assert "図書館は本を購入した。" in one(read(saved(document), ".docx")).paragraphs


def test_merged_and_empty_cells_stay_in_their_columns() -> None:
    document = press_release()
    texts = (("Rute", "2023", "2024"), ("A", "", "10"), ("", "6", "11"), ("B", "7", ""))
    table = document.add_table(rows=4, cols=3)
    for row, cells in enumerate(texts):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "A"
    table.cell(3, 1).merge(table.cell(3, 2)).text = "7"
    document.add_paragraph("Angka itu dalam ribu ton.")
    assert one(read(saved(document), ".docx")).paragraphs[-2] == (
        "Rute | 2023 | 2024\nA |  | 10\nA | 6 | 11\nB | 7 | 7"
    )


def test_tracked_changes_links_and_controls_are_read_as_they_are_shown() -> None:
    document = docx.Document()
    body = document.element.body
    for xml in (
        "<w:p {0}><w:r><w:t xml:space='preserve'>Panen </w:t></w:r>"
        "<w:ins w:id='1'><w:r><w:t>besar</w:t></w:r></w:ins>"
        "<w:del w:id='2'><w:r><w:delText>kecil</w:delText></w:r></w:del>"
        "<w:r><w:t> dimulai.</w:t></w:r></w:p>",
        "<w:p {0}><w:hyperlink><w:r><w:t>Harga kopi</w:t></w:r></w:hyperlink>"
        "<w:r><w:t xml:space='preserve'> naik.</w:t>"
        "</w:r></w:p>",
        "<w:sdt {0}><w:sdtContent>"
        "<w:p><w:r><w:t>Hasil panen dijual.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    ):
        body.insert(len(body) - 1, parse_xml(xml.format(SPACE)))
    assert one(read(saved(document), ".docx")).paragraphs == (
        "Panen besar dimulai.",
        "Harga kopi naik.",
        "Hasil panen dijual.",
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO(saved(press_release()))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/comments.xml", b" " * 50_000_000)
    data = file.getvalue()
    assert len(data) < 200_000
    (reason,) = reasons(read(data, ".docx"))
    assert reason.startswith(f"berkas.docx: the document grows from {len(data):,} to 50,")
    assert reason.endswith("bytes unpacked, more than the limit")


def test_a_zip_bomb_that_states_a_small_size_is_refused() -> None:
    file = io.BytesIO(saved(press_release()))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/comments.xml", b" " * 300_000)
        stated = archive.getinfo("word/comments.xml")
        stated.file_size, stated.CRC = 1000, zlib.crc32(b" " * 1000)
    assert reasons(read(file.getvalue(), ".docx")) == [
        "berkas.docx: the document's 'word/comments.xml' holds more than the 1,000 bytes that it states: "
        "save it again"
    ]


def test_a_document_that_is_packed_in_an_unusual_way_is_refused() -> None:
    file = io.BytesIO(saved(press_release()))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/comments.xml", b" " * 300)
    assert reasons(read(file.getvalue(), ".docx")) == [
        "berkas.docx: the document packs 'word/comments.xml' in an unusual way: save it again"
    ]


@pytest.mark.parametrize(("level", "is_heading"), [("2", True), ("\u00b2", True), ("1" * 5000, True)])
def test_a_heading_of_an_odd_level_is_a_heading(level: str, is_heading: bool) -> None:
    document = press_release()
    document.styles["Heading 2"].element.name_val = f"heading {level}"
    assert (one(read(saved(document), ".docx")).headings == (2,)) == is_heading


def test_what_is_no_document_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "Panen.")
    whole = saved(press_release())
    refused = {
        b"": "the file is not a whole DOCX document",
        whole[: len(whole) // 2]: "the file is not a whole DOCX document",
        b"\xd0\xcf\x11\xe0" + bytes(600): "the document is protected by a password",
        file.getvalue(): "the file is not a DOCX document: it holds no word/document.xml",
        saved(docx.Document()): "the article holds no text",
        whole.replace(b"word/document.xml", b"word/dokumen.xml1"): "the file is not a DOCX document",
    }
    for data, reason in refused.items():
        (found,) = reasons(read(data, ".docx"))
        assert found.startswith(f"berkas.docx: {reason}")


def test_a_damaged_part_is_reported() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(press_release()))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<w:document" if name == "word/document.xml" else old.read(name))
    (reason,) = reasons(read(file.getvalue(), ".docx"))
    assert reason.startswith("berkas.docx: the DOCX document is damaged: ")


def test_a_table_of_contents_is_left_out_and_a_deleted_end_joins_paragraphs() -> None:
    document = press_release()
    body = document.element.body
    contents = f'<w:p {SPACE}><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>Harga 3</w:t></w:r></w:p>'
    control = (
        f'<w:sdt {SPACE}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        "</w:sdtPr><w:sdtContent><w:p><w:r><w:t>Harga 3</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    mark = '<w:pPr><w:rPr><w:del w:id="9" w:author="x"/></w:rPr></w:pPr>'
    deleted = f"<w:p {SPACE}>{mark}<w:r><w:t>Panen</w:t></w:r></w:p>"
    rest = f"<w:p {SPACE}><w:r><w:t>berlangsung tujuh hari.</w:t></w:r></w:p>"
    document.styles.add_style("toc 1", 1)
    for markup in (contents.replace("TOC1", document.styles["toc 1"].style_id), control, deleted, rest):
        body.insert(len(body) - 1, parse_xml(markup))
    assert one(read(saved(document), ".docx")).paragraphs[4:] == (
        "Harga naik tujuh persen sejak Senin.",
        "Panen berlangsung tujuh hari.",
    )


def with_notes(document: bytes, notes: str) -> bytes:
    """Return a document whose first paragraph refers to its footnote 2."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    changes = {
        "[Content_Types].xml": (
            "</Types>",
            f'<Override PartName="/word/footnotes.xml" ContentType="{content_type}"/></Types>',
        ),
        "word/_rels/document.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdNotes" Type="{kind}" Target="footnotes.xml"/></Relationships>',
        ),
        "word/document.xml": ("42</w:t></w:r>", '42</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            before, after = changes.get(name, ("", ""))
            text = old.read(name)
            new.writestr(name, text.replace(before.encode(), after.encode()) if before else text)
        new.writestr("word/footnotes.xml", notes)
    return file.getvalue()


def test_footnotes_stand_behind_the_text() -> None:
    note = '<w:footnote w:id="{}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>'
    texts = (note.format(1, "Catatan yang tidak dirujuk."), note.format(2, "Menurut data dinas tahun 2023."))
    document = with_notes(saved(press_release()), f"<w:footnotes {SPACE}>{''.join(texts)}</w:footnotes>")
    paragraphs = one(read(document, ".docx")).paragraphs
    assert paragraphs[0] == "Petani memanen 42 ton kopi, kata ketua kelompok tani."
    assert paragraphs[-2:] == ("Harga naik tujuh persen sejak Senin.", "Menurut data dinas tahun 2023.")


def test_damaged_footnotes_are_reported() -> None:
    (reason,) = reasons(read(with_notes(saved(press_release()), "<w:footnotes"), ".docx"))
    assert "damaged" in reason


def test_the_kicker_of_a_press_release_is_no_author_and_its_dateline_tells_the_day() -> None:
    document = docx.Document()
    for text in (
        "SIARAN PERS",
        "Panen kopi dimulai di lereng",
        "Melati, 5 Januari 2024 – Petani memanen kopi.",
    ):
        document.add_paragraph(text)
    document.add_paragraph("Harga naik tujuh persen sejak Senin.")
    article = one(read(saved(document), ".docx"))
    assert (article.title, article.author) == ("Panen kopi dimulai di lereng", None)
    assert len(article.paragraphs) == 2
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2024-01-05"


def test_a_document_without_the_type_of_its_properties_is_read() -> None:
    source = zipfile.ZipFile(io.BytesIO(saved(press_release())))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "[Content_Types].xml":
                start = data.index(b'<Override PartName="/docProps/core.xml"')
                data = data[:start] + data[data.index(b"/>", start) + 2 :]
            target.writestr(name, data)
    assert one(read(file.getvalue(), ".docx")).title == "Panen kopi dimulai"


def cell(text: str) -> str:
    return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def with_blocks(*blocks: str) -> tuple[str, ...]:
    document = docx.Document()
    body = document.element.body
    for block in blocks:
        body.insert(len(body) - 1, parse_xml(block.replace(">", f" {SPACE}>", 1)))
    return one(read(saved(document), ".docx")).paragraphs


def test_rows_and_cells_in_controls_are_read_and_nested_cells_once() -> None:
    nested = f"<w:tc><w:tbl><w:tr>{cell('12')}{cell('ton')}</w:tr></w:tbl><w:p/></w:tc>"
    held = f"<w:sdt><w:sdtContent>{cell('11')}</w:sdtContent></w:sdt>"
    table = (
        f"<w:tbl><w:tr>{cell('Kota')}{cell('Panen')}</w:tr>"
        f"<w:sdt><w:sdtContent><w:tr>{cell('Gayo')}{held}</w:tr></w:sdtContent></w:sdt>"
        f"<w:tr>{cell('Toraja')}{nested}</w:tr></w:tbl>"
    )
    paragraph = "<w:p><w:r><w:t>Panen dimulai di dua kota.</w:t></w:r></w:p>"
    assert with_blocks(paragraph, table)[1:] == ("Kota | Panen\nGayo | 11\nToraja | 12 ton",)


def test_a_table_of_one_column_frames_paragraphs_and_tables() -> None:
    inner = f"<w:tbl><w:tr>{cell('Kota')}{cell('Ton')}</w:tr><w:tr>{cell('Gayo')}{cell('11')}</w:tr></w:tbl>"
    text = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    frame = f"<w:tc>{text.format('Panen dimulai.')}{text.format('Harga naik.')}{inner}<w:p/></w:tc>"
    assert with_blocks(f"<w:tbl><w:tr>{frame}</w:tr></w:tbl>") == (
        "Panen dimulai.",
        "Harga naik.",
        "Kota | Ton\nGayo | 11",
    )


def test_signs_of_fonts_and_tabs_are_read() -> None:
    signs = (
        "<w:p><w:r><w:t>Suhu 30</w:t><w:sym w:font='Symbol' w:char='F0B0'/><w:ptab/><w:t>C</w:t>"
        "<w:tab/><w:t>hari ini, Jawa</w:t><w:noBreakHyphen/><w:t>Bali</w:t><w:softHyphen/><w:t>nesia.</w:t>"
        "</w:r></w:p>"
    )
    assert with_blocks(signs) == ("Suhu 30° C hari ini, Jawa\u2011Balinesia.",)
