"""Articles, feeds and sitemaps of a local server, and what a second run asks for."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.datatypes import Article, Unreadable
from rag.fetching.bookmarks import Bookmarks
from rag.fetching.fetcher import Fetcher, FetchLimits
from rag.fetching.sitemaps import read_sitemap
from rag.fetching.sources import WebReader
from rag.reading import Overrides
from tests.fetching.test_fetcher import is_any
from tests.fetching.web_server import Reply, Site, serving
from tests.reading.formats.pdf_writer import column, pdf

PAGE = """<!DOCTYPE html><html lang="id"><head><title>{title}</title>{head}</head><body><article>
<h1>{title}</h1><p>{title} mencapai 412 ton di Lembah Arum pada awal musim kemarau tahun ini.</p>
<p>Petani menyambut baik kenaikan harga yang terjadi sejak pekan lalu di pasar Tirta Kencana.</p>
</article></body></html>"""


def page(title: str, head: str = "") -> str:
    return PAGE.replace("{title}", title).replace("{head}", head)


def feed(*items: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>KABAR</title><link>{{url}}/</link>{''.join(items)}</channel></rss>"
    )


def item(place: str, *, more: str = "") -> str:
    return f"<item><title>{place}</title><link>{place}</link><guid>{place}</guid>{more}</item>"


def sitemap(*places: str, lastmod: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    inside = "".join(f"<url><loc>{{url}}{place}</loc>{changed}</url>" for place in places)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</urlset>'


def index(*places: str) -> str:
    inside = "".join(f"<sitemap><loc>{{url}}{place}</loc></sitemap>" for place in places)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</sitemapindex>'


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        for name in ("Kopi", "Teh", "Karet"):
            running.add(f"/{name.lower()}", page(f"Panen {name.lower()}"), ETag=f'"{name}"')
        yield running


class Run:
    """One run of an ingest that stores every article but those it is told to reject."""

    def __init__(
        self, folder: Path, urls: Sequence[str], *, rejecting: str = "", is_again: bool = False
    ) -> None:
        limits = FetchLimits(delay_seconds=0, retry_seconds=0.01)
        with (
            Fetcher(is_allowed=is_any, limits=limits) as fetcher,
            Bookmarks(folder / "f.sqlite3") as bookmarks,
        ):
            reader = WebReader(
                fetcher=fetcher, bookmarks=bookmarks, overrides=Overrides(), fetches_again=is_again
            )
            items = list(reader.read(urls))
            self.articles = [item for item in items if isinstance(item, Article)]
            self.unreadable = [item for item in items if isinstance(item, Unreadable)]
            for article in self.articles:
                if article.title != rejecting:
                    reader.confirm(article.id)
            reader.finish()
            self.skipped = reader.skipped

    @property
    def titles(self) -> list[str]:
        return [article.title for article in self.articles]

    @property
    def reasons(self) -> list[str]:
        return [item.reason for item in self.unreadable]


# Pages


def test_an_article_has_the_address_at_which_it_was_found(site: Site, tmp_path: Path) -> None:
    (article,) = Run(tmp_path, [f"{site.url}/kopi?utm_source=rss#top"]).articles
    assert (article.title, article.url, article.language) == ("Panen kopi", f"{site.url}/kopi", "id")
    assert article.paragraphs[0].startswith("Panen kopi mencapai 412 ton")


def test_the_day_in_its_address_is_that_of_a_page_without_one(site: Site, tmp_path: Path) -> None:
    stated = '<meta property="article:published_time" content="2025-07-26T08:00:00+07:00">'
    site.add("/2025/07/27/kopi", page("Panen kopi"))
    site.add("/2025/07/27/teh", page("Panen teh", stated))
    run = Run(tmp_path, [f"{site.url}/2025/07/27/{name}" for name in ("kopi", "teh")])
    days = [(str(article.published_at)[:10], article.metadata.get("date_source")) for article in run.articles]
    assert days == [("2025-07-27", "url"), ("2025-07-26", None)]


def test_the_address_that_a_page_states_counts_on_its_own_site_only(site: Site, tmp_path: Path) -> None:
    for path, canonical in (("/a", f"{site.url}/panen/kopi"), ("/b", "https://other.example.org/x")):
        site.add(path, page(f"Panen {path[1:]}", f'<link rel="canonical" href="{canonical}">'))
    run = Run(tmp_path, [f"{site.url}/a", f"{site.url}/b"])
    assert [article.url for article in run.articles] == [f"{site.url}/panen/kopi", f"{site.url}/b"]


def test_pages_of_one_text_are_one_article_and_other_texts_are_reported(site: Site, tmp_path: Path) -> None:
    own = f'<link rel="canonical" href="{site.url}/panen">'
    site.add("/one", page("Panen kopi", own))
    site.add("/two", page("Panen kopi", own))
    site.add("/three", page("Panen teh", own))
    urls = [f"{site.url}/{name}" for name in ("one", "two", "three")]
    run = Run(tmp_path, urls)
    assert (run.titles, run.skipped) == (["Panen kopi"], 1)
    (reason,) = run.reasons
    assert reason.startswith(
        f"it names {site.url}/panen as its own address, as the other page {site.url}/one"
    )


def test_the_encoding_that_the_server_states_is_used(site: Site, tmp_path: Path) -> None:
    text = page("Čaj in kava").replace("<!DOCTYPE html>", "")
    site.pages["/kava"] = Reply(text.encode("cp1250"), headers={"Content-Type": "text/html; charset=cp1250"})
    assert Run(tmp_path, [f"{site.url}/kava"]).titles == ["Čaj in kava"]


def test_plain_text_is_read_and_pictures_are_refused(site: Site, tmp_path: Path) -> None:
    site.add(
        "/teks", "Panen kopi\n\nPanen kopi mencapai 412 ton di Lembah Arum.\n", Content_Type="text/plain"
    )
    site.add("/gambar.png", "\x89PNG", Content_Type="image/png")
    run = Run(tmp_path, [f"{site.url}/teks", f"{site.url}/gambar.png"])
    assert run.titles == ["Panen kopi"]
    (reason,) = run.reasons
    assert reason == "it is no article but image/png: give the address of a page"


def test_a_file_of_many_articles_is_read_and_its_bad_lines_are_named(site: Site, tmp_path: Path) -> None:
    good = '{"text": "Banjir merendam 412 rumah di Tirta Kencana.", "title": "Banjir"}'
    site.add("/articles.jsonl", f"{good}\nno json\n", Content_Type="text/plain", ETag='"many"')
    urls = [f"{site.url}/articles.jsonl"]
    first = Run(tmp_path, urls)
    assert (first.titles, first.unreadable[0].source) == (["Banjir"], f"{site.url}/articles.jsonl 2")
    assert Run(tmp_path, urls).titles == ["Banjir"]  # a line is missing still
    site.add("/articles.jsonl", f"{good}\n", Content_Type="text/plain", ETag='"whole"')
    assert Run(tmp_path, urls).titles == ["Banjir"]
    assert (Run(tmp_path, urls).titles, Run(tmp_path, urls).skipped) == ([], 1)


def test_rights_in_headers_and_pages_are_respected(site: Site, tmp_path: Path) -> None:
    site.add("/header", page("Panen kopi"), X_Robots_Tag="noai")
    site.add("/meta", page("Panen teh", '<meta name="tdm-reservation" content="1">'))
    run = Run(tmp_path, [f"{site.url}/header", f"{site.url}/meta", f"{site.url}/karet"])
    assert run.titles == ["Panen karet"]
    assert ["x-robots-tag: noai" in run.reasons[0], "tdm-reservation" in run.reasons[1]] == [True, True]
    assert all("state the permission" in reason for reason in run.reasons)


def test_a_second_run_asks_whether_a_named_page_has_changed(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/kopi"]
    assert Run(tmp_path, urls).titles == ["Panen kopi"]
    again = Run(tmp_path, urls)
    assert (again.titles, again.skipped, again.reasons) == ([], 1, [])
    assert site.requests[-1][1]["If-None-Match"] == '"Kopi"'
    assert Run(tmp_path, urls, is_again=True).titles == ["Panen kopi"]
    site.add("/kopi", page("Panen kopi naik"), ETag='"new"')
    assert Run(tmp_path, urls).titles == ["Panen kopi naik"]


def test_a_page_whose_article_is_not_stored_is_fetched_again(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/kopi"]
    assert Run(tmp_path, urls, rejecting="Panen kopi").titles == ["Panen kopi"]
    assert Run(tmp_path, urls).titles == ["Panen kopi"]


def test_bookmarks_hold_no_words_of_addresses(site: Site, tmp_path: Path) -> None:
    Run(tmp_path, [f"{site.url}/kopi"])
    assert b"kopi" not in (tmp_path / "f.sqlite3").read_bytes().lower().replace(b'"kopi"', b"")
    assert (tmp_path / "f.sqlite3").stat().st_mode & 0o077 == 0


# Feeds


def test_entries_with_a_summary_are_fetched_and_others_are_not(site: Site, tmp_path: Path) -> None:
    whole = (
        "<content:encoded><![CDATA[<p>Banjir merendam 412 rumah di Tirta Kencana.</p>]]></content:encoded>"
    )
    date = "<pubDate>Sun, 27 Jul 2025 13:27:00 +0700</pubDate>"
    site.add("/feed", feed(item("/kopi", more=date), item("/banjir", more=whole), item("/kopi", more=date)))
    run = Run(tmp_path, [f"{site.url}/feed"])
    assert (run.titles, run.reasons) == (["Panen kopi", "/banjir"], [])
    assert [article.url for article in run.articles] == [f"{site.url}/kopi", f"{site.url}/banjir"]
    assert str(run.articles[0].published_at) == "2025-07-27 13:27:00+07:00"
    assert site.asked == ["/feed", "/kopi"]


def test_a_second_run_fetches_what_is_new_in_a_feed(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/feed"]
    site.add("/feed", feed(item("/kopi"), item("/teh")))
    assert Run(tmp_path, urls).titles == ["Panen kopi", "Panen teh"]
    site.requests.clear()
    assert (Run(tmp_path, urls).titles, site.asked) == ([], ["/feed"])
    site.add("/feed", feed(item("/karet"), item("/kopi"), item("/teh")))
    assert Run(tmp_path, urls).titles == ["Panen karet"]


def test_an_entry_with_a_new_time_is_fetched_again(site: Site, tmp_path: Path) -> None:
    def dated(day: int) -> str:
        return feed(item("/kopi", more=f"<pubDate>Sun, {day} Jul 2025 13:27:00 +0700</pubDate>"))

    site.add("/feed", dated(20))
    assert Run(tmp_path, [f"{site.url}/feed"]).titles == ["Panen kopi"]
    site.add("/feed", dated(27))
    site.add("/kopi", page("Panen kopi naik"))
    assert Run(tmp_path, [f"{site.url}/feed"]).titles == ["Panen kopi naik"]


def test_an_unchanged_feed_is_read_again_until_all_its_entries_are_stored(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/feed"]
    site.add("/feed", feed(item("/kopi"), item("/gula")), ETag='"feed"')
    first = Run(tmp_path, urls)
    assert first.titles == ["Panen kopi"]
    assert "status 404, so it has no such page" in first.reasons[0]
    site.add("/gula", page("Panen gula"))
    assert Run(tmp_path, urls).titles == ["Panen gula"]
    site.requests.clear()
    assert (Run(tmp_path, urls).titles, site.asked) == ([], ["/feed"])
    assert site.requests[-1][1]["If-None-Match"] == '"feed"'


def test_a_feed_that_forbids_indexing_forbids_its_texts(site: Site, tmp_path: Path) -> None:
    whole = "<content:encoded>&lt;p&gt;Banjir merendam 412 rumah.&lt;/p&gt;</content:encoded>"
    site.add("/feed", feed(item("/banjir", more=whole), item("/kopi")), X_Robots_Tag="noai")
    run = Run(tmp_path, [f"{site.url}/feed"])
    assert run.titles == ["Panen kopi"]
    assert "x-robots-tag: noai" in run.reasons[0]


def test_the_reservations_of_a_site_are_respected(site: Site, tmp_path: Path) -> None:
    rules = '[{"location": "/kop*", "tdm-reservation": 1}, {"location": "/teh$", "tdm-reservation": 0}, 7]'
    site.add("/.well-known/tdmrep.json", rules)
    urls = [f"{site.url}/{name}" for name in ("kopi", "teh", "karet")]
    run = Run(tmp_path, urls)
    assert run.titles == ["Panen teh", "Panen karet"]
    assert f"tdm-reservation: 1 in {site.url}/.well-known/tdmrep.json" in run.reasons[0]
    assert [path for path, _ in site.requests].count("/.well-known/tdmrep.json") == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"{", status=200),
        Reply(b'{"location": "/", "tdm-reservation": 1}'),
        Reply(
            b'[{"location": 7, "tdm-reservation": 1}, {"location": "/x\\nDisallow: /", "tdm-reservation": 1}]'
        ),
        Reply(b'[{"location": "/", "tdm-reservation": 1}]', status=500),
        Reply(b'[{"location": "/", "tdm-reservation": 1}]', status=503),
    ],
)
def test_a_file_of_reservations_that_says_nothing_forbids_nothing(
    site: Site, tmp_path: Path, reply: Reply
) -> None:
    site.pages["/.well-known/tdmrep.json"] = reply
    assert Run(tmp_path, [f"{site.url}/kopi"]).titles == ["Panen kopi"]


def test_a_json_feed_is_read_and_the_pages_of_its_summaries_are_fetched(site: Site, tmp_path: Path) -> None:
    whole = "<p>Banjir merendam 412 rumah.</p><p>Warga mengungsi ke balai desa.</p>"
    items = [
        {"id": "1", "url": "/banjir", "title": "Banjir", "content_html": whole},
        {"id": "2", "url": "/kopi", "summary": "Panen kopi naik."},
    ]
    stated = {"version": "https://jsonfeed.org/version/1.1", "title": "KABAR", "items": items}
    site.add("/feed.json", json.dumps(stated), Content_Type="application/feed+json")
    run = Run(tmp_path, [f"{site.url}/feed.json"])
    assert (run.titles, run.reasons) == (["Banjir", "Panen kopi"], [])
    assert [article.url for article in run.articles] == [f"{site.url}/banjir", f"{site.url}/kopi"]


def json_feed(*places: str, next_url: str | None = None) -> str:
    items = [{"id": place, "url": place} for place in places]
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "KABAR",
            "items": items,
            "next_url": next_url,
        }
    )


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>KABAR</title>{links}
<entry><id>{place}</id><title>{place}</title><link href="{place}"/></entry></feed>"""


