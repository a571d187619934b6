"""Cleans what pages state: authors without labels and addresses, and titles without outlets."""

import re
from collections.abc import Iterable, Sequence

from rag.reading.dates import find_date, is_weekday

# What stands before an author's name, in the languages of the world's press.
WROTE_BY = (
    r"(?:ditulis|diposting|diposkan|dipublikasikan|diterbitkan|dilaporkan|diunggah) oleh"
    r"|(?:reported|reporting|written|story|words|posted|published|created|submitted) by"
    r"|(?:geschrieben|verfasst|veröffentlicht|eingestellt|gespeichert|erstellt|ein beitrag|text|interview"
    r"|autor) von|(?:publié|écrit|rédigé|posté|texte) par|(?:publicado|escrito|texto|postado) por"
    r"|(?:scritto|pubblicato|postato) da|(?:geschreven|geplaatst|tekst) door|isinulat n(?:i|ina)"
)
_ROLES = (
    r"pewarta|reporter|rep|penulis|wartawan|jurnalis|kontributor|laporan|teks(?: (?:dan|&) foto)?|text"
    r"|texte|tekst"
    r"|redaktion|haber|muhabir|propos recueillis par"
    r"|author(?:s|\(s\))?|autor(?:en|in|:in|es|s)?|auteur(?:s|\(s\))?|texto|redacción"
    r"|words|tác giả|автор|текст|ผู้เขียน|लेखक|बाय|بقلم|كتبت?|מאת"
)
# "By" on Filipino pages. Balinese women are called "Ni Luh", "Ni Made", and "Nina" is a name as well.
FILIPINO_BY = (
    r"(?:(?-i:ni)|(?-i:N[Ii])(?!\s(?:ayu|desak|dewa|gede|gusti|kadek|ketut|komang|kompiang|luh|lu?h|made|nengah"
    r"|nyoman|pande|putu|rai|sayu|wayan)\b)|(?-i:nina)|(?-i:Nina)(?=\s[^,]{1,60}\sat\s))"
)
_LABEL = re.compile(
    rf"^(?:(?:{_ROLES}|{WROTE_BY}|oleh|by|von|par|por|door|di)\s?[:：]\s?|كتبت? [-–] "
    r"|laporan (?:wartawan )?[^,:]{2,40},\s"
    rf"|{FILIPINO_BY}\s(?=\S+\s\S)|(?:द्वारा|كتبت?|מאת)\s(?=\S+\s\S)|โดย\s?"
    rf"|(?:{WROTE_BY}|oleh|by|vom|von|par|por)\s+(?=\S)"
    r"|(?:autor(?:en|in)?|author|penulis|pewarta|jurnalis|wartawan|follow|ikuti|[\w-]{0,30}(?:expert(?:e|in)"
    r"|redakteur(?:in)?|korrespondent(?:in)?|reporter(?:in)?))\s+(?=\S+\s\S)"
    r"|(?:(?:本报|本報|\w{2,4}社)?(?:記者|记者)|作者|著者|撰文)\s?[:：／/・]?\s?|(?:取材・)?文\s?[:：／/＝=・]\s?|글\s"
    r"|(?-i:di\s+(?=[A-Z]\S+\s[A-Z])"
    r"|(?:By|Oleh|Von|Par|Por)(?=[A-Z][a-z])))",  # an element of its own, without a space
    re.IGNORECASE,
)
# A label within a short line, with the names up to a separator, a date or the end.
_LABELLED_NAMES = re.compile(
    rf"(?:^|[\s|•·,/–—-])(?:(?:{_ROLES})\s?[:：]\s?|(?:{WROTE_BY}|oleh|by|von|par)\s?:?\s)"
    r"(?P<names>[^|•·@()–—:：]{2,80}?)(?=\s?(?:$|[|•·@()–—]|//|\s-\s|\s\d"
    r"|,?\s(?:am|on|at|um|in|le|el|pada|datum|date|tanggal|foto|photo|veröffentlicht|published|diterbitkan|tayang)\b"
    r"|\.\s(?:photo(?:graph)?s?|pictures?|fotos?|illustrations?)\b))",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(
    r"(?:(?<!\s)\s++)?[,;/／、،]\s*+(?:(?:&|dan|and|und|et)\s++)?"
    r"|(?<!\s)\s++(?:&|dan|and|with|und|et|avec|y|e|en|och|og|ve|và|以及|和)\s++",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"@|https?:|www\.|^\d|\s\d|^(?:admin|administrator|author|penulis|redaksi|unknown|guest|editor|home|beranda|m"
    r"enu|login"
    r"|masuk|follow|ikuti|subscribe|share|bagikan|none|null|n/?a|undefined|user|staff|anonymous|news|berita"
    r"|no author|author|von|by|oleh|par|por|mehr|more|autor|text|foto|photo|team|profile?|alle?|menü|search"
    r"|cari|pencarian|kategori|kontak|contact|index|indeks|terpopuler|terkini|trending|video|tags?|selengkapnya)$"
    r"|^(?:fotos?|photos?|gambar|ilustrasi|grafis|infografis|video)\s?[:：]|(?:報導|报道|報道)$"
    r"|\b(?:modified|updated|published|posted|shares?|comments?|views?|minutes?|reading|subscribe)\b"
    r"|^(?:follow|share|save|print|ikuti|bagikan){2,4}$"
    r"|^(?:更新|公開|投稿|掲載|发布|發布)"
    r"|wordpress|blogger\.com|blogspot|^(?:mehr|more|alle|all|about|tentang|über|zur|view|lihat|zeige) ",
    re.IGNORECASE,
)
_CORPORATE = re.compile(
    r"\b(?:media|news|newsroom|redaksi|team|(?-i:tim)|staff|desk|bureau|press|agency|kantor berita|pt|tbk|inc"
    r"|llc|ltd|gmbh"
    r"|corp|corporation|group|network|company|daily|times|post|tv|radio|online|digital|cyber|editor(?:ial|s)?"
    r"|admin|redacción|redação|redazione|rédaction|jurnal|portal|koran|harian|majalah|foundation|institute|kementerian|dinas|university)\b"
    # "Tim" is a first name too: "Tim Redaksi" writes together, "Tim Smith" alone.
    r"|^tim$|\btim (?:ahli|berita|cek|data|detik|digital|dokumentasi|editor|fakta|humas|info|investigasi"
    r"|jurnalis|kami|komunikasi|konten|kreatif|liputan|media|news|olahraga|pakar|peliput|pemberitaan|peneliti"
    r"|penulis|penyusun|produksi|publikasi|pusat|redaksi|riset|sosial|tempo|visual|warta|web)"
    r"|\btim (?-i:[A-Z]{2,}|[a-z]|\w*\d)"
    # The end of a domain, not of a degree such as "S.Kom".
    r"|(?<=[\w-][\w-])\.\w{2,4}$",
    re.IGNORECASE,
)
_CHINESE_OR_JAPANESE_OUTLET = re.compile(
    r"(?:通信|通讯|通訊|新聞|新闻|中央)社$|[報报]$|[网網]$|[電电][視视]台$|新聞$|編集部$"
)
# What stands behind a name, or in its place beside one.
_ROLE_BEHIND = re.compile(r"\s(?:contributor|kontributor|reporter)$|\s?(?:기자|記者|记者)$", re.IGNORECASE)
_NAME_AND_ROLE = re.compile(
    r"(?P<name>[^\n,•·|]{5,60}?)\s?[\n,•·|–—-]\s?(?:[\w&'’-]{2,20} ){0,4}"
    r"(?:correspondent|reporter|journalist|columnist|jurnalis|wartawan|kontributor|kolumnis|redakteur(?:in)?"
    r"|korrespondent(?:in)?)(?: (?:in|at|di) \w{3,20})?",
    re.IGNORECASE,
)
_ROLE_BEHIND_NAME = re.compile(
    r"\s(?:contributor|reporter|correspondent|journalist|columnist|editor)$", re.IGNORECASE
)
_ROLE = re.compile(
    r"\b(?:writers?|reporters?|correspondents?|journalists?|jurnalis|wartawan|kontributor|pengamat|dosen"
    r"|associated press|agencies)\b"
    r"|^(?:(?:[SM]|Sp|A\.?Md)\.[A-Z]\w{0,4}(?:\.I)?|Ph\.?D|Lc|S\.?H|M\.?H|MBA|S\.?T|M\.?M)$",
    re.IGNORECASE,
)
_MAXIMUM_NAME_CHARACTERS = 60
_MAXIMUM_BYLINE_CHARACTERS = 300
_MAXIMUM_TITLE_CHARACTERS = 500
_MAXIMUM_NAME_WORDS = 6
_MAXIMUM_LINE_CHARACTERS = 160
_PARTICLES = frozenset(
    [
        "bin",
        "binti",
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "el",
        "al",
        "ibn",
        "al-",
        "ter",
        "ten",
        "la",
        "le",
        "y",
    ]
)
# What stands in lower case before a name in Indonesia.
_TITLE_BEFORE = re.compile(r"(?:(?:apt|dr|drg|drh|drs|ir|ns)\.\s){1,3}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff.'’\-])*")
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_ACRONYM_OF_OUTLET = re.compile(r"\b[A-Z]{3,5}\b|^(?:[A-Z]{2}|[A-Za-z]\d)$")  # AFP, CNN Indonesia, g1
_PSEUDONYM = re.compile(r"[^\W\d_][\w.-]{1,29}")
_SPACELESS_NAME = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3・]{2,8}")
_CHINESE_OR_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_DOMAIN = re.compile(r"(?:www\.)?([\w-]+)(?:\.[\w-]{2,})+", re.IGNORECASE)
_OTHER_CREDIT = re.compile(
    r"\.\s(?:photo(?:graph)?s?|pictures?|fotos?|illustrations?)(?:\s?:|\s(?:by|oleh|von)\s).*"
    r"|,?\s(?:photos?|fotos?|bild(?:er)?)\s?:.*",
    re.IGNORECASE,
)
# Where the author was: "By Sari Wulandari in Melati".
_IN_PLACE = re.compile(
    r"(?<=[^\W\d_])\s(?:in|en|à|di)\s[A-Z][\w'’-]{2,20}(?:\s[A-Z][\w'’-]{1,20}){0,2}(?:\s(?:and|y|et)\s.{1,20})?$"
)
_BRACKETS = re.compile(rf"(?:(?<!\s)\s++)?[(\[][^()\[\]\n]{{0,{_MAXIMUM_BYLINE_CHARACTERS}}}+[)\]]")
_BEHIND_DASH = re.compile(r"(?<!\s)\s++(?:[-–—]\s++|for (?:the |The )?[A-Z]).*")
_TITLE_SEPARATOR = re.compile(
    r"(?:(?<!\s)|(?<=[|｜]\s))\s++[-–—|·•»«~/:]++\s++|\s?[|｜]\s?"
    rf"|[_＿](?=[^_]{{0,{_MAXIMUM_TITLE_CHARACTERS}}}$)"
)
_OUTLET_FIRST = re.compile(r"^(?:([^:]{2,40}):\s+|[\[【]([^\[\]【】]{2,40})[\]】]\s{0,3})")
# The outlet in brackets, or without spaces before it as in Chinese and Japanese titles.
_OUTLET_LAST = re.compile(r"(?:\s[(\[]|[（【：]|[-–—]{1,2})([^()\[\]（）【】：–—-]{2,40})[)\]）】]?$")
_DASH = re.compile(r"[-–—~/:]")  # between words, where bars are between a title and its outlet
_PAGE_NUMBER = re.compile(
    r"\s[-–—|]\s(?:halaman|page|hal)\.?\s(?:\d{1,3}|all)\b|\shalaman all(?=\s[-–—|]\s|$)", re.IGNORECASE
)
_SECTION_LAST = re.compile(r"[_＿][\u3400-\u9fff]{2,8}$")  # 新图书馆开放_新闻频道
_PRINTED = re.compile(r"^(?:print|cetak|versi cetak|print version)\s[-–—|]\s", re.IGNORECASE)
# What follows an outlet's name in the name of its section or edition: "Tempo Bisnis", "CNN Indonesia".
_SECTIONS = (
    r"(?:com|co|id|my|net|online|digital|portal|situs|web|tv|radio|news|berita|terkini|terbaru|hari|ini|info"
    r"|bisnis|business|ekonomi|economy|finance|keuangan|money|market|nasional|national|regional|daerah|lokal"
    r"|local|dunia|world|global|internasional|international|politik|politics|hukum|kriminal|metro|megapolitan"
    r"|olahraga|sports?|bola|football|hiburan|entertainment|showbiz|hot|gaya|hidup|life|style|lifestyle"
    r"|kesehatan|health|sehat|sains|science|tekno|teknologi|tech|technology|inet|otomotif|oto|travel|wisata"
    r"|food|kuliner|pendidikan|edu|edukasi|opini|opinion|kolom|foto|photo|video|cek|fakta|wolipop|haji|islami"
    r"|syariah|indonesia|malaysia|singapore|philippines|asia|america|africa|europe|australia|usa|us|uk|arabic"
    r"|jawa|barat|tengah|timur|utara|selatan|sumatera|jakarta|bandung|surabaya|medan|bali|jogja|english"
    r"|wirtschaft|kultur|panorama|wissen|noticias|mundo|deportes|economía|economia|esportes"
    r"|actualité|économie|monde|haber|spor|新闻|新聞|网|網|中文网|ニュース|オンライン|뉴스){1,4}"
)
_SECTION_BEHIND = re.compile(_SECTIONS)
_MINIMUM_OUTLET_CHARACTERS = 5  # of a name that a longer one may end with
_MAXIMUM_OUTLET_CHARACTERS = 50


