import bz2
import codecs
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading.decoding import (
    REPLACEMENT,
    as_utf8,
    decode,
    decode_named,
    decode_page,
    decode_utf8,
    encoding_of,
    encoding_of_json,
    encoding_of_markup,
)

INDONESIAN = "Pak Made menjemur kopi – harganya “naik” di Gayo."
ARABIC = "افتتحت المكتبة أبوابها للأطفال في القرية القديمة صباح اليوم."
JAPANESE = "図書館は日曜日の朝に村の子どもたちのために開かれた。"
CHINESE = "图书馆在星期天早上为村里的孩子们开放了。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(text=st.text(st.characters(exclude_categories=["C"]), min_size=1))
def test_unicode_round_trips(encoding: str, text: str) -> None:
    text = "Kopi ☕ " + text.replace("\u2028", "").replace("\u2029", "")
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf_16_of_either_byte_order(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert decode(mark + INDONESIAN.encode(encoding)) == INDONESIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARABIC, "windows-1256"),
        (JAPANESE, "shift_jis"),
        (CHINESE, "gb18030"),
        ("圖書館在星期天早上為村裏的孩子們開放，宏碁捐贈電腦。", "big5hkscs"),
        (INDONESIAN, "windows-1252"),
    ],
)
def test_other_encodings_are_guessed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"),
        ("<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>", "cp1251"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb18030"),
        ('<meta charset="iso-2022-jp">', "iso2022_jp"),
        ('<meta charset="big5">', "big5hkscs"),
        ('<meta charset="Big5-HKSCS">', "big5hkscs"),
        ('<meta charset="windows-874">', "cp874"),
        ('<meta charset="x-sjis">', "cp932"),
    ],
)
def test_a_declared_encoding_is_used_for_markup(declaration: str, encoding: str) -> None:
    signs = {"cp1252": "“é”", "cp1251": "Я", "gb18030": "镕", "iso2022_jp": "村", "cp932": "①村"}
    text = declaration + (signs | {"big5hkscs": "宏碁電腦在恒春的店裏㗎。", "cp874": "“ข่าว”…"})[encoding]
    assert decode(text.encode(encoding), is_markup=True) == text


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Kafé “baru” 5 €", "cp1252", "iso-8859-1"),
        ("Kafé “baru”", "cp1252", "US-ASCII"),
        ("Kafé “baru”", "utf-8", "iso-8859-1"),
        ("“ข่าว”…", "cp874", "tis-620"),
        ("“ข่าว”…", "cp874", "Windows-874"),
        ("裏㗎", "big5hkscs", "big5"),
        ("村", "iso2022_jp", "iso-2022-jp"),
        ("Kafé", "utf-16-le", "utf-16"),
        ("<p>Kopi</p>", "ascii", "utf-16"),
        ("Kafé\x81", "latin-1", "latin1"),
    ],
)
def test_an_encoding_that_a_server_names_means_what_browsers_take_it_for(
    text: str, encoding: str, name: str
) -> None:
    data = text.encode(encoding)
    assert decode_named(data, name) == text
    assert as_utf8(data, name) == text.encode()


@pytest.mark.parametrize("name", ["", "no-such", "hex", "utf\0", "utf-8"])
def test_an_encoding_that_does_not_fit_leaves_the_data_alone(name: str) -> None:
    assert decode_named(b"caf\xe9", name) is None
    assert as_utf8(b"caf\xe9", name) == b"caf\xe9"


def test_utf_8_takes_precedence_over_a_wrong_declaration() -> None:
    text = '<meta charset="iso-8859-1">Café'
    assert decode(text.encode(), is_markup=True) == text


@pytest.mark.parametrize("name", ["unicode_escape", "idna", "rot13", "utf-7", "no-such", "utf-16"])
def test_an_implausible_declared_encoding_is_ignored(name: str) -> None:
    text = f'<meta charset="{name}">+AGE- \\u0041'
    assert decode(text.encode(), is_markup=True) == text


