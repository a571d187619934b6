"""The words with which questions name a time, by language; every pattern matches folded text.

Months, weekdays, and the relative times of other languages come from CLDR and dateparser
(`rag/verification/facts/lexicon.py`). They lack weeks, ranges and quarters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Unit = str


@dataclass(frozen=True, kw_only=True)
class TimeWords:
    """The patterns of one language. `{u}` stands for a unit and `{n}` for a number.

    `last`, `this` and `next` name the unit before, of and after now. `ago` goes back by `{n}` units, and
    `past` means the `{n}` units up to now. `later` goes on by `{n}` units from another time. `days` are words
    with their distance from today in days.
    """

    units: Mapping[Unit, str]
    last: str
    this: str
    next: str
    ago: str
    past: str
    days: Mapping[str, int]
    later: str = ""


_MALAY = TimeWords(
    units={"year": "tahun|thn|th", "month": "bulan|bln", "week": "minggu|pekan|mgg", "day": "hari"},
    last=(
        r"{u} (?:yang )?(?:lalu|kemarin|kemaren|silam|lepas|sebelumnya|sebelum itu|sudah)"
        r"|{u} (?:yang )?baru lalu"
    ),
    this=r"(?:sepanjang |pada )?{u} (?:ini|berjalan|sekarang)",
    next=(
        r"{u} (?:yang )?(?:depan|mendatang|hadapan|berikutnya|selanjutnya|akan datang)"
        r"|{u} s(?:etelah|esudah)(?:nya| itu)"
    ),
    ago=r"{n} {u} (?:yang )?(?:lalu|silam|lepas)|se{u} (?:yang )?(?:lalu|silam|lepas)",
    later=r"{n} {u} (?:kemudian|berikutnya|selanjutnya|s(?:etelah|esudah)(?:nya| itu))",
    past=r"{n} {u} (?:terakhir|belakangan|kebelakangan|terkini)|se{u} (?:terakhir|belakangan)",
    days={
        "hari ini": 0,
        "malam ini": 0,
        "pagi ini": 0,
        "siang ini": 0,
        "sore ini": 0,
        "tadi pagi": 0,
        "tadi malam": -1,
        "semalam": -1,
        "kemarin": -1,
        "kemaren": -1,
        "kelmarin": -1,
        "kemarin lusa": -2,
        "besok": 1,
        "esok": 1,
        "lusa": 2,
    },
)

_ENGLISH = TimeWords(
    units={"year": "years?|yr", "month": "months?", "week": "weeks?", "day": "days?"},
    last=r"(?:the )?(?:last|previous|preceding|past) {u}|the {u} before(?! \w)",
    this=r"(?:this|the current) {u}",
    next=r"(?:next|the coming|the following) {u}|the {u} after(?! \w)",
    ago=r"(?:{n}|a|an) {u} ago",
    later=r"{n} {u} (?:later|after(?:wards)?)",
    past=r"(?:the )?(?:last|past|previous) {n} {u}",
    days={"today": 0, "tonight": 0, "this morning": 0, "yesterday": -1, "last night": -1, "tomorrow": 1,
          "the day before yesterday": -2},
)  # fmt: skip

WORDS: dict[str, TimeWords] = {
    "id": _MALAY,
    "ms": _MALAY,
    "en": _ENGLISH,
    "zh": TimeWords(
        units={
            "year": "年",
            "month": "个?月|個月",
            "week": "周|週|星期|个星期|個星期|礼拜|禮拜",
            "day": "天|日",
        },
        last=r"去{u}|上(?:个|個|一)?{u}|前一{u}",
        this=r"今{u}|本{u}|这(?:个|一)?{u}|這(?:個|一)?{u}",
        next=r"明{u}|下(?:个|個|一)?{u}|[次翌]{u}|[后後]一{u}",
        ago=r"{n}(?:个|個)?{u}(?:之前|以前|前)|前{u}",
        later=r"{n}(?:个|個)?{u}(?:之|以)?[后後]",
        past=r"(?:最近|过去|過去|近)(?:的)?{n}(?:个|個)?{u}",
        days={"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "明天": 1, "后天": 2},
    ),
    "ja": TimeWords(
        units={"year": "年間?", "month": "か月間?|ヶ月間?|カ月間?|月", "week": "週間?", "day": "日間?"},
        last=r"昨{u}|去{u}|先{u}|前{u}",
        this=r"今{u}|本{u}|この{u}",
        next=r"来{u}|翌{u}",
        ago=r"{n}{u}前|一昨{u}",
        later=r"{n}{u}後",
        past=r"(?:過去|ここ|直近|最近)(?:の)?{n}{u}",
        days={"今日": 0, "本日": 0, "今朝": 0, "昨日": -1, "昨夜": -1, "一昨日": -2, "明日": 1},
    ),
    "ko": TimeWords(
        units={"year": "년|해", "month": "개월|달|월", "week": "주일?", "day": "일"},
        last=r"작{u}|지난 ?{u}|저번 ?{u}|전년",
        this=r"올해|금년|이번 ?{u}|금{u}",
        next=r"내{u}|다음 ?{u}|이듬해",
        ago=r"{n} ?{u} ?전",
        past=r"(?:최근|지난) ?{n} ?{u}(?:간|동안)?",
        days={"오늘": 0, "어제": -1, "어젯밤": -1, "그저께": -2, "그제": -2, "내일": 1},
    ),
    "ar": TimeWords(
        units={
            "year": "(?:ال)?(?:عام|سنة|سنوات|أعوام|عاما)",
            "month": "(?:ال)?(?:شهر|أشهر|شهور|شهرا)",
            "week": "(?:ال)?(?:أسبوع|اسبوع|أسابيع|أسبوعا)",
            "day": "(?:ال)?(?:يوم|أيام|يوما)",
        },
        last=r"{u} (?:الماضي|الماضية|المنصرم|المنصرمة|الفائت|الفائتة|السابق|السابقة)",
        this=r"(?:هذا|هذه) {u}|{u} (?:الحالي|الحالية|الجاري|الجارية)",
        next=r"{u} (?:القادم|القادمة|المقبل|المقبلة|التالي|التالية)",
        ago=r"(?:قبل|منذ) {n} {u}|(?:قبل|منذ) {u}(?! ?\d)",
        past=r"(?:آخر|خلال) {n} {u}(?: (?:الماضية|الأخيرة))?|{u} {n} (?:الماضية|الأخيرة)",
        days={"اليوم": 0, "أمس": -1, "امس": -1, "البارحة": -1, "أول أمس": -2, "غدا": 1},
    ),
    "es": TimeWords(
        units={"year": "años?", "month": "mes(?:es)?", "week": "semanas?", "day": "días?|dias?"},
        last=r"(?:el |la )?{u} (?:pasad[oa]|anterior)|(?:el |la )?últim[oa] {u}",
        this=r"est[ea] {u}|{u} en curso",
        next=r"(?:el |la )?próxim[oa] {u}|(?:el |la )?{u} (?:que viene|próxim[oa]|siguiente)",
        ago=r"hace (?:{n}|una?) {u}|{n} {u} atrás",
        later=r"{n} {u} (?:después|más tarde)",
        past=r"(?:los |las )?últim[oa]s {n} {u}",
        days={"hoy": 0, "ayer": -1, "anoche": -1, "anteayer": -2},
    ),
    "pt": TimeWords(
        units={"year": "anos?", "month": "m[êe]s(?:es)?", "week": "semanas?", "day": "dias?"},
        last=r"(?:o |a |no |na )?{u} (?:passad[oa]|anterior)|(?:o |a )?últim[oa] {u}",
        this=r"(?:n?est[ea]|deste|desta) {u}",
        next=r"(?:o |a |no |na )?próxim[oa] {u}|(?:o |a |no |na )?{u} (?:que vem|seguinte)",
        ago=r"(?:há|faz) (?:{n}|uma?) {u}|{n} {u} atrás",
        later=r"{n} {u} (?:depois|mais tarde)",
        past=r"(?:n?os |n?as )?últim[oa]s {n} {u}",
        days={"hoje": 0, "ontem": -1, "anteontem": -2, "amanhã": 1},
    ),
    "fr": TimeWords(
        units={"year": "ans?|années?", "month": "mois", "week": "semaines?", "day": "jours?"},
        last=r"(?:l'|le |la )?{u} (?:derni[eè]re?|pass[ée]e?|précédente?)",
        this=r"(?:ce|cet|cette) {u}",
        next=r"(?:l'|le |la )?{u} (?:prochaine?|suivante?)",
        ago=r"il y a (?:{n}|une?) {u}",
        later=r"{n} {u} (?:plus tard|après)",
        past=r"(?:les |ces )?{n} derni[eè]re?s {u}",
        days={"aujourd'hui": 0, "hier": -1, "avant-hier": -2, "demain": 1},
    ),
    "de": TimeWords(
        units={"year": "jahr(?:es?|en)?", "month": "monat(?:s|en?)?", "week": "wochen?", "day": "tage?n?"},
        last=r"(?:letzte[nrsm]?|vorige[nrsm]?|vergangene[nrsm]?) {u}|vorjahr",
        this=r"(?:diese[nrsm]?|laufende[nrsm]?) {u}|heuer",
        next=r"(?:nächste[nrsm]?|kommende[nrsm]?|folgende[nrsm]?) {u}|folgejahr",
        ago=r"vor (?:{n}|eine[mr]) {u}",
        later=r"{n} {u} (?:später|danach)",
        past=r"(?:den |die )?(?:letzten|vergangenen) {n} {u}",
        days={"heute": 0, "gestern": -1, "vorgestern": -2},
    ),
    "vi": TimeWords(
        units={"year": "năm", "month": "tháng", "week": "tuần", "day": "ngày"},
        last=r"{u} (?:ngoái|trước|vừa qua|rồi|qua)",
        this=r"{u} (?:nay|này)",
        next=r"{u} (?:sau|tới)",
        ago=r"{n} {u} (?:trước|về trước)|cách đây {n} {u}",
        past=r"{n} {u} (?:qua|gần đây|vừa qua)",
        days={"hôm nay": 0, "hôm qua": -1, "tối qua": -1, "hôm kia": -2, "ngày mai": 1},
    ),
    "th": TimeWords(
        units={"year": "ปี", "month": "เดือน", "week": "สัปดาห์|อาทิตย์", "day": "วัน"},
        last=r"{u}(?:ที่แล้ว|ที่ผ่านมา|ก่อน|กลาย)",
        this=r"{u}นี้",
        next=r"{u}(?:หน้า|ถัดไป)",
        ago=r"{n} ?{u}(?:ที่แล้ว|ก่อน)|เมื่อ ?{n} ?{u}(?:ที่แล้ว|ก่อน)",
        past=r"(?:ในช่วง ?|ตลอด ?)?{n} ?{u}(?:ที่ผ่านมา|ล่าสุด|หลังสุด)",
        days={"วันนี้": 0, "เมื่อวาน": -1, "เมื่อวานนี้": -1, "เมื่อคืน": -1, "พรุ่งนี้": 1},
    ),
    "ru": TimeWords(
        units={
            "year": "год(?:а|у|ом|ов)?|лет",
            "month": "месяц(?:а|е|ев|ем)?",
            "week": "недел(?:я|и|е|ю|ей|ь)",
            "day": "дн(?:я|ей)|день",
        },
        last=r"(?:в |на )?(?:прошл\w+|минувш\w+|предыдущ\w+) {u}",
        this=r"(?:в |на )?(?:эт\w+|текущ\w+|нынешн\w+) {u}",
        next=r"(?:в |на )?(?:следующ\w+|будущ\w+) {u}",
        ago=r"(?:{n} )?{u} назад",
        past=r"(?:за |в )?последн\w+ {n} {u}",
        days={"сегодня": 0, "вчера": -1, "позавчера": -2, "завтра": 1},
    ),
    "hi": TimeWords(
        units={
            "year": "साल|वर्ष|वर्षों|सालों",
            "month": "महीने|महीना|माह",
            "week": "हफ़्ते|हफ्ते|सप्ताह",
            "day": "दिन|दिनों",
        },
        last=r"(?:पिछले|पिछला|गत|बीते) {u}",
        this=r"(?:इस|चालू) {u}",
        next=r"(?:अगले|अगला) {u}",
        ago=r"{n} {u} (?:पहले|पूर्व)",
        past=r"(?:पिछले|बीते) {n} {u}",
        days={"आज": 0, "परसों": -2},
    ),
}  # fmt: skip

# With these words, a time is relative to one that was named before: "the year before", "tahun berikutnya".
BEFORE_THAT = (
    r"sebelumnya|sebelum itu|previous|preceding|(?:year|month|week|day) before|前一[年月周週天日]"
    r"|anterior|précédente?|vorige[nrsm]?|vorjahr|السابقة?|предыдущ\w{1,20}|ก่อนหน้า|전년"
)
AFTER_THAT = (
    r"berikutnya|selanjutnya|s(?:etelah|esudah)(?:nya| itu)|following|(?:year|month|week|day) after"
    r"|[次翌][年月周週天日]|[后後]一[年月周週天日]|siguiente|seguinte|suivante?|folgende[nrsm]?|folgejahr"
    r"|التالية?|следующ\w{1,20}|ถัดไป|이듬해"
)

# In Chinese and Japanese, 一 to 十 count units. "两" and "兩" are 2.
HAN_NUMBERS = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)} | {
    "两": 2,
    "兩": 2,
}

# Feminine numbers, which stand before years in Arabic.
MORE_NUMBERS = {
    "ar": {"ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "ثمان": 8, "تسع": 9, "عشر": 10},
}

# Words between a cue and a time, or around a time, that carry no meaning of their own.
FILLER = (
    r"dari|from|tahun|thn|bulan|bln|tanggal|tgl|tarikh|hari|masa|periode|pada|di|dalam|selama"
    r"|sepanjang|untuk|akhir|awal"
    r"|pertengahan|the|year|month|of|in|on|during|for|early|mid|late|beginning|end|start|en|el"
    r"|la|los|de|del"
    r"|año|mes|l'|année|mois|im|jahr|jahre|monat|em|no|na|ano|do|da|mês|năm|tháng|ngày|vào|trong|hồi"
    r"|ปี|เดือน|วันที่|พ\.ศ\.|ค\.ศ\.|ใน|เมื่อ|год|года|году|в|с|عام|سنة|شهر|يوم|في|خلال|العام"
    r"|سنه|साल|वर्ष|सन|में"
)

FILLER_BEHIND = r"的|の|に|년에|에|의|году|года|год|г\.|में|के"

# A weekday is a time only with one of these words before or behind it.
ON_WEEKDAY = (
    r"hari|pada|on|last|this|el|este|le|am|letzten|na|no|vào|hôm|เมื่อ|วัน|в|во|يوم|上|上个|這|这|先週の|지난|지난주"
    r"|पिछले"
)
WEEKDAY_AGO = (
    r"(?:lalu|kemarin|ini|lepas|silam|pasado|dernier|passad[oa]|trước|vừa rồi|ที่แล้ว|ที่ผ่านมา|الماضي|に|को)"
)

# Cues before a time, and cues after it in languages that put them there.
SINCE = (
    r"sejak|semenjak|mulai dari|mulai|since|starting from|desde|a partir de|à partir de|depuis"
    r"|dès|seit|ab|từ"
    r"|kể từ|ตั้งแต่|начиная с|منذ|ابتداء من|自从|自從|自|从|從"
)
SINCE_BEHIND = r"以来|以來|以降|以后|以後|之后|之後|起|から|より後|이후|부터|이래|से अब तक|के बाद से|से"
BEFORE = r"sebelum|before|prior to|antes de|avant|vor|antes d[eo]|trước|ก่อน|до|قبل"
BEFORE_BEHIND = r"以前|之前|より前|前|이전|전에|से पहले"
AFTER = r"setelah|sesudah|selepas|usai|after|después de|tras|après|nach|depois d[eo]|após|sau|หลัง|после|بعد"
UNTIL = (
    r"sampai dengan|sampai|hingga|s/d|s\.d\.|until|till|up to|hasta|jusqu'en|jusqu'à|bis|até|đến|tới"
    r"|จนถึง|ถึง|حتى|直到|到|至"
)
UNTIL_BEHIND = r"为止|為止|まで|까지|तक"

# Between the two ends of a range, such as "2019–2021" and "Januari hingga Maret 2023".
BETWEEN = (
    r"-|~|〜|～|s/d|s\.d\.|sampai dengan|sampai|hingga|ke|to|until|till|through|thru|hasta|al"
    r"|a|à|au|jusqu'en|bis"
    r"|até|đến|tới|ถึง|по|до|إلى|الى|حتى|到|至|から|से|부터|에서"
)
BOTH = r"antara|between|entre|zwischen|giữa|ระหว่าง|между|بين"
AND = r"dan|and|y|et|und|e|và|และ|и|و|和|与|與|と|और|와|과"

QUARTER = (
    r"kuartal|kwartal|triwulan|suku tahun|q|quarter|quarters|trimestre|quartal|quý"
    r"|ไตรมาส(?:ที่)?|квартал\w*|الربع|季度|季"
    r"|四半期|분기|तिमाही"
)
HALF = r"semester|paruh|separuh|h(?=[12])|half|semestre|halbjahr|nửa|ครึ่งปี|полугоди\w+|النصف|छमाही"
ORDINALS = {
    1: (
        r"i|1|1st|pertama|kesatu|first|primer|primero|premier|1er|erste[nsrm]?|primeiro|nhất|đầu"
        r"|แรก|перв\w+|الأول|一|पहली|पहला"
    ),
    2: r"ii|2|2nd|kedua|second|segundo|deuxième|2e|zweite[nsrm]?|hai|หลัง|втор\w+|الثاني|二|दूसरी|दूसरा",
    3: r"iii|3|3rd|ketiga|third|tercer|troisième|3e|dritte[nsrm]?|terceiro|ba|треть\w+|الثالث|三|तीसरी",
    4: r"iv|4|4th|keempat|fourth|cuarto|quatrième|4e|vierte[nsrm]?|quarto|tư|четв[её]рт\w+|الرابع|四|चौथी",
}
# "上半年", "하반기": the first and the second half of a year in one word.
HALVES = {1: r"上半年|上半期|上期|상반기", 2: r"下半年|下半期|下期|하반기"}

# Whoever asks for what was reported at a time names the news before the time.
NEWS = (
    r"berita|kabar|laporan|artikel|diberitakan|dilaporkan|terbit|diterbitkan|dimuat|news"
    r"|report|reports|reported"
    r"|article|articles|story|stories|published|noticias?|artículos?|publicad\w{1,20}|nouvelles"
    r"|articles|publiée?s?"
    r"|nachrichten|artikel|berichte?|veröffentlicht\w{0,20}|notícias?|artigos?|tin tức|bài báo|đăng"
    r"|ข่าว|новост\w{1,20}|стать\w{1,20}"
    r"|опубликован\w{1,20}|أخبار|خبر|مقالات|مقال|نشر\w{0,20}|تقارير|新闻|新聞|报道|報導|報道|ニュース"
    r"|記事|뉴스|기사|보도|समाचार|खबर\w{0,20}|ख़बर\w{0,20}|लेख"
)
ACCORDING_TO = (
    r"menurut|berdasarkan|according to|as per|según|selon|d'après|laut|segundo|theo|ตาม|согласно"
    r"|وفقا ل|وفقا|بحسب|حسب|根据|根據|据|據"
)
NEWS_BEHIND = (
    r"(?:年|月|日)?(?:的)?(?:の)?(?:新闻|新聞|报道|報導|報道|ニュース|記事|뉴스|기사|보도)"
    r"(?:によると|によれば|에 따르면)?"
)

RECENT = (
    r"terbaru|terbaharu|terkini|termutakhir|paling baru|baru-baru ini|terakhir kali|latest|newest"
    r"|(?<!tahun )(?<!bulan )(?<!minggu )(?<!pekan )(?<!hari )(?<!jam )terakhir(?=\W*$| berapa| di )"
    r"|most recent|recent|recently"
    r"|up to date|lo último|últimas? noticias?|más recientes?|últimas novedades|reciente\w*"
    r"|dernières? (?:nouvelles?"
    r"|infos?|actualités?)|récente?s?|récemment|neueste[nrsm]?|jüngste[nrsm]?"
    r"|aktuellste[nrsm]?|mais recentes?"
    r"|últimas|recente\w*|mới nhất|gần đây nhất|ล่าสุด|последн\w+ новост\w+|свеж\w+|недавн\w+"
    r"|أحدث|(?:(?<=ما )|(?<=هي )|(?<=هو ))آخر|آخر الأخبار|آخر أخبار"
    r"|最新|最近|近况|近況|直近|최신|최근|ताज़ा|ताजा|नवीनतम|हालिया"
    r"|ter-?update|trbaru|paling anyar|what's new|any updates?|última hora|ultimas noticias"
    r"|neuigkeiten|aktuellen? (?:nachrichten|meldungen)|ultime (?:notizie|novità)|laatste nieuws|tin mới"
    r"|son (?:haberler|dakika|durum)|آخر الاخبار|اخر الاخبار|اخر اخبار|pinakabago\w{0,3}|pinakahuling"
)

# Names that contain a year. The year says which one is meant and not when something happened.
NAMED = (
    r"piala dunia|piala asia|piala eropa|olimpiade|paralimpiade|asian games|sea games|agenda"
    r"|visi|indonesia emas"
    r"|kurikulum|world cup|olympics?|olympic games|euro|copa|championships?|vision|expo|cop"
    r"|g20|wawasan|piala"
    r"|copa del mundo|mundial|juegos olímpicos|coupe du monde|jeux olympiques"
    r"|weltmeisterschaft|fußball-wm|olympia"
    r"|copa do mundo|olimpíadas|jogos olímpicos|world cup|thế vận hội|ฟุตบอลโลก|โอลิมปิก"
    r"|чемпионат\w* мира|олимпиад\w+"
    r"|كأس العالم|رؤية|أولمبياد|世界杯|世界盃|奥运会|奧運會|亚运会|亞運會|世博会|世博會|議程"
    r"|议程|ワールドカップ|五輪|オリンピック"
    r"|万博|월드컵|올림픽|विश्व कप|ओलंपिक"
)
# "Than it is today" compares; it asks for no day.
COMPARED = r"\b(?:than|daripada|dibandingkan?|compared)\b[^?]{0,150}\b(?:today|hari ini)\b"
NUMBERED = r"nomor|no\.?|nr\.?|n[°º]|№|number|num\.?|numéro|número|номер|số|رقم|第"

# A number before one of these counts things and is no year.
COUNTED = (
    r"orang|jiwa|rumah|unit|ekor|buah|keluarga|peserta|siswa|korban|warga|pelari|kali|butir"
    r"|lembar|kursi|hektare?"
    r"|people|persons?|houses?|homes?|units?|times|students?|victims?|families|seats?|runners?"
    r"|personas|personnes"
    r"|menschen|pessoas|người|คน|человек|شخص\w*|人|户|戶|件|台|座|所|名|個|个|명|채|대|लोग|लोगों"
)