def author_names(value: str, *, outlet: str | None = None) -> list[str]:
    """Return the names of persons or bodies in a byline, without labels, addresses, numbers and dates.

    >>> author_names("Oleh Sari Wulandari dan Raka Wijaya")
    ['Sari Wulandari', 'Raka Wijaya']
    >>> author_names("BySari Wulandari (Medan, biro Sumatra)")
    ['Sari Wulandari']
    >>> author_names("s.wulandari@warta.example")
    []
    """
    value = _LABEL.sub("", " ".join(value[:_MAXIMUM_BYLINE_CHARACTERS].split())).split("|")[0]
    value = _OTHER_CREDIT.sub("", value)
    if value.startswith(("http:", "https:", "www.")):
        return []
    value = _IN_PLACE.sub("", _BRACKETS.sub("", value))
    parts = [_BEHIND_DASH.sub("", part) for part in _BETWEEN_NAMES.split(value)]
    cut = (_ROLE_BEHIND.sub("", _LABEL.sub("", part).strip(" .,:;-–—|•*)")) for part in _without_roles(parts))
    names = list(dict.fromkeys(name for name in cut if _is_author(name, outlet)))
    persons = list(filter(is_person, names))
    is_shouted = all(map(str.isupper, persons))
    return [name for name in names if not (persons and _is_beside_person(name, is_shouted=is_shouted))]


