from pathlib import Path

from tests.missing import kutip_without
from tests.reading.formats.reading import articles, one, read, reasons

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="id">
<siteinfo><sitename>Wikikabar</sitename><base>https://id.wiki.example/wiki/Halaman_Utama</base>
<namespaces><namespace key="0"/><namespace key="6">Berkas</namespace><namespace key="14">Kategori</namespace>
</namespaces></siteinfo>"""
END = "</mediawiki>"
TEXT = """{{tanggal|5 Januari 2024}}
[[Berkas:Kopi.jpg|jmpl|Biji [[kopi]]]]
'''Panen kopi''' di [[Lereng Wulan|lereng itu]] dimulai.&lt;ref&gt;Catatan.&lt;/ref&gt;
Baris kedua.

== Harga ==
* Kopi: 61.000 rupiah
* Teh: 9.000 rupiah

{| class="wikitable"
|-
| a || b
|}
=== Penutup ===
Harga naik 7 persen.

== Sumber ==
[[Kategori:Kopi]]"""


def page(number: int, text: str, *, namespace: int = 0, extra: str = "") -> str:
    return f"""<page><title>Panen kopi {number}</title><ns>{namespace}</ns><id>{number}</id>{extra}
<revision><id>1</id><timestamp>2024-01-05T01:00:00Z</timestamp><text>Lama.</text></revision>
<revision><id>2</id><timestamp>2024-01-06T01:00:00Z</timestamp><text>{text}</text></revision></page>"""


def test_the_newest_version_of_a_page_is_an_article() -> None:
    skipped = page(2, "Pembicaraan.", namespace=1) + page(3, "#ALIH", extra='<redirect title="x"/>')
    (article,) = articles(read(HEAD + page(1, TEXT) + skipped + END, ".xml"))
    assert article.title == "Panen kopi 1"
    assert article.paragraphs == (
        "Panen kopi di lereng itu dimulai. Baris kedua.",
        "Harga",
        "Kopi: 61.000 rupiah",
        "Teh: 9.000 rupiah",
        "Penutup",
        "Harga naik 7 persen.",
    )
    assert article.headings == (2, 5)
    assert article.url == "https://id.wiki.example/wiki/Panen_kopi_1"
    assert article.outlet == "Wikikabar"
    assert article.updated_at is not None
    assert article.updated_at.isoformat() == "2024-01-06T01:00:00+00:00"
    assert article.metadata == {"page_id": "1", "revision": "2"}


def test_ids_come_from_addresses_and_stay_the_same() -> None:
    first = articles(read(HEAD + page(1, TEXT) + page(2, TEXT) + END, ".xml"))
    second = articles(read(HEAD + page(2, TEXT) + END, ".xml", name="lain"))
    assert first[1].id == second[0].id != first[0].id


def test_pages_without_text_and_a_cut_file_are_reported() -> None:
    items = read(HEAD + page(1, "{{kosong}}") + page(2, TEXT) + "<page><title>", ".xml")
    assert [article.title for article in articles(items)] == ["Panen kopi 2"]
    empty, cut = reasons(items)
    assert empty == "berkas.xml:1: the page 'Panen kopi 1' holds no text"
    assert cut.startswith("berkas.xml: the XML is cut short or damaged (")


def test_without_the_extra_the_reason_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(HEAD + page(1, TEXT) + END)
    run = kutip_without("mwparserfromhell", tmp_path, "ingest", "a.xml")
    assert run.returncode == 1
    assert "mwparserfromhell, which is not installed. Run `pip install 'kutip[formats]'`." in run.stderr


def test_templates_in_a_sentence_show_their_words() -> None:
    text = "{{w|Wulan|Lereng Wulan}} naik {{convert|5|km|mi}} ke {{lang|id|kota}}, "
    text += "{{formatnum:1000}} orang{{x}}."
    (article,) = articles(read(HEAD + page(1, "{{date|5 Januari 2024}}\n" + text) + END, ".xml"))
    assert article.paragraphs == ("Lereng Wulan naik 5 km ke kota, 1000 orang.",)
    assert str(article.published_at) == "2024-01-05 00:00:00+00:00"


def test_redirects_magic_words_other_languages_and_empty_sections_are_left_out() -> None:
    text = "Panen&lt;br/&gt;dimulai. __NOTOC__\n=== Kosong ===\n== Isi ==\nHarga naik.\n"
    text += "[[en:Harvest]]\n== Rujukan =="
    (article,) = articles(read(HEAD + page(1, text) + page(2, "#ALIH [[Panen]]") + END, ".xml"))
    assert article.paragraphs == ("Panen dimulai.", "Isi", "Harga naik.")
    assert article.headings == (2,)


def test_categories_of_an_export_without_namespaces_are_left_out() -> None:
    export = (
        "<mediawiki><page><title>Kopi</title><ns>0</ns><id>9</id><revision><id>1</id><text>Panen kopi naik."
        "\n\n[[Kategori:Kopi]]</text></revision></page></mediawiki>"
    )
    assert one(read(export, ".xml")).paragraphs == ("Panen kopi naik.",)
