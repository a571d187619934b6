"""The labels of the facts beside a story, by language: of dates, authors, outlets, reading times."""

import re

COUNTS = re.compile(  # of minutes, of readers and of comments
    r"(?:(?:estimated )?reading time|waktu (?:mem)?baca|lesezeit|lesedauer|temps de lecture"
    r"|tiempo de lectura|tempo d[ei] (?:leitura|lettura)|okuma süresi|время чтения|thời gian đọc"
    r"|مدة القراءة|読了時間)"
    r"\s?[:：]?\s?(?:約|ca\.? )?\d{1,3} ?(?:menit|min(?:ut[eo])?s?|minut(?:en|i)|dk|dakika|мин"
    r"|phút|دقائق|دقيقة|分)"
    r"(?!\w)\.?"
    r"|\b\d{1,3} (?:min(?:ute)?s?\.? (?:read|de (?:lectura|leitura|lecture)|di lettura|lesezeit)"
    r"|menit(?: waktu)? (?:mem)?baca|dk okuma)\b"
    r"|約?\d{1,3}分で読めます|(?:阅读|閱讀)(?:约|約|时间|時間)?\s?\d{1,3}\s?分[钟鐘]"
    r"|\b(?:dibaca|dilihat)\s?:?\s?(?:sebanyak )?\d[\d.,]{0,12}(?: ?kali|x\b)?"
    r"|(?<![\w.,])\d[\d.,]{0,12} ?(?:kali dibaca|views?|dilihat|komentar|comments?)\b",
    re.IGNORECASE,
)
DATE_LABEL = re.compile(
    r"(?<!\w)(?:(?P<updated_at>(?:terakhir )?(?:diperbarui|diubah|dikemas ?kini)(?: pada)?"
    r"|(?:last )?update[ds]?(?: on)?|last modified(?: on)?|mis à jour(?: le)?|modifié(?: le)?"
    r"|(?:zuletzt )?(?:aktualisiert|geändert)(?: am)?|actualizad[oa](?: (?:el|a))?|atualizad[oa](?: em)?"
    r"|aggiornato(?: il)?|modificato(?: il)?|bijgewerkt(?: op)?|uppdatera[dt]|opdateret|oppdatert"
    r"|(?:ostatnia )?aktualizacja|zaktualizowano|aktualizováno"
    r"|обновлен[оа]|оновлено|(?:son )?güncel(?:leme|lenme)(?: tarihi)?|अपडेट(?:ेड)?|আপডেট"
    r"|最終更新日?|更新(?:日時?|時間|时间)?|수정|cập nhật(?: lúc| ngày)?|(?:อัปเดต|ปรับปรุง|แก้ไข)(?:ล่าสุด)?"
    r"|آخر تحديث|تحديث)"
    r"|(?:diterbitkan|dipublikasikan|terbit|(?:first )?published|posted|publié|publicado|veröffentlicht"
    r"|released|erschienen|eingestellt|pubblicato|gepubliceerd|geplaatst|publicera[dt]|publisert|publiceret"
    r"|julkaistu|опубликовано|опубліковано|opublikowano|publikováno|dibuat|ditulis|dirilis|diposting"
    r"|diunggah|created|written|uploaded|inilathala|nai-?post)"
    r"(?: on| le| am| pada| el| em| il| op| den| noong)?"
    r"|giriş|yay[ıi]n(?:lanma)?(?: tarihi)?|oluşturulma(?: tarihi)?|eklenme(?: tarihi)?"
    r"|(?:(?:tanggal|tgl\.?|waktu) )?(?:tayang|rilis|terbit|publikasi|posting)|tanggal|tgl\.?|tarikh"
    r"|(?:publication )?date(?: de publication)?|datum|stand|fecha(?: de publicación)?"
    r"|data(?: di pubblicazione| de publicação| publikacji|(?=\s?:))"
    r"|تاريخ النشر|نشر في|نشرت في|发布时间|发表于|發布時間|(?:公開|掲載|投稿|配信)日?時?|เผยแพร่(?:เมื่อ)?"
    r"|פורסם(?: ב)?"
    r"|ngày đăng|đăng (?:ngày|lúc)|(?:기사)?입력|등록|발행|승인|송고시간|प्रकाशित|প্রকাশ(?:িত|ের সময়)?)"
    r"(?!\w)\s?[:：]?\s*",
    re.IGNORECASE,
)
DATE_SUFFIX = re.compile(r"(?:(?P<updated_at>更新)|公開|掲載|配信|发布|發布)$")
# What stands behind such a label happens on that day: "Hari/tanggal: Senin, 16 Juni 2025".
EVENT_LABEL = re.compile(
    r"\W{0,3}(?:hari\s?(?:[/,&]|dan)\s?(?:tanggal|tgl)"
    r"|waktu(?! (?:terbit|tayang|publikasi|rilis|posting|unggah))|jadwal|pelaksanaan|pendaftaran|penutupan"
    r"|batas|tenggat|berlaku|periode|masa|mulai|selesai|kegiatan|acara"
    r"|tanggal (?:acara|kegiatan|pelaksanaan|lahir|mulai)"
    r"|tarikh (?:akhir|tutup|acara|majlis)|deadline|when|event|schedule|starts?|ends?|opens?|closes?|valid"
    r"|due|date (?:and|&) time|date of (?:birth|event)|wann|termin|beginn|frist|cuándo|fecha y hora|plazo"
    r"|quand|quando|data e (?:hora|ora)|когда|日時|日程|期間|締切|时间|時間|일시|thời gian(?! đăng)|الموعد)"
    r"\b(?:[ /&][\w/&]{1,20}){0,3}\s?[:：]",
    re.IGNORECASE,
)
_RELATIVE_TIME = re.compile(
    r"\W{0,3}(?:(?:last )?(?:updated?|published|posted|diperbarui|terbit|tayang|publié|aktualisiert)\s)?"
    r"(?:(?:\d{1,3}|a|an|se)\s?\w{1,12} (?:ago|(?:yang )?lalu|lepas|trước|назад|тому|önce|fa"
    r"|geleden|sedan|siden)"
    r"|(?:vor|hace|há|il y a|منذ|قبل) \d{1,3} \w{1,12}"
    r"|\d{1,3} ?(?:分钟|分鐘|小时|小時|時間|天|日|分|시간|분|일) ?[前전])"
    r"\W{0,3}",
    re.IGNORECASE,
)
_CLOCK_ALONE = re.compile(
    r"(?:(?:pukul|pkl\.?|jam|um|at)\s)?\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:\s?[ap]\.?m\.?)?(?:\s(?:uhr|[A-Z]{2,5}))?",
    re.IGNORECASE,
)
_MAIL_ADDRESS = re.compile(
    r"(?:e-?mail\s?:\s?)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}", re.IGNORECASE
)

