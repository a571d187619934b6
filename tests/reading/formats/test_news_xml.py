from datetime import UTC, datetime, timedelta

import pytest

from tests.reading.formats.reading import articles, one, read, reasons

NITF = """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-5.dtd">
<nitf xml:lang="id"><head><title>Panen</title><docdata><doc-id id-string="kantor-17"/>
<date.issue norm="20240105T080000+0700"/><doc.copyright holder="KANTOR"/>
<key-list><keyword key="kopi"/></key-list></docdata>
<pubdata name="Kabar Wulan" position.section="Desa"/></head>
<body><body.head><hedline><hl1>Panen kopi dimulai</hl1></hedline>
<byline>Oleh <person>Siti Rahma</person></byline>
<dateline><location>WULAN</location></dateline></body.head><body.content>
<media media-type="image"><media-caption>Foto petani.</media-caption></media>
<block><p>Panen kopi dimulai <em>Senin</em> pagi.</p><hl2>Harga</hl2><p>Harga naik 7 persen.</p></block>
</body.content><body.end><tagline>KANTOR/sr</tagline></body.end></body></nitf>"""


def item(number: int, content: str, *, meta: str = "", rights: str = "") -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:kantor:{number}"
 version="2">
<rightsInfo><copyrightHolder literal="KANTOR"/><usageTerms>{rights}</usageTerms></rightsInfo>
<itemMeta><provider qcode="x:KANTOR"><name>Kantor Berita</name></provider>
<versionCreated>2024-01-05T09:00:00+07:00</versionCreated><firstCreated>2024-01-05T08:00:00+07:00</firstCreated>
{meta}</itemMeta><contentMeta><headline>Berita {number}</headline><by>Siti Rahma</by>
<dateline>WULAN</dateline><slugline>PANEN</slugline><language tag="id"/>
<subject qcode="a:1"><name>Pertanian</name></subject></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""


XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head>
<title>x</title></head><body><p>Panen dimulai Senin.</p><p>Harga naik.</p></body></html></inlineXML>"""
PLAIN = '<inlineData contenttype="text/plain">Panen dimulai Senin.\n\nHarga naik.</inlineData>'


def message(*items: str) -> str:
    return f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{"".join(items)}</itemSet></newsMessage>'


def test_a_nitf_document_is_an_article() -> None:
    article = one(read(NITF, ".xml"))
    assert (article.id, article.title) == ("kantor-17", "Panen kopi dimulai")
    assert article.paragraphs == ("Panen kopi dimulai Senin pagi.", "Harga", "Harga naik 7 persen.")
    assert article.headings == (2,)
    assert (article.author, article.outlet, article.section) == ("Siti Rahma", "Kabar Wulan", "Desa")
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-01-05T08:00:00+07:00"
    assert article.metadata == {"dateline": "WULAN", "copyright": "KANTOR", "keywords": ["kopi"]}


def test_a_day_of_nitf_has_the_clock_of_another_field() -> None:
    release = NITF.replace("<date.issue", '<date.release norm="20240105"/><date.issue')
    published = one(read(release, ".xml")).published_at
    assert published is not None
    assert published.isoformat() == "2024-01-05T08:00:00+07:00"


def test_items_of_newsml_are_articles() -> None:
    nitf = f'<inlineXML contenttype="application/nitf+xml">{NITF[NITF.index("<nitf") :]}</inlineXML>'
    first, second, third = articles(read(message(item(1, XHTML), item(2, PLAIN), item(3, nitf)), ".xml"))
    assert (first.id, first.title, first.author) == ("urn:newsml:kantor:1", "Berita 1", "Siti Rahma")
    assert first.paragraphs == second.paragraphs == ("Panen dimulai Senin.", "Harga naik.")
    assert first.outlet == "Kantor Berita"
    assert first.published_at is not None
    assert first.updated_at is not None
    assert first.updated_at - first.published_at == timedelta(hours=1)
    assert first.metadata == {
        "dateline": "WULAN",
        "slugline": "PANEN",
        "copyright": "KANTOR",
        "item_version": "2",
        "subjects": ["Pertanian"],
    }
    assert (third.id, third.title, third.headings) == ("urn:newsml:kantor:3", "Berita 3", (2,))


def test_withheld_items_and_pictures_are_refused() -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    items = read(
        message(
            item(1, PLAIN, meta='<pubStatus qcode="stat:canceled"/>'),
            item(2, PLAIN, meta=f"<embargoed>{tomorrow.isoformat()}</embargoed>"),
            item(3, PLAIN, meta="<embargoed>2024-01-05T08:00:00+07:00</embargoed>"),
            item(4, '<remoteContent href="a.jpg"/>'),
            item(5, PLAIN, rights="Dilarang keras mengindeks konten ini untuk AI tanpa izin tertulis."),
        ),
        ".xml",
    )
    assert [article.title for article in articles(items)] == ["Berita 3"]
    assert [reason[:60] for reason in reasons(items)] == [
        "berkas.xml:1: the agency does not release the item: its stat",
        "berkas.xml:2: the item may not be published before " + tomorrow.isoformat()[:9],
        "berkas.xml:4: the item holds no text: it is a picture, or it",
        "berkas.xml:5: the article forbids automatic indexing for AI ",
    ]


def test_entities_are_not_expanded_and_other_xml_is_refused() -> None:
    bomb = '<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for name in ("b", "f"):
        text = bomb + NITF[NITF.index("<nitf") :].replace("naik 7", f"naik &{name}; 7")
        assert reasons(read(text, ".xml")) == [
            f"berkas.xml: the XML uses the entity '&{name};': write its text out"
        ]
    assert reasons(read("<inventaris><p>Teh.</p></inventaris>", ".xml")) == [
        "berkas.xml: the XML is no article, export or feed that Kutip reads: "
        "its outermost element is <inventaris>"
    ]
    assert reasons(read("Panen", ".xml"))[0].endswith("it has no elements")
    assert reasons(read("", ".xml"))[0].endswith("it has no elements")
    (cut,) = reasons(read(NITF[:-30], ".xml"))
    assert cut.startswith("berkas.xml: the XML is cut short or damaged (")


def test_rows_of_tables_and_broken_lines_stay_apart() -> None:
    rows = "<table><tr><th>Jenis</th><th>Harga</th></tr><tr><td>Robusta</td><td>61.000</td></tr></table>"
    article = one(read(NITF.replace("<p>Harga naik 7 persen.</p>", f"<p>Satu.<br/>Dua.</p>{rows}"), ".xml"))
    assert article.paragraphs[2:] == ("Satu.\nDua.", "Jenis | Harga\nRobusta | 61.000")


def test_html_in_plain_data_is_read() -> None:
    content = '<inlineData contenttype="text/html">&lt;p&gt;Panen dimulai.&lt;/p&gt;</inlineData>'
    assert one(read(message(item(1, content)), ".xml")).text == "Panen dimulai."


def test_documents_that_an_agency_withholds_are_refused() -> None:
    lost = NITF.replace("<docdata>", '<docdata management-status="canceled">')
    assert reasons(read(lost, ".xml")) == [
        "berkas.xml: the agency does not release the document: its status is canceled"
    ]
    early = NITF.replace("</docdata>", '<date.release norm="29990105T080000+0700"/></docdata>')
    assert reasons(read(early, ".xml")) == [
        "berkas.xml: the item may not be published before 2999-01-05T08:00:00+07:00"
    ]


def test_bylines_are_read_without_titles() -> None:
    two = NITF.replace("</person>", "</person> dan <person>Budi</person>")
    assert one(read(two, ".xml")).author == "Siti Rahma, Budi"
    title = NITF.replace("Oleh <person>Siti Rahma</person>", "Oleh Siti Rahma<byttl>KANTOR</byttl>")
    assert one(read(title, ".xml")).author == "Siti Rahma"


def newsml_1(content: str, *, status: str = "Usable") -> str:
    return f"""<?xml version="1.0"?><NewsML Version="1.2"><NewsEnvelope/><NewsItem><Identification>
