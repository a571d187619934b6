"""Short and long forms of the names of places and offices, and titles, which are part of no name."""

import functools
from collections.abc import Mapping

from rag.text.function_words import word_set

# Each line gives the forms of one name, in the form of `names.plain`.
_INDONESIAN = """
jabar, jawa barat
jateng, jawa tengah
jatim, jawa timur
sumut, sumatera utara, sumatra utara
sumbar, sumatera barat, sumatra barat
sumsel, sumatera selatan, sumatra selatan
kalbar, kalimantan barat
kalteng, kalimantan tengah
kalsel, kalimantan selatan
kaltim, kalimantan timur
kaltara, kalimantan utara
sulsel, sulawesi selatan
sulut, sulawesi utara
sulteng, sulawesi tengah
sultra, sulawesi tenggara
sulbar, sulawesi barat
jakarta, dki jakarta
yogyakarta, jogjakarta, jogja, yogya, daerah istimewa yogyakarta, diy
surakarta, solo
menkeu, menteri keuangan
mendag, menteri perdagangan
mendagri, menteri dalam negeri
menlu, menteri luar negeri
menhan, menteri pertahanan
menhub, menteri perhubungan
menkes, menteri kesehatan
mentan, menteri pertanian
menpora, menteri pemuda dan olahraga
menag, menteri agama
mensos, menteri sosial
menaker, menteri ketenagakerjaan
wapres, wakil presiden
wagub, wakil gubernur
wabup, wakil bupati
kapolri, kepala kepolisian ri, kepala kepolisian republik indonesia, kepala polri
kapolda, kepala kepolisian daerah, kepala polda
kapolres, kepala kepolisian resor, kepala polres
polda, kepolisian daerah
polres, kepolisian resor
polri, kepolisian ri, kepolisian republik indonesia
pemkot, pemerintah kota
pemkab, pemerintah kabupaten
pemprov, pemerintah provinsi
kemenkeu, kementerian keuangan
kemenkes, kementerian kesehatan
kemenhub, kementerian perhubungan
kemenag, kementerian agama
kemendagri, kementerian dalam negeri
kemlu, kemenlu, kementerian luar negeri
kejagung, kejaksaan agung
puskesmas, pusat kesehatan masyarakat
disdik, dinas pendidikan
dinkes, dinas kesehatan
dishub, dinas perhubungan
jend, jenderal
letjen, letnan jenderal
mayjen, mayor jenderal
brigjen, brigadir jenderal
komjen, komisaris jenderal
irjen, inspektur jenderal
kombes, komisaris besar
akbp, ajun komisaris besar polisi
letkol, letnan kolonel
jokowi, joko widodo
gus dur, abdurrahman wahid
ahok, basuki tjahaja purnama
ntb, nusa tenggara barat
ntt, nusa tenggara timur
"""

# Countries keep their codes.
_ENGLISH = {
    "british": "GB", "french": "FR", "american": "US", "chinese": "CN", "dutch": "NL", "spanish": "ES",
    "swiss": "CH", "danish": "DK", "swedish": "SE", "polish": "PL", "turkish": "TR", "irish": "IE",
    "finnish": "FI", "greek": "GR", "thai": "TH", "filipino": "PH", "philippine": "PH", "japanese": "JP",
    "portuguese": "PT", "norwegian": "NO", "ukrainian": "UA", "belgian": "BE",
    "malaysian": "MY", "peruvian": "PE", "congolese": "CD", "burmese": "MM", "israeli": "IL",
    "saudi": "SA", "iraqi": "IQ", "pakistani": "PK", "kenyan": "KE",
    "fed": "federal reserve", "federal reserve": "federal reserve",
}  # fmt: skip

TITLES = word_set(
    """
    pak bapak bu ibu sdr sdri mr mrs ms miss mister dr drg dra drs prof professor profesor haji hajah hj h ir
    kh kiai kyai ustaz ustadz tuan puan datuk datin encik cik tn ny nyonya nona sir señor señora m sr sra
    senor senora monsieur madame mlle herr frau doktor docteur doctor dhr mevr mevrouw meneer ông bà ong ba
    dona mme
    """
)
# Degrees behind a name, with their points: "S.H.", "M.Si.".
DEGREES = word_set("sh mh se mm st mt msi spd mpd skom mkom ssos map phd msc bsc mba mkes skm llm sag mag")


@functools.cache
def aliases(primary: str) -> Mapping[str, str]:
    """Return the forms of names with one key for each name: `jabar` and `jawa barat` have the same key.

    >>> aliases("id")["jabar"] == aliases("id")["jawa barat"]
    True
    """
    if primary == "en":
        return _ENGLISH
    if primary != "id":
        return {}
    lines = [line.split(", ") for line in _INDONESIAN.strip().splitlines()]
    return {form: forms[-1] for forms in lines for form in forms}
