"""Members' tables of the demo: people who do not exist, in the sheet that is uploaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trunkline.agreements.members import COLUMNS
from trunkline.catalog.types import FIRST_MONTH_NAMES
from trunkline.interfaces.cli.demo.codes import imei
from trunkline.interfaces.cli.demo.people import Person
from trunkline.interfaces.cli.demo.province import Batch
from trunkline.kernel.sheets import write_sheet

#: One row: name, ID number, wanted number, plan, first-month mode, terminal model, IMEI.
Row = tuple[str, str, str, str, str, str, str]

_TERMINALS = ("WP-S7", "WP-E2", "HX-900")


def _terminal(plan: str, serial: int) -> tuple[str, str]:
    """Two of three members bring a terminal that is known; the serial number is unlike any other."""
    if plan.startswith("3GD"):
        return "HX-E100", imei(serial)
    if serial % 3 == 2:
        return "", ""
    return _TERMINALS[serial // 3 % len(_TERMINALS)], imei(serial)


def members_of(
    persons: Iterator[Person], batch: Batch, *, plan: str, wanted: Sequence[str], serials: int
) -> list[Row]:
    """The rows of a batch: plans and first-month modes take turns, the first rows want `wanted`."""
    plans = batch.plans or (plan,)
    rows: list[Row] = []
    for index in range(batch.members):
        person = next(persons)
        chosen = plans[index % len(plans)]
        mode = batch.modes[index // len(plans) % len(batch.modes)]
        first_month = "" if chosen.startswith("2G") else FIRST_MONTH_NAMES[mode].zh
        number = wanted[index] if index < len(wanted) else ""
        rows.append(
            (person.name, person.id_number, number, chosen, first_month, *_terminal(chosen, serials + index))
        )
    return rows


def sheet_of(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as .xlsx with the headers of the table."""
    return write_sheet([column.title.zh for column in COLUMNS], rows, widths=(12, 22, 16, 16, 22, 14, 18))
