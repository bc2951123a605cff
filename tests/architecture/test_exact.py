"""No floating point on the way of money: the check that `make check` runs finds it, and no table keeps any."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from django.db import connection

from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
_SPECIFICATION = importlib.util.spec_from_file_location("exact", ROOT / "tools" / "exact.py")
assert _SPECIFICATION is not None
assert _SPECIFICATION.loader is not None
exact = importlib.util.module_from_spec(_SPECIFICATION)
_SPECIFICATION.loader.exec_module(exact)


@pytest.mark.parametrize(
    "source",
    [
        "rate = 0.09",
        "amount = float(fee)",
        "shape = pa.field('charge', pa.float64())",
        "amount = models.FloatField()",
        "statement = 'SELECT CAST(charge AS DOUBLE)'",
        "statement = f'SELECT charge::REAL FROM {table}'",
        "half = units / 2",
        "share = 1 / parts",
    ],
)
def test_floating_point_is_found(tmp_path: Path, source: str) -> None:
    path = tmp_path / "source.py"
    path.write_text(f"first = 1\n{source}\n", encoding="utf-8")
    assert [line for line, _ in exact.faults_of(path)] == [2]


@pytest.mark.parametrize("source", ["half = units // 2", "share = fee / months", "rate = Decimal('0.09')"])
def test_what_is_exact_is_none(tmp_path: Path, source: str) -> None:
    path = tmp_path / "source.py"
    path.write_text(source, encoding="utf-8")
    assert list(exact.faults_of(path)) == []


def test_the_rating_plan_and_the_bills_are_looked_at() -> None:
    looked_at = {str(path.relative_to(exact.PACKAGE)) for path in exact.sources()}
    assert {"rating/plan/pricing.py", "billing/charges.py", "kernel/money.py"} <= looked_at
    assert not any(path.endswith("bench.py") for path in looked_at)


def test_no_table_keeps_a_floating_point_number(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('real', 'double precision') AND table_name NOT LIKE 'procrastinate%'"
        )
        assert cursor.fetchall() == []
