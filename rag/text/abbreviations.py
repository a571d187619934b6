"""Abbreviations that end in a full stop, and words that begin sentences, by language.

CLDR (through ICU) and sentencex are asked about each word. The tables below hold what both lack, and say
whether an abbreviation can end a sentence.
"""

import functools
import re
from collections.abc import Iterator
from enum import Enum, auto

from icu4py.breakers import SentenceBreaker
from sentencex import get_sentence_boundaries

from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.tags import primary_language


class Ending(Enum):
    """When the full stop of an abbreviation also ends the sentence."""

    NEVER = auto()
    UNLESS_NUMBER_FOLLOWS = auto()
    UNLESS_NAME_FOLLOWS = auto()
    BEFORE_STARTER = auto()
    ALWAYS = auto()


# The names of languages are BCP 47; "" is every language. An abbreviation also stands for itself with a first
# capital and in capitals: "drg" for "Drg" and "DRG". "Gen" does not stand for "gen", which is often a word.

# A name or a number follows: titles, addresses, units of time before a number.
_NEVER_LAST = {
    "": "Dr Prof Mr Mrs Ms",
    "id": """pk pkl th thn tgl jln jl gg kel ds dsn dk kec kab kp kpg prov perum komp no pt fa ir drs dra
        drg apt hj kh kph ust ustz moh muh mohd abd ny tn nn sdr sdri bpk yth bp rp hlm telp tlp psl
        lamp gbr Jend Letjen Mayjen Brigjen Marsda Marsdya Laksda Kol Letkol Kpt Let Lettu Letda
        Serma Sertu Serda Kopda Inf Pol Kombes Irjen Komjen Purn pdt Rm Sr Br Mgr Ps Ns Tgk Rd Ng gd
        lt blk kav kompl kep kpd wk sek fak jur univ dep dept dir kapt peltu pelda praka ach akh tb
        stn jend po yi mis cth ket bdk rek KM KMP bid dit sekr adv faks ling bend Jen Mej s.d a.n
        u.b inst nopol""",
    "ms": """ab yb yab ydp Kg tmn lrg kpg sdn en pn md hjh y.b y.a.b ybhg y.bhg bil jld jil ms Mej Lt Insp
        jab kem pej keb lbh bt bkt sg kapt ir supt asp Jen Sjn Kpl Konst bdr ldg pdg psn""",
    "jv": "r.a r.m r.ng ng rr k.g.p.a.a k.p.h k.r.t",
    "fil": """brgy bgy sta sto gng bb Atty Engr Arch Hon Sen Rep Gov Cong Gen Col Capt Lt Maj Sgt Sec Usec
        Fr Msgr Dra Kgg bldg Pang Kag Kap Kon PMaj PCol PLtCol PLt PCapt PCpl PSSg PSMS PBGen PMGen
        PLtGen PGen Brig Supt Insp Cpl Adm Rev Bro Sis Dir Asec Amb Comm Pres Ptr Ave gob sek hen
        kol ten sarh Cor abog inh arki prop gat hal blg subd""",
    "en": """Messrs Gen Lt Col Maj Capt Sgt Cpl Pvt Adm Cmdr Brig Sen Rep Gov Pres Rev Hon Fr Msgr Supt
        Insp Det Amb Atty Mt Ft e.g i.e approx esp viz incl ca cf""",
    "fr": """M MM Mme Mmes Mlle Mlles Me Mgr Pr Ste Vve Gal Cdt Cne Col Lt bd boul av fbg ch chap p.ex
        N.B éd cf tél gén lieut adj serg Card Cte Vte Sté Ets arr imp bât esc réf trad coll fasc dép""",
    "pt": """Sr Sra Srta Srs Sras Dra Drs Profa Exmo Exma Ilmo Ilma D Sto Sta Eng Arq Cel Gen Cap Ten Maj
        Sgt Cmte Min Des Pe Av R Rod Pça Trav Al Cia V V.Exa prof ex Dep Ver Sec Gov Pres Emb Brig
        Alm Sarg Mons Card Revmo Rev Depto Dept Univ Fed Fac Lgo Est Ap Apto Bl Com Ed""",
    "it": """sig sigg sig.ra sig.na dott dott.ssa dr.ssa prof prof.ssa proff avv ing arch geom rag on
        mons Sen gen col Cap Ten S SS P.zza V.le C.so cav comm p.es cap ten magg serg card uff gr
        not dir pres min vesc prov circ lett tab Em""",
    "es": """Sr Sra Srta Sres Sras Dra Dres D Dña Ud Uds Vd Vds Lic Ing Arq Gral Cnel Cap Tte Sgto Cmdte
        Mons Fr Sto Sta Avda Av Pza Ctra Cía prof Excmo Excma Ilmo Hno Hna tfno p.ej ej Dip Sen Dir
        Pdte Pte Alm Hnos Rvdo Rvda Pbro Mtro Mtra Psic EE FF JJ CC RR DD Dpto Depto Prov Urb Edif Col C""",
    "tr": """doç yrd Av Gen Alb Yb Bnb Yzb Tğm Org Korg Tümg Tuğg Öğr Gör Arş Uzm Op Ecz Müh Hz Sn Dt Cad
        Sok Mah Apt Blv bkz M.Ö M.S Ord çev haz yay s Kur Onb Ast Ütğm Bşk Ün Üniv Fak Hst Yard""",
    "de": """Hr Fr Frl Hrn Dipl Ing Dipl.-Ing Mag Priv.-Doz Doz Hl Gen Kard z.B d.h u.a z.T z.Zt v.a bzw
        bzgl ca evtl ggf inkl exkl vgl sog gem insb bspw geb gest Abb Abs Art Bd Bde Hrsg Kap Nr Nrn
        S Tab Ziff Mio Mrd Jh Fa Gebr Präs Dir Insp med jur phil rer nat mult habil""",
    "nl": """dhr mevr mw mej drs ir ing prof ds Gen kol Lt kap bijv d.w.z o.a m.n ca blz afb resp evt
        incl excl zgn""",
    "ru": """ул пер просп пл наб бул ш кв корп стр пос дер гор обл р-н оз им проф акад доц канд ген полк
        подполк кап лейт гр св см рис табл ср напр т.е т.н т.к млн млрд тыс англ нем фр лат рус тел
        д""",
    "uk": """вул пров просп пл наб буд кв корп стор смт обл р-н оз ім проф акад доц канд ген полк св гр
        див рис табл напр т.зв млн млрд тис англ нім лат тел м с""",
    "pl": """ul al pl os prof doc inż mgr ks abp bp kard św gen płk ppłk mjr kpt por sierż zob rys tab
        str s ok np m.in tzn tzw im red tel godz tys mln mld ur woj pow gm hab lek mec bryg nadkom
        kom asp ppor chor o med ang""",
    "vi": "TP Tp TX TT Q P H GS PGS TS ThS BS DS KS KTS LS CN NS NSƯT NSND PGS.TS GS.TS Tr ĐT ĐC",
    "sv": "hr fr prof doc kapt kl bl.a t.ex d.v.s dvs ca enl jfr f.d fr.o.m t.o.m",
    "hi": """डॉ डा प्रो पं मो श्री सुश्री स्व एड इंजी सं रु नं पृ कि.मी कि.ग्रा प्रा लि ले ब्रि कै ए बी
        सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई जेड""",
    "ar": "أ.د ق.م ب.م",
}