<NewsIdentifier><PublicIdentifier>urn:newsml:kantor:7</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20240105T080000+0700</FirstCreated>
<ThisRevisionCreated>20240105T090000+0700</ThisRevisionCreated><Status FormalName="{status}"/>
</NewsManagement><NewsComponent><NewsLines><HeadLine>Panen kopi dimulai</HeadLine>
<ByLine>Oleh Siti Rahma</ByLine><DateLine>WULAN</DateLine></NewsLines><AdministrativeMetadata><Provider>
<Party FormalName="Kantor Berita"/></Provider></AdministrativeMetadata><DescriptiveMetadata>
<Language FormalName="id"/></DescriptiveMetadata><NewsComponent><ContentItem><DataContent>Foto petani.
</DataContent></ContentItem></NewsComponent><NewsComponent><ContentItem><DataContent>{content}</DataContent>
</ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>"""


@pytest.mark.parametrize(
    "content",
    [
        "<nitf><body><body.content><p>Panen dimulai Senin.</p><p>Harga naik.</p></body.content>"
        "</body></nitf>",
        "<html><body><p>Panen dimulai Senin.</p><p>Harga naik.</p></body></html>",
        "<p>Panen dimulai Senin.</p><p>Harga naik.</p>",
        "Panen dimulai Senin.\n\nHarga naik.",
        "&lt;p&gt;Panen dimulai Senin.&lt;/p&gt;&lt;p&gt;Harga naik.&lt;/p&gt;",
    ],
)
def test_items_of_newsml_1_are_articles(content: str) -> None:
    article = one(read(newsml_1(content), ".xml"))
    assert (article.id, article.title, article.author) == (
        "urn:newsml:kantor:7",
        "Panen kopi dimulai",
        "Siti Rahma",
    )
    assert article.paragraphs == ("Panen dimulai Senin.", "Harga naik.")
    assert (article.outlet, article.language) == ("Kantor Berita", "id")
    assert article.published_at is not None
    assert article.updated_at is not None
    assert article.published_at.isoformat() == "2024-01-05T08:00:00+07:00"
    assert article.updated_at - article.published_at == timedelta(hours=1)


@pytest.mark.parametrize("status", ["Canceled", "Withheld", "Embargoed"])
def test_a_withheld_item_of_newsml_1_is_refused(status: str) -> None:
    (reason,) = reasons(read(newsml_1("<p>Panen dimulai Senin.</p>", status=status), ".xml"))
    assert f"its status is {status.lower()}" in reason


def test_an_item_of_newsml_1_without_text_is_refused() -> None:
    document = newsml_1("").replace("Foto petani.", "")
    (reason,) = reasons(read(document, ".xml"))
    assert "holds no text" in reason


def test_an_embargo_without_a_zone_is_one_of_utc() -> None:
    items = read(message(item(1, PLAIN, meta="<embargoed>2130-01-01T00:00:00</embargoed>")), ".xml")
    assert reasons(items) == ["berkas.xml:1: the item may not be published before 2130-01-01T00:00:00+00:00"]


def test_the_main_one_of_several_headlines_is_the_title() -> None:
    several = '<headline role="hld:sub">Harga naik</headline><headline role="hld:main">Panen</headline>'
    for headlines in (several, '<headline role="hld:short">Kopi</headline><headline>Panen</headline>'):
        text = item(1, PLAIN).replace("<headline>Berita 1</headline>", headlines)
        assert one(read(message(text), ".xml")).title == "Panen"