def _without_roles(parts: Sequence[str]) -> list[str]:
    """Leave out what the person before is: "Local Democracy Reporter" behind a name and a comma."""
    roles = [_ROLE_BEHIND_NAME.search(part) is not None for part in parts]
    return [part for place, part in enumerate(parts) if not (place and roles[place] and not roles[place - 1])]


def without_label(byline: str) -> str:
    """Return a byline without the label in front of the names.

    >>> without_label("Oleh: Sari Wulandari"), without_label("Sari Wulandari (Medan)")
    ('Sari Wulandari', 'Sari Wulandari (Medan)')
    """
    return _LABEL.sub("", byline[:_MAXIMUM_BYLINE_CHARACTERS]) + byline[_MAXIMUM_BYLINE_CHARACTERS:]


def _is_author(name: str, outlet: str | None) -> bool:
    is_short = len(name) <= _MAXIMUM_NAME_CHARACTERS and len(name.split()) <= _MAXIMUM_NAME_WORDS
    if not name or not is_short or _NOT_A_NAME.search(name) or is_weekday(name) or find_date(name):
        return False
    return not (outlet and squashed(name) == squashed(outlet))


def _is_beside_person(name: str, *, is_shouted: bool) -> bool:
    """Whether a text beside a person's name is that person's employer, role or degree."""
    if is_person(name):
        return False
    is_acronym = not is_shouted and _ACRONYM_OF_OUTLET.search(name) is not None
    return is_acronym or is_corporate(name) or _ROLE.search(name) is not None


