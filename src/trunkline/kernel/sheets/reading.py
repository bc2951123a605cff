"""Rows out of an .xlsx file."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.sheets.package import DAMAGED, TOO_MANY_ROWS, column_letters, open_package
from trunkline.kernel.sheets.types import Column, Sheet, SheetRow
from trunkline.kernel.text import Text

#: The header stands in one of the first rows; a title may stand above it.
HEADER_WITHIN = 10
#: From here on a number in Excel no longer holds all its digits.
_EXACT_BELOW = 10**15
_LONGEST_SHOWN = 40

NO_ROWS = Refusal("sheet.no_rows", "", Text("表中没有数据行", "The sheet has no rows of data"))
MISSING_COLUMN = Refusal(
    "sheet.column_missing", "", Text("缺少列“{column}”", "The column “{column}” is missing")
)
DUPLICATE_COLUMN = Refusal(
    "sheet.column_twice",
    "",
    Text("列“{column}”出现了不止一次", "The column “{column}” occurs more than once"),
)
UNKNOWN_COLUMN = Refusal(
    "sheet.column_unknown", "", Text("不认识的列“{subject}”", "Unknown column “{subject}”")
)
NAMELESS_COLUMN = Refusal(
    "sheet.column_nameless",
    "",
    Text("{subject} 列有内容但没有列名", "Column {subject} has content but no header"),
)
MERGED = Refusal(
    "sheet.merged",
    "",
    Text(
        "数据区有合并单元格 {subject}；请取消合并，每行都填写",
        "The cells {subject} are merged: unmerge them and fill in every row",
    ),
)
DIGITS_LOST = Refusal(
    "sheet.digits_lost",
    "",
    Text(
        "“{column}”被 Excel 当作数字存成了 {written}，末尾数字已丢失；请把该列设为文本后重新填写",
        "Excel has stored “{column}” as the number {written} and its last digits are lost: "
        "format the column as text and enter it again",
    ),
)
BECAME_DATE = Refusal(
    "sheet.became_date",
    "",
    Text(
        "“{column}”被 Excel 当作日期存成了 {written}；请把该列设为文本后重新填写",
        "Excel has stored “{column}” as the date {written}: format the column as text and enter it again",
    ),
)

_SCIENTIFIC = re.compile(r"[1-9](\.\d+)?E\+?\d{1,3}", re.IGNORECASE)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_MERGED_RANGE = re.compile(r"[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}(\d{1,7})")
_DROPPED_FROM_CODES = re.compile(r"[\s\-‐‑‒–—−]+")
_HEADER_DECORATION = re.compile(r"[\s**]+|\(.*?\)$")

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet(
    content: bytes, *, columns: Sequence[Column], max_rows: int, ignored: Sequence[str] = ()
) -> Sheet:
    """The rows of the first visible worksheet, hidden rows included.

    Every column must be there once, in any order; columns named in `ignored` may be there; others are refused.
    Raises `Refused`, and nothing else, for any bytes whatever.
    """
    package = open_package(content, max_rows=max_rows + HEADER_WITHIN, limit_shown=max_rows)
    known = _header_names(columns)
    rows: list[SheetRow] = []
    head: _Head | None = None
    above: list[str] = []
    for number, cells in _headed(_cells(package.content), known, above):
        if head is None:
            head = _Head(cells, known, columns, ignored)
            _refuse_merged(package.merged, number)
            first = number
        elif any(texts := [_text(cell) for cell in cells]):
            rows.append(head.row(number - first, cells, texts))
            if len(rows) > max_rows:
                raise Refused(TOO_MANY_ROWS.filled(limit=max_rows))
    if head is None or not rows:
        raise Refused(NO_ROWS)
    return Sheet(head.header, tuple(rows), tuple(above))


def _cells(content: bytes) -> Iterable[tuple[int, list[Cell]]]:
    """Row numbers from 1 and cells from column A, of a workbook that `open_package` made."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.start is None:
            return
        row, column = sheet.start
        padding: list[Cell] = [""] * column
        for offset, cells in enumerate(sheet.iter_rows()):
            yield row + offset + 1, [*padding, *cells]
    except (CalamineError, ValueError, OverflowError) as error:
        raise Refused(DAMAGED) from error
    except BaseException as error:
        # A Rust panic arrives as a class of its own below BaseException, which cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(DAMAGED) from error


