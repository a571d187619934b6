"""Times in languages for which `find_times` has no words, in dialects, and without accents.

Each is rewritten to a form that `find_times` knows: to English, or to the usual spelling of its language.
"""

_YEAR_LATER = (
    "un año después|um ano depois|un an (?:plus tard|après)|ein jahr (?:später|danach)"
    "|l'anno (?:dopo|successivo)|het jaar (?:daarna|erna)|een jaar later|(?:bir )?sonraki yıl|ertesi yıl"
    "|годом позже|через год|năm sau đó"
)
_YEAR_BEFORE = (
    "un año antes|um ano antes|un an (?:plus tôt|avant)|ein jahr (?:früher|zuvor|davor)"
    "|l'anno (?:prima|precedente)|het jaar (?:daarvoor|ervoor)|een jaar eerder|(?:bir )?önceki yıl"
    "|годом (?:раньше|ранее)|năm trước đó"
    "|tahun sebelum tu"
)

# English words, with those of Turkish, Italian, Dutch, Polish and Ukrainian.
_IN_ENGLISH = {
    "last week": (
        "geçen hafta(?:ki)?|(?:la )?(?:settimana scorsa|scorsa settimana)|(?:vorige|afgelopen) week"
        "|(?:w )?(?:zeszłym|ubiegłym|minionym) tygodniu|минулого тижня"
    ),
    "this week": "bu hafta(?:ki)?|questa settimana|deze week|(?:w )?tym tygodniu|цього тижня",
    "next week": (
        "(?:gelecek|önümüzdeki) hafta(?:ki)?|(?:la )?(?:settimana prossima|prossima settimana)|volgende week"
    ),
    "yesterday": "dün(?:kü)?|ieri|gisteren|wczoraj|вчора",
    "today": "bugün(?:kü)?|oggi|vandaag|dzisiaj|dziś|сьогодні",
    "tomorrow": "domani|yarın|jutro",
    "since": "sinds",
}
# The words behind a number, in the same languages.
_AGO = {
    "years": "yıl önce(?:ki)?|anni fa|(?:jaar|jaren) geleden|(?:lata|lat) temu|(?:роки|років) тому",
    "months": "ay önce(?:ki)?|mesi fa|maanden geleden",
    "weeks": "hafta önce(?:ki)?|settimane fa|weken geleden",
    "days": "gün önce(?:ki)?|giorni fa|dagen geleden|dni temu|(?:дні|днів) тому",
}

# "The last five years" in the same languages and in Filipino.
_PAST = (
    "(?:negli |nelle )?ultim[ie]|(?:de )?(?:afgelopen|laatste)|son|(?:w ciągu )?ostatni(?:ch|e)"
    "|(?:за )?останні|(?:sa )?(?:nakalipas na|nakaraang|huling)"
)
_PAST_UNITS = {
    "years": "anni|jaar|yıl(?:da|ın|dır)?|lata?|рок(?:и|ів)|taon",
    "months": "mesi|maanden|ay(?:da|ın|dır)?|miesięcy|місяц(?:і|ів)|buwan",
    "weeks": "settimane|weken|hafta(?:da|nın)?|tygodni|тижн(?:і|ів)|linggo",
    "days": "giorni|dagen|gün(?:de|dür)?|dni|дн(?:і|ів)|araw",
}

# Laws that are named by their year.
_LAW_OF_YEAR = (
    r"(?:uud|undang-undang dasar|konstitusi|akta|republic act(?: no\.?)? \d{1,5} of|\w{2,15} act(?: of)?"
    r"|constitution of|ley(?: n\S{0,4})? \d{1,5} (?:de|del)|lei(?: n\S{0,4})? \d[\d.]{0,6} (?:de|del)|loi de"
    r"|luật(?: \w{1,8}){0,3}) (?:18|19|20)\d\d"
    r"|akta (?:\w{1,15} ){1,3}19\d\d|(?:19|20)\d\d constitution"
)

# "From 2019 until now" is "since 2019".
_MONTHS = (
    "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember|january"
    "|february|march|may|june|july|august|october|december"
)
_UNTIL_NOW = (
    r" ?(?:hingga|sampai|sampe|s/d|s\.d\.|ke|-|–|to|until|till|through|hasta|até|à|jusqu'à|bis|đến|по|до"
    r"|حتى|إلى) ?(?:sekarang|skrg|saat ini|kini|hari ini|now|today|(?:the )?present|ahora|hoy|la fecha|agora"
    r"|hoje|aujourd'hui|maintenant|heute|jetzt|nay|bây giờ|настоящее время|сегодня|الآن|الان|اليوم)"
)
_DECADES = {
    "1950": "fifties|cincuenta|cinquenta|fünfziger|пятидесятые",
    "1960": "sixties|sesenta|sessenta|sechziger|шестидесятые",
    "1970": "seventies|setenta|siebziger|семидесятые",
    "1980": "eighties|ochenta|oitenta|achtziger|восьмидесятые",
    "1990": "nineties|noventa|neunziger|девяностые",
}
_HAPPENED = "हुआ|हुई|हुए|था|थी|थे|गया|गई|गए|मिला|जीता"