def is_corporate(name: str) -> bool:
    """Whether a name is that of a company or a desk, not of a person."""
    return _CORPORATE.search(name) is not None or _CHINESE_OR_JAPANESE_OUTLET.search(name) is not None


def is_person(name: str) -> bool:
    """Whether a text has the shape of a person's name: a few capitalised words, or a few signs of a script.

    >>> is_person("Sari Wulandari"), is_person("Harga cabai turun"), is_person("佐藤花子")
    (True, False, True)
    """
    words = _TITLE_BEFORE.sub("", name, count=1).split()
    if is_corporate(name):
        return False
    if _SPACELESS_NAME.fullmatch(name.replace(" ", "")):
        return True
    if not 2 <= len(words) <= 5:
        return False
    is_shouted = name.isupper()
    return all(
        _WORD.fullmatch(word)
        and (not word[0].islower() or word.lower() in _PARTICLES)
        and (is_shouted or not _ACRONYM.fullmatch(word))
        for word in words
    )


def is_pseudonym(name: str) -> bool:
    """Whether a text has the shape of a first name or of a user's name: one word, perhaps with figures.

    >>> is_pseudonym("Robert"), is_pseudonym("freeman1984"), is_pseudonym("4512")
    (True, True, False)
    """
    if _CHINESE_OR_JAPANESE.search(name) and not _SPACELESS_NAME.fullmatch(name):
        return False  # a headline has no spaces either
    return _PSEUDONYM.fullmatch(name) is not None and not is_corporate(name) and not _NOT_A_NAME.search(name)