AUTHOR_LABELS = (
    r"pewarta|reporter|rep|penulis(?: (?:dan|&) editor|/editor)?|wartawan|jurnalis|kontributor|laporan|author"
    r"|reported by|written by|story by|words by|haber|muhabir|teks (?:dan|&) foto"
    r"|propos recueillis par"
    r"|byline|dilaporkan oleh|isinulat ni|tác giả|автор|текст|ผู้เขียน|โดย|लेखक|द्वारा|글|文|取材・文"
    r"|記者|记者|作者|撰文|מאת|autor(?:en|in)?|auteurs?|authors|teks|text|texto|tekst|redacción|بقلم|كتبت?"
)
EDITOR_LABELS = (
    r"editor|redaktur(?: pelaksana)?|red|penyunting|edited by|责任编辑|責任編輯|责编|编辑|編集|المحرر"
)
OUTLET_LABELS = r"sumber|source|quelle|fuente|fonte|источник|kaynak|nguồn|출처|来源|來源|出典|المصدر"
# Persons who are neither the author nor the editor.
OTHER_ROLES = (
    r"translators?|translated by|penerjemah|diterjemahkan oleh|alih bahasa|uploader|pengunggah"
    r"|fotografer|photographers?|juru foto|videografer|desain(?:er)? grafis|übersetzung|traducción"
    r"|traduction|翻译|翻譯|校对|校對"
)


def is_relative_time(line: str) -> bool:
    """Whether a line says nothing but how long ago a page was written, such as "3 jam yang lalu"."""
    return _RELATIVE_TIME.fullmatch(line) is not None


def is_clock(line: str) -> bool:
    """Whether a line is nothing but a time of day."""
    return _CLOCK_ALONE.fullmatch(line) is not None


def is_mail_address(line: str) -> bool:
    """Whether a line is nothing but a mail address."""
    return _MAIL_ADDRESS.fullmatch(line) is not None
