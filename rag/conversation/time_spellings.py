"""Rewrites times as people type them into the forms that `find_times` knows.

These are the spellings of chats ("2 thn yg lalu", "'23"), of Javanese, Sundanese and Filipino, weekdays of
another week, and years in Chinese characters. `find_times` knows the English words in any language.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from rag.conversation.more_time_spellings import (
    LAST_HOURS,
    LAST_HOURS_WITHOUT_SPACES,
    MORE_SPELLINGS,
)
from rag.conversation.seasons import SEASONS, SEASONS_WITHOUT_SPACES
from rag.verification.facts.digits import han_value
from rag.verification.facts.time_forms import SPACED

# What a match is replaced with: a template, or a function of the match and today.
_Usual = str | Callable[[re.Match[str], date], str]

_UNIT = "tahun|thn|th|bulan|bln|minggu|pekan|mgg|hari"
_DAYS = "senin|selasa|rabu|kamis|jumat|sabtu"
_WEEKDAYS = (*_DAYS.split("|"), "minggu")
_MONTHS = ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober",
           "november", "desember")  # fmt: skip
# Feasts and seasons, which are on other days each year. "Lebaran kemarin" is the last one, and no yesterday.
_FEASTS = (
    "lebaran|idul ?fitri|idul ?adha|bulan puasa|puasa|ramad[h]?an|natal|imlek|nyepi|waisak|mudik|tahun baru"
    "|pemilu|pilkada|pilpres|raya"
)
# A number that stands behind one of these is the number of a thing.
_NUMBERED_THINGS = (
    "room|flight|windows|gate|route|ruang(?:an)?|kamar|jam|pukul|jalur|rute|penerbangan|kode pos|pin|halaman"
    "|page|zimmer|vuelo|vol|habitación|chambre|sala|hp|telp|telepon"
)
_LAWS = (
    "uu|pp|perpres|perppu|perda|pergub|permen\\w{0,12}|kepmen\\w{0,12}|keppres|inpres|pmk|pojk|undang-undang"
)
# Before these, a weekend is open at one end.
_NO_CUE = r"(?<!sejak )(?<!since )(?<!desde )(?<!depuis )(?<!seit )(?<!sebelum )(?<!before )"
_WEEKEND = "akhir pekan|akhir minggu|hujung minggu|weekend"
_LAST_WEEKEND = (
    rf"(?:{_WEEKEND}) (?:yang )?(?:lalu|lepas|kemarin|kemaren)|(?:the )?last weekend|cuối tuần trước"
    r"|(?:el |la )?(?:fin de semana|finde) pasado|(?:o |no )?fim de semana passado|vorig weekend"
    r"|(?:le )?week-?end dernier|(?:am )?letzte[sn]? wochenende|scorso (?:weekend|fine settimana)"
    r"|(?:на |в )?прошл(?:ые|ых) выходны[ех]"
)
_THIS_WEEKEND = (
    rf"(?:{_WEEKEND}) (?:ini|ni|nih)|this weekend|este (?:fin de semana|finde)|n?este fim de semana"
    r"|ce week-?end|(?:am |an )?diese[sm] wochenende|dit weekend|questo (?:weekend|fine settimana)"
    r"|cuối tuần này|(?:на |в )?эт(?:и|их) выходны[ех]"
)
_DAY_AFTER_TOMORROW = (
    "(?:the )?day after tomorrow|pasado ma[nñ]ana|depois de amanh[ãa]|après-demain|übermorgen|dopodomani"
    "|overmorgen|послезавтра|післязавтра|pojutrze|öbür gün|samakalawa|بعد غد|ngày (?:kia|mốt)"
)
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HAN_DAYS = "一二三四五六日"
_KANJI_DAYS = "月火水木金土日"
_COUNTS = {"se": 1, "isang": 1, "dalawang": 2, "tatlong": 3, "apat na": 4, "limang": 5, "satu": 1, "dua": 2,
           "tiga": 3, "empat": 4, "lima": 5, "one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5,
           "tilu": 3, "opat": 4, "rong": 2, "telung": 3, "patang": 4}  # fmt: skip
_HOURS_OF_DAY = 24
_QUARTER = 3
_HALF = 6
_NAMED_AFTER_DAYS = "jalan|jl|jln|stadion|lapangan|universitas|univ|gelora|monumen|pasar"
_MONTHS_OF_RUSSIAN = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"


def _short_year(match: re.Match[str], now: date) -> str:
    """Return "2023" for "'23", and "1998" for "'98"."""
    year = 2000 + int(match["year"])
    return f"{year if year <= now.year + 1 else year - 100}{match['behind'] or ''}"


def _in_digits(match: re.Match[str], _: date) -> str:
    """Return "2023年" for "二〇二三年", and "12月" for "十二月"."""
    return f"{han_value(match['number']):.0f}{match['unit']}"


def _day_of_week(names: str, *, weeks: int) -> Callable[[re.Match[str], date], str]:
    """Return what writes the day of a week, `weeks` from this one, whose name begins like one of `names`."""

    def day(match: re.Match[str], now: date) -> str:
        place = names.index(match["day"].replace("天", "日"))
        return (now + timedelta(days=place - now.weekday(), weeks=weeks)).isoformat()

    return day


def _last_day(names: str | tuple[str, ...]) -> Callable[[re.Match[str], date], str]:
    """Return what writes the last day before today whose name begins like one of `names`."""

    def day(match: re.Match[str], now: date) -> str:
        place = names.index(match["day"].replace("天", "日"))
        return (now - timedelta(days=(now.weekday() - place) % 7 or 7)).isoformat()

    return day


def _day_of_last_month(match: re.Match[str], now: date) -> str:
    last = now.replace(day=1) - timedelta(days=1)
    return f"{match['day']} {_MONTHS[last.month - 1]} {last.year}"


def _last_sunday(_: re.Match[str], now: date) -> str:
    return (now - timedelta(days=now.weekday() + 1)).isoformat()


def _weekend(*, weeks: int) -> Callable[[re.Match[str], date], str]:
    """Return what writes the Saturday and the Sunday of a week, `weeks` from this one."""

    def days(_: re.Match[str], now: date) -> str:
        saturday = now + timedelta(days=5 - now.weekday(), weeks=weeks)
        return f"{saturday.isoformat()} {(saturday + timedelta(days=1)).isoformat()}"

    return days


def _last_saturday(_: re.Match[str], now: date) -> str:
    return (now - timedelta(days=(now.weekday() - 5) % 7 or 7)).isoformat()


def _this_saturday(_: re.Match[str], now: date) -> str:
    return (now + timedelta(days=5 - now.weekday())).isoformat()


def _coming_day(match: re.Match[str], now: date) -> str:
    """Return the next day after today with the name of the match: "Rabu depan"."""
    place = _WEEKDAYS.index(match["day"])
    return (now + timedelta(days=(place - now.weekday()) % 7 or 7)).isoformat()


def _in_two_days(_: re.Match[str], now: date) -> str:
    return (now + timedelta(days=2)).isoformat()


def _coming_month(match: re.Match[str], now: date) -> str:
    """Return "desember 2025" for "desember nanti", and "maret 2026" for "maret nanti" in August."""
    number = _MONTHS.index(match["month"]) + 1
    return f"{match['month']} {now.year + (number < now.month)}"


def _ago(match: re.Match[str], _: date) -> str:
    unit = {"taon": "years", "buwan": "months", "linggo": "weeks", "araw": "days"}[match["unit"]]
    return f"{_COUNTS.get(match['count'], match['count'])} {unit} ago"


def _counted(match: re.Match[str], _: date) -> str:
    return f"{_COUNTS[match['count']]} {match['unit']}"


def _numbered(match: re.Match[str], _: date) -> str:
    return f"{match['part']} {_COUNTS[match['count']]}"


def _last_days(match: re.Match[str], _: date) -> str:
    """Return "past 2 days" for "48 jam terakhir"."""
    hours = int(match["before"] or match["behind"])
    return f"past {-(-hours // _HOURS_OF_DAY)} days"


def _last_part_of_year(length: int) -> Callable[[re.Match[str], date], str]:
    """Return what writes the quarter or half of a year before the present one, of a `length` in months."""

    def part(_: re.Match[str], now: date) -> str:
        number = (now.month - 1) // length
        year, number = (now.year, number) if number else (now.year - 1, 12 // length)
        return f"{'q' if length == _QUARTER else 'h'}{number} {year}"

    return part


_LISTED: tuple[tuple[str, _Usual], ...] = (
    # Chats
    (r"(?<=\w )yg(?= (?:lalu|lepas|silam|akan))", "yang"),
    (r"km(?:a?r|ar?)[ei]?n", "kemarin"),
    (rf"(?P<unit>{_UNIT}|pagi|malam) (?:ni|nih)", r"\g<unit> ini"),
    (rf"(?P<unit>{_UNIT}) kmr[ei]?n", r"\g<unit> kemarin"),
    (r"(?<=\d )hr(?= (?:yang )?(?:lalu|lepas|silam|terakhir))", "hari"),
    (rf"(?P<unit>{_UNIT}) (?:dpn|dpan)", r"\g<unit> depan"),
    (rf"(?P<unit>{_UNIT}) (?:lps|lpas)", r"\g<unit> lepas"),
    (r"hri?(?= ini)", "hari"),
    (r"(?:kemarin|kemaren) (?:lusa|dulu)", "2 hari lalu"),
    (r"se(?P<unit>tahun|bulan|minggu|pekan) ini", r"se\g<unit> terakhir"),
    (r"(?:nanti|ntar|entar) (?:malam|mlm|sore|siang)", "hari ini"),
    (r"malam tadi", "tadi malam"),
    (r"tadi (?:pagi|siang|sore|petang)|(?:pagi|siang|sore|petang|tengah hari) tadi", "hari ini"),
    (r"(?<=sejak )awal tahun(?! (?:lalu|ini|depan|kemarin|\d))", "awal tahun ini"),
    (r"(?:tanggal|tgl) (?P<day>\d\d?) bulan (?:lalu|kemarin|kmrn|kemaren|lepas)", _day_of_last_month),
    (r"pasca(?= (?:19|20)\d\d)", "setelah"),
    (LAST_HOURS, _last_days),
    (r"bsk", "besok"),
    (r"(?<=\w )terahir", "terakhir"),
    (r"sblm(?= )", "sebelum"),
    (r"stlh(?= )", "setelah"),
    (r"sjk(?= )", "sejak"),
    (_DAY_AFTER_TOMORROW, _in_two_days),
    (r"tmrw|tmr|tomorow|tommorow", "tomorrow"),
    (r"td(?= (?:pagi|siang|sore|malam|mlm))", "tadi"),
    (r"mlm(?= (?:ini|ni|nih))|(?<=tadi )mlm", "malam"),
    (r"sema?lm", "semalam"),
    (r"agst|agust", "agustus"),
    (r"(?:lst|las)(?= (?:yr|year|month|week|night))", "last"),
    (r"'(?P<year>\d\d)(?P<behind>)", _short_year),
    (
        r"(?<=tahun )(?P<year>[4-9]\d)(?P<behind>)(?! (?:tahun|bulan|hari|persen|orang|ribu|juta|%))",
        _short_year,
    ),
    (r"(?<=\w )yrs?", "years"),
    (r"wks", "weeks"),
    (r"(?:a )?couple of(?= (?:years|months|weeks|days))", "two"),
    (r"(?<=[a-z] )(?P<day>\d\d?)(?:st|nd|rd|th)(?! (?:quarter|half))", r"\g<day>"),
    # Feasts, and months of this year or the next
    (rf"(?P<feast>{_FEASTS}) (?:yang )?(?:kemarin|lalu|lepas|kemaren)", r"\g<feast>"),
    (rf"(?<=\d )(?P<month>{'|'.join(_MONTHS)}) (?:yang )?(?:kemarin|kemaren|lalu)", r"\g<month>"),
    (rf"(?P<month>{'|'.join(_MONTHS)}) (?:yang )?(?:kemarin|kemaren|lalu)", r"bulan \g<month>"),
    (rf"(?P<month>{'|'.join(_MONTHS)}) (?:nanti|mendatang|depan)", _coming_month),
    (r"(?:\A|(?<=kalau )|(?<=kalo )|(?<=klo )|(?<=dengan ))mei(?=\W{0,9}$)", "bulan mei"),
    # Laws, phones, places named after a day, and the numbers of things
    (r"(?:\+\d{1,3}|0\d{2,4})(?:[ -]\d{2,5}){1,4}|\d{3}-\d{4}", "___"),
    (rf"(?:{_NAMED_AFTER_DAYS}) \d\d? (?:{'|'.join(_MONTHS)})", "___"),
    (rf"(?P<law>{_LAWS}) (?:no |nomor )?(?P<number>\d{{1,3}})(?: tahun| thn| th)?(?= (?:19|20)\d\d)",
     r"\g<law> nomor \g<number> tahun"),
    (rf"(?P<thing>{_NUMBERED_THINGS})(?= (?:19|20)\d\d)", r"\g<thing> no"),
    # Weekends
    (rf"{_NO_CUE}(?:{_LAST_WEEKEND})", _weekend(weeks=-1)),
    (_THIS_WEEKEND, _weekend(weeks=0)),
    (rf"(?:{_WEEKEND}) depan|next weekend", _weekend(weeks=1)),
    # Weekdays
    (r"jum'at|jumaat|jum at", "jumat"),
    (r"isnin", "senin"),
    (r"khamis", "kamis"),
    (rf"(?P<day>{_DAYS}) (?:kemarin|pekan lalu|minggu lalu)", r"\g<day> lalu"),
    (r"hari (?:minggu|ahad)(?: (?:yang )?(?:lalu|kemarin|lepas|kemaren))?"
     r"(?! (?:depan|besok|nanti|mendatang|hadapan))", _last_sunday),
    (r"malam minggu (?:kemarin|lalu|kemaren)", _last_saturday),
    (r"malam minggu ini", _this_saturday),
    (rf"(?:hari )?(?P<day>{_DAYS}) (?:depan|besok|nanti|mendatang|hadapan)", _coming_day),
    (r"hari (?P<day>minggu) (?:depan|besok|nanti|mendatang|hadapan)", _coming_day),
    (rf"(?<=since )(?:last )?(?P<day>{'|'.join(_ENGLISH_DAYS)})", _last_day(_ENGLISH_DAYS)),
    # Parts of a year
    *SEASONS,
    (r"(?:kuartal|triwulan|suku(?: tahun)?) (?:lalu|lepas|sebelumnya)|(?:the )?last quarter(?! of)",
     _last_part_of_year(_QUARTER)),
    (r"semester (?:lalu|lepas|sebelumnya)", _last_part_of_year(_HALF)),
    (r"(?P<part>semester|kuartal|triwulan) (?P<count>satu|dua|tiga|empat)", _numbered),
    (r"suku (?P<count>pertama|kedua|ketiga|keempat)(?= (?:tahun )?\d{4})", r"suku tahun \g<count>"),
    # "Dua tahun sebelumnya" and "two years later", which are relative to the turn before
    (rf"(?P<count>\w{{1,9}} |se)(?P<unit>{_UNIT}) (?:sebelum(?:nya| itu))", r"\g<count>\g<unit> lalu"),
    (r"(?P<count>a|one|two|three|four|five|\d\d?) (?P<unit>years?|months?|weeks?|days?) (?:earlier|before)",
     r"\g<count> \g<unit> ago"),
    (r"se(?P<unit>tahun|bulan|minggu) (?:kemudian|s(?:etelah|esudah)nya|berikutnya)", r"\g<unit> berikutnya"),
    (r"(?:a|one) (?P<unit>year|month|week) (?:later|after)", r"the following \g<unit>"),
    (r"the (?P<unit>year|month|week) (?P<side>before|after) that", r"the \g<unit> \g<side>"),
    # Javanese and Sundanese
    (r"(?P<count>rong|telung|patang|tilu|opat) (?P<unit>taun|wulan|minggu|dina|bulan)", _counted),
    (r"taun", "tahun"),
    (r"wulan", "bulan"),
    (r"(?P<unit>tahun|bulan|minggu) (?:wingi|kepungkur|kapungkur|kamari|katukang|kaliwat|tukang)",
     r"\g<unit> lalu"),
    (r"(?P<unit>tahun|bulan|minggu) (?:iki|saiki|ieu|ayeuna)", r"\g<unit> ini"),
    (r"(?P<unit>tahun|bulan|minggu) (?:ngarep|hareup|sesuk)", r"\g<unit> depan"),
    (r"(?:dina|po[eé]) (?:iki|ieu)", "hari ini"),
    (r"(?P<count>\d\d?) (?:dina|po[eé]) (?:kepungkur|kapungkur|katukang|kaliwat)", r"\g<count> hari lalu"),
    (rf"(?:dina|po[eé]) (?P<day>{_DAYS}) (?:wingi|kamari)", r"\g<day> lalu"),
    (r"sesuk|isukan", "besok"),
    (r"wingi|kamari", "kemarin"),
    (r"mau bengi|peuting tadi|tadi peuting", "tadi malam"),
    (r"wiwit|saprak", "sejak"),
    # Filipino
    (r"(?P<count>isang|dalawang|tatlong|apat na|limang|\d\d? na|\d\d?) (?P<unit>taon|buwan|linggo|araw)"
     r"(?: na)? (?:ang )?(?:nakalipas|nakararaan|nakaraan)", _ago),
    (r"(?:noong )?(?:isang|nakaraang) taon", "last year"),
    (r"(?:noong )?(?:isang|nakaraang) buwan", "last month"),
    (r"(?:noong )?(?:isang|nakaraang) linggo", "last week"),
    (r"ngayong taon", "this year"),
    (r"ngayong buwan", "this month"),
    (r"ngayong linggo", "this week"),
    (r"ngayong araw|ngayong gabi", "today"),
    (r"kahapon|kagabi|yday|yest", "yesterday"),
    (
        r"mula(?: noong)?(?= (?:\d{4}|enero|pebrero|marso|abril|mayo|hunyo|hulyo|agosto|setyembre|oktubre"
        r"|nobyembre|disyembre))",
        "since",
    ),
    # Other languages
    (r"(?:ess|ness|nest|dess)a(?= semana)", "esta"),
    (r"(?:ess|ness|dess)e (?=ano|mês|mes)", "este "),
    (r"(?<=\w )ano pasado", "año pasado"),
    (r"nam ngoai", "năm ngoái"),
    (r"hom qua", "hôm qua"),
    (r"năm kia", "2 năm trước"),
    (r"позапрошл\w{2,3} год\w?", "2 года назад"),
    (r"(?P<year>(?:19|20)\d\d)-(?:м|й|го|ом|му)", r"\g<year>"),
    (rf"с(?= (?:{_MONTHS_OF_RUSSIAN}|(?:19|20)\d\d)(?!\w)(?![^?]{{0,20}} (?:по|до) ))", "начиная с"),
    *MORE_SPELLINGS,
    (r"laut (?:berichten|meldungen|artikeln)(?: von| aus)?", "laut nachrichten"),
)  # fmt: skip

# In scripts without spaces, nothing tells where a word begins.
_WITHOUT_SPACES: tuple[tuple[str, _Usual], ...] = (
    (LAST_HOURS_WITHOUT_SPACES, _last_days),
    (r"(?P<year>(?:19|20)\d\d)年(?:之前|以前|前)(?![半期後后])", r"before \g<year>"),
    (r"(?P<year>(?:19|20)\d\d)年(?:之后|之後|后|後)(?!半|期|___)", r"after \g<year>"),
    (r"(?P<year>(?:19|20)\d\d)年(?:以后|以後)", r"since \g<year>"),
    *SEASONS_WITHOUT_SPACES,
    (r"上(?:个|個)?季度?", _last_part_of_year(_QUARTER)),
    (r"五月天(?![气氣])|五月みどり|三月三", "___"),
    (r"(?<![\d零〇一二三四五六七八九])(?P<number>[一二][零〇一二三四五六七八九]{3})(?P<unit>年)", _in_digits),
    (
        r"(?:^|(?<=[\s在于於从從自到，]))(?P<year>[012]\d)(?P<behind>年)(?![前间間来來后後以内內多])",
        _short_year,
    ),
    (
        r"(?<![一二三四五六七八九十个個])(?P<number>十[一二]?|[一二三四五六七八九])(?P<unit>月)(?!间|間|_)",
        _in_digits,
    ),
    (
        r"(?<=月)(?P<number>[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?P<unit>[日号號])",
        _in_digits,
    ),
    (
        r"(?:(?<=令和)|(?<=平成)|(?<=昭和))"
        r"(?P<number>[二三四五六]?十[一二三四五六七八九]?|[一二三四五六七八九])(?P<unit>年)",
        _in_digits,
    ),
    (r"上上(?:个|個)?(?P<unit>周|週|星期|礼拜|禮拜)(?![一二三四五六日天末])", "2周前"),
    (r"上上(?:个|個)?月", "2个月前"),
    (r"先々週|先先週", "2週間前"),
    (r"先々月|先先月", "2か月前"),
    (r"再来年", "___"),
    (r"明後日|あさって|모레(?![가-힣])|มะรืน(?:นี้)?", _in_two_days),
    (r"지지난 ?주", "2주 전"),
    (r"지지난 ?달", "2개월 전"),
    (
        r"(?P<year>(?:19|20)\d\d)(?P<unit>年)(?:至今|到现在|到現在|到今天|から現在|から今)",
        r"\g<year>\g<unit>以来",
    ),
    (rf"上(?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<day>[{_HAN_DAYS}天])", _day_of_week(_HAN_DAYS, weeks=-1)),
    (
        rf"[本这這](?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<day>[{_HAN_DAYS}天])",
        _day_of_week(_HAN_DAYS, weeks=0),
    ),
    (rf"先週の?(?P<day>[{_KANJI_DAYS}])曜日?", _day_of_week(_KANJI_DAYS, weeks=-1)),
    (rf"今週の?(?P<day>[{_KANJI_DAYS}])曜日?", _day_of_week(_KANJI_DAYS, weeks=0)),
    (r"지난 ?주 ?(?P<day>[월화수목금토일])요일", _day_of_week("월화수목금토일", weeks=-1)),
    (r"이번 ?주 ?(?P<day>[월화수목금토일])요일", _day_of_week("월화수목금토일", weeks=0)),
    (r"上(?:个|個)?(?:周|週)末|先週末|지난 ?주말", _weekend(weeks=-1)),
    (r"[这這本](?:个|個)?(?:周|週)末|今週末|이번 ?주말", _weekend(weeks=0)),
    (r"下(?:个|個)?(?:周|週)末|来週末|다음 ?주말", _weekend(weeks=1)),
    (r"(?P<number>[二三四五六七八九]十)(?P<unit>年代)", _in_digits),
    (r"(?P<day>[昨今明])(?:儿|兒)", r"\g<day>天"),
    (r"大前(?P<unit>[天年])", r"3\g<unit>前"),
    (r"今[早晨]", "今天"),
    (r"지난 ?(?P<day>[월화수목금토일])요일", _last_day("월화수목금토일")),
    (
        rf"(?<![上下本这這每个個])(?:星期|礼拜|禮拜)(?P<day>[{_HAN_DAYS}天])(?![至到])",
        _last_day(_HAN_DAYS),
    ),
    (r"[冬夏](?:奥会|奧會)", "奥运会"),
    (r"きょう(?=[のは、に])", "今日"),
    (r"재작년", "2년 전"),
    (r"おととし", "一昨年"),
    (r"おととい", "一昨日"),
    (r"きのう", "昨日"),
    (r"ことし", "今年"),
)

_PATTERNS = (
    *(re.compile(rf"(?<![{SPACED}0-9])(?:{words})(?![{SPACED}0-9])") for words, _ in _LISTED),
    *(re.compile(words) for words, _ in _WITHOUT_SPACES),
)
_FORMS = tuple(usual for _, usual in (*_LISTED, *_WITHOUT_SPACES))


def in_usual_spelling(folded: str, places: Sequence[int], *, now: date) -> tuple[str, list[int]]:
    """Return a folded text with the usual forms of times, and the places of its characters.

    `places` has a number for each character and the end. A form that is replaced keeps the place of its
    start.

    >>> in_usual_spelling("inflasi 2 thn yg lalu", range(22), now=date(2025, 8, 17))[0]
    'inflasi 2 thn yang lalu'
    """
    kept = list(places)
    for pattern, usual in zip(_PATTERNS, _FORMS, strict=True):
        matches = list(pattern.finditer(folded))
        if not matches:
            continue
        text, of_text, at = "", [], 0
        for match in matches:
            new = match.expand(usual) if isinstance(usual, str) else usual(match, now)
            text += folded[at : match.start()] + new
            of_text += [*kept[at : match.start()], *[kept[match.start()]] * len(new)]
            at = match.end()
        folded, kept = text + folded[at:], of_text + kept[at:]
    return folded, kept
