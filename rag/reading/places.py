"""Tells the names of places and of sections from the names of persons, which have the same shape."""

import functools
import re
from zoneinfo import available_timezones

from babel import Locale

# The languages in whose names of countries a line beside a story is searched.
_LANGUAGES = (
    *("id", "ms", "jv", "fil", "en", "de", "nl", "fr", "es", "pt", "it", "ro", "sv", "da", "nb", "fi", "pl"),
    *("cs", "hu", "tr", "vi", "sw"),
)
_MAXIMUM_PLACE_CHARACTERS = 60
# "Jakarta Selatan", but not "Selatan Wijaya".
_DIRECTION_LAST = re.compile(
    r".{1,50}\s(?:barat(?: daya| laut)?|timur(?: laut)?|selatan|utara|tengah|tenggara)", re.IGNORECASE
)
# "West Java", but not "Nathan West" or "North Smith".
_DIRECTION_FIRST = re.compile(
    r"(?:north|south|east|west|central|northern|southern|eastern|western)(?:ern)?\s"
    r"(?:java|sumatra|kalimantan|sulawesi|nusa tenggara|papua|jakarta|bandung|surabaya|borneo|timor|aceh|bali"
    r"|africa|asia|america|europe|australia|territory|korea|carolina|dakota|virginia|wales|yorkshire|london"
    r"|island|islands|coast|bank|midlands)",
    re.IGNORECASE,
)
_ADMINISTRATION_FIRST = re.compile(
    r"(?:kota|kabupaten|kab\.|provinsi|prov\.|kecamatan|kec\.|desa|kelurahan|pulau|kepulauan|daerah istimewa"
    r"|dki|di(?= aceh| yogyakarta)|nanggroe aceh|wilayah persekutuan)\s\S.*"
    r"|nusa tenggara|bangka belitung|negeri sembilan|ibu kota nusantara",
    re.IGNORECASE,
)
# Cities of two words; the names of time zones have the large ones of other countries.
_CITIES = frozenset(
    [
        *("banda aceh", "bandar lampung", "bandar seri begawan", "bau bau", "bukit tinggi", "johor bahru"),
        *("kota kinabalu", "kuala terengganu", "labuan bajo", "lubuk linggau", "nusa dua", "padang panjang"),
        *("padang sidempuan", "palangka raya", "pangkal pinang", "pematang siantar", "raja ampat"),
        *("sungai penuh", "tanjung balai", "tanjung pandan", "tanjung pinang", "tanjung priok"),
        *("tanjung selor", "tebing tinggi", "quezon city", "cape town", "new delhi", "san jose"),
        *("san francisco", "washington dc", "las vegas", "new orleans", "rio de janeiro", "tel aviv"),
    ]
)
_SECTION = re.compile(
    r"(?:berita|laporan|kabar|topik|sorotan) (?:utama|daerah|nasional|hari ini|khusus|terkini)"
    r"|gaya hidup|(?:dalam|luar) negeri|cek fakta|ekonomi (?:dan |& )?bisnis"
    r"|bisnis (?:dan|&) \w{3,12}"
    r"|hukum (?:dan|&)? ?kriminal(?:itas)?|seni (?:dan|&)? ?budaya|sains (?:dan|&)? ?teknologi|sepak bola"
    r"|politik (?:dan|&)? ?hukum|liga (?:inggris|spanyol|italia|indonesia|champions)|tanya jawab"
    r"|surat pembaca"
    r"|(?:top|local|world|national|business|sports?|breaking|latest) (?:news|stories)|real estate"
    r"|(?:arts?|science|health|style|food) (?:and|&) \w{3,12}|middle east|climate change",
    re.IGNORECASE,
)


def is_place(name: str) -> bool:
    """Whether a text is the name of a country, a region, a province or a large city.

    >>> is_place("Jawa Barat"), is_place("Amerika Serikat"), is_place("New York"), is_place("Sari Wulandari")
    (True, True, True, False)
    """
    name = " ".join(name.split()).casefold()
    if len(name) > _MAXIMUM_PLACE_CHARACTERS:
        return False
    patterns = (_DIRECTION_LAST, _DIRECTION_FIRST, _ADMINISTRATION_FIRST)
    return name in _CITIES or name in _known_places() or any(pattern.fullmatch(name) for pattern in patterns)


def is_section(name: str) -> bool:
    """Whether a text is the name of a section of a newspaper.

    >>> is_section("Gaya Hidup"), is_section("Bagas Hidayat")
    (True, False)
    """
    return len(name) <= _MAXIMUM_PLACE_CHARACTERS and _SECTION.fullmatch(name.strip()) is not None


@functools.cache
def _known_places() -> frozenset[str]:
    """Return the countries and regions of the world in many languages, and the cities of the time zones."""
    territories = (Locale.parse(language).territories.values() for language in _LANGUAGES)
    cities = (zone.rpartition("/")[2].replace("_", " ") for zone in available_timezones())
    return frozenset(name.casefold() for names in (*territories, cities) for name in names)
