from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.reading import Overrides, read_paths
from tests.reading.formats.reading import one, read, reasons

HTML = (
    "<html lang='id'><head><title>Kebun teh</title></head><body><article><h1>Kebun teh</h1>"
    "<p>Pemetik mulai bekerja pukul enam pagi di lereng itu.</p>"
    "<p>Panen berlangsung tujuh hari.</p></article>"
)


def mail(body: str = "Panen dimulai Senin.\n\nHarga naik 7 persen.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = '"Siti Rahma, Humas" <siti@kantor.example>'
    message["To"] = "redaksi@kabar.example"
    message["Subject"] = "Panen kopi – Lereng Wulan"
    message["Date"] = "Fri, 05 Jan 2024 08:00:00 +0700"
    message["Message-ID"] = "<panen-1@kantor.example>"
    message.set_content(body)
    return message


def test_a_mail_is_an_article() -> None:
    article = one(read(bytes(mail()), ".eml"))
    assert (article.id, article.title) == ("panen-1@kantor.example", "Panen kopi – Lereng Wulan")
    assert article.paragraphs == ("Panen dimulai Senin.", "Harga naik 7 persen.")
    assert article.author == "Siti Rahma, Humas"
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-01-05T08:00:00+07:00"
    assert "@" not in str(article.metadata)


def test_the_text_counts_before_the_html_and_attachments_are_reported(tmp_path: object) -> None:
    message = mail()
    message.add_alternative("<p>Panen dimulai Selasa.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="siaran.pdf")
    message.add_attachment("Lampiran.", filename="catatan.txt")
    path = tmp_path / "a.eml"  # type: ignore[operator]
    path.write_bytes(bytes(message))
    dropped: list[str] = []
    article = one(
        list(read_paths([path], overrides=Overrides(), on_dropped=lambda _, lines: dropped.extend(lines)))
    )
    assert article.paragraphs == ("Panen dimulai Senin.", "Harga naik 7 persen.")
    assert dropped == ["attachment: siaran.pdf", "attachment: catatan.txt"]


def test_html_alone_is_read_as_a_page() -> None:
    message = mail()
    message.set_content(HTML, subtype="html")
    article = one(read(bytes(message), ".eml"))
    assert article.paragraphs[0] == "Pemetik mulai bekerja pukul enam pagi di lereng itu."


def test_the_encoding_that_a_mail_names_means_what_browsers_take_it_for() -> None:
    body = "Subject: Panen\nContent-Type: text/plain; charset=iso-8859-1\n\nHarga “kopi” naik 5 €.\n"
    assert one(read(body.encode("cp1252"), ".eml")).paragraphs == ("Harga “kopi” naik 5 €.",)


def test_quoted_mails_and_signatures_are_left_out_and_flowed_lines_are_joined() -> None:
    body = "Panen dimulai Senin di \nLereng Wulan.\n\n> Kapan panen?\n\nHarga naik.\n-- \nSiti\nKantor\n"
    assert one(read(bytes(mail(body)), ".eml")).paragraphs == (
        "Panen dimulai Senin di Lereng Wulan.",
        "Harga naik.",
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "berkas.eml: the file is not a mail"),
        (b"Panen kopi dimulai.\n\nHarga naik.\n", "berkas.eml: the file is not a mail"),
        (b"From: a@b.example\nSubject: =?x?q?=ff?=\n\n", "berkas.eml: the mail holds no text"),
        (b"From: a@b.example\nContent-Type: image/png\n\nabc", "berkas.eml: the mail holds no text"),
        (b"Subject: a\nContent-Type: text/plain; charset=utf-8\n\nPanen m\xff.\n\nHarga naik \xc3\xa9.",
         "berkas.eml: truncated or damaged at byte"),
    ],
)  # fmt: skip
def test_mails_without_text_are_refused(data: bytes, reason: str) -> None:
    (found,) = reasons(read(data, ".eml"))
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://kabar.example/kebun/teh", "https://kabar.example/kebun/teh"),
        ("https://kabar.example", "https://kabar.example/kebun-teh"),
    ],
)
def test_the_address_of_a_saved_page_is_the_stated_one_if_it_is_a_page(canonical: str, url: str) -> None:
    data = (
        "Snapshot-Content-Location: https://kabar.example/kebun-teh\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
    ) + HTML.replace("<head>", f'<head><link rel="canonical" href="{canonical}">')
    assert one(read(data.encode(), ".mhtml")).url == url


def test_a_saved_page_with_its_pictures_is_read() -> None:
    data = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://kabar.example/kebun-teh\r\n"
        "Subject: Kebun teh\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----x"\r\n\r\n'
        "------x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0=\r\n"
        "------x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "Content-Location: https://kabar.example/kebun-teh\r\n\r\n"
        + HTML.replace("=", "=3D").replace("pukul enam", "pukul=\r\n enam =C2=BD")
        + "\r\n------x--\r\n"
    )
    article = one(read(data, ".mhtml", name="tersimpan"))
    assert (article.id, article.title, article.url) == (
        "tersimpan",
        "Kebun teh",
        "https://kabar.example/kebun-teh",
    )
    assert article.paragraphs[0] == "Pemetik mulai bekerja pukul enam ½ pagi di lereng itu."


def test_a_saved_page_without_html_is_refused() -> None:
    assert reasons(read(b"MIME-Version: 1.0\nContent-Type: image/png\n\nx", ".mht")) == [
        "berkas.mht: the file is not a saved page: it holds no HTML"
    ]


ANSWERED = "Panen dimulai Senin.\n\nHarga naik 7 persen.\n\n"
QUOTED = "Kapan panen dimulai?"