# Words or letters, except before a number.
_BEFORE_NUMBERS = {
    "": "no nr vol fig pp p art tel hlm sec ch",
    "id": "ay ed cet jil Jan Feb Mar Apr Jun Jul Agt Agu Sep Sept Okt Nov Des hal bab",
    "ms": "Dis",
    "fil": "Ene Peb Mar Abr Hun Hul Ago Set Okt Nob Dis",
    "en": """figs eq eqs chap secs para paras arts ver vols nos Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct
        Nov Dec""",
    "fr": "n t janv févr avr juil sept oct nov déc",
    "pt": "pág págs n núm cap inc arts jan fev abr jun jul ago set nov dez",
    "it": "pag pagg n num artt genn febbr apr giu lugl sett ott nov dic",
    "es": "pág págs núm núms n cap arts apdo ene feb abr ago sept oct nov dic",
    "tr": "sf sy md",
    "de": "Jan Feb Mär Apr Jun Jul Aug Sept Okt Nov Dez",
    "nl": "nrs hfst jan feb mrt apr jun jul aug sept okt nov dec",
    "ru": "п пп ст гл разд янв февр апр авг сент окт нояб дек",
    "uk": "п ст гл розд січ лют квіт трав черв лип серп вер жовт лист груд",
    "pl": "t rozdz par ust poz",
    "sv": "kap sid s jan feb apr aug sept okt nov dec",
}

