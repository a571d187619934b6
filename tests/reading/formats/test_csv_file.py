import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading import Overrides, read_stream
from rag.reading.formats.csv_rows import Rows
from rag.reading.formats.streams import HEAD_BYTES, buffered
from tests.reading.formats.reading import articles, one, read, reasons


def test_rows_are_articles_and_other_columns_are_metadata() -> None:
    table = (
        "id,title,text,published_at,views\n"
        '7,Panen,"Kopi naik, kata petani.\n\nTeh turun.",2024-01-05,12\n'
        "8,Jembatan,Jembatan ditutup.,,\n"
    )
    first, second = articles(read(table, ".csv"))
    assert (first.id, first.title, first.paragraphs) == (
        "7",
        "Panen",
        ("Kopi naik, kata petani.", "Teh turun."),
    )
    assert first.metadata == {"views": "12"}
    assert first.published_at is not None
    assert first.published_at.isoformat() == "2024-01-05T00:00:00+00:00"
    assert (second.id, second.metadata, second.published_at) == ("8", {}, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_other_names_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    rows = [
        ("Judul", "Isi", "Penulis", "Tanggal", "Tautan"),
        ("Kafé baru", "Kafé itu dibuka hari ini.", "René Dupré", "5 Januari 2024", "https://k.example/1"),
    ]
    table = "\r\n".join(delimiter.join(row) for row in rows)
    article = one(read(table.encode(encoding), ".csv"))
    assert (article.title, article.text, article.author) == rows[1][:3]
    assert article.url == "https://k.example/1"
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2024-01-05"


def test_a_row_without_an_id_is_named_after_the_file_and_its_number() -> None:
    assert [item.id for item in articles(read("text\nKopi.\n\nTeh.\n", ".csv", name="berita"))] == [
        "berita:1",
        "berita:2",
    ]


def test_the_line_with_which_excel_names_the_delimiter_is_left_out() -> None:
    assert one(read("sep=;\r\njudul;isi\r\nPanen;Kopi naik.\r\n", ".csv")).title == "Panen"


def test_html_in_a_cell_is_read_as_html() -> None:
    article = one(
        read('judul,content\nKopi &amp; teh,"<p>Panen <b>naik</b>.</p><p>Harga turun.</p>"\n', ".csv")
    )
    assert article.paragraphs == ("Panen naik.", "Harga turun.")


def test_two_hundred_columns_go_into_the_metadata() -> None:
    names = ["text", *(f"kolom_{number}" for number in range(199))]
    article = one(read(f"{','.join(names)}\nKopi naik.,{','.join(map(str, range(199)))}\n", ".csv"))
    assert article.metadata == {f"kolom_{number}": str(number) for number in range(199)}


def test_a_date_that_cannot_be_read_is_kept_as_it_is() -> None:
    assert one(read("text,date\nKopi naik.,menyusul\n", ".csv")).metadata == {
        "published_at_stated": "menyusul"
    }


@pytest.mark.parametrize(
    ("table", "ids", "reason"),
    [
        (b"id,text\n1,Kopi.\n2,Teh,Susu.\n3,Gula.\n", ["1", "3"], ":2: the row has 3 cells and the first"),
        (b"id,text\n1,Kopi.\n2\n3,Gula.\n", ["1", "3"], ":2: the row has 1 cells and the first row 2"),
        (b"id,text\n1,Kopi.\n2, \n", ["1"], ":2: the row holds no text"),
        (b"id,author,text\n1,Andr\xc3\xa9,K\xc3\xb6pi.\n2,M\xfcller,Teh.\n", ["1"], ":2: the row is damaged"),
        (b"nama,umur\nSiti,7\n", [], ": the first row names no column `text`"),
        (b"", [], ": the first row names no column `text`"),
        (b"id,text\n1,Kop\x00i.\n2,Teh.\n", ["2"], ":1: text holds a NUL at character 3"),
        (b"id,text\n1," + b"\0" * 9 + b"\n", [], ": the file is not text"),
        (b"id,text\n", [], ": the file holds no row below the names"),
        (b'id,text\n1,"Kopi.\n2,Teh.\n3,"Gula, dan susu."\n', ["2", "3"], ":1: the row is not CSV: no quot"),
        (b'id,text\n1,Kopi.\n2,"Teh', ["1"], ":2: the row is not CSV: no quotation mark closes"),
        (b"\x89PNG\r\n\x1a\n", [], ": the file is not text"),
        (b",".join([b"text"] * 1001), [], ": the file has 1,001 columns, more than 1,000"),
        (b"id,text\n1,Kopi.\n2,\"" + b"a" * 10_000_001 + b"\n", ["1"], ":2: the row is not CSV: "),
    ],
)  # fmt: skip
def test_bad_rows_are_reported_and_the_rest_is_read(table: bytes, ids: list[str], reason: str) -> None:
    items = read(table, ".csv")
    assert [article.id for article in articles(items)] == ids
    (found,) = reasons(items)
    assert found.startswith("berkas.csv" + reason)


def test_rows_are_read_one_at_a_time() -> None:
    lines = io.BytesIO(b"text\n" + b"Satu kalimat.\n" * 100_000)
    next(read_stream(buffered(lines), name="a.csv", suffix=".csv", overrides=Overrides()))
    assert lines.tell() <= 2 * HEAD_BYTES


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff<"), max_size=30)


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=5), delimiter=st.sampled_from([",", ";", "\t", "|"])
)
def test_round_trip(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(("title", "text", "catatan", "language"))
    writer.writerows((title, f"{text}.", note, "id") for title, text, note in rows)
    found = articles(read(file.getvalue(), ".csv"))
    assert [article.title for article in found] == [title if title.strip() else "" for title, _, _ in rows]
    assert ["".join(article.text.split()) for article in found] == [
        "".join(f"{text}.".split()) for _, text, _ in rows
    ]
    assert [article.metadata for article in found] == [
        {"catatan": note} if note.strip() else {} for _, _, note in rows
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Laporan Januari\n\njudul,isi\nPanen,Kopi naik.\n",
        "# ekspor 2025\r\njudul,isi\r\nPanen,Kopi naik.\r\n",
        '"judul" , "isi"\n"Panen", "Kopi naik."\n',
        '"jumlah\nhari",judul,isi\n,Panen,Kopi naik.\n',
        "タイトル,本文\nPanen,Kopi naik.\n",
        "Judul *;Isi (lengkap):\nPanen;Kopi naik.\n",
        "หัวข้อ,เนื้อหา\nPanen,Kopi naik.\n",
        "Tiêu đề,Nội dung\nPanen,Kopi naik.\n",
        "Başlık;İçerik\nPanen;Kopi naik.\n",
        "title,clean_article\nPanen,Kopi naik.\n",
        "post_title,post_content\nPanen,Kopi naik.\n",
    ],
)
def test_the_row_of_names_is_found_where_programs_write_it(table: str) -> None:
    article = one(read(table, ".csv"))
    assert (article.title, article.text, article.metadata) == ("Panen", "Kopi naik.", {})
    assert one(read(table.encode("utf-16-le"), ".csv")) == article