# "The last 24 hours" and "2 hours ago"; the second pattern is for languages without spaces between words.
LAST_HOURS = (
    r"(?:past|last|previous|[uú]ltimas|derni[eè]res|letzten|vergangenen|son|последни[ех]|पिछले|آخر|خلال)"
    r" (?P<before>\d{1,3}) (?:hours?|hrs|horas|heures|stunden|saat|час(?:а|ов)|घंटे|घंटों|ساع[ةه])"
    r"|(?P<behind>\d{1,3})"
    r" (?:jam (?:yang )?(?:terakhir|belakangan|lalu|lepas)|(?:hours?|hrs) ago|giờ (?:qua|trước))"
)
LAST_HOURS_WITHOUT_SPACES = (
    r"(?:过去|過去|最近|近|지난|최근) ?(?P<before>\d{1,3}) ?(?:个|個)?(?:小时|小時|時間|시간)"
    r"|(?P<behind>\d{1,3}) ?(?:(?:个|個)?(?:小时|小時|時間)前|시간 ?전|ชั่วโมง(?:ที่ผ่านมา|ที่แล้ว|ล่าสุด|ก่อน))"
)

# What is counted behind a number that looks like a year.
_COUNTED = "kişi|человека|katao|wong|jalma|personel|personil|prajurit|kk|mdpl|troops|soldiers"