# The last word of a name or a number. A lone capital after it begins a sentence: "Inc. Shares fell".
_ENDS_NAMES = {
    "": "Inc Ltd Corp",
    "id": "cs kamp tbk",
    "fr": "J.-C av.J.-C",
    "pt": "Ltda S.A a.C d.C",
    "it": "S.p.A S.r.l a.C d.C s.n.c",
    "es": "EE.UU S.A a.C d.C FF.AA JJ.OO CC.OO RR.HH DD.HH",
    "tr": "A.Ş Şti",
    "nl": "B.V N.V",
    "ru": "н.э руб коп",
    "uk": "грн коп",
    "pl": "zł",
}

# Sometimes the last word: degrees, ranks, eras. A word that usually begins sentences tells.
_SOMETIMES_LAST = {
    "": "Co Jr vs al A.M P.M St",
    "id": """dkk sm ttd alm almh AKBP AKP Kompol Iptu Ipda Aiptu Aipda Bripka Brigpol Briptu Bripda bag
        sub red ibid cv ud hub rt rw rs gub RSU RSUD PN SD SMP SMA SMK MI MTs MA""",
    "ms": "bhd",
    "fil": "blvd",
    "en": "Ave Rd Blvd Sq Bros Dept Univ Assn Esq Ph.D M.D B.A M.A",
    "fr": "S.A env",
    "tr": "T.C",
    "de": "v.Chr n.Chr",
    "nl": "v.Chr n.Chr",
    "ru": "в вв",
    "uk": "н.е",
    "pl": "w n.e p.n.e",
    "sv": "f.Kr e.Kr",
}

# "And so on", hours and measures after their number.
_OFTEN_LAST = {
    "": "etc a.m p.m",
    "id": "dll dsb dst kg km cm mm ons tsb",
    "jv": "lsp lss",
    "su": "jsb jrrd",
    "fil": "atbp n.u n.h n.g",
    "en": "min",
    "it": "ecc",
    "tr": "vb vs",
    "de": "usw usf u.ä o.ä Uhr",
    "nl": "enz e.d e.a",
    "ru": "т.д т.п др",
    "uk": "т.д т.п ін",
    "pl": "itd itp",
    "vi": "v.v",
    "sv": "m.m osv o.s.v m.fl",
    "ms": "ptg pg mlm",
}

# Languages that use the abbreviations of another.
_BASES = {"ms": "id", "jv": "id", "su": "id", "ban": "id", "min": "id", "fil": "en", "no": "sv", "da": "sv"}

# In lower case, these are words more often than the abbreviations that CLDR and sentencex list. Sentencex
# asks English for a language that it does not know.
_WORDS = {
    "": "ia mo pa ill",
    "en": "EST",
    "fr": "mar mer mai",
    "pt": "mai mal mar mil nos sol",
    "it": "fa mai mar via",
    "es": "ante bien contra da entre mar nos sol tras",
    "tr": "o",
}