def test_quotation_marks_behind_backslashes_belong_to_the_text() -> None:
    table = 'judul,isi\nPanen,"Kata \\"kopi\\", bukan teh."\nJalan,Ditutup.\n'
    assert [article.text for article in articles(read(table, ".csv"))] == [
        'Kata "kopi", bukan teh.',
        "Ditutup.",
    ]
    assert one(read('judul,isi\nPanen,"Berkas di C:\\"\n', ".csv")).text == "Berkas di C:\\"


def test_cells_without_a_value_are_absent() -> None:
    for author, date in (("NULL", "NaN"), ("-", "NaT"), ("—", "#N/A")):
        article = one(read(f"isi,penulis,tanggal,url\nKopi naik.,{author},{date}\n", ".csv"))
        assert (article.author, article.published_at, article.url, article.metadata) == (None, None, None, {})


def test_a_post_that_is_not_published_is_refused() -> None:
    items = read("judul,isi,Status\nPanen,Kopi naik.,publish\nJalan,Ditutup.,draft\n", ".csv")
    assert [article.title for article in articles(items)] == ["Panen"]
    assert reasons(items) == ["berkas.csv:2: the post 'Jalan' is not published: its status is 'draft'"]


def test_entities_in_a_cell_are_written_out() -> None:
    article = one(read("judul,isi\nKopi &amp; teh,Kopi &amp; teh &#8211; keduanya naik.\n", ".csv"))
    assert (article.title, article.text) == ("Kopi & teh", "Kopi & teh – keduanya naik.")


