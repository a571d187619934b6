import pytest

from tests.reading.formats.reading import articles, read, reasons

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Warta Wulan</title><language>id</language>
<wp:author><wp:author_login>siti</wp:author_login><wp:author_display_name>Siti Rahma</wp:author_display_name>
</wp:author>"""
END = "</channel></rss>"


def post(number: int, content: str, *, kind: str = "post", status: str = "publish", extra: str = "") -> str:
    return f"""<item><title>Berita &amp;amp; {number}</title><link>https://warta.example/{number}/</link>
<pubDate>Fri, 05 Jan 2024 01:00:00 +0000</pubDate><dc:creator><![CDATA[siti]]></dc:creator>
<guid isPermaLink="false">https://warta.example/?p={number}</guid>
<content:encoded><![CDATA[{content}]]></content:encoded>
<wp:post_date>2024-01-05 08:00:00</wp:post_date><wp:post_date_gmt>2024-01-05 01:00:00</wp:post_date_gmt>
<wp:post_modified>2024-01-06 09:00:00</wp:post_modified>
<wp:post_modified_gmt>2024-01-06 02:00:00</wp:post_modified_gmt>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>
<category domain="category" nicename="desa">Desa</category><category domain="post_tag">kopi</category>
{extra}</item>"""


CLASSIC = (
    'Panen <b>kopi</b> dimulai.\n\n[caption id="1"]<img src="a.jpg"/> Foto[/caption]\n\n'
    'Harga naik.\n[gallery ids="1"]'
)
BLOCKS = "<!-- wp:paragraph -->\n<p>Teh dipetik.</p>\n<!-- /wp:paragraph --><h2>Harga</h2><p>Harga turun.</p>"


def test_posts_are_articles() -> None:
    first, second = articles(read(HEAD + post(1, CLASSIC) + post(2, BLOCKS, kind="page") + END, ".xml"))
    assert (first.id, first.title, first.url) == (
        "https://warta.example/?p=1",
        "Berita & 1",
        "https://warta.example/1/",
    )
    assert first.paragraphs == ("Panen kopi dimulai.", "Harga naik.")
    assert (first.outlet, first.author, first.section) == ("Warta Wulan", "Siti Rahma", "Desa")
    assert first.published_at is not None
    assert first.published_at.isoformat() == "2024-01-05T08:00:00+07:00"
    assert first.updated_at is not None
    assert first.updated_at.isoformat() == "2024-01-06T09:00:00+07:00"
    assert first.metadata == {"tags": ["kopi"]}
    assert (second.paragraphs, second.headings) == (("Teh dipetik.", "Harga", "Harga turun."), (2,))


def test_a_blank_line_above_an_export_does_no_harm() -> None:
    found = articles(read("\n" + HEAD + post(1, CLASSIC) + END, ".xml"))
    assert [article.title for article in found] == ["Berita & 1"]


def test_what_is_not_published_is_refused_and_pictures_are_left_out() -> None:
    items = read(
        HEAD
        + post(1, "Konsep.", status="draft")
        + post(2, "", kind="attachment", status="inherit")
        + post(3, "Rahasia.", extra="<wp:post_password>x</wp:post_password>")
        + post(4, "")
        + post(5, BLOCKS)
        + END,
        ".xml",
    )
    assert [article.title for article in articles(items)] == ["Berita & 5"]
    assert reasons(items) == [
        "berkas.xml:1: the post 'Berita &amp; 1' is not published: its status is 'draft'",
        "berkas.xml:2: the post 'Berita &amp; 3' is protected by a password",
        "berkas.xml:3: the article holds no text",
    ]


def test_an_export_that_is_cut_short_keeps_what_was_read() -> None:
    items = read(HEAD + post(1, CLASSIC) + post(2, BLOCKS)[:-20], ".xml")
    assert [article.title for article in articles(items)] == ["Berita & 1"]
    (reason,) = reasons(items)
    assert reason.startswith("berkas.xml: the XML is cut short or damaged (")


def test_an_export_without_posts_is_refused() -> None:
    assert reasons(read(HEAD + END, ".xml")) == ["berkas.xml: the export of WordPress holds no posts"]


def test_parts_of_plugins_are_no_articles_and_their_tags_are_left_out() -> None:
    text = (
        "[vc_row][vc_column_text]Panen dimulai [sic].[/vc_column_text][/vc_row]<!--more-->Harga naik.\n"
        '[contact-form-7 id="1" title="x"]\nhttps://video.example/watch?v=1\n'
    )
    others = post(2, "Nama", kind="wpcf7_contact_form") + post(3, "x", kind="elementor_library")
    (article,) = articles(read(HEAD + post(1, text) + others + END, ".xml"))
    assert article.paragraphs == ("Panen dimulai [sic].", "Harga naik.")


def test_a_table_of_the_block_editor_is_read() -> None:
    rows = "<tr><td>Jenis</td><td>Harga</td></tr><tr><td>Robusta</td><td>61.000</td></tr>"
    table = f'<p>Panen dimulai.</p><figure class="wp-block-table"><table>{rows}</table></figure>'
    (article,) = articles(read(HEAD + post(1, table) + END, ".xml"))
    assert article.paragraphs == ("Panen dimulai.", "Jenis | Harga\nRobusta | 61.000")


def test_a_bad_byte_refuses_only_its_post() -> None:
    posts = (post(1, "Kaf\u00e9 itu dibuka."), post(2, "Harga \x00RUSAK naik."), post(3, "Teh\x08 turun."))
    data = (HEAD + "".join(posts) + END).encode().replace(b"\x00RUSAK", b"\xff")
    items = read(data, ".xml")
    assert [article.text for article in articles(items)] == ["Kaf\u00e9 itu dibuka.", "Teh turun."]
    assert reasons(items) == [
        "berkas.xml:2: its text is damaged: it holds a byte that is no character; get the file again"
    ]


def test_an_encoding_that_is_declared_wrongly_is_recognised() -> None:
    words = "Les \u00e9lections ont \u00e9t\u00e9 report\u00e9es \u00e0 dimanche, selon le pr\u00e9fet."
    (article,) = articles(read((HEAD + post(1, words) + END).encode("cp1252"), ".xml"))
    assert article.text == words


CLASSIC_PARTS = ("Panen dimulai Senin.", "Harga naik.", "Teh turun\nSusu tetap.", "Garam.")


@pytest.mark.parametrize(
    "block", ['<p style="text-align:center">***</p>', "<br />", "<hr />", "<div><img src='a.jpg'></div>"]
)
def test_blank_lines_and_line_feeds_count_beside_single_blocks(block: str) -> None:
    text = "\n\n".join((*CLASSIC_PARTS[:2], block, *CLASSIC_PARTS[2:]))
    (article,) = articles(read(HEAD + post(1, text) + END, ".xml"))
    assert article.paragraphs == CLASSIC_PARTS


def test_white_space_within_blocks_ends_no_paragraph() -> None:
    text = (
        "<p>Panen\n\ndimulai Senin.</p>\n\n<ul>\n\n<li>Satu\n\nbiji</li>\n</ul>\n"
        "<table>\n\n<tr><td>Kota</td>\n\n<td>Ton</td></tr>\n<tr><td>Gayo</td><td>12</td></tr></table>\n\n"
        "<blockquote>Kata satu.\n\nKata dua.</blockquote>"
    )
    (article,) = articles(read(HEAD + post(1, text) + END, ".xml"))
    assert article.paragraphs == (
        "Panen dimulai Senin.",
        "Satu biji",
        "Kota | Ton\nGayo | 12",
        "Kata satu.",
        "Kata dua.",
    )
