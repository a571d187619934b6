"""A page about a floating market, into which tests put what they are about."""

import json
from typing import Any

from rag.reading.html_page import read_html_page

BODY = """\
<h1>Pasar apung ramai lagi</h1>
<p>Banjar (KABAR) – Para pedagang <b>pasar apung</b> memenuhi sungai sejak <a href="/x">subuh</a>,
   setelah dua pekan air surut.</p>
<p>Ya.</p>
<h2>Harga turun</h2>
<blockquote><p>"Jeruk saya habis," kata Norhayati &amp; suaminya.</p></blockquote>
<ul><li>Jeruk: Rp12.000 🍊</li><li>Pisang: Rp8.000 <i>per sisir</i></li></ul>
<p>Pemerintah kota berencana menambah dermaga tahun depan.</p>"""
PARAGRAPHS = [
    "Banjar (KABAR) – Para pedagang pasar apung memenuhi sungai sejak subuh, setelah dua pekan air surut.",
    "Ya.",
    "Harga turun",
    '"Jeruk saya habis," kata Norhayati & suaminya.',
    "Jeruk: Rp12.000 🍊",
    "Pisang: Rp8.000 per sisir",
    "Pemerintah kota berencana menambah dermaga tahun depan.",
]
FURNITURE = """\
<aside><h3>Berita Terkait</h3><ul><li><a href="/1">Banjir surut</a></li></ul></aside>
<footer><p>Hubungi kami.</p></footer>"""


def page(*, head: str = "", body: str = BODY, attributes: str = 'lang="id"') -> str:
    nav = '<nav><a href="/">Beranda</a> <a href="/kota">Kota</a></nav>'
    article = f"<main><article>{body}</article></main>"
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>{nav}{article}{FURNITURE}</body></html>"
    )


def linked(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def read(html: str) -> dict[str, Any]:
    return dict(read_html_page(html).fields)
