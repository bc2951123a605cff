"""Long lists of sites, points and members as sheets."""

from __future__ import annotations

from trunkline.kernel.sheets import Column, read_sheet, write_sheet
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind, Records

_COLUMN_NO = Text("序号", "No.")


def _column(field: Field) -> Column:
    return Column(field.name, field.label, code=field.kind is FieldKind.NUMBER)


def _kept(field: Field, written: str) -> str:
    """A choice may be written in words, a flag as 是 or yes."""
    if field.kind is FieldKind.FLAG:
        return {"是": "yes", "否": ""}.get(written, written)
    words = {text: code for code, label in field.options() for text in (label.zh, label.en)}
    return words.get(written, written)


def records_of_sheet(records: Records, content: bytes) -> dict[str, str]:
    """The rows of a sheet under flat names; `Refused` for what is no such sheet."""
    sheet = read_sheet(
        content,
        columns=[_column(field) for field in records.fields],
        max_rows=records.most,
        ignored=(_COLUMN_NO.zh, _COLUMN_NO.en),
    )
    return {
        f"{records.name}.{ordinal}.{field.name}": kept
        for ordinal, row in enumerate(sheet.rows, 1)
        for field in records.fields
        if (kept := _kept(field, row.values[field.name]))
    }


def template_of(records: Records, language: str) -> bytes:
    """An empty sheet with the columns that the records need."""
    header = [field.label.in_language(language) for field in records.fields]
    choices = {
        index: [label.in_language(language) for _, label in field.options()]
        for index, field in enumerate(records.fields)
        if field.kind is FieldKind.CHOICE
    }
    return write_sheet(header, [], choices=choices)