@pytest.mark.parametrize("name", ["paragraphs", "text"])
@pytest.mark.parametrize(
    "cell",
    [
        '["Panen kopi naik.", "Harga ""teh"" turun."]'.replace('""teh""', '\\"teh\\"'),
        "['Panen kopi naik.', 'Harga \"teh\" turun.']",
        'Panen kopi naik.\n\nHarga "teh" turun.',
    ],
)
def test_a_cell_may_hold_a_list_of_paragraphs(name: str, cell: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("id", "title", name, "date"), ("7", "Kopi", cell, "2024-01-05")])
    article = one(read(file.getvalue(), ".csv"))
    assert (article.title, article.paragraphs) == ("Kopi", ("Panen kopi naik.", 'Harga "teh" turun.'))


@pytest.mark.parametrize(
    ("cell", "author"),
    [
        ('["Rina Sari", "Budi Hartono"]', "Rina Sari, Budi Hartono"),
        ("['Rina Sari']", "Rina Sari"),
        ("Oleh: Rina Sari", "Rina Sari"),
    ],
)
def test_a_cell_may_hold_a_list_of_authors_or_a_label(cell: str, author: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("id", "text", "authors"), ("7", "Panen kopi naik.", cell)])
    assert one(read(file.getvalue(), ".csv")).author == author


def test_a_text_in_brackets_is_no_list() -> None:
    text = "['Panen kopi', kata petani, 'naik'] dan harga turun."
    file = io.StringIO()
    csv.writer(file).writerows([("id", "text"), ("7", text)])
    assert one(read(file.getvalue(), ".csv")).paragraphs == (text,)


def test_columns_that_say_of_what_they_are_a_field_are_read() -> None:
    table = (
        "ID Berita;Judul Berita;Isi Berita;Tgl Terbit;Nama Penulis;Nama Media;Kategori Berita;post_author\n"
    )
    table += "7;Panen;Kopi naik.;05/08/2024;Sari Wulandari;Kabar;Ekonomi;1\n"
    article = one(read(table, ".csv"))
    assert (article.id, article.title, article.paragraphs) == ("7", "Panen", ("Kopi naik.",))
    assert (article.author, article.outlet, article.section) == ("Sari Wulandari", "Kabar", "Ekonomi")
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2024-08-05"
    assert article.metadata == {"post_author": "1"}


def test_a_column_of_american_days_is_read_as_such() -> None:
    table = "isi,tanggal\nKopi naik.,07/08/2025\nTeh turun.,07/25/2025 10:30 AM\nSusu tetap.,12/01/2025\n"
    assert [f"{article.published_at:%m-%d}" for article in articles(read(table, ".csv"))] == [
        "07-08",
        "07-25",
        "12-01",
    ]


@pytest.mark.parametrize("other", ["25/07/2025", "08/09/2025"])
def test_other_days_are_read_with_the_day_first(other: str) -> None:
    table = f"isi,tanggal\nKopi naik.,07/08/2025\nTeh turun.,{other}\n"
    assert f"{articles(read(table, '.csv'))[0].published_at:%m-%d}" == "08-07"


def test_tables_between_tabs_have_a_suffix_of_their_own() -> None:
    assert one(read("judul\tisi\nPanen\tKopi, teh naik.\n", ".tsv")).text == "Kopi, teh naik."


def test_a_cell_may_hold_the_document_of_an_editor() -> None:
    cell = '{""blocks"":[{""type"":""paragraph"",""data"":{""text"":""Kopi naik.""}}]}'
    assert one(read(f'judul,isi\nPanen,"{cell}"\n', ".csv")).text == "Kopi naik."


