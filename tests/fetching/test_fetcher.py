"""One address after another: redirects, robots.txt, limits, retries, and addresses that are not public."""

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

import pytest

from rag.errors import ReadingError
from rag.fetching.bodies import Body, unpacked
from rag.fetching.fetcher import Fetcher, FetchLimits, Validators, checked_address
from rag.fetching.network import is_public
from tests.fetching.web_server import (
    Reply,
    Sending,
    Site,
    cut_short,
    dripping,
    dripping_head,
    endless,
    serving,
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        running.add("/kopi", "<p>Kopi</p>")
        yield running


def is_any(_: str) -> bool:
    return True


def is_ipv4(address: str) -> bool:
    return address == "127.0.0.1"


def fetcher(
    *, contact: str | None = None, is_allowed: Callable[[str], bool] = is_any, **limits: Any
) -> Fetcher:
    quick = {"delay_seconds": 0.0, "retry_seconds": 0.01, **limits}
    return Fetcher(contact=contact, is_allowed=is_allowed, limits=FetchLimits(**quick))


def test_a_page_is_fetched_with_an_own_user_agent(site: Site) -> None:
    site.pages["/kopi"] = Reply(b"<p>Kopi</p>", headers={"Content-Type": "text/html; charset=cp1252"})
    with fetcher(contact="https://archive.example.org/bot") as web:
        fetched = web.fetch(f"{site.url}/kopi#top")
    assert (fetched.body, fetched.media_type, fetched.charset) == (b"<p>Kopi</p>", "text/html", "cp1252")
    assert fetched.url == f"{site.url}/kopi"
    assert [path for path, _ in site.requests] == ["/robots.txt", "/kopi", "/.well-known/tdmrep.json"]
    agents = {headers["User-Agent"] for _, headers in site.requests}
    (agent,) = agents
    assert agent.startswith("Kutip/")
    assert agent.endswith(" (+https://archive.example.org/bot)")


# Redirects and private addresses


def test_redirects_are_followed(site: Site) -> None:
    site.pages["/old"] = Reply(status=301, headers={"Location": "/older"})
    site.pages["/older"] = Reply(status=308, headers={"Location": f"{site.url}/kopi"})
    with fetcher() as web:
        assert web.fetch(f"{site.url}/old").url == f"{site.url}/kopi"


def test_endless_redirects_end(site: Site) -> None:
    site.pages["/loop"] = Reply(status=302, headers={"Location": "/loop"})
    with (
        fetcher(maximum_redirects=3) as web,
        pytest.raises(ReadingError, match="redirects more than 3 times"),
    ):
        web.fetch(f"{site.url}/loop")
    assert site.asked == ["/loop"] * 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/a", "http://", "http://[x/"])
def test_redirects_lead_to_web_pages_only(site: Site, target: str) -> None:
    site.pages["/away"] = Reply(status=302, headers={"Location": target})
    with fetcher() as web, pytest.raises(ReadingError, match="the server redirects"):
        web.fetch(f"{site.url}/away")


def test_private_addresses_are_refused_unless_allowed(site: Site) -> None:
    with fetcher(is_allowed=is_public) as web:
        for host in (site.url, site.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(ReadingError, match=r"not on the public internet but at .*--allow-private"):
                web.fetch(f"{host}/kopi")
    assert site.requests == []


def test_a_redirect_to_a_private_address_is_refused(site: Site) -> None:
    """Of this machine's two addresses, one counts as public."""
    port = site.url.rpartition(":")[2]
    site.pages["/inside"] = Reply(status=302, headers={"Location": f"http://[::1]:{port}/secret"})
    with fetcher(is_allowed=is_ipv4) as web:
        assert web.fetch(f"{site.url}/kopi").body == b"<p>Kopi</p>"
        with pytest.raises(ReadingError, match=r"redirects to http://\[::1\].*not on the public internet"):
            web.fetch(f"{site.url}/inside")
    assert "/secret" not in site.asked


def test_a_name_is_looked_up_once_and_connected_to_as_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that stands for a public address at first, and for a private one a moment later."""
    answers = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]]
    monkeypatch.setattr("rag.fetching.network.getaddrinfo", lambda *_, **__: answers.pop(0))
    port = site.url.rpartition(":")[2]
    with fetcher(is_allowed=is_ipv4) as web:
        assert web.fetch(f"http://rebinding.example.org:{port}/kopi").body == b"<p>Kopi</p>"
    assert answers == []
    assert site.requests[-1][1]["Host"] == f"rebinding.example.org:{port}"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",  # noqa: S104
            "100.64.0.1",
        ),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["ftp://a.org/", "http:///a", "http://[x", "https://u:p@a.org/", "javascript:a"]
)
def test_addresses_of_no_web_page_are_refused(url: str) -> None:
    with pytest.raises(ReadingError, match="address"):
        checked_address(url)


def test_a_host_that_is_not_there_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with fetcher() as web, pytest.raises(ReadingError, match=r"127\.0\.0\.1 cannot be read"):
        web.fetch(f"http://127.0.0.1:{port}/")


# Limits


def test_an_endless_body_is_cut(site: Site) -> None:
    site.pages["/endless"] = Reply(sends=endless)
    with fetcher(maximum_bytes=100_000) as web:
        with pytest.raises(ReadingError, match="more than 100,000 bytes, the limit"):
            web.fetch(f"{site.url}/endless")
        assert web.fetch(f"{site.url}/kopi").body == b"<p>Kopi</p>"


@pytest.mark.parametrize("sends", [dripping, dripping_head])
def test_a_drip_is_cut(site: Site, sends: Sending) -> None:
    site.pages["/drip"] = Reply(sends=sends)
    with (
        fetcher(reply_seconds=0.3) as web,
        pytest.raises(ReadingError, match="does not send the whole page in time"),
    ):
        web.fetch(f"{site.url}/drip")


def test_a_short_body_is_refused(site: Site) -> None:
    site.pages["/short"] = Reply(sends=cut_short)
    with fetcher() as web, pytest.raises(ReadingError, match=r"127\.0\.0\.1 cannot be read"):
        web.fetch(f"{site.url}/short")


def test_packed_bodies_are_unpacked_within_the_limit(site: Site) -> None:
    for path, body in (("/packed", b"<p>Kopi</p>"), ("/bomb", b"k" * 1_000_000)):
        site.pages[path] = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    with fetcher(maximum_bytes=100_000) as web:
        assert web.fetch(f"{site.url}/packed").body == b"<p>Kopi</p>"
        with pytest.raises(ReadingError, match="more than 100,000 bytes"):
            web.fetch(f"{site.url}/bomb")


def test_packed_data_in_parts_with_padding_is_unpacked_whole() -> None:
    data = gzip.compress(b"Kopi ") + gzip.compress(b"dan teh") + b"\0\0"
    assert unpacked(data, maximum=100) == b"Kopi dan teh"
    body = Body(maximum=100, is_packed=True)
    for place in range(len(data)):
        body.add(data[place : place + 1])
    assert body.whole() == b"Kopi dan teh"


def test_packed_data_that_is_cut_short_or_damaged_is_refused() -> None:
    data = gzip.compress(b"Kopi " * 100)
    with pytest.raises(ReadingError, match="cut short"):
        unpacked(data[:-12], maximum=1000)
    with pytest.raises(ReadingError, match="damaged"):
        unpacked(data[:10] + b"\xff" * 20, maximum=1000)


# Servers that want to be left alone


def test_a_server_that_asks_to_wait_is_asked_again(site: Site) -> None:
    site.pages["/busy"] = [
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=503, headers={"Retry-After": formatdate(time.time() - 5, usegmt=True)}),
        Reply(status=429),
        Reply(b"<p>Kopi</p>"),
    ]
    with fetcher() as web:
        assert web.fetch(f"{site.url}/busy").body == b"<p>Kopi</p>"
    assert site.asked == ["/busy"] * 4


def test_a_server_that_goes_on_refusing_is_left_alone(site: Site) -> None:
    site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "3600"})
    with fetcher() as web:
        for path in ("/busy", "/kopi"):
            with pytest.raises(ReadingError, match=r"accepts no more requests for now \(status 429\): run"):
                web.fetch(site.url + path)
    assert site.asked == ["/busy"]


def test_robots_txt_is_obeyed(site: Site) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: kutip\nDisallow: /secret\n"
    site.pages["/robots.txt"] = Reply(rules.encode())
    with fetcher() as web:
        with pytest.raises(ReadingError, match=r"the robots\.txt of 127\.0\.0\.1 forbids fetching it"):
            web.fetch(f"{site.url}/secret/kopi")
        assert web.fetch(f"{site.url}/kopi").body == b"<p>Kopi</p>"
    assert site.asked == ["/kopi"]
    assert [path for path, _ in site.requests].count("/robots.txt") == 1


def test_a_redirect_to_a_forbidden_page_is_not_followed(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /secret\n")
    site.pages["/open"] = Reply(status=302, headers={"Location": "/secret"})
    with fetcher() as web, pytest.raises(ReadingError, match=r"redirects to .*/secret, but the robots\.txt"):
        web.fetch(f"{site.url}/open")
    assert site.asked == ["/open"]


def test_a_robots_txt_that_fails_forbids_all(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(status=500)
    with fetcher() as web, pytest.raises(ReadingError, match=r"robots\.txt .* cannot be read \(status 500\)"):
        web.fetch(f"{site.url}/kopi")
    assert site.asked == []


def test_the_delay_that_a_robots_txt_asks_for_is_kept(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 0.2\n")
    with fetcher() as web:
        start = time.monotonic()
        web.fetch(f"{site.url}/kopi")
        web.fetch(f"{site.url}/kopi")
    assert time.monotonic() - start >= 0.4


def test_a_delay_beyond_the_limit_is_reported(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 3600\n")
    with fetcher() as web, pytest.raises(ReadingError, match="asks for 3,600 seconds between requests"):
        web.fetch(f"{site.url}/kopi")


def test_a_host_that_fails_several_times_in_a_row_is_left_alone(site: Site) -> None:
    site.pages["/short"] = Reply(sends=cut_short)
    with fetcher(maximum_failures=2) as web:
        for path, reason in (("/short", "cannot be read"), ("/kopi", ""), ("/short", "cannot be read")):
            if reason:
                with pytest.raises(ReadingError, match=reason):
                    web.fetch(site.url + path)
            else:
                web.fetch(site.url + path)
        with pytest.raises(ReadingError, match="cannot be read"):
            web.fetch(f"{site.url}/short")
        with pytest.raises(ReadingError, match="failed 2 times in a row"):
            web.fetch(f"{site.url}/kopi")
    assert site.asked == ["/short", "/kopi", "/short", "/short"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "sign in"), (404, "no such page"), (410, "removed"), (500, "it failed"), (304, "gives no page")],
)
def test_other_replies_are_reported(site: Site, status: int, reason: str) -> None:
    site.pages["/page"] = Reply(status=status)
    with fetcher() as web, pytest.raises(ReadingError, match=f"status {status}, so .*{reason}"):
        web.fetch(f"{site.url}/page")


# Requests with conditions, and rights


def test_a_page_with_known_validators_is_not_sent_again(site: Site) -> None:
    changed = formatdate(0, usegmt=True)
    site.add("/kopi", "<p>Kopi</p>", ETag='"one"', Last_Modified=changed)
    with fetcher() as web:
        first = web.fetch(f"{site.url}/kopi")
        assert first.validators == Validators(etag='"one"', last_modified=changed)
        again = web.fetch(f"{site.url}/kopi", known=first.validators)
    assert (again.is_unchanged, again.body) == (True, b"")
    assert site.requests[-1][1]["If-Modified-Since"] == changed


@pytest.mark.parametrize(
    ("header", "value", "is_ban"),
    [
        ("X-Robots-Tag", "noarchive, noai", True),
        ("X-Robots-Tag", "otherbot: noai", False),
        ("X-Robots-Tag", "otherbot: noindex, kutip: noai", True),
        ("X-Robots-Tag", "unavailable_after: 2030-01-01, noai", True),
        ("X-Robots-Tag", "noimageai", False),
        ("TDM-Reservation", "1", True),
        ("TDM-Reservation", "0", False),
    ],
)
def test_headers_that_forbid_indexing_for_ai(site: Site, header: str, value: str, is_ban: bool) -> None:
    site.pages["/kopi"] = Reply(b"<p>Kopi</p>", headers={header: value})
    with fetcher() as web:
        assert (web.fetch(f"{site.url}/kopi").prohibition is not None) == is_ban


def test_a_page_that_leads_on_at_once_is_a_redirect(site: Site) -> None:
    for content in ('0; URL="/kopi"', "0;/kopi"):
        site.add("/lama", f"<html><head><META HTTP-EQUIV=Refresh CONTENT='{content}'></head></html>")
        with fetcher() as web:
            fetched = web.fetch(f"{site.url}/lama")
        assert (fetched.url, fetched.body) == (f"{site.url}/kopi", b"<p>Kopi</p>")


@pytest.mark.parametrize(
    "head",
    [
        "<meta http-equiv=refresh content='1800; url=/kopi'>",
        "<meta http-equiv=refresh content='0; url=/teh'>",
        "<meta http-equiv=refresh content='0'>",
        "<noscript><meta http-equiv=refresh content='0; url=/kopi'></noscript>",
        "<!-- <meta http-equiv=refresh content='0; url=/kopi'> -->",
    ],
)
def test_a_page_that_a_reader_sees_for_a_while_is_none(site: Site, head: str) -> None:
    site.add("/teh", f"<html><head>{head}</head><body>Teh</body></html>")
    with fetcher() as web:
        assert web.fetch(f"{site.url}/teh").url == f"{site.url}/teh"


def test_pages_that_lead_to_each_other_end(site: Site) -> None:
    for path, other in (("/a", "/b"), ("/b", "/a")):
        site.add(path, f"<meta http-equiv=refresh content='0;url={other}'>")
    with fetcher() as web, pytest.raises(ReadingError, match="redirects more than 5 times"):
        web.fetch(f"{site.url}/a")


def test_a_mark_at_the_start_of_robots_txt_hides_no_rule(site: Site) -> None:
    site.add("/robots.txt", "\ufeffUser-agent: *\nDisallow: /kopi\n", Content_Type="text/plain")
    with fetcher() as web, pytest.raises(ReadingError, match="forbids fetching it"):
        web.fetch(f"{site.url}/kopi")


@pytest.mark.parametrize("port", ["99999", "0", "1" * 30, "1" * 5000, "abc", "-1"])
def test_an_address_with_a_port_that_cannot_exist_is_refused(port: str) -> None:
    with pytest.raises(ReadingError, match="is no address of a web page: correct it"):
        checked_address(f"http://host:{port}/x")


@pytest.mark.parametrize("target", ["/a\nb", "http://host:abc/", "http://host:99999/x"])
def test_a_refresh_to_what_is_no_address_is_refused(site: Site, target: str) -> None:
    site.add("/lama", f'<meta http-equiv=refresh content="0; url={target}">', Content_Type="text/html")
    with fetcher() as web, pytest.raises(ReadingError, match=r"the server redirects.* no address"):
        web.fetch(f"{site.url}/lama")


def test_a_robots_txt_that_allows_no_request_in_a_time_asks_for_no_pause(site: Site) -> None:
    site.add("/robots.txt", "User-agent: *\nRequest-rate: 0/5\n")
    with fetcher() as web:
        assert web.fetch(f"{site.url}/kopi").body == b"<p>Kopi</p>"
