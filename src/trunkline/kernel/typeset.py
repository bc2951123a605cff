"""Documents as PDF: a Typst template of this package, filled with data, printed the same byte for byte."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, StreamObject

from trunkline.kernel.money import FEN
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

#: Templates name each other from here: ``#import "/kernel/print/house.typ"``.
ROOT = Path(__file__).resolve().parents[1]

GLYPH_MISSING = Refusal(
    "document.glyph_missing",
    "",
    Text("没有字体能印出这些字符：{characters}", "No font can print these characters: {characters}"),
)

#: The archive standard makes a missing glyph an error where Typst would otherwise print an empty box.
_STANDARD: typst.PDFStandard = "a-2b"
#: Characters of data from which a document is large: some 200 rows of an attachment. Tags for screen readers
#: would make such a one ten times its size.
_LARGE = 20_000
#: Large documents are set one after the other: two at once would need the memory of both.
_ONE_LARGE = threading.Lock()
#: Rows of a list that are set and bound together: Typst takes some 130 KB a row of an attachment
#: while it sets them, so that one volume, 40 pages, stays below 200 MB where 50,000 rows at once ask for 6 GB.
VOLUME_ROWS = 1_000
#: Typst forgets what it remembered of a document only after as many others.
_GENERATIONS = 11
#: Typst wants a fixed offset; Asia/Shanghai has had none but this since 1991.
_OFFSET = timezone(timedelta(hours=8))
#: System families asked first for a character the house fonts lack, so that it comes in the mainland's form.
_PREFERRED = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC", "Source Han Sans SC")
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
#: Where the description of a PDF counts its pages and names itself.
_PAGES_TOLD = re.compile(rb"(<xmpTPg:NPages>)\d+(</xmpTPg:NPages>)")
_IDENTITY_TOLD = re.compile(rb"(<xmpMM:(?:InstanceID|DocumentID)>)[^<]*(</)")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
#: Directions of writing would let a name read otherwise than it is stored; a lone surrogate is no character.
_UNPRINTABLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def typeset(template: Path, data: Mapping[str, object], *, at: datetime) -> bytes:
    """PDF/A-2b of `template` (a .typ file of this package) with `data` (JSON values) as its only input.

    The same template, data and `at` give the same bytes. What stands in `data` is printed as it is, never read
    as markup. Raises `Refused` (``document.glyph_missing``) with every character that no font has.
    """
    pdf, unprintable = _set(template, data, at)
    _refuse(unprintable)
    return pdf


def typeset_list(
    template: Path, data: Mapping[str, object], rows: Sequence[Sequence[str]], *, at: datetime
) -> bytes:
    """`typeset` for a list of any length, in volumes of `VOLUME_ROWS` rows joined into one PDF/A-2b.

    The template finds in its data the `rows` of its volume, and as `volume` the volume's `number`, the `count` of
    all, and its `first` and `last` row, counted from 1 through all of them (of an empty list, 1 and 0).
    """
    starts = range(0, max(len(rows), 1), VOLUME_ROWS)
    volumes: list[bytes] = []
    unprintable: list[str] = []
    for number, start in enumerate(starts, 1):
        part = rows[start : start + VOLUME_ROWS]
        volume = {"number": number, "count": len(starts), "first": start + 1, "last": start + len(part)}
        pdf, found = _set(template, {**data, "rows": part, "volume": volume}, at)
        volumes.append(pdf)
        unprintable += found
    _refuse(unprintable)
    return volumes[0] if len(volumes) == 1 else _joined(volumes)


def yuan(amount: Decimal) -> str:
    """``12,000.00``. ValueError for an amount finer than the fen: rounding is not printing's business."""
    if amount != amount.quantize(FEN):
        raise ValueError(f"not whole fen: {amount}")
    return f"{amount:,.2f}"


