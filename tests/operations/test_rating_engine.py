"""Rating a month with the columnar engine, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.rating_data import OCTOBER, Row, SmallMonth, allowance, call, line, price, usage_file
from trunkline.kernel.refusals import Refused
from trunkline.rating.bench import rating_benchmark
from trunkline.rating.engine import open_engine
from trunkline.rating.rater import rate
from trunkline.rating.types import RATED, TOTALS, UNRATED, EngineSettings, RatingResult

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def rate_month(
    folder: Path,
    usage: list[Row],
    *,
    lines: list[Row] | None = None,
    prices: list[Row] | None = None,
    allowances: list[Row] | None = None,
    rated_out: Path | None = None,
) -> RatingResult:
    tariff = {"prices": prices or [price()], "allowances": allowances or []}
    month = SmallMonth(usage, lines or [line()], tariff)
    file = usage_file(folder / "usage.parquet", month.usage)
    return rate([file], *month.tables(), month=OCTOBER, workdir=folder / "work", rated_out=rated_out)


def rated_records(folder: Path, usage: list[Row], **dimensions: Any) -> dict[str, tuple[int, int, int]]:
    """(allowance units, charged units, charge) by source/record id."""
    rate_month(folder, usage, rated_out=folder / "rated.parquet", **dimensions)
    return {
        f"{r['source']}/{r['record_id']}": (r["allowance_units"], r["charged_units"], r["charge"])
        for r in pq.read_table(folder / "rated.parquet").to_pylist()
    }


def reasons(result: RatingResult) -> dict[str, str]:
    return {row["record_id"]: row["reason"] for row in result.unrated.to_pylist()}


def test_a_call_costs_its_minutes_begun(tmp_path: Path) -> None:
    result = rate_month(tmp_path, [call("a", NOON, 61), call("b", NOON, 0)])
    assert result.totals.to_pylist() == [
        {
            "line_id": 1,
            "account_id": 10,
            "price_row_id": 100,
            "records": 2,
            "quantity": 61,
            "units": 2,
            "allowance_units": 0,
            "shared_units": 0,
            "capped_units": 0,
            "charged_units": 2,
            "relief": 0,
            "charge": 3000,
        }
    ]
    assert (result.records, result.rated, result.unrated.num_rows) == (2, 2, 0)


def test_the_call_that_meets_the_end_of_the_allowance_is_split(tmp_path: Path) -> None:
    usage = [call("a", NOON, 180), call("b", NOON + MINUTE, 240), call("c", NOON + 2 * MINUTE, 60)]
    assert rated_records(tmp_path, usage, allowances=[allowance(5)]) == {
        "msc/a": (3, 0, 0),
        "msc/b": (2, 2, 3000),
        "msc/c": (0, 1, 1500),
    }


def test_the_allowance_goes_by_time_not_by_place_in_the_file(tmp_path: Path) -> None:
    usage = [call("a", NOON + MINUTE), call("b", NOON)]
    assert rated_records(tmp_path, usage, allowances=[allowance(1)]) == {
        "msc/a": (0, 1, 1500),
        "msc/b": (1, 0, 0),
    }


def test_calls_of_one_instant_go_by_id_then_by_source(tmp_path: Path) -> None:
    usage = [
        call("b", NOON, 120, source="aaa"),
        call("a", NOON, 120, source="msc"),
        call("a", NOON, 120, source="ggsn"),
    ]
    assert rated_records(tmp_path, usage, allowances=[allowance(3)]) == {
        "ggsn/a": (2, 0, 0),
        "msc/a": (1, 1, 1500),
        "aaa/b": (0, 2, 3000),
    }


def test_price_rows_of_one_allowance_draw_on_it_together(tmp_path: Path) -> None:
    prices = [price(), price(price_row_id=101, direction="mt", price=600)]
    usage = [
        call("a", NOON, 120),
        call("b", NOON + MINUTE, 120, direction="mt"),
        call("c", NOON + 2 * MINUTE),
    ]
    assert rated_records(tmp_path, usage, prices=prices, allowances=[allowance(3)]) == {
        "msc/a": (2, 0, 0),
        "msc/b": (1, 1, 600),
        "msc/c": (0, 1, 1500),
    }


@pytest.mark.parametrize(("mode", "free"), [(None, 5), ("full_month", 5), ("half", 3), ("out_of_plan", 0)])
def test_the_month_of_entry_decides_what_is_included(tmp_path: Path, mode: str | None, free: int) -> None:
    result = rate_month(
        tmp_path,
        [call("a", NOON, 600)],
        lines=[line(first_month_mode=mode)],
        allowances=[allowance(5)],
    )
    assert (result.totals["allowance_units"].to_pylist(), result.totals["charged_units"].to_pylist()) == (
        [free],
        [10 - free],
    )


def test_half_of_kilobytes_is_rounded_up_to_the_megabyte(tmp_path: Path) -> None:
    data = price(kind="data", unit=1024, price=3, allowance_kind="data_kb")
    result = rate_month(
        tmp_path,
        [call("a", NOON, 100 * 1024**2, kind="data")],
        lines=[line(first_month_mode="half")],
        prices=[data],
        allowances=[allowance(151 * 1024, allowance_kind="data_kb", whole=1024)],
    )
    assert result.totals["allowance_units"].to_pylist() == [76 * 1024]
    assert result.totals["charge"].to_pylist() == [24 * 1024 * 3]


def test_after_a_change_of_plans_what_was_used_counts(tmp_path: Path) -> None:
    lines = [line(active_to=NOON), line(active_from=NOON, price_version_id=2)]
    prices = [price(), price(price_row_id=200, price_version_id=2, price=1000)]
    usage = [call("a", NOON - MINUTE, 240), call("b", NOON, 300)]
    allowances = [allowance(5), allowance(6, price_version_id=2)]
    assert rated_records(tmp_path, usage, lines=lines, prices=prices, allowances=allowances) == {
        "msc/a": (4, 0, 0),
        "msc/b": (2, 3, 3000),
    }


def test_what_no_allowance_could_pay_for_is_not_held_against_a_later_one(tmp_path: Path) -> None:
    lines = [line(active_to=NOON, first_month_mode="out_of_plan"), line(active_from=NOON, price_version_id=2)]
    prices = [price(), price(price_row_id=200, price_version_id=2)]
    usage = [call("a", NOON - MINUTE, 240), call("b", NOON, 240)]
    allowances = [allowance(5), allowance(4, price_version_id=2)]
    assert rated_records(tmp_path, usage, lines=lines, prices=prices, allowances=allowances) == {
        "msc/a": (0, 4, 6000),
        "msc/b": (4, 0, 0),
    }


def test_a_reused_number_belongs_to_whoever_held_it_then(tmp_path: Path) -> None:
    lines = [line(active_to=NOON), line(line_id=2, account_id=20, active_from=NOON + MINUTE)]
    usage = [
        call("before", NOON - MINUTE),
        call("at", NOON),
        call("between", NOON),
        call("after", NOON + MINUTE),
    ]
    result = rate_month(tmp_path, usage, lines=lines)
    assert [(t["line_id"], t["account_id"], t["records"]) for t in result.totals.to_pylist()] == [
        (1, 10, 1),
        (2, 20, 1),
    ]
    assert reasons(result) == {"at": "no_line", "between": "no_line"}


def test_a_line_that_changed_its_number_has_one_allowance(tmp_path: Path) -> None:
    lines = [line(active_to=NOON), line(line_number="18600000002", active_from=NOON)]
    usage = [call("a", NOON - MINUTE, 120), call("b", NOON, 120, line_number="18600000002")]
    assert rated_records(tmp_path, usage, lines=lines, allowances=[allowance(3)]) == {
        "msc/a": (2, 0, 0),
        "msc/b": (1, 1, 1500),
    }


def test_the_month_is_that_of_shanghai(tmp_path: Path) -> None:
    moments = {
        "last of September": datetime(2026, 9, 30, 15, 59, 59, 999_999, tzinfo=UTC),
        "first of October": datetime(2026, 9, 30, 16, tzinfo=UTC),
        "last of October": datetime(2026, 10, 31, 15, 59, 59, 999_999, tzinfo=UTC),
        "first of November": datetime(2026, 10, 31, 16, tzinfo=UTC),
    }
    result = rate_month(tmp_path, [call(name, at) for name, at in moments.items()])
    assert result.rated == 2
    assert reasons(result) == {"last of September": "other_month", "first of November": "other_month"}


def test_what_got_no_price_is_told_with_the_reason(tmp_path: Path) -> None:
    usage = [
        call("stray", NOON, line_number="18699999999"),
        call("roaming", NOON, zone="roaming"),
        call("fine", NOON),
    ]
    result = rate_month(tmp_path, usage)
    assert (result.records, result.rated) == (3, 1)
    assert reasons(result) == {"stray": "no_line", "roaming": "no_price"}
    assert result.unrated.schema.equals(UNRATED)


def test_a_month_without_files_is_empty(tmp_path: Path) -> None:
    result = rate(
        [], *SmallMonth([], [line()], {"prices": [price()]}).tables(), month=OCTOBER, workdir=tmp_path
    )
    assert (result.records, result.totals.num_rows, result.unrated.num_rows) == (0, 0, 0)
    assert result.totals.schema.equals(TOTALS)


def test_no_floating_point_comes_out(tmp_path: Path) -> None:
    result = rate_month(tmp_path, [call("a", NOON)], rated_out=tmp_path / "rated.parquet")
    assert result.totals.schema.equals(TOTALS)
    assert pq.read_schema(tmp_path / "rated.parquet").types == RATED.types


def test_large_charges_are_exact(tmp_path: Path) -> None:
    result = rate_month(
        tmp_path,
        [call("a", NOON, 2**50, kind="data"), call("b", NOON, 1, kind="data")],
        prices=[price(kind="data", unit=1, price=4001, allowance_kind=None)],
    )
    assert result.totals["charge"].to_pylist() == [(2**50 + 1) * 4001]


def test_a_charge_that_does_not_fit_raises_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "rated.parquet"
    with pytest.raises(duckdb.OutOfRangeException):
        rate_month(
            tmp_path,
            [call("a", NOON, 2**50, kind="data")],
            prices=[price(kind="data", unit=1, price=2**40)],
            rated_out=target,
        )
    assert {path.name for path in tmp_path.iterdir()} == {"usage.parquet", "work"}
    assert list((tmp_path / "work").iterdir()) == []


def test_a_sum_that_does_not_fit_raises(tmp_path: Path) -> None:
    usage = [call(f"{n}", NOON, 2**50, kind="data") for n in range(3)]
    with pytest.raises(duckdb.Error, match=r"(?i)out of range"):
        rate_month(tmp_path, usage, prices=[price(kind="data", unit=1, price=4000)])


@pytest.mark.parametrize(
    ("change", "code", "subject"),
    [
        ({"lines": [line(), line(line_id=2)]}, "rating.number_held_twice", "18600000001"),
        (
            {"lines": [line(active_to=NOON + MINUTE), line(line_id=2, active_from=NOON)]},
            "rating.number_held_twice",
            "18600000001",
        ),
        ({"lines": [line(first_month_mode="third")]}, "rating.first_month_unknown", "1"),
        ({"prices": [price(), price(price_row_id=101)]}, "rating.price_twice", "1"),
        ({"prices": [price(), price(direction="mt")]}, "rating.price_row_twice", "100"),
        ({"prices": [price(unit=0)]}, "rating.price_unsound", "100"),
        ({"prices": [price(rounding="sideways")]}, "rating.price_unsound", "100"),
        ({"prices": [price(price=-1)]}, "rating.price_unsound", "100"),
        ({"allowances": [allowance(1), allowance(2)]}, "rating.allowance_twice", "1"),
        (
            {"prices": [price(), price(price_row_id=101, direction="mt", unit=6)]},
            "rating.allowance_units_differ",
            "voice_minutes",
        ),
    ],
)
def test_lines_and_prices_that_contradict_themselves_are_refused(
    tmp_path: Path, change: dict[str, list[Row]], code: str, subject: str
) -> None:
    target = tmp_path / "rated.parquet"
    target.write_bytes(b"the last one")
    with pytest.raises(Refused) as refused:
        rate_month(tmp_path, [call("a", NOON)], rated_out=target, **change)
    assert [(r.code, r.subject) for r in refused.value.refusals] == [(code, subject)]
    assert target.read_bytes() == b"the last one"


def test_all_contradictions_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        rate_month(
            tmp_path,
            [],
            lines=[line(), line(line_id=2, first_month_mode="third")],
            prices=[price(unit=0)],
        )
    assert {r.code for r in refused.value.refusals} == {
        "rating.number_held_twice",
        "rating.first_month_unknown",
        "rating.price_unsound",
    }


def test_dimensions_of_another_shape_are_an_error(tmp_path: Path) -> None:
    lines, tariffs = SmallMonth([], [line()], {"prices": [price()]}).tables()
    with pytest.raises(KeyError, match="price_version_id"):
        rate([], lines.drop_columns("price_version_id"), tariffs, month=OCTOBER, workdir=tmp_path)
    place = tariffs.prices.schema.get_field_index("price")
    unknown = replace(tariffs, prices=tariffs.prices.set_column(place, "price", pa.array([None], pa.int64())))
    with pytest.raises(ValueError, match="null"):
        rate([], lines, unknown, month=OCTOBER, workdir=tmp_path)


def test_an_earlier_result_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "rated.parquet"
    target.write_bytes(b"the last one")
    rate_month(tmp_path, [call("a", NOON)], rated_out=target)
    assert pq.read_metadata(target).num_rows == 1
    assert {path.name for path in tmp_path.iterdir()} == {"usage.parquet", "work", "rated.parquet"}


def test_the_engine_keeps_to_its_bounds_and_cleans_up(tmp_path: Path) -> None:
    settings = EngineSettings(memory_limit="300MB", max_temp_directory_size="1GB", threads=1)
    with open_engine(tmp_path, settings) as engine:
        names = ("threads", "memory_limit", "preserve_insertion_order", "TimeZone")
        found = [engine.raw_sql(f"SELECT current_setting('{name}')").fetchone()[0] for name in names]
        assert len(list(tmp_path.iterdir())) == 1
    assert found == [1, "286.1 MiB", False, "Asia/Shanghai"]
    assert list(tmp_path.iterdir()) == []


def test_the_benchmark_rates_what_it_makes_up(tmp_path: Path) -> None:
    work, floor, details = rating_benchmark(3000, tmp_path)
    work()
    floor()
    assert (details["records"], details["lines"], details["plans"]) == (3000, 30, 2000)
