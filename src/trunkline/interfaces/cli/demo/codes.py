"""Invented codes with right check digits, and the one source of chance: everything follows from a seed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from stdnum import luhn
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def chance(*parts: object) -> random.Random:
    """A source of chance of its own for each purpose, so that one more draw here moves nothing there."""
    # Demo data, no secrets.
    return random.Random(":".join(map(str, parts)))  # noqa: S311  # nosec B311


def organisation_code(body: str) -> str:
    """Eight characters and the check character of GB 11714 (domain 4.7)."""
    total = sum(_ORGANISATION_ALPHABET.index(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return body + "0123456789X0"[(11 - total % 11) % 11]


def uscc(kind: str, region: str, sequence: int) -> str:
    """A unified social credit code: `kind` of two characters (11, 12, 91), region, organisation code, check."""
    body = f"{kind}{region}{organisation_code(f'MA{sequence:06d}')}"
    return body + stdnum_uscc.calc_check_digit(body)


def resident_id(region: str, born: date, sequence: int) -> str:
    """A resident ID number."""
    body = f"{region}{born:%Y%m%d}{sequence % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def imei(sequence: int) -> str:
    """A 15-digit IMEI."""
    body = f"35209900{sequence % 1_000_000:06d}"
    return body + luhn.calc_check_digit(body)


def sim_card(sequence: int) -> tuple[str, str]:
    """ICCID (19 digits) and IMSI of a card of the operator."""
    body = f"898601{sequence:012d}"
    return body + luhn.calc_check_digit(body), f"46001{sequence:010d}"


def birthday(draw: random.Random) -> date:
    """Of somebody at work in 2026."""
    return date(1966, 1, 1) + timedelta(days=draw.randrange(14_600))
