"""Finds page furniture among the lines of a page: labels, what they introduce, and lines that are no text.

A label such as "Baca juga" drops itself and the headlines that it introduces. It never drops a paragraph,
so a label in the middle of a story does not end the story.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import count, takewhile

from rag.reading.credit_labels import is_mail_address
from rag.reading.credits import is_date_label, label_alone
from rag.reading.furniture_labels import OTHER_STORIES, PAGE_PARTS, READ_ALSO
from rag.reading.lines import (
    BULLETS,
    Line,
    filled_numbers,
    is_mark,
    is_paragraph,
    is_sentence,
    is_statement,
)
from rag.reading.rights import NEWS_REPORT

_READ_ALSO = "|".join(READ_ALSO.values())
# Labels that introduce headlines of other stories.
_STORY_LABEL = re.compile("|".join((_READ_ALSO, *OTHER_STORIES.values())), re.IGNORECASE)
# Labels that introduce comments, tags, buttons.
_LABEL = re.compile("|".join(PAGE_PARTS.values()), re.IGNORECASE)
# A label with its headline on the same line.
_LABELLED_STORY = re.compile(
    rf"(?:{_READ_ALSO}|(?P<verb>baca|lihat|simak|tonton|read|see|watch|video))\s?[:：»]\s?\S.*"
    rf"|(?:{_READ_ALSO})\s?(?:\||[-–—]\s)\s?\S.*|[【\[](?:{_READ_ALSO})[】\]]\s?\S.*"
    r"|(?:simak|tonton|saksikan|lihat|watch)(?: juga)?(?: the)? video\b\s?[\"“'‘:].*",
    re.IGNORECASE,
)
_AFTER_LABEL = frozenset(":：»\"“'‘|】]-–—")
_LABEL_BEFORE_LINK = re.compile(rf"(?:{_READ_ALSO})\.?\s+\S", re.IGNORECASE)
_ARROWS = "▶►"
_EMOJI_FIRST = re.compile(r"^[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?\s(?=\w)")
_MAXIMUM_LABEL_CHARACTERS = 80
_MAXIMUM_LABELLED_CHARACTERS = 200
_SENTENCE_INSIDE = re.compile(r"[.。]\s+\S.*[.。]$")

# Whole lines that are never text.
_NO_TEXT = re.compile(
    r"\[(?i:gambas|video|foto|photo|image|embed|gallery|caption|galeri|infografis|gif)\b[^\]]*\]"
    r"|\([A-Za-z]{2,15}/[a-z]{2,4}\)"  # an office and the initials
    r"|\((?:[a-z]{2,5}|[A-Za-z]{2,6}(?:[/-][A-Za-z]{2,6}){1,3})\)"  # the initials at the end of a story
    r"|--\s?[A-Z]{3,12}"  # the agency below a story
    r"|[-–—]\s?(?i:afp|antara|ap|bernama|dpa|pti|reuters|xinhua)"
    r"|@\w{3,30}"
    r"|(?:#\w{1,40}\s?){1,20}"
    # Where a copied page has lost what divided a label from its headline.
    r"|(?:BACA|SIMAK|LIHAT|READ|LEE|LEIA|LIRE) (?:JUGA|ALSO|MORE|TAMBIÉN|TAMBÉM|AUSSI) [^.]{5,150}[^.!?”\"]"
    r"|(?:Baca|Simak|Lihat) Juga [^.]{5,150}[^.!?”\"]"
    r"|(?i:(?:(?:skip )?advertisement|advertising|advertorial|iklan|sponsored|anzeige|publicité|publicidad)"
    r"(?:\s?[·|:-]?\s?(?:scroll|gulir|continue|gulirkan)\b.{0,60})?"
    r"|scroll (?:down |ke bawah )?(?:to|for|untuk) \w.{0,50}|gulir(?:kan)? (?:ke bawah )?untuk .{0,50}"
    r"|(?:simak|tonton|saksikan|lihat)(?: juga)? video(?: \w{1,15}){0,2} (?:di bawah|berikut)(?: ini)?\W*"
    r"|video pilihan(?: hari ini| editor)?"
    r"|(?:selengkapnya|bersambung|lanjut|baca|simak)(?: \w{1,15}){0,2} (?:di |ke )?halaman"
    r" (?:selanjutnya|berikutnya)\W*"
    r"|(?:artikel|berita|tulisan) ini (?:telah |sudah |pernah |juga ){1,2}(?:tayang|terbit|dimuat)"
    r" (?:di|pada) .{1,150}"
    r"|klik (?:di ?sini|tautan|link)(?: (?:ini|berikut))?(?: (?:untuk|agar) .{1,60})?\W*"
    r"|click here(?: (?:to|for) .{1,60})?"
    r"|this (?:article|story|piece) (?:was )?(?:originally |first ){0,2}(?:published|appeared)"
    r" (?:in|on|by|at) .{1,120}"
    r"|view this post on \w{1,20}|lihat (?:postingan|kiriman|foto) ini di \w{1,20}"
    r"|(?:a post shared by|(?:sebuah )?kiriman (?:dari|dibagikan oleh)) .{1,80}"
    r"|dapatkan (?:update |info(?:rmasi)? )?(?:berita|breaking) .{0,60}(?:setiap hari|terkini|terbaru).{0,50}"
    r"|lanjutkan membaca|continue reading|(?:loading|memuat)\W{0,3}|load more"
    r"|(?:skip|lewati|lompat|langsung|saltar|aller|ir) (?:to|ke|al|au|para o) (?:main )?(?:content|konten"
    r"|contenido|contenu|conteúdo)(?: utama| principal)?|(?:direkt )?zum inhalt(?: springen)?"
    r"|(?:url|link|permalink|alamat|source)\s?[:：]\s?https?://\S{1,300}"
    r"|(?:tags?|tagar|kata kunci|keywords?)\s?[:：]\s?[^.!?]{1,200}"
    r"|(?:tampilkan|muat) (?:semua|lebih banyak|lainnya)"
    r"|hala?man(?: \d{1,2}){2,9}|(?:\d{1,2} ){1,9}(?:next|selanjutnya|berikutnya|lihat semua|show all)"
    r"|(?:next|previous|prev) (?:article|story|post|news)"
    r"|(?:artikel|berita) (?:selanjutnya|berikutnya|sebelumnya)"
    r"|(?:continue reading|story continues|article continues) (?:below|after).{0,40}"
    r"|untuk (?:diterbitkan|dirilis|disiarkan) segera|for immediate release"
    r"|(?:pesan )?diteruskan(?: berkali-kali)?|forwarded(?: many times)?"
    r"|(?:berita |baca )?selengkapnya\s?[:：]?(?:\s?https?://\S{1,300})?"
    r"|(?:gabung|join) (?:di |ke )?(?:grup|group|channel|saluran) [^.!?]{1,40}[!]?"
    r"|halaman (?:selanjutnya|berikutnya|sebelumnya|\d+(?: dari \d+)?)\W*|next page|previous page|selanjutnya"
    r"|baca (?:selengkapnya )?di (?:app|aplikasi)|(?:\d{1,2} )?lihat (?:foto|semua|selengkapnya)|perbesar"
    r"|view (?:photos?|image|all)"
    r"|(?:dengarkan|listen to)(?: (?:this|the))? (?:artikel|article)\b.{0,30}|play video|putar video|embed"
    r"|a(?: a){1,3}|intinya sih\W*|字体：\s?大\s中\s小|【纠错】|ist(?:imewa)?\.?"
    r"|(?:apa reaksi anda|what['’]s your reaction)\W*|reuse this content|lihat sumber artikel asli"
    r"|belum ada komentar\W*|no comments yet\W*|tinggalkan balasan|leave a reply|balas|lapor(?:kan)?"
    r"|your email address will not be published\b.{0,60}|alamat email anda tidak akan dipublikasikan\b.{0,60}"
    r"|salin (?:tautan|link)|copy link|tim redaksi|tweet|print|cetak|simpan|save"
    r"|bookmark|follow|ikuti|subscribe|langganan|berlangganan|daftar|masuk|log ?in|"
    r"sign ?(?:in|up)"
    r"|(?:jadilah yang pertama|be the first).{0,60}|(?:silakan )?(?:login|masuk|log in|sign in) (?:untuk|to"
    r") .{0,60}"
    r"|our standards:.*|purchase licensing rights.*|from the section .{1,40}"
    r"|\W*(?:\d{1,3}|a|an|se)\s?\w+ (?:ago|(?:yang )?lalu|lepas)\W*"
    r"|[【［](?:写真|画像|動画|図|イラスト|相關影片|影片)[^】］]{0,60}[】］].{0,80}[^。]"
    r"|\(\*{1,3}\)"
    r"|(?:dicetak|printed) (?:pada|on|from|dari) [^.!?]{1,60}"
    r"|(?:disimpan|saved|diarsipkan|archived) (?:from|dari) (?:https?://\S{1,200}|(?:[\w-]{1,40}\.){1,4}[a-z]{2,9})"
    r"|(?:(?:unduh|download)\b.{0,40}\s)?\S{1,80}\.(?:pdf|docx?|xlsx?|pptx?|zip)"
    r"(?: \([\d.,]{1,6} ?[km]i?b\))?"
    r"|(?:bagikan|share|kongsi)\s?[:：](?:\s?(?:facebook|twitter|x|whatsapp|telegram|line|e-?mail)\b){1,8}"
    r"|(?:support|dukung) [^.!?]{0,40}(?:journalism|jurnalisme)"
    r"(?:\W{0,3}|\b.{0,80}\b(?:your|anda|kamu|kami)\b.{0,80})"
    r"|(?:subscribe|join|register|donate|langganan|berlangganan|donasi) (?:now|today|here|sekarang)\W*"
    r"|[^.!?@]{2,60} (?:can be reached (?:at|via)|dapat dihubungi (?:di|melalui)) \S{1,60}@\S{1,60}"
    r"|(?:clique|clicca|cliquez|klicken sie|haz clic|haga clic) (?:aqui|qui|ici|hier|aquí)\b[^.!?]{0,80}"
    r"|(?:sudah|already|déjà|bereits|schon|já|ya) (?:\w{1,12} ){0,3}(?:berlangganan"
    r"|subscribe\w{0,2}|abonn\w{1,5}|assinante|suscriptor\w{0,2})\s?\?.{0,60}"
    r"|(?:anda|kamu|you)(?: (?:telah|sudah|have)|['’]ve)"
    r" (?:membaca|read) .{0,30}(?:artikel gratis|free articles?).{0,40}"
    r"|(?:berlangganan|langganan|subscribe|abonne\w{0,6}(?:-vous)?|suscríb\w{2,4}|assine)"
    r" (?:untuk|to|pour|um|para) [^.!?]{0,40}(?:baca|read|continue|lire|lesen|leer|seguir|ler)\b[^.!?]{0,40}"
    r"|il vous reste [\d.,]{1,5} ?% de cet article à lire\b.{0,80}"
    r"|.{0,40}続きを(?:お読み|読む|ご覧|閲覧).{0,20}"
    r"|この記事は有料(?:記事|会員).*|残り\d+文字.*|.{0,30}opens new tab)",
)
# The names of services on buttons, which may be items of a list or headings as well.
_SERVICE = re.compile("whatsapp|telegram|facebook|twitter|pinterest|line|email", re.IGNORECASE)
_INITIALS = re.compile(r"\([A-Za-z]{2,6}(?:[/-][A-Za-z]{2,6}){0,3}\)")
_INVITATION = re.compile(
    r"(?:ikuti|follow|gabung|join|dapatkan|get|subscribe|berlangganan|langganan|sign up|download|unduh|sima"
    r"k|baca"
    r"|cek|update|lanjutkan membaca|continue reading|untuk membaca|to read|to continue|daftar|klik|click|li"
    r"ke us"
    r"|cek berita|ingin|want)\b.{0,300}",
    re.IGNORECASE | re.DOTALL,
)
_CHANNEL = re.compile(
    r"google news|whatsapp|telegram|\bchannel|\bsaluran|newsletter|buletin|instagram|facebook|twitter|youtube"
    r"|tiktok|\baplikasi\b|app store|play store|notifikasi|notifications?\b|inbox|berlangganan|subscri\w+"
    r"|langganan|\blog ?in\b|(?:akun|konten) premium|premium (?:content|account)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:kami|our|us|your|you|anda|kamu|kalian)\b|(?<!te)(?<!il)(?<!ta)(?<!ja)(?<!se)(?<=\w)mu\b"
    r"|^(?:gabung|join|ikuti|follow) (?:di |ke |the )?(?:grup|group|channel|saluran|kanal)"
    r"|\bdi google news|\bon google news|\bmari bergabung\b"
    r"|^lanjutkan membaca|^continue reading|^(?:untuk|to) (?:membaca|read|continue)|https?://",
    re.IGNORECASE,
)
# What an invitation that ends with a full stop offers, unlike advice: "Update WhatsApp Anda ke versi 2.25."
_OFFERED = re.compile(
    r"\b(?:kami|our|us|berita|kabar|news|stor(?:y|ies)|artikel|articles?|informasi|info|updates?|perkembangan"
    r"|konten|content|channel|saluran|kanal|newsletter|buletin|google news|grup|group|komunitas|https?:"
    r"|langganan|berlangganan|subscri\w+|membaca|to read|aplikasi ini"
    r"|(?:the|our) app|app store|play store|di ?sini|here|log ?in|premium)\b",
    re.IGNORECASE,
)
_MAXIMUM_INVITATION_CHARACTERS = 320

_NAMES = r"[A-Z][\w.&'’-]*(?:\s[A-Z][\w.&'’-]*){0,3}"
_CAPTION = re.compile(
    r"(?i:foto|photo|photograph|picture|image|gambar|ilustrasi|keterangan foto|caption)\s?(?i:ilustrasi)?\s"
    r"?[:/]\s?\S.*"
    rf"|.*[.!?…”\"]\s?\(?{_NAMES}\s?/\s?{_NAMES}(?:/[a-z]{{2,5}})?\)?\.?(?:\sPurchase Licensing.*)?"
    rf"|.*\b(?i:foto|photo|picture|photograph)s?(?: by| oleh)?\s?:\s?{_NAMES}"
    r"(?:/\w[\w. ]{1,30}){0,3}\.?"
    r"|.*\([\w-]{2,30}\.(?i:com|co\.id|id)/[^()]{2,60}\)\.?"
    r"|.*\((?:(?i:dok|foto|photo|istimewa|ist|ap photo|getty|file|arsip|symbolbild|symbolfoto)\b|©)"
    r"[^()]{0,80}\)\.?"
    r"|.*(?:\((?i:freepik|pixabay|unsplash|pexels|shutterstock)(?:/[^()]{1,40})?\)|\[[\w.-]{2,30}/[^\[\]]{2,60}\])\.?"
    rf"|.*[.!?…”\"]\s?(?:ANTARA|AFP|EPA|REUTERS)\b[^.!?()]{{0,20}}/{_NAMES}(?:/[a-z]{{2,5}}){{0,3}}\.?"
    rf"|.*[.!?…”\"]\s(?:©\s?|\|\s?(?i:photo credit:)\s){_NAMES}(?:/[\w ]{{2,30}}){{0,2}}\.?"
    r"|(?i:photo by) [^.]{3,60} on (?i:unsplash|pexels|pixabay|flickr)\.?"
    # A story may end with its agency alone.
    r"|.*\((?i:afp|reuters|antara|source|sumber)\b[^()]{0,80}?(?:/\s?\w|(?i:foto|photo|images|istimewa|dok)\b)"
    r"[^()]{0,80}\)\.?",
)
# The labels of a picture's photographer, by language.
_PICTURE = (
    r"(?:photo|image|picture) credits?|crédit(?:s| photos?)?|crédito(?:s| da foto)?|fotos?|bild|imagen"
    r"|foto de|фото|ảnh|fotoğraf|ภาพ|写真|图|图源|圖|사진|الصورة|صورة|फोटो|तस्वीर"
)
# What the services of the BBC write, with a comma.
_PICTURE_OF_BBC = (
    r"image (?:source|caption|copyright)|sumber gambar|keterangan (?:gambar|foto)|fuente de la imagen"
    r"|pie de (?:foto|imagen)|crédito(?: da imagem)?|legenda da (?:foto|imagem)|crédit photo|légende image"
    r"|автор фото|подпись к фото|nguồn hình ảnh|chụp lại hình ảnh|kaynak|fotoğraf altı yazısı|صدر الصورة"
    r"|इमेज (?:स्रोत|कैप्शन)|ที่มาของภาพ|คำบรรยายภาพ"
)
# A credit at either end of a line that is otherwise no paragraph: a caption wherever it stands.
_CREDITED_PICTURE = re.compile(
    r"(?:foto|photo|keterangan foto|infografis)\s?[:：]\s?\S.*(?<![.!?])"
    rf"|[\[(（【]?(?:{_PICTURE})\s?[:：=]\s?[^\])）】]{{1,60}}(?:[\])）】]\.?|(?<![.!?。]))|(?:{_PICTURE_OF_BBC}),\s\S.*"
    r"|(?:[\w ]{2,20}/ ?)?(?:getty images|shutterstock|istockphoto)"
    r"|.{0,160}[.!?…”\"]?\s?\((?:foto|photo|gambar|ilustrasi|dok(?:umentasi)?|istimewa)\b[^()]{0,60}\)\.?"
    r"|.{0,160}\([\w-]{2,30}\.(?:com|co\.id|id)/[^()]{2,60}\)\.?",
    re.IGNORECASE,
)
# A sentence may speak of a picture: "Warga wajib membawa bukti pembayaran (foto kuitansi)."
_PICTURE_IN_SENTENCE = re.compile(
    r"\((?:foto|photo|gambar|ilustrasi|dokumentasi|file|arsip)"
    r"(?: (?!(?:by|oleh|dok|dokumentasi|istimewa|ist|ilustrasi|arsip|antara|file|credit)\b)[a-z][\w-]{0,40}+)"
    r"{1,6}\)\.$"
)
_MAXIMUM_CREDITED_CHARACTERS = 160
_CAPTION_LABEL = re.compile(
    r"(?:\d{1,2} )?(?:lihat|see) (?:foto|photos?)|perbesar|view (?:photo|image)|(?:foto|photo)\s?:.*",
    re.IGNORECASE,
)
_MAXIMUM_CAPTION_CHARACTERS = 300


def is_label(line: str) -> bool:
    """Whether a line is nothing but the label of furniture, such as "Baca juga:" or "94 comments"."""
    text = line.strip(BULLETS + ":：+")
    return len(text) <= _MAXIMUM_LABEL_CHARACTERS and bool(
        _STORY_LABEL.fullmatch(text) or _LABEL.fullmatch(text)
    )


def is_furniture(line: str) -> bool:
    """Whether a line is furniture by itself, whatever stands around it.

    >>> is_furniture("(swd/rka)"), is_furniture("Baca juga: Harga turun"), is_furniture("Harga turun")
    (True, True, False)
    """
    line = _EMOJI_FIRST.sub("", line, count=1)
    return len(line) <= _MAXIMUM_INVITATION_CHARACTERS and bool(
        is_label(line)
        or is_mark(line)
        or _NO_TEXT.fullmatch(line)
        or _SERVICE.fullmatch(line)
        or _is_labelled_story(line)
        or _is_invitation(line)
    )


def is_caption(line: str) -> bool:
    """Whether a line has the shape of a caption: it names its photographer or begins with "Foto:"."""
    is_short = len(line) <= _MAXIMUM_CAPTION_CHARACTERS
    return is_short and bool(_CAPTION.fullmatch(line)) and not _PICTURE_IN_SENTENCE.search(line)


def is_credited_picture(line: str) -> bool:
    """Whether a line is a caption even in the middle of a story, for it credits its picture.

    A line that begins with the credit and ends with a full stop is a sentence.

    >>> is_credited_picture("Foto: Dok. Pemkot"), is_credited_picture("Foto itu beredar sejak Senin.")
    (True, False)
    """
    is_short = len(line) <= _MAXIMUM_CREDITED_CHARACTERS
    return is_short and bool(_CREDITED_PICTURE.fullmatch(line)) and not _PICTURE_IN_SENTENCE.search(line)


def is_caption_label(line: str) -> bool:
    """Whether a line announces a caption on the next line."""
    return bool(_CAPTION_LABEL.fullmatch(line))


def announces_list(line: str) -> bool:
    """Whether a line belongs to a text and announces what follows, such as "This is what happened:"."""
    text = line.rstrip(" :：")
    is_open = line.endswith((":", "："))
    return is_open and not (is_furniture(line) or label_alone(text) or is_date_label(text))


def find_furniture(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of the lines that are furniture."""
    filled = filled_numbers(lines)
    last_paragraph = max(
        (place for place, number in enumerate(filled) if _is_paragraph(lines[number])), default=-1
    )
    first_text = next((place for place, number in enumerate(filled) if _is_text(lines[number])), len(filled))
    found: set[int] = set()
    for place, number in enumerate(filled):
        line = lines[number]
        is_caption_inside = (
            last_paragraph >= 0 and is_credited_picture(line.clean) and not (line.is_heading or line.is_item)
        )
        is_address = place > last_paragraph >= 0 and is_mail_address(line.clean)
        is_kind = is_furniture(line.clean) or _is_labelled_link(line) or is_caption_inside or is_address
        if number in found or not is_kind:
            continue
        if _SERVICE.fullmatch(line.clean) and (
            line.is_heading or (first_text < place < last_paragraph and not line.is_link)
        ):
            continue
        found.add(number)
        if is_label(line.clean) or (place > last_paragraph and _INITIALS.fullmatch(line.clean)):
            found.update(_introduced(lines, filled, place, last_paragraph=last_paragraph))
    return found


