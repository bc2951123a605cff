"""Identity numbers, telephone numbers and addresses where they are shown and need not be read in full."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"1\d{10}")
_RESIDENT_ID = re.compile(r"\d{17}[\dXx]")
_RESIDENT_ID_WITHIN = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


def masked_id(number: str) -> str:
    """An identity number with the birthday hidden: ``340101********1234``.

    Of a number of another form the two characters at either end stay; of one of four or fewer, none.
    """
    if _RESIDENT_ID.fullmatch(number):
        return number[:6] + "*" * 8 + number[14:]
    return number[:2] + "*" * (len(number) - 4) + number[-2:] if len(number) > 4 else "*" * len(number)


def without_ids(text: str) -> str:
    """A text in which every resident identity number is masked."""
    return _RESIDENT_ID_WITHIN.sub(lambda match: masked_id(match[0]), text)


def masked_phone(number: str) -> str:
    """A personal phone number with its middle hidden: 138****5678."""
    if _MOBILE.fullmatch(number):
        return number[:3] + "****" + number[7:]
    return number[:-4] + "****" if len(number) > 6 else number


def masked_address(address: str) -> str:
    """An e-mail address of which the first character and the domain are left: ``l****@example.com``."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}****@{domain}"
