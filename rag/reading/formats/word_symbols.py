"""Returns the signs that Word takes from fonts of symbols, where a number stands for a sign."""

# The signs of the font Symbol from number 0x20 on and from number 0xA1 on; a space stands for no sign.
_ASCII = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧ∆ΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_UPPER = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…│─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_SYMBOL = {0x20 + place: sign for place, sign in enumerate(_ASCII)} | {
    0xA1 + place: sign for place, sign in enumerate(_UPPER)
}
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆", 0x76: "❖", 0x9F: "•", 0xA7: "▪", 0xA8: "□",
    0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓",
    0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
_PRIVATE = 0xF000  # added to the number of a sign in a font of symbols


def symbol(code: str, font: str) -> str:
    """Return the sign for a number in hexadecimal digits and a font; empty if it is not known.

    >>> symbol("F0B0", "Symbol"), symbol("F0FC", "Wingdings"), symbol("20AC", "Calibri")
    ('°', '✓', '€')
    """
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    is_private = _PRIVATE <= number < _PRIVATE + 0x100
    number -= _PRIVATE if is_private else 0
    signs = _FONTS.get(font.strip().lower())
    if signs is not None and number < 0x100:
        return signs.get(number, "")
    is_known = 0x20 <= number <= 0xFFFD and not 0xD800 <= number <= 0xF8FF
    return chr(number) if is_known and not (is_private and "ding" in font.lower()) else ""