@pytest.mark.parametrize(
    "below",
    [
        f"Pada Jum, 5 Jan 2024 pukul 07.00 Budi <b@k.example> menulis:\n\n> {QUOTED}\n",
        f"On Fri, Jan 5, 2024 at 7:00 AM Budi Santoso\n<b@k.example> wrote:\n> {QUOTED}\n",
        f"-----Original Message-----\nFrom: Budi\nSent: Friday\nTo: Siti\nSubject: Panen\n\n{QUOTED}\n",
        f"{'_' * 32}\nVon: Budi <b@k.example>\nGesendet: Freitag\nAn: Siti\nBetreff: Panen\n\n{QUOTED}\n",
    ],
)
def test_the_mail_that_is_answered_is_left_out(below: str) -> None:
    article = one(read(bytes(mail(ANSWERED + below)), ".eml"))
    assert article.paragraphs == ("Panen dimulai Senin.", "Harga naik 7 persen.")


def test_a_forwarded_mail_is_read_without_its_headers() -> None:
    head = "---------- Forwarded message ---------\nFrom: Budi <b@k.example>\nDate: Fri\nSubject: Panen\n\n"
    assert one(read(bytes(mail(head + ANSWERED)), ".eml")).paragraphs == (
        "Panen dimulai Senin.",
        "Harga naik 7 persen.",
    )


@pytest.mark.parametrize(
    "below",
    [
        f'<div class="gmail_quote"><div class="gmail_attr">Budi menulis:</div><p>{QUOTED}</p></div>',
        f'<div class="moz-cite-prefix">Budi:</div><blockquote type="cite"><p>{QUOTED}</p></blockquote>',
        f"<div><p><b>Dari:</b> Budi <br><b>Dikirim:</b> Jumat<br>Perihal: Panen</p></div><p>{QUOTED}</p>",
        "<div><span>Dikirim dari iPhone saya</span></div>",
        f'<div id="divRplyFwdMsg"><b>From:</b> Budi</div><div><p>{QUOTED}</p></div>',
        '<div class="gmail_signature">Siti Rahma, Humas</div>',
    ],
)
def test_the_mail_that_is_answered_is_left_out_of_html(below: str) -> None:
    message = mail()
    message.set_content(f"{HTML}{below}", subtype="html")
    article = one(read(bytes(message), ".eml"))
    assert article.paragraphs == (
        "Pemetik mulai bekerja pukul enam pagi di lereng itu.",
        "Panen berlangsung tujuh hari.",
    )


def test_each_part_that_is_shown_is_read() -> None:
    message = mail("Panen dimulai Senin.\n")
    message.add_attachment("Harga naik 7 persen.\n", disposition="inline")
    article = one(read(bytes(message), ".eml"))
    assert article.paragraphs == ("Panen dimulai Senin.", "Harga naik 7 persen.")


def test_html_counts_before_a_text_that_only_names_it() -> None:
    message = mail("Buka surat ini di peramban Anda.\n")
    message.add_alternative(HTML.replace("pagi", "pagi " + "dan siang " * 20), subtype="html")
    assert one(read(bytes(message), ".eml")).paragraphs[1] == "Panen berlangsung tujuh hari."


def test_a_mail_whose_text_is_cut_within_base64_is_refused() -> None:
    head = "From: a@k.example\nSubject: Panen\nContent-Transfer-Encoding: base64\n\n"
    assert reasons(read(head + "UGFuZW4gZGltdWxhaSBTZW5pbi", ".eml")) == [
        "berkas.eml: the mail is cut short or damaged: its text is not whole; save it again"
    ]


def test_flowed_lines_may_end_within_a_word() -> None:
    head = "From: a@k.example\nDate: Fri, 05 Jan 2024 08:00:00 -0000\n"
    head += "Content-Type: text/plain; format=flowed; delsp=yes\n\n"
    article = one(read("\ufeff" + head + "Panen dimu \nlai  \nSenin.\n", ".eml"))
    assert (article.text, str(article.published_at)) == ("Panen dimulai Senin.", "2024-01-05 08:00:00+00:00")


@pytest.mark.parametrize("prefix", ["Fwd: ", "FW: Re: ", "Terusan: ", "Trs: Bls: ", "转发：", "ENC: RES: "])
def test_a_title_is_without_the_marks_of_forwarding(prefix: str) -> None:
    mail = (
        f"From: Humas <h@k.example>\nSubject: {prefix}Panen kopi dimulai\n"
        "Date: Fri, 5 Jan 2024 08:00:00 +0700\n\nPetani memanen kopi sejak Senin.\n"
    )
    assert one(read(mail, ".eml")).title == "Panen kopi dimulai"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_headers_that_hold_bytes_are_read(encoding: str) -> None:
    data = "From: Söri Ünal <a@k.example>\nSubject: Höhere =?utf-8?q?Caf=C3=A9-?= Preise\n\nHarga naik.\n"
    article = one(read(data.encode(encoding), ".eml"))
    assert (article.title, article.author) == ("Höhere Café- Preise", "Söri Ünal")


def test_a_header_that_holds_bytes_is_in_the_encoding_that_the_mail_names() -> None:
    data = "Subject: Урожай кофе\nContent-Type: text/plain; charset=koi8-r\n\nУрожай собран.\n"
    assert one(read(data.encode("koi8-r"), ".eml")).title == "Урожай кофе"


def test_the_name_of_an_attachment_in_bytes_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(
        "Subject: Panen\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nHarga naik.\n\n--x\n"
        'Content-Type: text/plain; name="Höhe.txt"\nContent-Disposition: attachment; filename="Höhe.txt"\n\n'
        "a\n--x--\n"
    )
    dropped: list[str] = []
    list(read_paths([path], overrides=Overrides(), on_dropped=lambda _, lines: dropped.extend(lines)))
    assert dropped == ["attachment: Höhe.txt"]
