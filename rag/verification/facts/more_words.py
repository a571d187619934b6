"""The words for numbers, units and dates that CLDR, ICU and dateparser do not have, by language."""

from collections.abc import Mapping

PERCENT = (
    "%", "persen", "per cent", "percent", "prosen", "peratus", "por ciento", "pct", "パーセント", "퍼센트",
    "في المئة", "في المائة", "بالمئة", "بالمائة", "phần trăm", "เปอร์เซ็นต์", "प्रतिशत", "फीसदी", "फ़ीसदी",
    "procent", "prozent", "pour cent", "por cento", "percento", "процентов", "процента", "процент", "yüzde",
    "porsiyento", "bahagdan",
)  # fmt: skip

# The dimension of a unit, and its size in the base unit of the dimension. In nearly all news, a ton is
# 1,000 kg.
MORE_UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("tonne", "tonnes"), ("mass", 1e6)),
    **dict.fromkeys(("kuintal", "kwintal", "kintal", "quintal", "quintals"), ("mass", 1e5)),
    **dict.fromkeys(("hektar", "hektare"), ("area", 1e4)),
    **dict.fromkeys(
        ("km/jam", "kpj", "kilometer per jam", "kilometer/jam", "km/h", "kmh"), ("speed", 1.0)
    ),
    **dict.fromkeys(("basis points", "basis point", "basis poin", "bps", "个基点", "基点"),
                    ("percent", 0.01)),
    **dict.fromkeys(("kali lipat", "times as", "times more", "times higher", "times the", "fold", "倍", "배",
                     "veces más", "vezes mais", "fois plus", "mal so", "เท่า", "गुना"), ("multiple", 1.0)),
    **dict.fromkeys(("skala richter", "sr", "on the richter scale"), ("magnitude", 1.0)),
    **dict.fromkeys(
        ("percentage points", "percentage point", "percentage-point", "poin persentase", "poin persen",
         "mata peratusan", "puntos porcentuales", "pontos percentuais", "points de pourcentage",
         "prozentpunkte", "个百分点"),
        ("percent", 1.0),
    ),
    **dict.fromkeys(("度", "도", "องศา", "độ", "derajat", "darjah", "डिग्री", "درجة", "درجات", "градусов",
                     "градуса", "degrees", "grados", "graus", "degrés"), ("temperature-generic", 1.0)),
    **dict.fromkeys(("km persegi", "sq km", "square km", "km2", "km kuadrat"), ("area", 1e6)),
    **dict.fromkeys(("m persegi", "sq m", "square m", "m2"), ("area", 1.0)),
    **dict.fromkeys(("sq mi", "sq mile", "sq miles"), ("area", 2.589988e6)),
    **dict.fromkeys(("c", "celcius", "derajat celcius", "°celcius"), ("temperature-celsius", 1.0)),
    "f": ("temperature-fahrenheit", 1.0),
    **dict.fromkeys(("キロメートル", "킬로미터", "กม", "กิโล", "किमी"), ("length", 1e3)),
}  # fmt: skip

# The time zones of Indonesia, and UTC, with their hours ahead of UTC.
TIME_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0}

MULTIPLIERS: Mapping[str, Mapping[str, float]] = {
    "id": {
        "milyar": 1e9,
        "milyard": 1e9,
        "trilyun": 1e12,
        "jt": 1e6,
        "rb": 1e3,
        "yuta": 1e6,
        "ewu": 1e3,
        "lusin": 12,
        "kodi": 20,
    },
    "en": {
        "bn": 1e9,
        "mn": 1e6,
        "tn": 1e12,
        "hundred": 1e2,
        "lakh": 1e5,
        "lakhs": 1e5,
        "crore": 1e7,
        "dozen": 12,
    },
    "de": {"dutzend": 12},
    "fr": {"douzaine": 12, "douzaines": 12},
    "es": {
        "millón": 1e6,
        "millon": 1e6,
        "billón": 1e12,
        "millardo": 1e9,
        "millardos": 1e9,
        "docenas": 12,
        "docena": 12,
    },
    "zh": {"万": 1e4, "亿": 1e8, "萬": 1e4, "億": 1e8, "万亿": 1e12, "兆": 1e12, "千": 1e3, "百": 1e2},
    "ja": {"千": 1e3, "百": 1e2},
    "vi": {"ngàn": 1e3, "tỉ": 1e9},
    "pt": {"dúzia": 12, "dúzias": 12},
    "ar": {"ملايين": 1e6, "آلاف": 1e3, "الف": 1e3, "مليارات": 1e9},
    "fil": {"milyong": 1e6, "bilyong": 1e9, "trilyong": 1e12, "libong": 1e3},
    "hi": {"हजार": 1e3, "मिलियन": 1e6, "बिलियन": 1e9},
}

