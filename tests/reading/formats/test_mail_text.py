"""What is the text of a mail: forwarded mails, signatures, and lines that a mailbox file changes."""

import pytest

from rag.reading.formats.mail_text import own_lines, without_quoted_mails
from tests.reading.formats.reading import one, read

NOTE = "Untuk diarsipkan."
STORY = ("Panen kopi dimulai Senin.", "Harga naik 7 persen.")
HEADERS = "From: Budi <b@k.example>\nDate: Fri, 5 Jan 2024\nSubject: Panen\nTo: Siti\n"


def paragraphs(body: str, *, subtype: str = "plain", subject: str = "Panen") -> tuple[str, ...]:
    head = f"From: Siti <s@k.example>\nSubject: {subject}\nContent-Type: text/{subtype}; charset=utf-8\n\n"
    return one(read(head + body, ".eml")).paragraphs


@pytest.mark.parametrize(
    "head",
    [
        f"---------- Forwarded message ---------\n{HEADERS}",
        f"---------- Pesan terusan ---------\n{HEADERS.replace('From', 'Dari').replace('Date', 'Tanggal')}",
        "-------- Weitergeleitete Nachricht --------\nBetreff: Panen\nVon: Budi\nAn: Siti\n",
        f"Begin forwarded message:\n\n{HEADERS}",
        f"Début du message réexpédié :\n\n{HEADERS.replace('From', 'De')}",
        "---------- 転送メッセージ ----------\n差出人: Budi\n日付: 2024\n件名: Panen\n",
    ],
)
def test_the_text_of_a_forwarded_mail_is_kept_without_the_note_above_it(head: str) -> None:
    body = "\n\n".join(STORY)
    assert paragraphs(f"{NOTE}\n\n{head}\n{body}\n") == STORY
    assert paragraphs(f"{NOTE}\n-- \nSiti\n\n{head}\n{body}\n-- \nBudi\n") == STORY


def test_a_mail_that_was_forwarded_twice_is_read() -> None:
    head = f"---------- Forwarded message ---------\n{HEADERS}\n"
    kept, dropped = own_lines(f"{NOTE}\n\n{head}Teruskan.\n\n{head}{STORY[0]}\n")
    assert [line for line in kept if line] == [STORY[0]]
    assert (dropped[0], dropped[6], len(dropped)) == (NOTE, "Teruskan.", 12)


def test_a_forwarded_mail_may_be_quoted() -> None:
    mail = f"{HEADERS}\n{STORY[0]}\n\n> Kapan panen?\n\n{STORY[1]}"
    quoted = "\n".join(f"> {line}" for line in mail.split("\n"))
    assert paragraphs(f"{NOTE}\n\nBegin forwarded message:\n\n{quoted}\n") == STORY


@pytest.mark.parametrize(
    "below",
    [
        f"-----Original Message-----\n{HEADERS}\nKapan panen?\n",
        "From: Budi\nSent: Friday\nTo: Siti\nSubject: Panen\n\n"
        f"---------- Forwarded message ------\n{HEADERS}\nTeh.",
    ],
)
def test_the_answer_to_a_mail_is_kept(below: str) -> None:
    assert paragraphs(f"{STORY[0]}\n\n{below}") == STORY[:1]


def test_a_line_about_forwarding_is_text() -> None:
    body = ("Surat itu diteruskan kepada:", "Bupati dan camat di Lereng Wulan.")
    assert paragraphs("\n\n".join(body)) == body