def _introduced(lines: Sequence[Line], filled: list[int], place: int, *, last_paragraph: int) -> list[int]:
    """Return the numbers of the lines that the label at a place introduces."""
    if place > last_paragraph:  # nothing but furniture follows, down to the end of the page
        return filled[place + 1 :]
    linked = list(takewhile(lambda number: lines[number].is_link, _after(filled, place)))
    if linked:
        return linked
    first = next(_after(filled, place), None)
    if first is None:
        return []
    if first == filled[place] + 1:
        adjacent = takewhile(lambda number: not is_paragraph(lines[number].clean), _adjacent(filled, place))
        return list(adjacent)
    is_story = bool(_STORY_LABEL.fullmatch(lines[filled[place]].clean.strip(BULLETS + ":：+")))
    return [first] if is_story and _is_headline(lines[first]) else []


def _after(filled: list[int], place: int) -> Iterator[int]:
    # subtle: a list of them all for each label would take quadratic time
    return (filled[following] for following in range(place + 1, len(filled)))


def _adjacent(filled: list[int], place: int) -> Iterator[int]:
    """Yield the numbers of the lines below the one at a place, down to the first blank line."""
    numbers = zip(count(filled[place] + 1), _after(filled, place), strict=False)
    return (number for expected, number in takewhile(lambda pair: pair[0] == pair[1], numbers))