def test_many_rows_without_an_end_are_refused_one_by_one() -> None:
    rows = [
        f'{number},"Harga {number} naik.\n' if number % 6 == 5 else f"{number},Harga {number} naik.\n"
        for number in range(120)
    ]
    items = read("id,text\n" + "".join(rows), ".csv")
    assert len(articles(items)) == 100
    assert len(reasons(items)) == 20
    assert reasons(items)[0] == (
        "berkas.csv:6: the row is not CSV: no quotation mark closes one of its cells "
        "(the row held 7 lines; those below the first are read again)"
    )


def test_lines_are_not_read_again_without_end() -> None:
    errors = list(Rows(iter(['a"b,"c\n'] * 50_000), {}))
    assert len(errors) < 40
    assert str(errors[-1]).endswith("lines; all of them are left out)")


def test_the_number_of_a_row_is_no_id() -> None:
    table = "No,Judul,Isi\n1,Panen,Kopi naik.\n"
    article = one(read(table, ".csv", name="januari"))
    assert (article.id, article.title, article.metadata) == ("januari:1", "Panen", {"No": "1"})
    assert one(read(table.replace("No,", "Nomor,"), ".csv", name="februari")).id == "februari:1"


@pytest.mark.parametrize("divider", ["\\n\\n", "\\r\\n\\r\\n", "_x000D_\n_x000D_\n", "\n\n"])
def test_line_feeds_are_read_as_databases_and_excel_write_them(divider: str) -> None:
    article = one(read(f'judul,isi\nPanen,"Kopi naik.{divider}Teh turun."\n', ".csv"))
    assert article.paragraphs == ("Kopi naik.", "Teh turun.")
    assert one(read("judul,isi\nPanen,Berkas di C:\\nota ada.\n", ".csv")).text == "Berkas di C:\\nota ada."


def test_the_time_of_creation_counts_only_without_one_of_publication() -> None:
    head = "judul,isi,created_at,published_at\n"
    article = one(read(head + "Panen,Kopi naik.,2024-01-05,2025-07-27\n", ".csv"))
    assert (str(article.published_at)[:10], article.metadata) == ("2025-07-27", {"created_at": "2024-01-05"})
    article = one(read("judul,isi,created_at\nPanen,Kopi naik.,2024-01-05\n", ".csv"))
    assert str(article.published_at)[:10] == "2024-01-05"


@pytest.mark.parametrize(
    "names",
    [
        "Judul;Naskah;Pewarta;Tanggal Rilis",
        "titulo;cuerpo;autores;fecha publicacion",
        "Überschrift;Inhalt;Verfasser;Veröffentlicht am",
        "manchete;corpo;autoria;data de publicacao",
        "العنوان;النص;الكاتب;تاريخ النشر",
        "タイトル;本文;著者;公開日",
        "หัวข้อ;เนื้อหา;ผู้เขียน;วันที่",
    ],
)
@pytest.mark.parametrize("day", ["2025-06-10", "45818", "10/06/2568", "2025年6月10日"])
def test_columns_are_named_in_many_languages(names: str, day: str) -> None:
    article = one(read(f"{names}\nKopi;Panen naik.;Rina Sari;{day}\n", ".csv"))
    assert (article.title, article.text, article.author) == ("Kopi", "Panen naik.", "Rina Sari")
    assert str(article.published_at)[:10] == "2025-06-10"


@pytest.mark.parametrize(
    ("name", "published", "not_published"),
    [("published", "TRUE", "FALSE"), ("terbit", "BENAR", "SALAH"), ("is_published", "1", "0"),
     ("deleted", "0", "1"), ("status", "published", "rejected")],
)  # fmt: skip
def test_a_row_that_is_not_published_is_refused(name: str, published: str, not_published: str) -> None:
    items = read(f"id,text,{name}\na,Kopi naik.,{published}\nb,Teh turun.,{not_published}\n", ".csv")
    assert [article.id for article in articles(items)] == ["a"]
    assert "not published" in reasons(items)[0]


def test_lines_that_are_not_wrapped_are_paragraphs() -> None:
    table = 'id,text\na,"Panen naik.\nHarga turun."\nb,"Panen kopi\nnaik."\n'
    assert [article.paragraphs for article in articles(read(table, ".csv"))] == [
        ("Panen naik.", "Harga turun."),
        ("Panen kopi\nnaik.",),
    ]