def test_the_later_pages_of_a_json_feed_are_read(site: Site, tmp_path: Path) -> None:
    site.add("/feed.json", json_feed("/kopi", next_url="?page=2"))
    site.add("/feed.json?page=2", json_feed("/teh", next_url="{url}/feed.json?page=3"))
    site.add("/feed.json?page=3", json_feed("/karet", next_url="/feed.json"))
    run = Run(tmp_path, [f"{site.url}/feed.json"])
    assert (run.titles, run.reasons) == (["Panen kopi", "Panen teh", "Panen karet"], [])


def test_the_later_pages_of_rss_and_atom_are_read(site: Site, tmp_path: Path) -> None:
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{url}/feed/2"/>'
    site.add("/feed", feed(link, item("/kopi")))
    site.add("/feed/2", ATOM.replace("{place}", "/teh").replace("{links}", '<link rel="next" href="3"/>'))
    site.add("/feed/3", ATOM.replace("{place}", "/karet").replace("{links}", ""))
    run = Run(tmp_path, [f"{site.url}/feed"])
    assert (run.titles, run.reasons) == (["Panen kopi", "Panen teh", "Panen karet"], [])


def test_a_second_run_asks_for_the_later_pages_of_a_feed_that_has_changed(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/feed.json"]
    site.add("/feed.json", json_feed("/kopi", next_url="?page=2"), ETag='"1"')
    site.add("/feed.json?page=2", json_feed("/teh"), ETag='"2"')
    assert len(Run(tmp_path, urls).articles) == 2
    site.requests.clear()
    assert (Run(tmp_path, urls).titles, site.asked) == ([], ["/feed.json"])
    site.add("/feed.json", json_feed("/karet", "/kopi", next_url="?page=2"), ETag='"3"')
    site.requests.clear()
    assert Run(tmp_path, urls).titles == ["Panen karet"]
    assert site.asked == ["/feed.json", "/karet", "/feed.json?page=2"]


def test_a_feed_without_an_end_is_left_after_a_hundred_pages(site: Site, tmp_path: Path) -> None:
    for number in range(1, 110):
        site.add(f"/feed.json?page={number}", json_feed("/kopi", next_url=f"?page={number + 1}"))
    run = Run(tmp_path, [f"{site.url}/feed.json?page=1"])
    assert run.titles == ["Panen kopi"]
    assert run.reasons == ["the feed has more than 100 pages: name this page to read on"]
    assert run.unreadable[0].source == f"{site.url}/feed.json?page=101"


# Sitemaps


def test_a_sitemap_and_an_index_of_packed_sitemaps_are_read(site: Site, tmp_path: Path) -> None:
    site.add("/index.xml", index("/one.xml.gz", "/two.xml"))
    site.add_packed("/one.xml.gz", sitemap("/kopi", "/teh"))
    site.add("/two.xml", sitemap("/karet"))
    run = Run(tmp_path, [f"{site.url}/index.xml"])
    assert (run.titles, run.reasons) == (["Panen kopi", "Panen teh", "Panen karet"], [])


@pytest.mark.parametrize(
    ("loc", "url"),
    [
        ("/kopi?a=1&b=2", "/kopi?a=1&b=2"),
        ("/kopi?a=1&amp;b=2", "/kopi?a=1&b=2"),
        ("/kopi<note>kopi&nbsp;baru &copy é</note>", "/kopikopi baru &copy é"),
    ],
)
@pytest.mark.parametrize("above", ["", "\n\n"])
def test_entities_and_white_space_do_not_end_a_sitemap(
    site: Site, tmp_path: Path, loc: str, url: str, above: str
) -> None:
    data = f"{above}<?xml version='1.0'?>{sitemap(loc, '/teh')}".encode()
    assert [entry.url for entry in read_sitemap(data)] == ["{url}" + url, "{url}/teh"]
    site.add("/sitemap.xml", f"{above}<?xml version='1.0'?>{sitemap('/kopi', '/teh')}<!-- & -->")
    assert Run(tmp_path, [f"{site.url}/sitemap.xml"]).titles == ["Panen kopi", "Panen teh"]


def test_a_second_run_fetches_what_has_changed_in_a_sitemap(site: Site, tmp_path: Path) -> None:
    urls = [f"{site.url}/sitemap.xml"]
    site.add("/sitemap.xml", sitemap("/kopi", "/teh", lastmod="2025-07-20"))
    assert len(Run(tmp_path, urls).articles) == 2
    site.requests.clear()
    assert (Run(tmp_path, urls).titles, site.asked) == ([], ["/sitemap.xml"])
    site.add("/sitemap.xml", sitemap("/kopi", lastmod="2025-07-27"))
    site.add("/kopi", page("Panen kopi naik"))
    assert Run(tmp_path, urls).titles == ["Panen kopi naik"]


def test_a_sitemap_in_a_loop_is_read_once(site: Site, tmp_path: Path) -> None:
    site.add("/index.xml", index("/inner.xml", "/last.xml"))
    site.add("/inner.xml", index("/index.xml", "/inner.xml", "/first.xml"))
    site.add("/first.xml", sitemap("/kopi"))
    site.add("/last.xml", sitemap("/teh"))
    run = Run(tmp_path, [f"{site.url}/index.xml"])
    assert run.titles == ["Panen kopi", "Panen teh"]
    assert run.reasons == ["the sitemap names itself, or one that leads to it: it was read once"] * 2
    assert [item.source for item in run.unreadable] == [f"{site.url}/index.xml", f"{site.url}/inner.xml"]
    assert sorted(site.asked) == ["/first.xml", "/index.xml", "/inner.xml", "/kopi", "/last.xml", "/teh"]


def test_sitemaps_that_lead_on_and_on_end(site: Site, tmp_path: Path) -> None:
    for number in range(20):
        site.add(f"/{number}.xml", index(f"/{number + 1}.xml"))
    (reason,) = Run(tmp_path, [f"{site.url}/0.xml"]).reasons
    assert reason.startswith("the sitemaps lead to more sitemaps, deeper than 5 levels")
    assert len(site.asked) == 6


def test_a_sitemap_that_is_cut_short_gives_what_it_has(site: Site, tmp_path: Path) -> None:
    site.add("/sitemap.xml", sitemap("/kopi", "/teh")[:-40])
    run = Run(tmp_path, [f"{site.url}/sitemap.xml"])
    assert run.titles == ["Panen kopi"]
    assert run.reasons[0].startswith("the XML is cut short or damaged")


def test_feeds_that_lead_to_feeds_end(site: Site, tmp_path: Path) -> None:
    for number in range(20):
        site.add(f"/{number}.rss", feed(item(f"/{number + 1}.rss")))
    (reason,) = Run(tmp_path, [f"{site.url}/0.rss"]).reasons
    assert reason.startswith("the sitemaps lead to more sitemaps, deeper than 5 levels")


def test_a_page_that_a_feed_and_a_sitemap_name_is_fetched_for_the_later_time(
    site: Site, tmp_path: Path
) -> None:
    urls = [f"{site.url}/feed", f"{site.url}/sitemap.xml"]
    site.add("/feed", feed(item("/kopi", more="<pubDate>Sun, 27 Jul 2025 13:27:00 +0700</pubDate>")))
    site.add("/sitemap.xml", sitemap("/kopi", lastmod="2025-07-27"))
    assert Run(tmp_path, urls).titles == ["Panen kopi"]
    site.requests.clear()
    assert Run(tmp_path, urls).titles == []
    assert site.asked == ["/feed", "/sitemap.xml"]
    site.add("/sitemap.xml", sitemap("/kopi", lastmod="2025-07-28"))
    for _ in range(2):  # the server says once that the page has not changed
        assert Run(tmp_path, urls).titles == []
    assert site.asked.count("/kopi") == 1


def test_a_sitemap_in_plain_text_is_read(site: Site, tmp_path: Path) -> None:
    site.add("/sitemap.txt", "{url}/kopi\n\n{url}/teh\n", Content_Type="text/plain")
    assert Run(tmp_path, [f"{site.url}/sitemap.txt"]).titles == ["Panen kopi", "Panen teh"]


def test_one_failure_stops_nothing(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /secret\n")
    site.pages["/broken"] = Reply(status=500)
    site.pages["/script"] = Reply(b"javascript", headers={"Location": "javascript:alert(1)"}, status=302)
    site.add("/sitemap.xml", sitemap("/secret", "/gone", "/broken", "/script", "/kopi"))
    run = Run(tmp_path, [f"{site.url}/sitemap.xml", "https://[", f"{site.url}/teh"])
    assert run.titles == ["Panen kopi", "Panen teh"]
    assert len(run.reasons) == 5
    assert all(reason.count("\n") == 0 and ": " in reason for reason in run.reasons)


def test_a_media_type_that_lies_does_not_count(site: Site, tmp_path: Path) -> None:
    good = '{"text": "Panen kopi mencapai 412 ton di Lembah Arum."}'
    site.add("/satu", good, Content_Type="text/html")
    site.pages["/dua"] = Reply(pdf([column(60, 700, ["Panen kopi dimulai di lereng itu."])]))
    run = Run(tmp_path, [f"{site.url}/satu", f"{site.url}/dua"])
    assert [article.text for article in run.articles] == [
        "Panen kopi mencapai 412 ton di Lembah Arum.",
        "Panen kopi dimulai di lereng itu.",
    ]


def fails_for_one(address: str) -> bool:
    if address == "127.0.0.2":
        raise RuntimeError("the rules are broken")
    return True


def test_an_unexpected_error_concerns_one_address(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = site.url.replace("127.0.0.1", "127.0.0.2") + "/kopi"
    limits = FetchLimits(delay_seconds=0, retry_seconds=0.01)
    with (
        Fetcher(is_allowed=fails_for_one, limits=limits) as fetcher,
        Bookmarks(tmp_path / "f.sqlite3") as bookmarks,
    ):
        reader = WebReader(fetcher=fetcher, bookmarks=bookmarks, overrides=Overrides())
        first, second = reader.read([bad, f"{site.url}/teh"])
    assert first == Unreadable(
        source=bad, reason="unexpected error: RuntimeError: the rules are broken; please report it"
    )
    assert isinstance(second, Article)
    assert [entry.getMessage() for entry in caplog.records if entry.exc_info] == [f"Reading {bad} failed"]
