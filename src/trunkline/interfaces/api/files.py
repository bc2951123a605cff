"""Lines by file: a column with the number, and one for each field the item asks for each line."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterable, Mapping

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.sheets import Column, read_sheet
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind

MOST_LINES = 50_000
NUMBER = Column("number", Text("号码", "Number"), code=True)
_ZIP = b"PK\x03\x04"

NOT_CSV = Refusal(
    "lines.not_csv", "", Text("号码清单不是 .xlsx，也不是 CSV", "The file of lines is neither .xlsx nor CSV")
)
NO_ROWS = Refusal("lines.no_rows", "", Text("号码清单没有数据行", "The file of lines has no rows of data"))
TOO_MANY = Refusal(
    "lines.too_many", "", Text("号码清单超过 {limit} 行", "The file has more than {limit} lines")
)
COLUMN_MISSING = Refusal(
    "lines.column_missing", "", Text("缺少列“{subject}”", "The column “{subject}” is missing")
)
COLUMN_TWICE = Refusal(
    "lines.column_twice",
    "",
    Text("列“{subject}”出现了不止一次", "The column “{subject}” occurs more than once"),
)
COLUMN_UNKNOWN = Refusal(
    "lines.column_unknown", "", Text("不认识的列“{subject}”", "Unknown column “{subject}”")
)
ROW_UNEVEN = Refusal(
    "lines.row_uneven", "", Text("第{subject}行的列数不对", "Row {subject} has the wrong number of columns")
)

Row = tuple[str, dict[str, str]]


def rows_of(content: bytes, fields: Iterable[Field]) -> tuple[Row, ...]:
    """The numbers of a file with the answers for each: .xlsx, or CSV in UTF-8 or GB 18030.

    Every column must be there once, under its name or its Chinese or English title, in any order; cells of fields
    that are not required may be blank. Raises `Refused` with everything that is wrong with it.
    """
    columns = (NUMBER, *(Column(f.name, f.label, code=f.kind is FieldKind.NUMBER) for f in fields))
    rows = _from_sheet(content, columns) if content.startswith(_ZIP) else _from_csv(content, columns)
    return tuple(
        (row["number"], {name: value for name, value in row.items() if name != "number" and value})
        for row in rows
    )


def _from_sheet(content: bytes, columns: tuple[Column, ...]) -> list[Mapping[str, str]]:
    sheet = read_sheet(content, columns=columns, max_rows=MOST_LINES)
    raise_if_any(fault for row in sheet.rows for fault in row.faults.values())
    return [row.values for row in sheet.rows]


def _from_csv(content: bytes, columns: tuple[Column, ...]) -> list[Mapping[str, str]]:
    filled: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)):
            # Blank rows are not even remembered: a file may be nothing but line ends.
            if any(cell.strip() for cell in row):
                filled.append((number, [cell.strip() for cell in row]))
            if len(filled) > MOST_LINES + 1:
                raise Refused(TOO_MANY.filled(limit=MOST_LINES))
    except csv.Error as error:
        raise Refused(NOT_CSV) from error
    raise_if_any([NO_ROWS] if len(filled) < 2 else [])
    keys = _header(filled[0][1], columns)
    raise_if_any(ROW_UNEVEN.about(str(number)) for number, row in filled[1:] if len(row) != len(keys))
    return [dict(zip(keys, row, strict=True)) for _, row in filled[1:]]


def _decoded(content: bytes) -> str:
    """UTF-8, or what Excel saves as CSV on a Chinese Windows; `Refused` where it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            raise_if_any([NOT_CSV] if "\0" in text else [])
            return text
    raise Refused(NOT_CSV)


def _header(names: list[str], columns: tuple[Column, ...]) -> list[str]:
    known = {
        name.casefold(): column.key
        for column in columns
        for name in (column.key, column.title.zh, column.title.en)
    }
    keys = [known.get(name.casefold(), "") for name in names]
    raise_if_any(
        [
            *(COLUMN_UNKNOWN.about(name[:40]) for name, key in zip(names, keys, strict=True) if not key),
            *(COLUMN_TWICE.about(c.title.zh) for c in columns if keys.count(c.key) > 1),
            *(COLUMN_MISSING.about(c.title.zh) for c in columns if c.key not in keys),
        ]
    )
    return keys