# Colloquial names, symbols and ISO codes. All dollars count as one currency; the names of countries differ.
CURRENCIES = {
    "rupiah": ("rp", "idr", "rupiah", "印尼盾", "卢比盾", "روبية", "รูเปียห์", "रुपिया"),
    "dollar": ("us$", "$", "usd", "aud", "sgd", "a$", "s$", "dolar", "dollar", "dollars", "dólar",
               "dólares", "đô la", "đô", "美元", "美金", "澳元", "新元", "ドル", "달러", "دولار", "دولارات",
               "دولارا", "ดอลลาร์", "डॉलर", "dollari", "доллар", "долларов", "доллара", "dolyar"),
    "euro": ("€", "eur", "euro", "euros", "欧元", "歐元", "ユーロ", "유로", "يورو", "ยูโร", "यूरो", "евро"),
    "yen": ("jpy", "yen", "日元", "日圓", "円", "엔", "ين", "เยน", "иен"),
    "yuan": ("cny", "rmb", "yuan", "renminbi", "人民币", "人民幣", "元", "위안", "يوان", "หยวน", "юаней"),
    "pound": ("£", "gbp", "poundsterling", "pound", "pounds", "libra", "libras", "英镑", "英鎊", "ポンド"),
    "ringgit": ("rm", "myr", "ringgit", "林吉特", "令吉"),
    "baht": ("฿", "thb", "baht", "泰铢", "บาท"),
    "dong": ("₫", "vnd", "đồng", "dong", "đ", "越南盾"),
    "won": ("₩", "krw", "won", "韩元", "원", "ウォン"),
    "peso": ("₱", "php", "peso", "pesos", "比索", "piso"),
    "rupee": ("₹", "inr", "rs", "rupee", "rupees", "रुपये", "रुपए", "रुपया"),
    "franc": ("chf", "franc", "francs", "franken"),
    "ruble": ("₽", "rub", "rubel", "ruble", "rubles", "рублей", "рубля", "рубль", "руб", "rublos",
              "卢布", "ルーブル"),
    "real": ("r$", "brl", "reais"),
    "lira": ("₺", "tl", "lira", "lire", "liras", "里拉", "リラ", "리라"),
    "riyal": ("sar", "riyal", "riyals", "ريال"),
    "dirham": ("aed", "dirham", "dirhams"),
}  # fmt: skip

# The month names of other calendars and cases, and abbreviations with points within.
MORE_MONTHS: Mapping[str, Mapping[str, int]] = {
    "ru": {
        "январе": 1, "феврале": 2, "марте": 3, "апреле": 4, "мае": 5, "июне": 6, "июле": 7, "августе": 8,
        "сентябре": 9, "октябре": 10, "ноябре": 11, "декабре": 12,
    },
    "ar": {
        "كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7,
        "آب": 8, "أيلول": 9, "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12, "اذار": 3, "ايار": 5,
        "ايلول": 9,
    },
    "th": {
        "ม.ค": 1, "ก.พ": 2, "มี.ค": 3, "เม.ย": 4, "พ.ค": 5, "มิ.ย": 6, "ก.ค": 7, "ส.ค": 8, "ก.ย": 9,
        "ต.ค": 10, "พ.ย": 11, "ธ.ค": 12,
    },
}  # fmt: skip

# "Minggu" alone may also mean a week. Some are Javanese, which has no data of its own.
MORE_WEEKDAYS = {
    "id": {
        **dict.fromkeys(("hari minggu", "ahad", "minggu pagi", "minggu siang", "minggu malam"), 6),
        "senen": 0, "slasa": 1, "rebo": 2, "kemis": 3, "jemuwah": 4, "setu": 5,
    }
}  # fmt: skip

