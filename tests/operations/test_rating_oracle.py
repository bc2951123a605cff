"""The engine and an independent rater agree on every record, every total and every reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.rater import rate_slowly
from tests.rating_data import OCTOBER, Seeded, SmallMonth, any_month, small_months, usage_file
from trunkline.rating.rater import rate
from trunkline.rating.types import SUMMED, TOTALS, EngineSettings, RatingResult

_SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _rate(
    month: SmallMonth, folder: Path, files: int, rated_out: Path | None, threads: int = 0
) -> RatingResult:
    """Rates a month whose records are dealt to `files` files."""
    paths = [usage_file(folder / f"{n}.parquet", month.usage[n::files]) for n in range(files)]
    lines, tariffs = month.tables()
    return rate(
        paths,
        lines,
        tariffs,
        month=OCTOBER,
        workdir=folder / "work",
        rated_out=rated_out,
        settings=EngineSettings(threads=threads),
    )


def _must_agree(month: SmallMonth, files: int) -> None:
    """The sums of the quick way, those of every record, and the records themselves, are the oracle's."""
    expected = rate_slowly(month.usage, month.lines, month.tariff, (2026, 10))
    with TemporaryDirectory() as name:
        folder = Path(name)
        summed = _rate(month, folder, files, None)
        result = _rate(month, folder, files, folder / "rated.parquet")
        rated = pq.read_table(folder / "rated.parquet").to_pylist()
    assert summed.totals.equals(result.totals)
    assert result.records == len(month.usage)
    assert _by_record(rated) == expected.records
    assert {
        (r["source"], r["record_id"]): r["reason"] for r in result.unrated.to_pylist()
    } == expected.unrated
    assert {
        (t["line_id"], t["price_row_id"]): {name: t[name] for name in TOTALS.names[3:]}
        for t in result.totals.to_pylist()
    } == expected.totals
    assert all(t["account_id"] == t["line_id"] * 10 for t in result.totals.to_pylist())


def _by_record(rated: Sequence[dict[str, Any]]) -> dict[tuple[str, str, int], dict[str, int]]:
    """The parts of records, summed by record and price row."""
    found: dict[tuple[str, str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in rated:
        key = (part["source"], part["record_id"], part["price_row_id"])
        for name in SUMMED:
            found[key][name] += part[name]
    return found


@_SLOW
@given(small_months(), st.integers(1, 3))
def test_engine_and_oracle_agree_on_any_small_month(month: SmallMonth, files: int) -> None:
    _must_agree(month, files)


@pytest.mark.parametrize("seed", range(6))
def test_engine_and_oracle_agree_on_months_of_thousands_of_records(seed: int) -> None:
    _must_agree(any_month(Seeded(seed), numbers=12, records=4000), files=3)


@pytest.mark.parametrize("seed", range(100, 300))
def test_engine_and_oracle_agree_on_random_tariffs(seed: int) -> None:
    _must_agree(any_month(Seeded(seed), numbers=5, records=150), files=2)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_and_records_and_the_threads_change_nothing(seed: int, tmp_path: Path) -> None:
    month = any_month(Seeded(seed), numbers=12, records=4000)
    shuffled = Random(seed).sample(month.usage, len(month.usage))
    other = SmallMonth(shuffled, month.lines[::-1], {name: rows[::-1] for name, rows in month.tariff.items()})
    first = _rate(month, tmp_path / "a", 1, None)
    second = _rate(other, tmp_path / "b", 3, None, threads=1)
    assert first.rated
    assert first.totals.equals(second.totals)
    assert first.unrated.equals(second.unrated)