# Words that begin a sentence more often than a name.
_STARTERS = {
    "id": """ia dia mereka kami kita saya aku anda ini itu namun tetapi tapi sementara sedangkan menurut
        pada di dari dalam dengan untuk karena oleh selain setelah sebelum ketika saat kini kemudian
        lalu akan sebagai bahkan juga hal kata ujarnya tidak ada seorang sejumlah para hingga sejak
        jika bila beliau keduanya hasilnya banyak beberapa sebagian seluruh semua setiap sekitar
        sebanyak hanya belum sudah telah masih maka jadi lantas adapun meski meskipun walau walaupun
        apabila kalau agar seusai usai selama sepanjang terkait bukan tak tanpa antara kedua ketiga
        siapa apa apakah mengapa bagaimana kapan puluhan ratusan ribuan jutaan polisi petugas korban
        pelaku tersangka terdakwa pemerintah perusahaan pihak panitia jumlah""",
    "ms": """dia beliau mereka kami ini itu namun tetapi menurut pada di dari dalam dengan untuk kerana
        selepas polis mangsa kerajaan syarikat pihak kerja kontrak nilai ramai jika apabila semasa
        ketika sementara bagi oleh sejak hingga kini turut seorang beberapa semua setiap""",
    "jv": "dheweke iki kuwi iku ing nanging banjur saiki lan aku kowe",
    "su": "manéhna anjeunna éta ieu urang abdi tapi sarta ka ti",
    "fil": """siya sila ito iyon ang mga sa ngunit pero ayon noong kung kapag hindi at si kami tayo doon
        dito kaya dahil habang bago pagkatapos matapos nang kay kina sina kanyang kanilang isa
        dalawa tatlo apat marami lahat bawat walang wala may mayroon huwag sino ano kailan saan
        bakit paano kahit bukod sinabi""",
    "en": """the he she it they we i this that these those there in on at but and however for from when
        while after before since as if his her its their our many some most several no not then
        nobody one two three four five six seven eight nine ten hundreds thousands millions what who
        why how where another each both all any every few other others hers mine yours theirs you
        your my yet or though although because until once now later soon also only even perhaps
        maybe instead meanwhile nothing everything everyone everybody someone none by with without
        under about during despite here police officials analysts""",
    "fr": """il elle ils elles on nous je le la les l un une ce cette ces c en dans mais pour après selon
        sa son ses tu vous cet leur leurs mon notre nos votre tout tous toute toutes chaque
        plusieurs certains deux trois quatre cinq dix puis ensuite alors ainsi cependant toutefois
        hier personne rien quand comme avec sans sur par dès depuis pendant lors malgré aux qui que
        comment pourquoi où ceux celui celle quelques beaucoup""",
    "pt": """ele ela eles elas o a os as um uma este esta isso em no na mas para depois segundo foi era
        não hoje ontem seu sua seus suas todos todas cada muitos muitas alguns algumas dois duas
        três quatro cinco dez quem que quando como onde porém porque já ainda também então assim
        agora nós você eu com sem sobre até desde durante ao à aos às estes estas esse essa esses
        essas aquele aquela ninguém nada tudo outro outra outros outras""",
    "it": """il lo la i gli le un una l egli ella lui lei questo questa in nel nella ma per dopo secondo
        fu era non molti molte alcuni alcune ogni tutti tutte due tre quattro cinque dieci chi che
        cosa quando come dove perché anche ancora oggi ieri poi così allora però tuttavia noi io suo
        sua suoi loro con senza tra fra nei sul sulla questi queste quello quella nessuno niente si
        è""",
    "es": """él ella ellos el la los las un una este esta en pero para después según fue era no su sus se
        ya usted ustedes nosotros esto eso estos estas ese esa esos esas uno dos tres cuatro cinco
        diez muchos muchas algunos algunas todos todas cada varios varias quien quién qué cuando
        cuándo cómo dónde hoy ayer luego entonces así también además sin con por sobre entre hasta
        desde durante tras aunque si mientras nadie nada todo otro otra otros otras nuestro""",
    "tr": """bu şu o ve ama ancak onlar biz ben sonra daha bir iki üç dört beş her bazı birçok hiç kimse
        ne neden nasıl nerede şimdi bugün dün önce ayrıca fakat çünkü eğer hem siz sen bunlar onun
        bunun yine artık""",
    "de": """der die das er sie es wir ich ein eine dies diese dieser in im am an auf bei mit nach vor
        seit aber und doch sein seine ihr ihre dann danach dort hier nun man auch alle viele deshalb
        trotzdem zuvor wer was wie wenn so zum zur jeder jede jedes kein keine mein meine unser
        unsere zwei drei vier fünf zehn warum wo heute gestern später bald jetzt ob weil obwohl
        während ohne für durch gegen um unter über zwischen aus bis denn also daher noch schon nur
        sogar einige manche mehrere beide jemand niemand alles nichts dabei dadurch dafür damit
        davon dazu außerdem inzwischen seitdem beim""",
    "nl": """de het een hij zij ze er dit dat deze in op bij maar en na voor daarna zijn haar ik jij wij
        we jullie hun ons onze mijn wie wat waar waarom hoe wanneer als omdat hoewel terwijl met
        zonder door over tussen tot om onder twee drie vier vijf tien veel sommige alle iedereen
        niemand niets alles vandaag gisteren nu toen later ook nog toch dus want dan daar hier""",
    "ru": """он она они оно это в на но и по после для его её их однако тогда потом был была было были
        война мы вы ты все всё эта этот эти два три четыре пять как когда где почему кто что если
        хотя чтобы также теперь сейчас сегодня вчера затем здесь там поэтому при из от до под над
        между без через не даже только уже ещё многие каждый каждая никто ничто""",
    "uk": """він вона вони це у в на але і й за після для його її їх однак тоді потім ми ви ти всі все ця
        цей ці два три чотири як коли де чому хто що якщо хоча щоб також тепер зараз сьогодні вчора
        там тут тому при з від до під без через не навіть тільки вже ще багато кожен ніхто""",
    "pl": """on ona oni to w na ale i po dla jego jej ich był była było potem zima my wy ja ten ta te ci
        dwa trzy cztery jak kiedy gdzie dlaczego kto co jeśli choć także teraz dziś wczoraj tam tu
        dlatego przy z od do pod bez przez nie nawet tylko już jeszcze wielu każdy nikt""",
    "vi": """ông bà anh chị họ nó đây đó trong tại và nhưng sau các một những tôi chúng tất nhiều mọi mỗi
        vì nếu khi từ đến với không""",
    "sv": """han hon de det den i på men och efter för sedan en ett detta jag du vi ni man dessa två tre
        fyra hur när var varför vem vad om eftersom också nu idag igår där här därför med utan av
        till under inte bara många alla ingen""",
}

