"""Usage files from the bytes to what can be accepted: nothing gets lost, nothing gets in twice."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rating_data import Row, call, usage_file
from trunkline.kernel.refusals import Refused
from trunkline.rating.formats import find_duplicates, read_usage
from trunkline.rating.types import CANDIDATES, REJECTS, USAGE, RejectReason, UsageFile

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"
GOOD = "msc,r1,18600000001,voice,mo,2026-10-12T12:00:00+08:00,60,local,10010"


def write(folder: Path, *lines: str, header: str = HEADER, name: str = "usage.csv") -> Path:
    path = folder / name
    path.write_bytes("\n".join((header, *lines, "")).encode())
    return path


def take(path: Path) -> tuple[UsageFile, list[Row], list[Row]]:
    """The file as read, its candidates and its rejects."""
    found = read_usage(path, workdir=path.parent / "work")
    candidates, rejects = pq.read_table(found.candidates), pq.read_table(found.rejects)
    assert (
        candidates.schema.equals(CANDIDATES.remove_metadata()) or candidates.schema.names == CANDIDATES.names
    )
    assert rejects.schema.names == REJECTS.names
    return found, candidates.sort_by("row_number").to_pylist(), rejects.to_pylist()


def refused_codes(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read_usage(path, workdir=path.parent / "work")
    assert list((path.parent / "work").iterdir()) == [], "a refusal leaves nothing behind"
    return [(r.code, r.subject) for r in refused.value.refusals]


def test_a_good_row_becomes_a_candidate(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    found, candidates, rejects = take(path)
    assert candidates == [
        {
            "row_number": 2,
            "source": "msc",
            "record_id": "r1",
            "line_number": "18600000001",
            "kind": "voice",
            "direction": "mo",
            "started_at": NOON,
            "quantity": 60,
            "zone": "local",
            "other_party": "10010",
            "duration": None,
            "service": None,
        }
    ]
    assert (rejects, found.reasons, found.sha256) == ([], {}, hashlib.sha256(path.read_bytes()).hexdigest())
    assert (found.counts.read, found.counts.accepted) == (1, 1)


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        ("msc,r1,18600000001,voice,mo,2026-10-12T12:00:00+08:00,60,local", "bad_row", ""),
        (GOOD + ",more", "bad_row", ""),
        ("   ", "bad_row", ""),
        (GOOD.replace("10010", '"1,2"'), "bad_row", ""),
        (GOOD.replace("msc", ""), "missing_field", "source"),
        (GOOD.replace("r1", ""), "missing_field", "record_id"),
        (GOOD.replace("18600000001", '""'), "missing_field", "line_number"),
        (GOOD.replace("voice", ""), "missing_field", "kind"),
        (GOOD.replace("mo", ""), "missing_field", "direction"),
        (GOOD.replace("2026-10-12T12:00:00+08:00", ""), "missing_field", "started_at"),
        (GOOD.replace(",60,", ",,"), "missing_field", "quantity"),
        (GOOD.replace("msc", "交换机"), "bad_record_id", "source"),
        (GOOD.replace("msc", "m" * 41), "bad_record_id", "source"),
        (GOOD.replace("r1", "r 1"), "bad_record_id", "record_id"),
        (GOOD.replace("r1", "r" * 81), "bad_record_id", "record_id"),
        (GOOD.replace("18600000001", "+8618600000001"), "bad_number", "line_number"),
        (GOOD.replace("18600000001", "1.86e10"), "bad_number", "line_number"),
        (GOOD.replace("18600000001", "12"), "bad_number", "line_number"),
        (GOOD.replace("voice", "Voice"), "bad_kind", "kind"),
        (GOOD.replace("mo", "out"), "bad_direction", "direction"),
        (GOOD.replace(",60,", ",-60,"), "bad_quantity", "quantity"),
        (GOOD.replace(",60,", ",60.0,"), "bad_quantity", "quantity"),
        (GOOD.replace(",60,", ",1e3,"), "bad_quantity", "quantity"),
        (GOOD.replace(",60,", ",2678401,"), "bad_quantity", "quantity"),
        (GOOD.replace(",60,", ",9999999999999999999999,"), "bad_quantity", "quantity"),
        (GOOD.replace("local", "LOCAL"), "bad_zone", "zone"),
        (GOOD.replace("local", "z" * 17), "bad_zone", "zone"),
        (GOOD.replace("10010", "1" * 41), "bad_other_party", "other_party"),
        (GOOD.replace("10010", '"10010'), "bad_other_party", "other_party"),
    ],
)
def test_a_bad_row_is_rejected_with_reason_field_and_text(
    tmp_path: Path, row: str, reason: str, field: str
) -> None:
    found, candidates, rejects = take(
        write(tmp_path, GOOD.replace("r1", "r0"), row, GOOD.replace("r1", "r2"))
    )
    assert [c["record_id"] for c in candidates] == ["r0", "r2"]
    assert rejects == [{"row_number": 3, "reason": reason, "field": field, "record": row}]
    assert found.reasons == {reason: 1}
    assert (found.counts.read, found.counts.accepted, found.counts.rejected) == (3, 2, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-12T12:00:00+08:00", NOON),
        ("2026-10-12T12:00:00", NOON),
        ("2026-10-12 12:00:00", NOON),
        ("2026-10-12T04:00:00Z", NOON),
        ("2026-10-12T09:30:00+0530", NOON),
        ("2026-10-11T23:00:00-05", NOON),
        ("2026-10-12T12:00:00.25", NOON + timedelta(milliseconds=250)),
        ("2026-10-12T12:00:00.000001+08:00", NOON + timedelta(microseconds=1)),
        ("2028-02-29T00:00:00", datetime(2028, 2, 28, 16, tzinfo=UTC)),
    ],
)
def test_times_are_iso_8601_and_of_shanghai_without_an_offset(
    tmp_path: Path, text: str, expected: datetime
) -> None:
    _, candidates, _ = take(write(tmp_path, GOOD.replace("2026-10-12T12:00:00+08:00", text)))
    assert [c["started_at"] for c in candidates] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-12",
        "2026-10-12T12:00",
        "12.10.2026 12:00:00",
        "2026-02-29T00:00:00",
        "2026-10-12T24:00:00",
        "2026-10-12T12:00:60",
        "2026-10-12T12:00:00 Europe/London",
        "2026-10-12T12:00:00+25:00",
        "2026-10-12T12:00:00.1234567",
        "1999-12-31T12:00:00",
        "infinity",
        "epoch",
        "1760241600",
    ],
)
def test_anything_else_is_no_time(tmp_path: Path, text: str) -> None:
    found, _, _ = take(write(tmp_path, GOOD.replace("2026-10-12T12:00:00+08:00", text)))
    assert found.reasons == {"bad_time": 1}


def test_columns_stand_in_any_order_and_two_may_be_left_out(tmp_path: Path) -> None:
    header = "quantity,started_at,direction,kind,line_number,record_id,source"
    _, candidates, _ = take(
        write(tmp_path, "60,2026-10-12T12:00:00,mo,voice,18600000001,r1,msc", header=header)
    )
    assert [(c["record_id"], c["zone"], c["other_party"], c["started_at"]) for c in candidates] == [
        ("r1", "local", None, NOON)
    ]


def test_quotes_a_byte_order_mark_windows_line_ends_and_empty_lines_are_fine(tmp_path: Path) -> None:
    quoted = ",".join(f'"{cell}"' for cell in GOOD.split(","))
    lines = [",".join(f'"{name}"' for name in HEADER.split(",")), "", quoted, "", GOOD.replace("r1", "r2")]
    path = tmp_path / "usage [1]*.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    found, candidates, _ = take(path)
    assert [(c["row_number"], c["record_id"], c["line_number"]) for c in candidates] == [
        (3, "r1", "18600000001"),
        (5, "r2", "18600000001"),
    ]
    assert found.counts.read == 2


def test_a_quote_left_open_swallows_no_rows(tmp_path: Path) -> None:
    found, candidates, rejects = take(
        write(tmp_path, GOOD.replace("msc", '"msc'), GOOD.replace("r1", "r2"), GOOD.replace("r1", "r3"))
    )
    assert [c["record_id"] for c in candidates] == ["r2", "r3"]
    assert [(r["row_number"], r["reason"]) for r in rejects] == [(2, "bad_record_id")]
    assert found.counts.read == 3


def test_within_a_file_the_first_good_row_counts(tmp_path: Path) -> None:
    found, candidates, rejects = take(
        write(
            tmp_path,
            GOOD.replace(",60,", ",-1,"),
            GOOD.replace(",60,", ",61,"),
            GOOD.replace("msc", "ggsn"),
            GOOD.replace(",60,", ",62,"),
            GOOD.replace(",60,", ",61,"),
        )
    )
    assert [(c["source"], c["quantity"]) for c in candidates] == [("msc", 61), ("ggsn", 60)]
    assert [(r["row_number"], r["reason"]) for r in rejects] == [
        (2, "bad_quantity"),
        (5, "duplicate_in_file"),
        (6, "duplicate_in_file"),
    ]
    assert rejects[1]["record"] == GOOD.replace(",60,", ",62,")
    counts = found.counts
    assert (counts.read, counts.accepted, counts.duplicate, counts.rejected) == (5, 2, 2, 1)


def test_a_file_with_a_header_only_is_an_empty_one_of_good_form(tmp_path: Path) -> None:
    found, candidates, rejects = take(write(tmp_path))
    assert (candidates, rejects, found.counts.read) == ([], [], 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "usage.empty"),
        (b"\xff\xfe\x00", "usage.not_utf8"),
        (HEADER.encode() + b"\n" + GOOD.replace("10010", "张").encode("gbk"), "usage.not_utf8"),
        (HEADER.encode() + b"\n" + "张".encode()[:2], "usage.not_utf8"),
        (HEADER.encode() + b"\na\x00b\n", "usage.control_characters"),
        (HEADER.encode() + b"\na\x1fb\n", "usage.control_characters"),
        (f"{HEADER}\r\n{GOOD}\n".encode(), "usage.line_ends"),
        (f"{HEADER}\n{GOOD}\r{GOOD}\n".encode(), "usage.line_ends"),
        (f"{HEADER}\r{GOOD}\r".encode(), "usage.line_ends"),
        (f"{HEADER}\n{'x' * 70_000}\n".encode(), "usage.line_too_long"),
        (f"{HEADER}\n{'x' * 3_000_000}".encode(), "usage.line_too_long"),
        (b"x" * 70_000, "usage.line_too_long"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(content)
    assert refused_codes(path) == [(code, "")]


def test_wrong_columns_are_refused_all_at_once(tmp_path: Path) -> None:
    header = HEADER.replace("zone", "zonee").replace("quantity", "kind")
    assert refused_codes(write(tmp_path, GOOD, header=header)) == [
        ("usage.columns_missing", "quantity"),
        ("usage.columns_unknown", "zonee"),
        ("usage.columns_repeated", "kind"),
    ]


def parquet(folder: Path, columns: dict[str, Any], *, name: str = "usage.parquet") -> Path:
    later = ("duration", "service")
    base = {field: [value] for field, value in call("r1", NOON).items() if field not in later}
    path = folder / name
    pq.write_table(pa.table(base | columns), path)
    return path


@pytest.mark.parametrize(
    "started_at",
    [
        pa.array([NOON], pa.timestamp("us", "UTC")),
        pa.array([NOON], pa.timestamp("ms", "Asia/Shanghai")),
        pa.array([NOON], pa.timestamp("ns", "UTC")),
        pa.array([datetime(2026, 10, 12, 12)], pa.timestamp("us")),  # noqa: DTZ001
        pa.array([datetime(2026, 10, 12, 12)], pa.timestamp("ns")),  # noqa: DTZ001
        pa.array(["2026-10-12T12:00:00"]),
        pa.array(["2026-10-12T04:00:00Z"], pa.large_string()),
    ],
)
def test_times_of_parquet_are_typed_or_text(tmp_path: Path, started_at: pa.Array) -> None:
    path = parquet(tmp_path, {"started_at": started_at, "other_party": pa.array([None], pa.string())})
    _, candidates, _ = take(path)
    assert [(c["row_number"], c["started_at"]) for c in candidates] == [(1, NOON)]


@pytest.mark.parametrize(
    ("quantity", "reasons"),
    [
        (pa.array([60], pa.int16()), {}),
        (pa.array([60], pa.uint64()), {}),
        (pa.array([2**64 - 1], pa.uint64()), {"bad_quantity": 1}),
        (pa.array([-1], pa.int64()), {"bad_quantity": 1}),
        (pa.array([None], pa.int64()), {"missing_field": 1}),
        (pa.array(["60"]).dictionary_encode(), {}),
        (pa.array(["60x"]), {"bad_quantity": 1}),
        (pa.array([""]), {"missing_field": 1}),
    ],
)
def test_quantities_of_parquet_are_whole_numbers(
    tmp_path: Path, quantity: pa.Array, reasons: dict[str, int]
) -> None:
    path = parquet(
        tmp_path, {"quantity": quantity, "other_party": ["10010"], "zone": [""]}, name="without-suffix"
    )
    found, candidates, rejects = take(path)
    assert found.reasons == reasons
    assert [c["quantity"] for c in candidates] == ([] if reasons else [60])
    assert all(reject["record"].startswith("msc,r1,18600000001,voice,mo,") for reject in rejects)


def test_other_types_of_parquet_are_refused(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        {"line_number": [1.86e10], "quantity": [60.0], "started_at": [1760241600], "other_party": ["10010"]},
    )
    assert refused_codes(path) == [
        ("usage.column_type", "line_number"),
        ("usage.column_type", "started_at"),
        ("usage.column_type", "quantity"),
    ]


def test_what_only_looks_like_parquet_is_refused(tmp_path: Path) -> None:
    path = usage_file(tmp_path / "usage.parquet", [call(f"r{n}", NOON) for n in range(100)])
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[4:400] = b"\xff" * 396
    for content in (b"", GOOD.encode(), whole[: len(whole) // 2], bytes(broken)):
        path.write_bytes(content)
        assert refused_codes(path) == [("usage.not_parquet", "")]


_CELLS = st.one_of(
    *(st.just(cell) for cell in GOOD.split(",")),
    st.sampled_from(
        ("", '"', '"x"', "r2", "r3", "data", "2026-10-12T12:00:00", "中文", "-1", "1e9", "'", "\\")
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=5),
)
_ROWS = st.one_of(
    st.sampled_from((GOOD, GOOD.replace("r1", "r2"), GOOD.replace("msc", "ggsn"), "", " ")),
    st.lists(_CELLS, min_size=8, max_size=10).map(",".join),
    st.tuples(*(st.one_of(st.just(cell), _CELLS) for cell in GOOD.split(","))).map(",".join),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ROWS, max_size=30), st.sampled_from(("\n", "\r\n")))
def test_the_counts_of_any_file_add_up(rows: list[str], end: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "usage.csv"
        path.write_bytes((end.join((HEADER, *rows)) + end).encode())
        found, candidates, rejects = take(path)
    counts = found.counts
    lines = {number: row for number, row in enumerate(rows, start=2) if row}
    assert counts.read == len(lines) == counts.accepted + counts.duplicate + counts.rejected
    assert {c["row_number"] for c in candidates} | {r["row_number"] for r in rejects} == lines.keys()
    assert len(candidates) + len(rejects) == len(lines)
    assert len({(c["source"], c["record_id"]) for c in candidates}) == len(candidates)
    assert all(lines[reject["row_number"]] == reject["record"] for reject in rejects)


def test_candidates_are_parted_from_what_was_accepted_before(tmp_path: Path) -> None:
    earlier = [
        usage_file(tmp_path / "month=2026-10" / "a.parquet", [call("r1", NOON), call("r9", NOON)]),
        usage_file(tmp_path / "month=2026-10" / "b.parquet", [call("r2", NOON, source="ggsn")]),
    ]
    path = write(tmp_path, GOOD, GOOD.replace("r1", "r2"), GOOD.replace("r1", "r3"))
    found = read_usage(path, workdir=tmp_path / "work")
    parted = find_duplicates(found.candidates, earlier, workdir=tmp_path / "work")
    assert (parted.fresh_count, parted.duplicate_count) == (2, 1)
    fresh = pq.read_table(parted.fresh)
    assert fresh.schema.names == CANDIDATES.names
    assert sorted(fresh["record_id"].to_pylist()) == ["r2", "r3"]
    assert pq.read_table(parted.duplicates).to_pylist() == [
        {
            "row_number": 2,
            "reason": "duplicate_of_earlier",
            "field": "record_id",
            "record": "msc,r1,18600000001,voice,mo,2026-10-12 12:00:00+08,60,local,10010",
        }
    ]


@pytest.mark.parametrize("earlier", [[], [call("r9", NOON)]])
def test_without_duplicates_the_candidates_are_the_fresh_ones(tmp_path: Path, earlier: list[Row]) -> None:
    files = [usage_file(tmp_path / "a.parquet", earlier)] if earlier else []
    found = read_usage(write(tmp_path, GOOD), workdir=tmp_path / "work")
    parted = find_duplicates(found.candidates, files, workdir=tmp_path / "work")
    assert (parted.fresh, parted.fresh_count, parted.duplicate_count) == (found.candidates, 1, 0)
    assert pq.read_table(parted.duplicates).to_pylist() == []


def test_every_reason_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs" / "formats" / "usage.md").read_text(encoding="utf-8")
    assert [reason for reason in RejectReason if f"| `{reason}` |" not in described] == []
    assert [name for name in USAGE.names if f"| `{name}` |" not in described] == []