# A pattern for folded text, and the template that replaces it.
MORE_SPELLINGS: tuple[tuple[str, str], ...] = (
    *((words, english) for english, words in _IN_ENGLISH.items()),
    *((rf"(?P<count>\w{{1,9}}) (?:{words})", rf"\g<count> {unit} ago") for unit, words in _AGO.items()),
    *(
        (rf"(?:{_PAST}) (?P<count>\d{{1,2}}) (?:{words})", rf"past \g<count> {unit}")
        for unit, words in _PAST_UNITS.items()
    ),
    (
        rf"(?P<start>(?:\d\d? )?(?:{_MONTHS})(?: (?:19|20)\d\d)?|(?:19|20)\d\d){_UNTIL_NOW}",
        r"since \g<start>",
    ),
    (r"(?P<year>(?:19|20)\d\d)'?[dt][ea]n (?:beri|bu yana|itibaren)", r"since \g<year>"),
    (_LAW_OF_YEAR, "___"),
    (r"april (?:mop|fools?(?:'s?)?)|1[- ]800[- ]\d{3}[- ]\d{4}|1800 \d{3} \d{3,4}", "___"),
    *(
        (rf"(?:(?:in|of|from|during) the|años|anos) (?:{words})|(?:{words})(?: jahren?| годы)", f"{year}s")
        for year, words in _DECADES.items()
    ),
    (
        r"(?P<month>mei|mai|may|mayo|maio|januari|agustus|desember) (?P<year>[5-9]\d)(?=\W{0,9}$)",
        r"\g<month> 19\g<year>",
    ),
    (
        r"(?P<cue>tragedi|kerusuhan|peristiwa|reformasi) (?P<month>\w{3,9}) (?P<year>[5-9]\d)",
        r"\g<cue> \g<month> 19\g<year>",
    ),
    (r"(?:the )?(?:last|past) fortnight", "past 14 days"),
    (r"a fortnight ago", "2 weeks ago"),
    (r"setengah tahun(?= (?:yang )?(?:lalu|terakhir|belakangan))", "6 bulan"),
    # Decades
    (r"(?:satu |1 |se)dekade", "10 tahun"),
    (r"(?:the )?(?:last|past) decade", "past 10 years"),
    (r"a decade ago", "10 years ago"),
    (r"[a-z]\d0s", "___"),
    (r"dal(?= (?:19|20)\d\d(?!\w)(?![^?]{0,20} al ))", "since"),
    # Russian and Hindi, as people type them
    (r"след(?= (?:недел|год|месяц))", "следующей"),
    (r"(?:pichhle|pichle|pichhla|pichla) (?:saal|sal|varsh)", "last year"),
    (r"(?:pichhle|pichle) (?:mahine|mahina)", "last month"),
    (r"(?:pichhle|pichle) (?:hafte|hafta)", "last week"),
    (r"(?P<count>\d\d?) (?:saal|sal) (?:pehle|pahle)", r"\g<count> years ago"),
    (r"(?P<count>\d\d?) (?:din) (?:pehle|pahle)", r"\g<count> days ago"),
    # Arabic, without the dots of a last letter, and in dialects
    (r"(?P<word>الماضي|الحالي|القادم|المقبل)ه", r"\g<word>ة"),
    (r"(?P<unit>السنة|السنه|العام|الشهر|الأسبوع|الاسبوع) (?:اللي|الي) (?:فاتت|فات|راحت|راح)",
     r"\g<unit> الماضي"),
    (r"السنه(?= ال)", "السنة"),
    (r"[إا]?مبارح", "أمس"),
    (
        r"(?:خلال |في )?ال(?P<unit>سنوات|أعوام|أشهر|شهور|أسابيع|أيام)"
        r" ال(?P<count>ثلاثة?|أربعة?|خمسة?|ستة?|سبعة?|ثمانية?|تسعة?|عشرة?) (?:الماضية|الأخيرة)",
        r"خلال \g<count> \g<unit>",
    ),
    (r"النهارد[هة]", "اليوم"),
    (r"و(?P<unit>ال(?:عام|سنة|شهر|أسبوع|اسبوع))", r"\g<unit>"),
    # "A year later" and "the year before", which are relative to the turn before
    (rf"(?:{_YEAR_LATER})(?! \w)", "the following year"),
    (rf"(?:{_YEAR_BEFORE})(?! \w)", "the year before"),
    # Vietnamese, Spanish, Portuguese, French and German without accents
    (r"tuan truoc", "tuần trước"),
    (r"thang truoc", "tháng trước"),
    (r"tháng (?P<month>\d\d?)[/-](?P<year>(?:19|20)\d\d)", r"tháng \g<month> năm \g<year>"),
    (r"hace (?P<count>\w{1,9}) anos?", r"hace \g<count> años"),
    (r"(?<=anos )atras", "atrás"),
    (r"(?<=semana )q(?= (?:viene|vem))", "que"),
    (r"amanha", "amanhã"),
    (r"hj", "hoje"),
    (r"antier|antes de ayer", "anteayer"),
    (r"esta (?:ma[nñ]ana|tarde|noche)", "hoy"),
    (r"(?<!la )(?<!una )(?<!cada )(?<!buena )mañana(?! siguiente)", "tomorrow"),
    (r"(?<!guten )(?<!heute )(?<!gestern )(?<!am )(?<!jeden )(?<!goede )morgen", "tomorrow"),
    (r"(?:evvelsi|önceki) gün", "the day before yesterday"),
    (r"sang năm", "năm sau"),
    (r"bukas(?= (?:may|ng (?:umaga|hapon|gabi)|na))|(?<=sa )bukas", "tomorrow"),
    (rf"कल(?=[^?]{{1,60}}(?:{_HAPPENED}))", "yesterday"),
    (r"कल(?=[^?]{1,60}(?:होगा|होगी|होंगे|रहेगा|रहेगी))", "tomorrow"),
    (r"(?P<year>(?:19|20)?[2-9]0)er[ -]?jahren?", r"\g<year>s"),
    (r"(?:^|los |les |des |nos |gli |dos (?=anos))(?:années|annees|años|anos|anni) '?(?P<year>[2-9]0)",
     r"\g<year>s"),
    (r"naechste(?P<ending>[nrsm]?)", r"nächste\g<ending>"),
    (r"(?:im )?vorletzte[nsm]? jahr(?:es)?", "vor 2 jahren"),
    (r"(?P<part>quý) (?P<number>[1-4]|i{1,3}|iv)/(?P<year>(?:19|20)\d\d)", r"\g<part> \g<number> \g<year>"),
    (r"(?:\d\d?|hai|ba|bốn|mười|vài|nhiều) (?:năm|tháng|tuần) sau", "___"),
    (r"(?P<number>[1-4])\.(?= quartal)", r"\g<number>"),
    (r"từ(?= (?:năm )?(?:19|20)\d\d (?:đến|tới))", ""),
    (r"aout", "août"),
    (r"fevrier", "février"),
    (r"geçen sene", "last year"),
    (r"bu sene", "this year"),
    (r"(?:rue du|place du|plaza|calle|avenida|strasse des) \d\d?\.? (?:de )?\w{3,9}(?: \d{4})?", "___"),
    (r"t(?P<number>[1-4])(?= (?:19|20)\d\d)", r"q\g<number>"),
    (rf"(?<=\d{{4}} )(?:{_COUNTED}|[km]?m[2²])", "people"),
    (r"(?<=\w )(?:pungkasan|pamungkas|panungtung|pandeuri)", "terakhir"),
    # Filipino
    (r"(?:sa )?susunod na taon", "next year"),
    (r"(?:sa )?susunod na buwan", "next month"),
    (r"(?:sa )?susunod na linggo", "next week"),
)  # fmt: skip
