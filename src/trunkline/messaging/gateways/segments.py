"""Short messages as they go over the air: one alphabet for the whole, in parts that a handset joins again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smpplib.consts import SMPP_ENCODING_DEFAULT, SMPP_ENCODING_ISO10646
from smpplib.gsm import GSM_CHARACTER_TABLE, gsm_encode

#: Octets of a message that stands alone, and of each part of one that does not, by alphabet (3GPP TS 23.040).
_ROOM = {SMPP_ENCODING_DEFAULT: (160, 153), SMPP_ENCODING_ISO10646: (140, 134)}
#: In the library's table the grave accent stands where nothing does, and the escape is no character.
_GSM = frozenset(GSM_CHARACTER_TABLE) - {"`", "\x1b"}


def segments(text: str, reference: int) -> tuple[int, tuple[bytes, ...]]:
    """The data coding of `text` and its parts; with several, each has a header of `reference` (0 to 255).

    Plain letters take GSM's alphabet, all else UCS-2. No character is torn apart.
    """
    gsm = _GSM.issuperset(text)
    coding = SMPP_ENCODING_DEFAULT if gsm else SMPP_ENCODING_ISO10646
    characters = [gsm_encode(c) if gsm else c.encode("utf-16-be") for c in text]
    alone, each = _ROOM[coding]
    if sum(map(len, characters)) <= alone:
        return coding, (b"".join(characters),)
    parts = tuple(_filled(characters, each))
    return coding, tuple(
        bytes((5, 0, 3, reference, len(parts), place)) + part for place, part in enumerate(parts, start=1)
    )


def _filled(characters: Iterable[bytes], room: int) -> Iterator[bytes]:
    part = b""
    for character in characters:
        if len(part) + len(character) > room:
            yield part
            part = b""
        part += character
    yield part