# A name seldom has these ends: "Harganya".
_ENDS_OF_STARTERS = {"id": ("nya",), "ms": ("nya",)}
_NO_ENDS: tuple[str, ...] = ()

# After "6 p.m.", these words belong to the hour.
_HOUR_WORDS = """Eastern Pacific Central Mountain Atlantic Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday Lunes Martes Miyerkules Huwebes Biyernes Sabado Linggo"""
_AFTER_HOURS = frozenset(_HOUR_WORDS.split())
_HOURS = frozenset({"a.m", "p.m"})

# After a number, these are measures, years and eras, which may end a sentence: "2 m.", "1812 г.", "1293 M."
_AFTER_NUMBERS = {
    "": "m g gr l t h ha kg km cm mm ml min",
    "id": "M H SM BP jt rb th thn KM",
    "en": "F C",
    "ms": "M H SM",
    "ru": "г гг ч мин сек",
    "uk": "р рр",
    "pl": "r",
}

# A letter after one of these is a label and no initial: "vitamin C.", "Grup B."
_LABELLED = """vitamin hepatitis golongan grup kelompok kelas tipe kategori nilai derajat rencana inisial
    berinisial group grade plan type class team tim huruf letter grupo vitamina gruppe gruppo groupe groep"""
LABELLED = frozenset(_LABELLED.split())

# In these languages, a capital may follow an ordinal: "3. Oktober", "2. Lig". In others with such ordinals,
# only a lower-case letter follows.
ORDINALS = frozenset({"de", "tr"})

# Articles are joined to the next word with an apostrophe: "l'avv."
ELISIONS = frozenset({"ca", "fr", "it"})


@functools.lru_cache(maxsize=20_000)
def ending(word: str, next_word: str, *, language: str, is_after_number: bool = False) -> Ending | None:
    """Return when the full stop after `word` ends the sentence; None if `word` is no abbreviation.

    >>> ending("Jl", "Kenanga", language="id"), ending("jalan", "Kenanga", language="id")
    (<Ending.NEVER: 1>, None)
    """
    if word in _HOURS and (next_word in _AFTER_HOURS or (next_word.isupper() and len(next_word) > 1)):
        return Ending.NEVER
    return _ending(word, primary_language(language), is_after_number)


