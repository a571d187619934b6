"""The usual words for those that people shorten or change in chats: "brp" for "berapa", "ringkasin".

Only words that tell what is asked are here. Words of a topic stay as they are written.
"""

from collections.abc import Iterable

_LISTED = """
yang: yg; berapa: brp brpa brapa brape; kapan: kpn kapn; dimana: dmn dmana dimn; gimana: gmn gmna gimna;
kenapa: knp knapa kenpa napa; tidak: gak ga gk nggak ngga enggak tdk; kemarin: kmrn kmren kmarin kemaren;
tanggal: tgl; saja: aja aj doang; terus: trus trs; kalau: kalo klo; dengan: dgn; untuk: utk; orang: org;
sekarang: skrg skrng skg; sudah: sdh udh udah; belum: blm blom; jadi: jd; karena: krn karna; banget: bgt;
pada: pd; saya: sy; lagi: lg; lebih: lbh lbih; bisa: bs; harus: hrs; juga: jg; tentang: ttg; banyak: bnyk
byk; dalam: dlm; masih: msh; apa: apaan; siapa: sapa sopo; begitu: gitu; itu: tuh tu; ini: nih ni; detail:
detil detailin; jelaskan: jelasin; ringkaskan: ringkasin; rangkumkan: rangkumin; singkatkan: singkatin;
rincikan: rinciin; ceritakan: ceritain; lanjutkan: lanjutin; tambahkan: tambahin; pendekkan: pendekin;
perpanjang: panjangin; sebutkan: sebutin; tampilkan: tampilin; carikan: cariin; kumpulkan: kumpulin; beri:
kasih kasi kasihin; buat: bikin bikinkan; buatkan: bikinin buatin; tolong: tlg tlong plis; berita: brita
brt berita2; artikel: artikel2; minggu: mgg; bulan: bln; tahun: thn; bila: bile; you: u; are: r; your: ur;
please: pls plz; about: abt; thanks: thx; what: wht; bahasa: bhs bhsa; você: vc
"""

_USUAL = {
    short: usual.strip()
    for usual, shorts in (row.split(":") for row in _LISTED.split(";"))
    for short in shorts.split()
}


def usual_words(words: Iterable[str]) -> list[str]:
    """Return folded words with the usual ones for those of chats.

    >>> usual_words(["brp", "gaji", "guru"])
    ['berapa', 'gaji', 'guru']
    """
    return [_usual(word) for word in words]


def _usual(word: str) -> str:
    stem = word.removesuffix("nya")
    return _USUAL.get(word) or (f"{_USUAL[stem]}nya" if stem in _USUAL else word)