def names_in_line(line: str) -> list[str]:
    """Return the labelled names in a short line that states more than the names.

    >>> names_in_line("22. Januar 2020 | Autor: Sari Wulandari | Kota")
    ['Sari Wulandari']
    >>> names_in_line("Gespeichert von rahma77 am 24. Juli 2017 - 18:55")
    ['rahma77']
    """
    if len(line) > _MAXIMUM_LINE_CHARACTERS:
        return []
    for match in _LABELLED_NAMES.finditer(line):
        names = [name for name in author_names(match["names"]) if is_person(name) or is_pseudonym(name)]
        if names:
            return names
    return []


def names_with_role(text: str) -> list[str]:
    r"""Return the name in a text that consists of a person's name and a role.

    >>> names_with_role("Sari Wulandari\nEducation correspondent"), names_with_role("Raka Wijaya • Jurnalis")
    (['Sari Wulandari'], ['Raka Wijaya'])
    """
    match = _NAME_AND_ROLE.fullmatch(text.strip())
    return [match["name"]] if match and is_person(match["name"]) else []


def joined(names: Sequence[str]) -> str | None:
    """Return the names as one text for display, or None if there is none."""
    return ", ".join(names) or None


def names_section(name: str) -> bool:
    """Whether a word is one in the names of an outlet's sections and editions.

    >>> names_section("Nasional"), names_section("Sari")
    (True, False)
    """
    return _SECTION_BEHIND.fullmatch(name.casefold()) is not None


def squashed(name: str) -> str:
    """Return a name for comparison: without spaces, punctuation, case, `www.` and the end of a domain."""
    domain = _DOMAIN.fullmatch(name.strip())
    return "".join(filter(str.isalnum, domain[1] if domain else name)).casefold()