def _headed(
    rows: Iterable[tuple[int, list[Cell]]], known: Mapping[str, Column], above: list[str]
) -> Iterable[tuple[int, list[Cell]]]:
    """The rows from the header on: the first of the top rows with two known names, else the first not blank.

    The texts that stand above it are put into `above`.
    """
    top: list[tuple[int, list[Cell]]] = []
    wanted = min(2, len({column.key for column in known.values()}))
    found = False
    for number, cells in rows:
        if found:
            yield number, cells
            continue
        if number <= HEADER_WITHIN:
            top.append((number, cells))
            found = sum(_header_key(_text(cell)) in known for cell in cells) >= wanted
            if found:
                above += [text for _, titles in top[:-1] for text in map(_text, titles) if text]
                yield number, cells
            continue
        break
    if not found:
        yield from (item for item in top if any(map(_text, item[1])))


class _Head:
    """The header: which column of the sheet is which."""

    def __init__(
        self,
        cells: Sequence[Cell],
        known: Mapping[str, Column],
        columns: Sequence[Column],
        ignored: Sequence[str],
    ) -> None:
        names = [_text(cell) for cell in cells]
        passed_over = {_header_key(name) for name in ignored}
        self._columns = columns
        self._places: dict[str, int] = {}
        refusals: list[Refusal] = []
        for index, name in enumerate(names):
            column = known.get(_header_key(name))
            if column is not None and column.key in self._places:
                refusals.append(_of_column(DUPLICATE_COLUMN, column, column.title.zh))
            elif column is not None:
                self._places[column.key] = index
            elif name and _header_key(name) not in passed_over:
                refusals.append(UNKNOWN_COLUMN.about(_shown(name)))
        refusals.extend(
            _of_column(MISSING_COLUMN, column, column.title.zh)
            for column in columns
            if column.key not in self._places
        )
        raise_if_any(refusals)
        self._own = [i for i, name in enumerate(names) if name and _header_key(name) not in passed_over]
        self._nameless = [i for i, name in enumerate(names) if not name]
        self.header = tuple(names[i] for i in self._own)

    def row(self, number: int, cells: Sequence[Cell], texts: Sequence[str]) -> SheetRow:
        """One row of data."""
        for index in self._nameless:
            if texts[index]:
                raise Refused(NAMELESS_COLUMN.about(column_letters(index)))
        faults: dict[str, Refusal] = {}
        values: dict[str, str] = {}
        for column in self._columns:
            index = self._places[column.key]
            text = texts[index]
            if column.code:
                fault = _fault(cells[index], text)
                if fault is not None:
                    faults[column.key] = _of_column(fault, column, str(number), written=_shown(text))
                text = "" if fault else _DROPPED_FROM_CODES.sub("", text.removeprefix("'")).upper()
            values[column.key] = text
        return SheetRow(number, values, tuple(texts[i] for i in self._own), faults)


def _fault(cell: Cell, text: str) -> Refusal | None:
    """What Excel has done to a code."""
    if isinstance(cell, date | time | timedelta):
        return BECAME_DATE
    return DIGITS_LOST if _loses_digits(cell) or _SCIENTIFIC.fullmatch(text) else None


def _of_column(refusal: Refusal, column: Column, subject: str, **values: str) -> Refusal:
    """A refusal about a column, which has a title in each language."""
    words = Text(
        refusal.text.zh.format(column=column.title.zh, **values),
        refusal.text.en.format(column=column.title.en, **values),
    )
    return Refusal(refusal.code, refusal.clause, words, subject)


def _loses_digits(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not abs(cell) < _EXACT_BELOW


def _text(cell: Cell) -> str:
    """A cell as a person reads it: full-width forms narrowed, blanks trimmed and joined, nothing invisible."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return (
            str(int(cell))
            if math.isfinite(cell) and cell == int(cell) and not _loses_digits(cell)
            else f"{cell:.15G}"
        )
    if isinstance(cell, int):
        return f"{cell:.15G}" if _loses_digits(cell) else str(cell)
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    text = cell if cell.isprintable() else _visible(cell)
    if not text.isascii():
        text = text.translate(_FULL_WIDTH)
    return " ".join(text.split())


def _visible(text: str) -> str:
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def _header_key(name: str) -> str:
    return _HEADER_DECORATION.sub("", name).casefold()


def _header_names(columns: Sequence[Column]) -> dict[str, Column]:
    return {
        _header_key(name): column
        for column in columns
        for name in (column.title.zh, column.title.en, column.key, *column.aliases)
    }


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _refuse_merged(merged: Iterable[str], header_row: int) -> None:
    """Merged cells hide which row a value belongs to. A merged title above the header is harmless."""
    for reference in merged:
        match = _MERGED_RANGE.fullmatch(reference)
        if match is None or int(match[1]) > header_row:
            raise Refused(MERGED.about(_shown(reference)))