# Single words besides the cardinals, which ICU spells. Javanese has the forms of its own here.
_JAVANESE = (
    "siji", "loro", "telu", "papat", "lima", "enem", "pitu", "wolu", "sanga", "sepuluh", "sewelas", "rolas",
    "telulas", "patbelas", "limalas", "nembelas", "pitulas", "wolulas", "sangalas", "rongpuluh",
)  # fmt: skip
_HALVES_BEFORE = {
    "juta": 5e5,
    "miliar": 5e8,
    "triliun": 5e11,
    "million": 5e5,
    "billion": 5e8,
    "trillion": 5e11,
}
_INDONESIAN_TENS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")
_ENGLISH_TENS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MALAY_ORDINALS: Mapping[str, float] = {
    "kedua": 2, "ketiga": 3, "keempat": 4, "kelima": 5, "keenam": 6, "ketujuh": 7, "kedelapan": 8,
    "kelapan": 8, "kesembilan": 9, "kesepuluh": 10,
}  # fmt: skip
_MALAY_TEENS = {"kesebelas": 11.0} | {
    f"{word} belas": number + 10 for word, number in _MALAY_ORDINALS.items()
}
MORE_NUMBER_WORDS: Mapping[str, Mapping[str, float]] = {
    "id": {
        **{word: float(number) for number, word in enumerate(_JAVANESE, start=1)},
        **{f"setengah {word}": size for word, size in _HALVES_BEFORE.items()},
        **{f"{word} setengah": number + 0.5 for number, word in enumerate(_INDONESIAN_TENS, start=1)},
        **_MALAY_ORDINALS, "loro setengah": 2.5, "sejuta": 1e6, "semiliar": 1e9, "selusin": 12,
    },
    "ms": {
        "setengah juta": 5e5, "setengah bilion": 5e8, "sejuta": 1e6,
        **{f"{word} setengah": number + 0.5 for number, word in enumerate(_INDONESIAN_TENS, start=1)},
    },
    "en": {
        **{f"half a {word}": size for word, size in _HALVES_BEFORE.items()},
        **{f"half {word}": size for word, size in _HALVES_BEFORE.items()},
        **{f"{word} and a half": number + 0.5 for number, word in enumerate(_ENGLISH_TENS, start=1)},
        "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
        "tenth": 10, "eleventh": 11, "twelfth": 12, "twice": 2, "dozen": 12, "half a dozen": 6,
    },
    "de": {
        "eine": 1, "einem": 1, "einen": 1, "einer": 1, "anderthalb": 1.5, "eineinhalb": 1.5,
        "zweieinhalb": 2.5, "dreieinhalb": 3.5, "eine halbe million": 5e5, "eine halbe milliarde": 5e8,
    },
    "es": {"veintiuna": 21, "medio millón": 5e5, "un millón": 1e6, "uno y medio": 1.5, "dos y medio": 2.5},
    "fr": {"vingt et une": 21, "vingt-et-une": 21, "un demi-million": 5e5, "un demi-milliard": 5e8},
    "pt": {"meio milhão": 5e5, "meio bilhão": 5e8, "duas": 2, **{
        f"{tens} e {word}": ten + number
        for ten, tens in ((20, "vinte"), (30, "trinta"), (40, "quarenta"), (50, "cinquenta"),
                          (60, "sessenta"), (70, "setenta"), (80, "oitenta"), (90, "noventa"))
        for number, word in ((1, "uma"), (2, "duas"))
    }},
    "ru": {"полмиллиона": 5e5, "полмиллиарда": 5e8, "полтора": 1.5, "полторы": 1.5, "двое": 2, "трое": 3,
           "четверо": 4, "пятеро": 5, "шестеро": 6, "семеро": 7, "две": 2, "двух": 2, "трёх": 3, "трех": 3},
    "vi": {"nửa triệu": 5e5, "nửa tỷ": 5e8},
    "ar": {"نصف مليون": 5e5, "نصف مليار": 5e8, "ألفين": 2e3, "ألفا": 2e3, "مئتين": 200, "مائتين": 200,
           "مئتي": 200, "مليونين": 2e6, "مليوني": 2e6, "مليونا": 2e6, "مليارين": 2e9, "ملياري": 2e9,
           "مليارا": 2e9},
    "hi": {"डेढ़": 1.5, "ढाई": 2.5, **{
        f"साढ़े {word}": number + 0.5
        for number, word in enumerate(("तीन", "चार", "पांच", "छह", "सात", "आठ", "नौ", "दस"), start=3)
    }},
    "fil": {"kalahating milyon": 5e5},
}  # fmt: skip

