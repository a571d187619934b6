"""Finds what limits a number: "about", "more than", "almost", a minus sign, the joint of a range."""

import math
import re
from typing import Literal

# The exact number is larger, smaller, or smaller but near.
Bound = Literal["above", "below", "almost"]

# No word of these may begin inside another word, in alphabets that write spaces. "งบประมาณ" is a budget.
_START = r"(?<![a-z\u00c0-\u024f\u0400-\u04ff])(?<!งบ)"
_END = r"\s*+(?:an?\s|[^\w\s]\s*+)?$"

_WORDS: dict[Bound, str] = {
    "above": (
        r"lebih dari(?:pada)?|lebih|di atas|melebihi|melampaui|luwih saka|more than|over|above"
        r"|exceeding|at least|sedikitnya|setidaknya|setidak-tidaknya|paling sedikit|sekurang-kurangnya"
        r"|(?:tidak|tak) kurang dari|no (?:fewer|less) than|not less than|nicht weniger als|no menos de"
        r"|pas moins de|não menos de|niet minder dan|не менее|al menos|pelo menos|au moins|mindestens"
        r"|minstens|meer dan|ruim|en az"
        r"|más de|superior a|mais de|acima de|plus de|mehr als|über|более|больше|свыше|超过|超過|逾"
        r"|hơn|trên"
        r"|กว่า|มากกว่า|أكثر من|higit sa|mahigit"
    ),
    "below": (
        r"kurang dari(?:pada)?|(?:tidak|tak) lebih dari|no more than|not more than|nicht mehr als"
        r"|no más de|pas plus de|não mais de|niet meer dan|не более|minder dan|en fazla"
        r"|di bawah|less than|fewer than|under|below|menos de|moins de"
        r"|weniger als|unter"
        r"|менее|меньше|不到|不足|少于|dưới|น้อยกว่า|ไม่ถึง|أقل من|wala pang|kurang saka"
    ),
    "almost": (
        r"hampir|nyaris|meh|almost|nearly|close to|casi|quase|presque|près de|fast|beinahe|knapp"
        r"|bijna|haast|neredeyse|почти|将近|接近|近"
        r"|gần|เกือบ|لما يقرب من|ما يقرب من|halos"
    ),
}
_BEHIND: dict[Bound, str] = {
    "above": r"'?[dt][ae]n (?:fazla|çok)|'?[iıuü] aşkın"
    r"|\s(?:orang\s)?lebih(?! (?:dari|tinggi|rendah|besar|kecil|banyak|sedikit|cepat|lambat|baik|buruk"
    r"|mahal|murah))|(?:\s?[人名件台個个户戸社棟명개건곳대])?\s?(?:以上|이상)"
    r"|を超え|を上回|余|餘|多|여|\s?(?:(?:을|를|이|가) 넘|이상|से अधिक|से ज्यादा|से ज़्यादा)",
    "below": r"'?[dt][ae]n az|未満|以下|を下回|\s?(?:미만|이하|से कम)",
    "almost": r"近く|弱|\s?가까이|\s?के करीब",
}
_ABOUT = re.compile(
    rf"{_START}(?:sekitar|kira-kira|kurang lebih|mencapai sekitar|kisaran|lebih kurang|about|around"
    r"|approximately|roughly|some|unos|unas|cerca de|alrededor de|aproximadamente|environ|etwa|rund"
    r"|ungefähr"
    r"|ongeveer|circa|zo'n|rond de|yaklaşık|около|примерно"
    r"|约|約|大约|khoảng|ประมาณ|ราว|حوالي|نحو|लगभग|करीब|약|humigit-kumulang|mga)" + _END
)
# "Not more than" is the opposite of "more than".
_DENIED = r"(?<!tidak )(?<!tak )(?<!\bno )(?<!not )(?<!nicht )(?<!niet )(?<!pas )(?<!não )(?<!не )"
_BEFORE_PATTERNS = {
    bound: re.compile(f"{_START}{_DENIED}(?:{words}){_END}") for bound, words in _WORDS.items()
}
_BEHIND_PATTERNS = {bound: re.compile(words) for bound, words in _BEHIND.items()}
_OPPOSITES = ({"above", "below"}, {"above", "almost"})
_FAR = 24  # signs before a number in which the words are looked for