def chinese_day(day: date) -> str:
    """``2026年11月5日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_minute(at: datetime) -> str:
    """``2026年11月5日 09:30`` in Asia/Shanghai."""
    local = at.astimezone(_OFFSET)
    return f"{chinese_day(local.date())} {local:%H:%M}"


def _set(template: Path, data: Mapping[str, object], at: datetime) -> tuple[bytes, list[str]]:
    """The PDF, or none and the texts of which no font can print every character."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    directions = _UNPRINTABLE.findall(text)
    if directions:
        return b"", directions
    try:
        return _compile(template, text, at, _house_fonts(), ()), []
    except typst.TypstError as error:
        if not _missing(error):
            raise
    fonts = _all_fonts()
    # Reading the system's fonts takes longer than printing, so it waits until a character needs them.
    available = set(fonts.families())
    try:
        return _compile(template, text, at, fonts, [f for f in _PREFERRED if f in available]), []
    except typst.TypstError as error:
        missing = _missing(error)
        if not missing:
            raise
        return b"", missing


def _joined(volumes: Sequence[bytes]) -> bytes:
    """Volumes as one PDF, still PDF/A-2b: the first one's colour profile and description, told of all pages.

    Every volume brings the fonts its own pages use, and nothing but pages is taken from those after the first.
    """
    writer = PdfWriter(clone_from=io.BytesIO(volumes[0]))
    for volume in volumes[1:]:
        writer.append(io.BytesIO(volume), import_outline=False)
    # The joining leaves the root of an outline, of which there is none.
    writer.root_object.pop("/Outlines", None)
    # What identifies a document is made from its content, so that it is the same when it is printed again.
    digests = b"".join(hashlib.sha256(volume).digest() for volume in volumes)
    identity = hashlib.sha256(digests).digest()[:16]
    description = writer.root_object["/Metadata"].get_object()
    assert isinstance(description, StreamObject)  # noqa: S101 - PDF/A requires it  # nosec B101
    told = _PAGES_TOLD.sub(rb"\g<1>%d\g<2>" % len(writer.pages), description.get_data())
    description.set_data(_IDENTITY_TOLD.sub(rb"\g<1>%s\g<2>" % identity.hex().encode(), told))
    writer._ID = ArrayObject([ByteStringObject(identity)] * 2)
    joined = io.BytesIO()
    writer.write(joined)
    return joined.getvalue()


def _compile(template: Path, text: str, at: datetime, fonts: typst.Fonts, fallback: Sequence[str]) -> bytes:
    large = len(text) >= _LARGE
    with _ONE_LARGE if large else nullcontext():
        try:
            return typst.compile(
                template,
                root=ROOT,
                font_paths=fonts,
                format="pdf",
                sys_inputs={"data": text, "fallback": json.dumps(fallback)},
                pdf_standards=[_STANDARD],
                timestamp=at.astimezone(_OFFSET).replace(microsecond=0),
                pdf_tags=not large,
            )
        finally:
            if large:
                _forget()


def _forget() -> None:
    """Give back the memory of a large document, an eighth of a gigabyte at 1,000 rows, before the next one asks."""
    for _ in range(_GENERATIONS):
        typst.compile(b"", font_paths=_house_fonts(), format="pdf")


@lru_cache(maxsize=1)
def _house_fonts() -> typst.Fonts:
    return _fonts(system=False)


@lru_cache(maxsize=1)
def _all_fonts() -> typst.Fonts:
    return _fonts(system=True)


def _fonts(*, system: bool) -> typst.Fonts:
    folder = Path(pylopdf_fonts_zh_cn.sans_path()).parent
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=[folder])


def _missing(error: typst.TypstError) -> list[str]:
    """The texts that Typst found no glyph for, in the order of the document."""
    return [_ESCAPE.sub(_unescaped, quoted) for quoted in _MISSING.findall(error.diagnostic)]


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]


def _refuse(texts: Sequence[str]) -> None:
    """Refuse naming every character of `texts` once; nothing to refuse without any."""
    characters = dict.fromkeys("".join(texts))
    if characters:
        raise Refused(GLYPH_MISSING.filled(characters=" ".join(_named(c) for c in characters)))


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"{character}({code})" if character.isprintable() else code
