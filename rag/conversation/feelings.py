"""Tells remarks about the weather or a mood, such as "panas banget hari ini", by the words they consist of.

Each language has words for what is felt, words that make a remark of it, and others that may stand there.
"Cuaca panas" and "hujan hari ini" have none of the second ones and stay questions. The words are folded.
"""

from rag.text.function_words import word_set

_TABLES = {
    "id": (
        """panas dingin gerah sejuk adem hujan mendung capek cape lelah ngantuk mengantuk lapar laper haus
        sedih senang bosan bosen bete gabut galau pusing kesepian kangen malas males mager""",
        "banget bgt sekali nih ya sih deh duh wah ih aku saya gue gw gua terus lagi amat",
        "hari pagi siang sore malam ini di sini luar cuaca cuacanya udara udaranya jadi bikin",
    ),
    "ms": (
        "panas sejuk hujan mengantuk lapar dahaga sedih gembira bosan penat letih rindu",
        "betul sangat sungguh la lah ni saya aku",
        "hari pagi petang malam ini di sini luar cuaca",
    ),
    "en": (
        """hot cold freezing warm chilly humid rainy raining snowing sunny weather
        hungry tired sad lonely happy bored
        sleepy sick thirsty""",
        "it its im i so very really too damn feeling isnt what nice lovely beautiful",
        "s m is am be it a day today outside here again now and nice lovely beautiful the isn t just still",
    ),
    "es": (
        "calor frio hambre sueno sed triste cansado cansada aburrido",
        "que hace tengo estoy",
        "hoy mucho aqui de muy",
    ),
    "pt": (
        "calor frio fome sono sede triste cansado cansada entediado",
        "que esta to estou ta",
        "hoje muito aqui com de",
    ),
    "fr": (
        "chaud froid beau faim soif sommeil triste fatigue fatiguee",
        "il fait j ai je suis",
        "aujourd hui tres trop ici",
    ),
    "de": (
        "heiß kalt warm hunger durst mude traurig langweilig",
        "es ist mir ich habe bin so",
        "heute hier sehr zu",
    ),
    "zh-Hans": ("热 冷 饿 困 累 无聊 难过", "好 太 真 我", "今天 啊 了 呀 外面 很"),
    "ja": ("暑い 寒い 眠い 暇 疲れた", "です ね なあ", "今日 は も"),
    "ar": ("حار بارد جميل جائع حزين متعب", "الجو انا", "اليوم جدا"),
}

FELT = {language: word_set(felt) for language, (felt, _, _) in _TABLES.items()}
REMARKING = {language: word_set(remarking) for language, (_, remarking, _) in _TABLES.items()}
BESIDE_FELT = {language: word_set(" ".join(words)) for language, words in _TABLES.items()}