def _is_headline(line: Line) -> bool:
    return not line.is_heading and not is_sentence(line.clean)


def _is_paragraph(line: Line) -> bool:
    is_text = is_paragraph(line.clean) and not line.is_link
    return is_text and not is_furniture(line.clean) and not is_credited_picture(line.clean)


def _is_text(line: Line) -> bool:
    return _is_paragraph(line) or announces_list(line.clean)


def _is_labelled_story(line: str) -> bool:
    text = line.strip(BULLETS + _ARROWS)
    is_short = len(text) <= _MAXIMUM_LABELLED_CHARACTERS and not _AFTER_LABEL.isdisjoint(text)
    labelled = _LABELLED_STORY.fullmatch(text) if is_short else None
    if labelled is None or _SENTENCE_INSIDE.search(text):
        return False
    return not (labelled["verb"] and is_statement(text))


def _is_labelled_link(line: Line) -> bool:
    """Whether a line is a label and the link behind it, without a sign between them."""
    is_short = line.is_mostly_link and len(line.clean) <= _MAXIMUM_LABELLED_CHARACTERS
    return is_short and _LABEL_BEFORE_LINK.match(line.clean) is not None


def _is_invitation(line: str) -> bool:
    is_short = len(line) <= _MAXIMUM_INVITATION_CHARACTERS
    if not is_short or not _INVITATION.fullmatch(line) or NEWS_REPORT.search(line):
        return False
    if is_statement(line) and not _OFFERED.search(line, 1):  # not in its first word, which may be "update"
        return False
    return bool(_CHANNEL.search(line) and _ADDRESS.search(line))
