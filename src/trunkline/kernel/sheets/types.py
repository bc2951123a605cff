"""Words of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a sheet must have. Its header may be either title, the key or an alias.

    `code` marks numbers that are written, not counted (telephone, identity, serial numbers): blanks and hyphens
    inside are dropped, letters become capitals, and a cell that Excel has turned into a date or rounded is a fault.
    """

    key: str
    title: Text
    code: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not blank. `number` counts from 1 directly below the header, blank rows included.

    `values` holds every column by key, empty where the cell is; `cells` the cells as they stand under
    `Sheet.header`; `faults` what Excel has done to single cells, by key, whose value is then empty.
    """

    number: int
    values: Mapping[str, str]
    cells: tuple[str, ...]
    faults: Mapping[str, Refusal]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first visible sheet of a workbook: its headers as written, its rows, and what stands above the header."""

    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    above: tuple[str, ...] = ()