@functools.lru_cache(maxsize=20_000)
def never_ends(word: str, language: str) -> bool:
    """Whether no sentence ends after an abbreviation, whatever stands before and after it."""
    endings = {
        _ending(word, primary_language(language), is_after_number) for is_after_number in (False, True)
    }
    return endings == {Ending.NEVER} and len(word) > 1


@functools.lru_cache(maxsize=20_000)
def _ending(word: str, language: str, is_after_number: bool) -> Ending | None:
    if is_after_number and any(word in _AFTER_NUMBERS.get(name, "").split() for name in ("", language)):
        return Ending.ALWAYS
    return _table(language).get(word) or (Ending.BEFORE_STARTER if _is_listed(word, language) else None)


@functools.lru_cache(maxsize=20_000)
def begins_sentences(word: str, *, language: str) -> bool:
    """Whether a capitalised word after an abbreviation begins a sentence rather than a name."""
    primary, folded = primary_language(language), word.casefold()
    if primary in ELISIONS:
        folded = re.split("['’]", folded)[0]
    return folded in _starters(primary) or folded.endswith(_ENDS_OF_STARTERS.get(primary, _NO_ENDS))


@functools.lru_cache(maxsize=512)
def _starters(language: str) -> frozenset[str]:
    return frozenset(word for name in _family(language) for word in _STARTERS.get(name, "").split())


@functools.lru_cache(maxsize=512)
def _table(language: str) -> dict[str, Ending]:
    """Return the abbreviations of the tables; a language's own rows count before those of its base.

    An abbreviation in a table counts before a form of another: "KM. Kelud", a ship, before "km".
    """
    rows = [
        (word, kind)
        for name in ("", *reversed(_family(language)))
        for kind, table in _TABLES.items()
        for word in table.get(name, "").split()
    ]
    return {form: kind for word, kind in rows for form in _forms(word)} | dict(rows)


def _forms(word: str) -> tuple[str, ...]:
    return (word,) if len(word) == 1 else (word, word[0].upper() + word[1:], word.upper())


_TABLES = {
    Ending.UNLESS_NUMBER_FOLLOWS: _BEFORE_NUMBERS,
    Ending.NEVER: _NEVER_LAST,
    Ending.UNLESS_NAME_FOLLOWS: _ENDS_NAMES,
    Ending.BEFORE_STARTER: _SOMETIMES_LAST,
    Ending.ALWAYS: _OFTEN_LAST,
}


def _family(language: str) -> list[str]:
    """Return a language and the language whose abbreviations it also uses."""
    return [language, _BASES[language]] if language in _BASES else [language]


@functools.lru_cache(maxsize=512)
def _words(language: str) -> frozenset[str]:
    return word_set(f"{_WORDS['']} {_WORDS.get(language, '')}")


def _is_listed(word: str, language: str) -> bool:
    """Whether CLDR or sentencex lists an abbreviation. Both are asked with a text, as they show no list."""
    if len(word) > _LONGEST_LISTED or not word.isalpha() or (word.isupper() and len(word) > 1):
        return False  # capitals are mostly an acronym, such as "MA"
    if (len(word) > 1 and word.casefold() in FUNCTION_WORDS) or word in _words(language):
        return False
    is_in_cldr = _is_in_cldr(word, language) and not _is_in_cldr(word[1:], language)
    return is_in_cldr or len(get_sentence_boundaries(language, f"x {word}. Xx")) == 1


def _is_in_cldr(word: str, language: str) -> bool:
    """Whether CLDR lists a word or its end: ICU finds the German "r." also at the end of "teurer."."""
    return bool(word) and len(list(SentenceBreaker(f"x {word}. Xx", f"{language}@ss=standard"))) == 1


_LONGEST_LISTED = 6


def rows() -> Iterator[tuple[str, str, Ending]]:
    """Yield every row of the tables: language, abbreviation, and when it ends a sentence."""
    for kind, table in _TABLES.items():
        for language, words in table.items():
            yield from ((language, word, kind) for word in words.split())
