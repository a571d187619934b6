"""Reads what is written in digits of any kind: "1.500,25", "三百二十一"."""

import re

HAN = "〇零一二两兩三四五六七八九十百千"
_HAN_DIGITS = {
    **{sign: value for value, sign in enumerate("〇一二三四五六七八九")},
    "零": 0,
    "两": 2,
    "兩": 2,
}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
# A single Han numeral is a number only before one of these. Otherwise it is part of a word ("统一", "三菱").
AFTER_HAN_NUMERAL = frozenset(
    "个個名人位年月日天次种種座家所只隻艘架辆輛岁歲元万萬亿億倍点點届屆回度本台国國省市点件条條艘"
)


def readings(digits: str) -> frozenset[float]:
    """Return the possible values of digits with points and commas; empty if not one number ("1.2.3").

    >>> sorted(readings("1.500")), sorted(readings("1,5")), sorted(readings("1.500,25"))
    ([1.5, 1500.0], [1.5], [1500.25])
    """
    digits = digits.replace(":", ".") if digits.count(":") == 1 else digits
    groups = re.split(r"[.,'\u00a0\u202f]", digits)
    signs = re.findall(r"[.,'\u00a0\u202f]", digits)
    if not signs:
        return frozenset({float(digits)}) if digits.isdecimal() and len(digits) < 300 else frozenset()
    found = set()
    if _are_thousands(groups) and len(set(signs)) == 1:
        found.add(float("".join(groups)))
    has_decimals = signs[-1] in ".," and signs.count(signs[-1]) == 1
    if has_decimals and (len(groups) == 2 or _are_thousands(groups[:-1])):
        found.add(float("".join(groups[:-1]) + "." + groups[-1]))
    return frozenset(found)


def _are_thousands(groups: list[str]) -> bool:
    """Whether the groups are as in 1 500 000, or as in India's 15 00 000."""
    first, *middle, last = groups
    if len(last) != 3 or not 1 <= len(first) <= 3 or first == "0":
        return False
    return all(len(group) == 3 for group in middle) or (
        len(first) <= 2 and all(len(group) == 2 for group in middle)
    )


def han_value(numeral: str) -> float:
    """Return the value of a Chinese numeral below ten thousand, or of a sequence of Chinese digits.

    >>> han_value("三百二十一"), han_value("二〇〇五"), han_value("十")
    (321.0, 2005.0, 10.0)
    """
    if not set(numeral) & set(_HAN_TENS):
        return float("".join(str(_HAN_DIGITS[sign]) for sign in numeral))
    total, digit = 0, None
    for sign in numeral:
        if sign in _HAN_TENS:
            total += (1 if digit is None else digit) * _HAN_TENS[sign]
            digit = None
        else:
            digit = _HAN_DIGITS[sign]
    return float(total + (digit or 0))


def is_han_number(han: str) -> bool:
    """Whether Han numerals are a number in any context: several with a power of ten, or more than two."""
    return len(han) > 2 or (len(han) == 2 and not set(han).isdisjoint(_HAN_TENS))