# Ordinals may also be other words: "segundo" is "according to", "third" a fraction. So they need no support,
# but one in the place of another is a difference.
ORDINALS: Mapping[str, Mapping[str, float]] = {
    "id": {**_MALAY_TEENS, "pertama": 1},
    "ms": {**_MALAY_ORDINALS, **_MALAY_TEENS, "pertama": 1},
    "en": {
        "first": 1, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
        "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
        **{
            f"{tens}{joint}{word}": 10 * ten + number
            for ten, tens in enumerate(("twenty", "thirty", "forty", "fifty"), start=2)
            for number, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh",
                                           "eighth", "ninth"), start=1)
            for joint in "- "
        },
    },
    "nl": {"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "vijfde": 5, "zesde": 6, "zevende": 7,
           "achtste": 8, "negende": 9, "tiende": 10},
    "tr": {"birinci": 1, "ikinci": 2, "üçüncü": 3, "dördüncü": 4, "beşinci": 5, "altıncı": 6, "yedinci": 7,
           "sekizinci": 8, "dokuzuncu": 9, "onuncu": 10},
    "de": {
        f"{stem}{ending}": number
        for number, stem in enumerate(
            ("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt"), start=1
        )
        for ending in ("er", "en", "es", "em", "e")
        if stem != "acht" or ending != "en"
    },
    "fr": {"premier": 1, "première": 1, "deuxième": 2, "second": 2, "seconde": 2, "troisième": 3,
           "quatrième": 4, "cinquième": 5, "sixième": 6, "septième": 7, "huitième": 8, "neuvième": 9,
           "dixième": 10},
    "es": {"primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3,
           "tercera": 3, "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5, "sexto": 6, "sexta": 6,
           "séptimo": 7, "séptima": 7, "octavo": 8, "octava": 8, "noveno": 9, "novena": 9, "décimo": 10,
           "décima": 10},
    "pt": {"primeiro": 1, "primeira": 1, "segundo": 2, "segunda": 2, "terceiro": 3, "terceira": 3,
           "quarto": 4, "quarta": 4, "quinto": 5, "quinta": 5, "sexto": 6, "sexta": 6, "sétimo": 7,
           "sétima": 7, "oitavo": 8, "oitava": 8, "nono": 9, "nona": 9, "décimo": 10, "décima": 10},
    "ru": {
        **{f"{stem}{ending}": number
           for number, stem in ((1, "перв"), (2, "втор"), (4, "четверт"), (5, "пят"), (6, "шест"),
                                (7, "седьм"), (8, "восьм"), (9, "девят"), (10, "десят"))
           for ending in ("ый", "ой", "ого", "ому", "ым", "ом", "ая", "ую", "ое", "ые", "ых")},
        "третий": 3, "третья": 3, "третье": 3, "третьего": 3, "третьей": 3, "третьем": 3, "третью": 3,
        "третьи": 3,
    },
    "ar": {"الأول": 1, "الأولى": 1, "الثاني": 2, "الثانية": 2, "الثالث": 3, "الثالثة": 3,
           "الرابع": 4, "الرابعة": 4, "الخامس": 5, "الخامسة": 5, "السادس": 6,
           "السابع": 7, "الثامن": 8, "التاسع": 9, "العاشر": 10},
    "hi": {"पहला": 1, "पहली": 1, "पहले": 1, "दूसरा": 2, "दूसरी": 2, "दूसरे": 2, "तीसरा": 3, "तीसरी": 3,
           "तीसरे": 3, "चौथा": 4, "चौथी": 4, "चौथे": 4, "पांचवां": 5, "पांचवीं": 5, "पांचवें": 5},
    "vi": {"thứ nhất": 1, "thứ nhì": 2},
    "fil": {"una": 1, "pangalawa": 2, "ikalawa": 2, "pangatlo": 3, "ikatlo": 3, "pang-apat": 4,
            "ikaapat": 4, "panglima": 5, "ikalima": 5},
}  # fmt: skip
