"""Excel sheets of unknown origin in, sheets without formulas out.

`read_sheet` answers any bytes with rows or with `Refused`, never with anything else.
"""

from trunkline.kernel.sheets.reading import DIGITS_LOST, read_sheet
from trunkline.kernel.sheets.types import Column, Sheet, SheetRow
from trunkline.kernel.sheets.writing import write_sheet

__all__ = ["DIGITS_LOST", "Column", "Sheet", "SheetRow", "read_sheet", "write_sheet"]