# "More than 100" is not said of 150.
_FARTHEST = 0.7

# What makes a number negative, before it or behind it.
MINUS = (
    r"(?<![a-z\u00c0-\u024f\u0400-\u04ff\d.,)%-])-(?=[\d$€£r])|(?<!\w)(?:minus|negative|negatif"
    r"|(?<!au )(?<!du )moins|(?<!al )(?<!lo )menos|минус|ناقص)\s"
    r"|零下|氷点下|マイナス|영하\s?|ลบ\s?|(?<!\w)âm\s|(?<!\w)शून्य से नीचे\s"
)
UNDER_ZERO = (
    r"\s(?:below zero|di bawah nol|bajo cero|au-dessous de zéro|sous zéro|unter null|ниже нуля|dưới 0"
    r"|تحت الصفر|abaixo de zero|ต่ำกว่าศูนย์)(?!\w)"
)

# What makes a duration the time until now, behind it or before it.
AGO = (
    r"\s(?:yang )?(?:lalu|silam|lepas|kepungkur)(?!\w)|\s(?:ago|fa|geleden|назад|önce|trước|पहले)(?!\w)"
    r"|\s?(?:之?前(?!後|后)|전(?!\w)|ก่อน|ที่แล้ว)"
)
BEFORE_AGO = ("vor ", "hace ", "il y a ", "há ", "قبل ")

# What stands between the ends of a range, or between the numbers before and after a change.
JOINTS = re.compile(
    r"\s?(?:-|~|〜|sampai dengan|sampai|hingga|dan|ke|menjadi|to|until|and|hasta|a|y|e|et|à|bis|und"
    r"|auf|до|и|đến|tới|và|至|到|から|에서|ถึง|إلى|الى|و|से|at|hanggang)\s?(?:rp|rm|us\$|\$|€|£|₹|₱)?"
)


def is_about(text: str, start: int, end: int) -> bool:
    """Whether a number is not exact: "about 300", "more than 300"."""
    return (
        bound_of(text, start, end) is not None or _ABOUT.search(text, max(0, start - _FAR), start) is not None
    )


def bound_of(text: str, start: int, end: int) -> Bound | None:
    """Return on which side of a number at this place the exact number lies.

    >>> bound_of("lebih dari 300 orang", 11, 14), bound_of("300 orang", 0, 3)
    ('above', None)
    """
    before = (
        bound
        for bound, pattern in _BEFORE_PATTERNS.items()
        if pattern.search(text, max(0, start - _FAR), start)
    )
    behind = (bound for bound, pattern in _BEHIND_PATTERNS.items() if pattern.match(text, end))
    return next(before, None) or next(behind, None)


def agree(own: Bound | None, given: Bound | None) -> bool:
    """Whether two bounds of one number can both be true."""
    return {own, given} not in _OPPOSITES


def is_within(exact: float, stated: float, bound: Bound | None) -> bool:
    """Whether a number is on the right side of a stated one, which is round and not far away.

    >>> [is_within(312_000, stated, "above") for stated in (300_000, 320_000)], is_within(74.6, 75, "almost")
    ([True, False], True)
    """
    if bound is None or exact <= 0 or not math.isfinite(exact):
        return bound is None
    digit = 10.0 ** math.floor(math.log10(exact))
    if bound == "above":
        return max(digit * math.floor(exact / digit), _FARTHEST * exact) <= stated <= exact
    return exact <= stated <= min(digit * math.ceil(exact / digit), exact / _FARTHEST)