GMAIL = (
    f'<div dir="ltr">{NOTE}</div><br><div class="gmail_quote"><div class="gmail_attr">'
    "---------- Forwarded message ---------<br>From: <b>Budi</b><br>Subject: Panen<br></div><br>"
    f"<p>{STORY[0]}</p><p>{STORY[1]}</p></div>"
)
APPLE = (
    f'{NOTE}<br><div><blockquote type="cite"><div>Begin forwarded message:</div><br>'
    "<div><b>From: </b>Budi</div><div><b>Subject: </b>Panen</div><br>"
    f"<div><p>{STORY[0]}</p><p>{STORY[1]}</p></div></blockquote></div>"
)
THUNDERBIRD = (
    f'<p>{NOTE}</p><div class="moz-forward-container"><br>-------- Forwarded Message --------'
    '<table class="moz-email-headers-table"><tr><th>Subject: </th><td>Panen</td></tr></table><br>'
    f"<p>{STORY[0]}</p><p>{STORY[1]}</p></div>"
)


@pytest.mark.parametrize("markup", [GMAIL, APPLE, THUNDERBIRD])
def test_a_forwarded_mail_in_html_is_kept_and_the_note_is_reported(markup: str) -> None:
    assert paragraphs(f"<html><body>{markup}</body></html>", subtype="html") == STORY
    assert NOTE in without_quoted_mails(f"<html><body>{markup}</body></html>")[1]


def test_what_is_left_out_of_an_answer_in_html_is_reported() -> None:
    markup = f"<p>{STORY[0]}</p><div class='gmail_quote'>Budi menulis:<blockquote>Kapan?</blockquote></div>"
    left, dropped = without_quoted_mails(markup)
    assert STORY[0] in left
    assert dropped == ["Budi menulis: Kapan?"]


def test_a_line_that_a_mailbox_file_escaped_is_text_and_a_quoted_one_is_not() -> None:
    assert paragraphs("Panen dimulai.\n\n>From Monday the price rises.\n\nHarga naik.\n") == (
        "Panen dimulai.",
        "From Monday the price rises.",
        "Harga naik.",
    )
    assert paragraphs("Panen dimulai.\n\n>From Monday\n>the price rises.\n") == ("Panen dimulai.",)


def test_a_line_of_two_hyphens_divides_the_text_unless_a_signature_is_below_it() -> None:
    assert paragraphs(f"{STORY[0]}\n\n--\n\n{STORY[1]}\n") == STORY
    assert paragraphs(f"{STORY[0]}\n\n{STORY[1]}\n\n--\nSiti Rahma\nHumas, Jl. Melati 3\n") == STORY
    assert paragraphs(f"{STORY[0]}\n\n-- \nSiti bekerja di kantor.\n") == STORY[:1]


@pytest.mark.parametrize(
    "line",
    ["Sent from my iPhone", "Dikirim dari perangkat Galaxy saya", "Get Outlook for iOS<https://aka.ms/x>"],
)
def test_the_line_in_which_a_telephone_names_itself_is_left_out(line: str) -> None:
    assert paragraphs(f"{STORY[0]}\n\n{STORY[1]}\n\n{line}\n") == STORY
    sentence = "Dikirim dari Surabaya, kopi itu tiba pada Minggu."
    assert paragraphs(f"{STORY[0]}\n\n{sentence}\n") == (STORY[0], sentence)


def test_the_footer_of_a_mailing_list_is_left_out() -> None:
    footer = f"{'_' * 47}\nRedaksi mailing list\nhttps://k.example/mailman/redaksi\n"
    assert paragraphs(f"{STORY[0]}\n\n{STORY[1]}\n{footer}") == STORY


def test_outlook_forwards_below_headers_alone_and_the_subject_says_so() -> None:
    body = "\n\n".join(STORY)
    assert paragraphs(f"{NOTE}\n\n{HEADERS}\n{body}\n", subject="FW: Panen") == STORY
    assert paragraphs(f"{NOTE}\n\n{HEADERS}\n{body}\n", subject="RE: Panen") == (NOTE,)
    head = "<div><p><b>From:</b> Budi<br><b>Sent:</b> Friday<br><b>Subject:</b> Panen</p></div>"
    html = f"<div><p>{NOTE}</p>{head}<p>{STORY[0]}</p><p>{STORY[1]}</p></div>"
    assert paragraphs(html, subtype="html", subject="FW: Panen") == STORY
