"""Files for whoever takes the tour: two members' tables of 60 rows, and a usage file that nobody has taken in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from trunkline.catalog.types import FirstMonthMode
from trunkline.interfaces.cli.demo.customers import Registered
from trunkline.interfaces.cli.demo.members import Row, members_of, sheet_of
from trunkline.interfaces.cli.demo.people import DISTRICTS, people
from trunkline.interfaces.cli.demo.province import Batch
from trunkline.interfaces.cli.demo.usage import COLUMNS

MEMBERS = 60
PLAN = "3G-96"
GOOD_SHEET, BAD_SHEET, USAGE_FILE = "members.xlsx", "members-with-problems.xlsx", "usage-2026-10-late.csv"
#: Serial numbers of handsets far from those of the demo's lines.
_SERIALS = 900_000
_LATE_RECORDS = 40


def write_tour(folder: Path, made: Registered, seed: int, *, taken: str, lines: list[str]) -> None:
    """Write the files for one organisation; `taken` is a number that somebody else has, `lines` some in use."""
    folder.mkdir(parents=True, exist_ok=True)
    persons = people(seed, "tour", districts=DISTRICTS[made.customer.branch])
    batch = Batch(date(2026, 11, 1), MEMBERS, tuple(FirstMonthMode))
    rows = members_of(persons, batch, plan=PLAN, wanted=(), serials=_SERIALS)
    (folder / GOOD_SHEET).write_bytes(sheet_of(rows))
    (folder / BAD_SHEET).write_bytes(sheet_of(_spoiled(rows, taken)))
    (folder / USAGE_FILE).write_text(_late_usage(lines), encoding="utf-8")


def _spoiled(rows: list[Row], taken: str) -> list[list[str]]:
    """The same rows with one mistake of each kind."""
    spoiled = [list(row) for row in rows]
    name, id_number, number, plan, mode, terminal, serial = range(7)
    last = spoiled[3][id_number]
    spoiled[3][id_number] = last[:-1] + ("1" if last[-1] != "1" else "2")
    spoiled[7][name] = ""
    spoiled[11][number] = taken
    spoiled[15][plan] = "5G-9999"
    spoiled[19][mode] = ""
    spoiled[23][terminal] = "NO-SUCH-PHONE"
    spoiled[27][serial] = "123456789012345"
    for row in spoiled[30:36]:
        row[id_number] = spoiled[30][id_number]
    spoiled[41][id_number] = spoiled[40][id_number]
    spoiled[41][number] = spoiled[40][number]
    return spoiled


def _late_usage(lines: list[str]) -> str:
    """A file of October that comes late: calls of lines in use, one of them twice, one row that is wrong."""
    rows = [
        f"MSC-LATE,2026-10-late-{n:04d},{lines[n % len(lines)]},voice,mo,"
        f"2026-10-{1 + n % 28:02d}T{8 + n % 12:02d}:15:00+08:00,{60 + n * 7},local,100{n:08d}"
        for n in range(_LATE_RECORDS)
    ]
    wrong = f"MSC-LATE,2026-10-late-bad,{lines[0]},voice,mo,2026-10-31T25:00:00+08:00,60,local,10000000000"
    return "\n".join([",".join(COLUMNS), *rows, rows[0], wrong]) + "\n"
