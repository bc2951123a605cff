"""`trunkline rate` and `trunkline tariff check`: files in, files out, and everything that can be wrong with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.rating_data import Row, line, price
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.door import BROKEN, REFUSED
from trunkline.rating.types import DESTINATIONS, RATED

USAGE = "source,record_id,line_number,kind,direction,started_at,quantity"
TARIFF: dict[str, list[Row]] = {
    "prices": [
        price(price_row_id=1, zone=None),
        price(price_row_id=2, zone=None, destination="far", price=20_000, allowance_kind=None),
    ],
    "allowances": [{"price_version_id": 1, "allowance_kind": "voice_minutes", "amount": 1}],
    "destinations": [{"prefix": "00", "destination": "far", "on_net": False}],
}


class Files:
    """Input and output in a folder, and the command that turns one into the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.usage: list[Path] = []
        for name, rows in TARIFF.items():
            self.table(name, rows)
        self.write("lines.csv", [line(active_from="2026-01-01T00:00:00+08:00")])

    def table(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.write(f"tariffs/{name}.csv", rows)

    def write(self, name: str, rows: Iterable[Mapping[str, Any]]) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        found = list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, dict.fromkeys(name for row in found for name in row))
            writer.writeheader()
            writer.writerows(found)
        return path

    def records(self, name: str, *rows: str) -> None:
        path = self.folder / name
        path.write_text("\n".join((f"{USAGE},other_party", *rows)), encoding="utf-8")
        self.usage.append(path)

    def rate(self, *options: str, out: str = "out.csv") -> Result:
        given = {"--tariffs": "tariffs", "--lines": "lines.csv", "--out": out}
        named = [part for name, path in given.items() for part in (name, str(self.folder / path))]
        usage = ["--usage", *map(str, self.usage)]
        return CliRunner().invoke(
            cli, ["--language", "zh", "rate", *named, *usage, "--month", "2026-10", *options]
        )

    def read(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @property
    def written(self) -> set[str]:
        """What there is besides the input."""
        given = {"lines.csv", "tariffs", *(path.name for path in self.usage)}
        return {path.name for path in self.folder.iterdir()} - given


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def call_row(
    record_id: str, at: str = "2026-10-12T09:30:00+08:00", seconds: int = 90, party: str = "1"
) -> str:
    return f"msc,{record_id},18600000001,voice,mo,{at},{seconds},{party}"


def test_every_record_is_a_row_with_its_charge(files: Files) -> None:
    files.records(
        "a.csv", call_row("1"), call_row("2", "2026-10-11T09:30:00+08:00"), call_row("3", party="0044")
    )
    done = files.rate(
        "--summary", str(files.folder / "sum.csv"), "--left-out", str(files.folder / "left.csv"), "--json"
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["records"], found["rated"], found["charge"]) == (3, 3, 1500 + 3000 + 40_000)
    rows = files.read("out.csv")
    assert list(rows[0]) == RATED.names
    figures = ("record_id", "line_id", "price_row_id", "units", "allowance_units", "charge")
    assert [[row[name] for name in figures] for row in rows] == [
        ["2", "1", "1", "2", "1", "1500"],
        ["1", "1", "1", "2", "0", "3000"],
        ["3", "1", "2", "2", "0", "40000"],
    ]
    (summed,) = files.read("sum.csv")
    assert (summed["kind"], summed["records"], summed["charge"]) == ("voice", "3", "44500")
    assert files.read("left.csv") == []


def test_parquet_and_csv_hold_the_same(files: Files) -> None:
    files.records("a.csv", call_row("1"), call_row("2"))
    assert files.rate(out="out.parquet").exit_code == 0
    assert files.rate(out="out.csv").exit_code == 0
    table = pq.read_table(files.folder / "out.parquet")
    assert table.schema.names == RATED.names
    assert [str(value) for value in table["charge"].to_pylist()] == [
        row["charge"] for row in files.read("out.csv")
    ]


def test_what_is_left_out_is_named_with_its_place_and_reason(files: Files) -> None:
    files.records(
        "a.csv",
        call_row("1"),
        call_row("1"),
        call_row("2", "yesterday"),
        call_row("3", "2026-11-01T00:00:00+08:00"),
        "msc,4,18600000002,voice,mo,2026-10-12T09:30:00+08:00,90,1",
        "msc,5,18600000001,sms,mo,2026-10-12T09:30:00+08:00,1,1",
    )
    files.records("b.csv", call_row("1"))
    done = files.rate("--left-out", str(files.folder / "left.csv"), "--json")
    assert done.exit_code == BROKEN, done.output
    found = json.loads(done.stdout)
    assert (found["records"], found["rated"], found["duplicates"], found["rejected"], found["unrated"]) == (
        7,
        1,
        2,
        1,
        3,
    )
    left = [
        (Path(row["file"]).name, int(row["row_number"]), row["reason"], row["field"])
        for row in files.read("left.csv")
    ]
    assert left == [
        ("a.csv", 3, "duplicate_in_file", "record_id"),
        ("a.csv", 4, "bad_time", "started_at"),
        ("a.csv", 5, "other_month", ""),
        ("a.csv", 6, "no_line", ""),
        ("a.csv", 7, "no_price", ""),
        ("b.csv", 2, "duplicate_of_earlier", "record_id"),
    ]
    assert all(row["record"].startswith("msc,") for row in files.read("left.csv"))
    assert found["reasons"] == {reason: 1 for _, _, reason, _ in sorted(left, key=lambda each: each[2])}


def test_a_usage_file_that_is_none_is_named_and_the_others_are_rated(files: Files) -> None:
    files.records("a.csv", call_row("1"))
    (files.folder / "b.csv").write_bytes(b"\xff\xfe")
    files.usage.append(files.folder / "b.csv")
    done = files.rate()
    assert done.exit_code == BROKEN
    assert "b.csv" in done.output
    assert len(files.read("out.csv")) == 1


def test_a_tariff_with_a_hole_is_rated_by_and_the_hole_is_named(files: Files) -> None:
    files.table("prices", [price(zone="local")])
    (files.folder / "tariffs" / "destinations.csv").unlink()
    files.records("a.csv", call_row("1"))
    done = files.rate()
    assert done.exit_code == BROKEN
    assert "rating.gap" in done.output
    assert len(files.read("out.csv")) == 1


def _rows_changed(**other: Any) -> Callable[[Files], None]:
    return lambda files: files.table("prices", [price(zone=None, **other)])


def _text(name: str, text: str) -> Callable[[Files], None]:
    def write(files: Files) -> None:
        (files.folder / name).write_text(text, encoding="utf-8")

    return write


def _float_parquet(files: Files) -> None:
    (files.folder / "tariffs" / "destinations.csv").unlink()
    table = pa.table({"prefix": ["00"], "destination": ["far"], "on_net": [0.5]})
    assert table.schema != DESTINATIONS
    pq.write_table(table, files.folder / "tariffs" / "destinations.parquet")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_rows_changed(price="1.5"), ["prices.csv:2:price", "1.5"]),
        (_rows_changed(unit=""), ["prices.csv:2:unit"]),
        (_rows_changed(unit=0), ["rating.price_unsound"]),
        (_rows_changed(prize=1), ["prize"]),
        (_text("tariffs/prices.csv", "price_row_id\n1\n"), ["price_version_id", "kind", "unit"]),
        (_text("tariffs/prices.csv", "a,b\n1\n"), ["prices.csv"]),
        (_text("tariffs/prises.csv", "a\n1\n"), ["prises", "short_numbers"]),
        (_text("tariffs/prices.parquet", "PAR1"), ["prices"]),
        (_text("lines.csv", "line_id\nx\n"), ["line_number"]),
        (
            lambda files: files.write("lines.csv", [line(active_from="2026-13-01")]),
            ["lines.csv:2:active_from"],
        ),
        (
            lambda files: files.write(
                "lines.csv", [line(line_id=n, active_from="2026-01-01 00:00:00") for n in (1, 2)]
            ),
            ["rating.number_held_twice", "18600000001"],
        ),
        (_float_parquet, ["destinations.parquet", "on_net"]),
        (_text("a.csv", "nothing"), ["a.csv"]),
    ],
)
def test_input_that_cannot_be_used_is_refused_with_its_place(
    files: Files, spoil: Callable[[Files], None], words: Sequence[str]
) -> None:
    files.records("a.csv", call_row("1"))
    spoil(files)
    done = files.rate()
    assert done.exit_code == REFUSED, done.output
    assert all(word in done.stderr for word in words), done.stderr
    assert files.written == set()


def test_a_tariff_is_checked_by_itself(files: Files) -> None:
    checking = ["--language", "en", "tariff", "check", str(files.folder / "tariffs")]
    done = CliRunner().invoke(cli, checking)
    assert done.exit_code == 0, done.output
    assert "No gaps" in done.output
    files.table("prices", [price(zone="roaming", destination="moon")])
    done = CliRunner().invoke(cli, [*checking, "--json"])
    assert done.exit_code == BROKEN
    found = json.loads(done.stdout)
    assert {fault["code"] for fault in found["faults"]} == {"rating.gap", "rating.unreachable"}
    assert {note["code"] for note in found["notes"]} == {"rating.unpriced"}