def test_line_ends_become_line_feeds() -> None:
    assert decode(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize("data", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_reported_as_empty(data: bytes) -> None:
    with pytest.raises(ReadingError, match="the page is empty"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7\nhalo",
        b"PK\x03\x04halo",
        b"ha\0lo",
        b"\x01\x02\x03\x04halo",
        bytes(range(1, 256)) * 20,
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(ReadingError, match="the page is not text"):
        decode(data)


@pytest.mark.parametrize(("text", "byte"), [("Secangkir ☕", 10), ("Kafé di tepi rel: ☕", 19)])
def test_utf_8_truncated_inside_a_character_is_reported_with_the_byte(text: str, byte: int) -> None:
    with pytest.raises(ReadingError, match=f"at byte {byte}: unexpected end of data in UTF-8; save it again"):
        decode(text.encode()[:-1])


def test_damaged_utf_8_is_reported_with_the_byte() -> None:
    with pytest.raises(ReadingError, match="at byte 6: invalid start byte in UTF-8"):
        decode("Kafé ".encode() + b"\xff" + " di tepi jalan, buka sejak pukul ½7".encode())


def test_the_damage_in_a_page_is_reported_beside_its_text() -> None:
    data = "Kafé ".encode() + b"\xff" + " di tepi jalan, ½7.".encode()
    text, damage = decode_page(data, is_markup=True)
    assert text == "Kafé \N{REPLACEMENT CHARACTER} di tepi jalan, ½7."
    assert str(damage).startswith("truncated or damaged at byte 6")
    assert decode_page("Kafé".encode(), is_markup=True) == ("Kafé", None)
    with pytest.raises(ReadingError, match="the page is empty"):
        decode_page(b"", is_markup=False)


def test_truncated_utf_16_is_reported_with_the_byte() -> None:
    with pytest.raises(ReadingError, match="at byte 6: truncated data in UTF-16"):
        decode("ab".encode("utf-16") + b"c")


def test_a_line_of_json_is_utf_8_and_nothing_else() -> None:
    assert decode_utf8(codecs.BOM_UTF8 + "é".encode()) == "é"
    with pytest.raises(ReadingError, match="at byte 1: unexpected end of data in UTF-8"):
        decode_utf8(b"a\xe9")


ARCHIVED = "Isi arsip. " * 1000


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(ARCHIVED.encode(), mtime=0),
        bz2.compress(ARCHIVED.encode()),
        lzma.compress(ARCHIVED.encode()),
        b"PK\x03\x04" + ARCHIVED.encode(),
        b"7z\xbc\xaf\x27\x1c\0\4",
        b"Rar!\x1a\x07\x01\0",
        b"\x28\xb5\x2f\xfd\x04\x58\0",
    ],
    ids=["gzip", "bzip2", "xz", "zip", "7z", "rar", "zstd"],
)
def test_an_archive_is_refused_and_not_opened(data: bytes) -> None:
    with pytest.raises(ReadingError, match="not text"):
        decode(data)


@pytest.mark.parametrize("spaces", [10, 3500])
def test_a_declaration_of_many_spaces_is_read_quickly(spaces: int) -> None:
    data = b"<meta" * 50 + b" charset=" + b" " * spaces + b"windows-1252><p>caf\xe9"
    assert decode(data, is_markup=True).endswith("caf\xe9")


def test_the_encoding_of_a_long_page_is_guessed_from_its_beginning() -> None:
    text = "El precio del caf\u00e9 subi\u00f3 en mayo, dijo el ni\u00f1o.\n" * 20_000
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_nul_bytes_between_the_tags_of_a_page_do_no_harm(encoding: str) -> None:
    head = f'<meta charset="{encoding}">'
    data = f"{head}<p>Kafé di tepi sungai dibuka lagi.</p>\0\n\0<p>Dua.</p>{' ' * 400}".encode(encoding)
    text, damage = decode_page(data, is_markup=True)
    assert damage is None
    assert "lagi.</p>\n<p>Dua.</p>" in text
    assert "Kafé" in text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_nul_byte_in_the_text_of_a_page_is_damage(encoding: str) -> None:
    data = f'<meta charset="{encoding}"><p>Kafé di te\0pi.</p>{" " * 400}'.encode(encoding)
    text, damage = decode_page(data, is_markup=True)
    assert f"te{REPLACEMENT}pi" in text
    assert damage is not None
    assert "a NUL byte" in str(damage)


def test_many_nul_bytes_are_no_text() -> None:
    with pytest.raises(ReadingError, match="not text"):
        decode_page(b"<p>Ko\0p\0\0i</p>\0\0" * 9, is_markup=True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [INDONESIAN, f"{CHINESE} Kopi naik.\n", f"<p>{ARABIC}</p>"])
def test_utf_16_without_a_mark_is_told_by_its_nul_bytes(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert decode(data) == decode(data, is_markup=True) == text
    assert encoding_of(data) == encoding_of_json(data) == encoding_of_markup(data[:-1]) == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("北京市政府周一宣布，今年的粮食价格上涨了百分之五。", "gb18030"),
        ("서울시는 월요일 쌀값이 5퍼센트 올랐다고 발표했다.", "euc_kr"),
        ("กรุงเทพมหานครประกาศเมื่อวันจันทร์ว่าราคาข้าวเพิ่มขึ้น", "cp874"),
        ("Правительство в понедельник объявило, что цены выросли.", "koi8_r"),
    ],
)
def test_a_western_encoding_does_not_count_for_another_script(text: str, encoding: str) -> None:
    page = f"<meta charset=iso-8859-1><p>{text}</p><p>{text}</p>"
    assert decode(page.encode(encoding), is_markup=True) == page
    assert decode_named(page.encode(encoding), "iso-8859-1") is None


def test_a_row_of_dashes_is_western() -> None:
    page = "<meta charset=windows-1252><p>\N{EM DASH}\N{EM DASH}\N{EM DASH} caf\u00e9</p>" * 9
    assert decode(page.encode("cp1252"), is_markup=True) == page
