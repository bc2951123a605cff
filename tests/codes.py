"""Made-up codes whose check digits are right."""

from __future__ import annotations

from stdnum import luhn
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc


def resident_id(region: str, born: str, sequence: int) -> str:
    """A resident ID number of a region, birth date (YYYYMMDD) and sequence (0–999)."""
    body = f"{region}{born}{sequence % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def uscc(prefix: str, sequence: int) -> str:
    """A unified social credit code that begins with `prefix`."""
    body = prefix + f"{sequence:0{17 - len(prefix)}d}"
    return body + stdnum_uscc.calc_check_digit(body)


def iccid(sequence: int) -> str:
    """A 19-digit ICCID of the operator."""
    body = f"898601{sequence:012d}"
    return body + luhn.calc_check_digit(body)


def imsi(sequence: int) -> str:
    """An IMSI of the operator."""
    return f"46001{sequence:010d}"


def imei(sequence: int) -> str:
    """A 15-digit IMEI."""
    body = f"35209900{sequence:06d}"
    return body + luhn.calc_check_digit(body)
