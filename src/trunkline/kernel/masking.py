"""Identity numbers where they are shown and need not be read in full."""

from __future__ import annotations

import re

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