def is_domain(name: str) -> bool:
    """Whether an outlet's name is only its host's name."""
    return _DOMAIN.fullmatch(name.strip()) is not None


def split_title(title: str, outlets: Iterable[str]) -> tuple[str, str | None]:
    """Return a title without the outlet's name at either end, and that name as the title writes it.

    >>> split_title("Bus listrik Melati | Warta Melati", ["wartamelati.example"])
    ('Bus listrik Melati', 'Warta Melati')
    """
    known = [name for name in map(squashed, outlets) if name]
    if len(title) > _MAXIMUM_TITLE_CHARACTERS:
        return title, None
    title = _PRINTED.sub("", _PAGE_NUMBER.sub("", title))
    first = _OUTLET_FIRST.match(title)
    if first and squashed(first[1] or first[2]) in known:  # "Pertamina Patra Niaga: …" has a subject
        return title[first.end() :], first[1] or first[2]
    separators = list(_TITLE_SEPARATOR.finditer(title))
    # The longest end first: "Judul | Ekonomi | Warta" loses both, and so does "Judul - Warta Regional".
    for separator in separators:
        rest = [part.strip() for part in _TITLE_SEPARATOR.split(title[separator.end() :])]
        named = next((part for part in rest if _names_outlet(part, known, behind=separator[0])), None)
        named = named or _outlet_at_end(rest[-1], known)
        others = [part for part in rest if named and named not in part]
        is_end = len(rest) <= 3 and all(map(_is_short_name, others))
        if named and title[: separator.start()].strip() and is_end:
            return _SECTION_LAST.sub("", title[: separator.start()].strip()), named
    for separator in separators[:1]:
        head = title[: separator.start()].strip()
        is_bar = _DASH.search(separator[0]) is None
        if (
            _names_outlet(head, known, behind=separator[0] if is_bar else "")
            and title[separator.end() :].strip()
        ):
            return _PRINTED.sub("", title[separator.end() :].strip()), head
    last = _OUTLET_LAST.search(title)
    if last and last.start() and squashed(last[1]) in known:
        return title[: last.start()].rstrip(), last[1].strip()
    return title, None


def _outlet_at_end(part: str, known: Sequence[str]) -> str | None:
    """Return the outlet's name with which a part of a title ends, behind the name of a section."""
    words = part.split() if len(part) <= _MAXIMUM_OUTLET_CHARACTERS else []
    ends = (" ".join(words[place:]) for place in range(len(words)))
    return next(
        (end for end in ends if len(end) >= _MINIMUM_OUTLET_CHARACTERS and squashed(end) in known), None
    )


def _is_short_name(part: str) -> bool:
    """Whether a part of a title may be the name of a section or of a site."""
    return len(part.split()) <= _MAXIMUM_NAME_WORDS and not any(map(str.isdigit, part))


def _names_outlet(part: str, known: Sequence[str], *, behind: str = "") -> bool:
    """Whether a part of a title is an outlet's name, perhaps followed by a section, or its host's name.

    Beside a bar it may be any longer name, behind a dash one whose words begin with capitals: "Microsoft
    Azure", but not "Tempo dulu dan kini".
    """
    text = squashed(part)
    is_short = len(part) < _MAXIMUM_OUTLET_CHARACTERS
    longer = (name for name in known if is_short and len(name) > 3 and text.startswith(name))
    is_name = not (_DASH.search(behind) and any(word[0].islower() for word in part.split()[1:]))
    is_name = is_name and behind != ""
    return text in known or any(is_name or _SECTION_BEHIND.fullmatch(text, len(name)) for name in longer)


def share_of_words(one: str, other: str) -> float:
    """Return the share of the shorter text's words that the other text has.

    >>> share_of_words("Bus listrik Melati", "Jadwal bus listrik Melati 2025")
    1.0
    """
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    shorter = min(len(first), len(second))
    if shorter and not any(map(str.isspace, one.strip())) and not one.isascii():
        first, second = set(one), set(other)
        shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0
