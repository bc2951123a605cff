"""Money is Decimal yuan, rounded only in the named places below; never float."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
#: Rating keeps money in whole ten-thousandths of a yuan.
TEN_THOUSANDTHS = 10_000

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")


def fen_half_up(amount: Decimal) -> Decimal:
    """Round to the fen, half away from zero: the rule for a sum that is billed."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def fen_down(amount: Decimal) -> Decimal:
    """Drop what is below the fen: the rule that favours the payer (P2-07)."""
    return amount.quantize(FEN, ROUND_DOWN)


def fen_up(amount: Decimal) -> Decimal:
    """Round up to whole fen (what is given back to a customer)."""
    return amount.quantize(FEN, ROUND_UP)


def whole_up(amount: Decimal) -> int:
    """Round up to a whole unit: the rule that favours the user of an allowance (P2-07)."""
    return int(amount.to_integral_value(ROUND_UP))


def yuan_from_ten_thousandths(amount: int) -> Decimal:
    """Exact yuan from the scaled integer of the rating engine."""
    return Decimal(amount).scaleb(-4)


def tax_included(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax inside a tax-inclusive `gross` amount at `rate` (0.09 = 9 %), rounded half up to the fen."""
    return fen_half_up(gross * rate / (1 + rate))


def _section_in_capitals(section: int) -> str:
    """Four digits (1..9999) in capital numerals, one 零 for any run of inner zeros, none at the end."""
    words = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = section // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words


def _integer_in_capitals(yuan: int) -> str:
    words = ""
    gap = False
    for index in range(len(_SECTIONS) - 1, -1, -1):
        section = yuan // 10_000**index % 10_000
        if section == 0:
            gap = bool(words)
            continue
        if words and (gap or section < 1000):
            words += "零"
        words += _section_in_capitals(section) + _SECTIONS[index]
        gap = section % 10 == 0
    return words


def in_capitals(amount: Decimal) -> str:
    """An amount of yuan in capital numerals as printed on contracts and receipts (domain 4.8).

    Exact to the fen; raises ValueError for a finer, negative or too large amount.
    """
    if amount < 0 or amount != amount.quantize(FEN) or amount >= Decimal(10) ** 16:
        raise ValueError(f"no capital numerals for {amount}")
    total = int(amount * 100)
    yuan, jiao, fen = total // 100, total // 10 % 10, total % 10
    words = _integer_in_capitals(yuan) + "元" if yuan else ""
    if jiao == fen == 0:
        return "人民币" + (words or "零元") + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif yuan:
        words += "零"
    words += _DIGITS[fen] + "分" if fen else "整"
    return "人民币" + words


def count_in_capitals(count: int) -> str:
    """A small count in capital numerals (6 → 陆), as agreements write the number of originals (P2-28)."""
    return _integer_in_capitals(count) if count else _DIGITS[0]
