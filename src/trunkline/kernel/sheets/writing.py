"""Sheets for people. Whatever a cell begins with, it is text and stays text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import xlsxwriter

#: What a spreadsheet takes for the beginning of a formula or command, also after a detour through CSV.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_LONGEST = 32_767
#: Written into every sheet instead of the present, so that the same rows give the same bytes.
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
_CONTROL = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}


def write_sheet(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    widths: Sequence[int] = (),
    choices: Mapping[int, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
    title: str = "",
) -> bytes:
    """An .xlsx of one sheet: a header that stays in view, and columns of text.

    `widths` are in characters (16 by default); `choices` offers a list for a column, by index; `notes` make a
    second sheet of explanations, one line each. A `title` stands in a row of its own above the header.
    """
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _CREATED})
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        sheet = book.add_worksheet()
        top = 1 if title else 0
        sheet.freeze_panes(top + 1, 0)
        for index in range(len(header)):
            sheet.set_column(index, index, widths[index] if index < len(widths) else 16, text)
        for index, words in (choices or {}).items():
            sheet.data_validation(top + 1, index, 50_000, index, {"validate": "list", "source": list(words)})
        if title:
            sheet.write_string(0, 0, _writable(title), bold)
        for index, name in enumerate(header):
            sheet.write_string(top, index, _writable(name), bold)
        for number, row in enumerate(rows, start=top + 1):
            for index, value in enumerate(row):
                if value:
                    sheet.write_string(
                        number, index, _writable(value), quoted if value.startswith(_RISKY) else text
                    )
        if notes:
            explanations = book.add_worksheet()
            explanations.set_column(0, 0, 100)
            for number, line in enumerate(notes):
                explanations.write_string(number, 0, _writable(line))
    return buffer.getvalue()


def _writable(value: str) -> str:
    """Without what XML cannot hold, within what a cell can."""
    return value.translate(_CONTROL).encode("utf-8", "ignore").decode()[:_LONGEST]
