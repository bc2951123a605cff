"""Benchmarks at toy sizes: that they run and what they print, never how fast."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection, connections

from tests.conftest import Cluster
from tests.support import snapshot
from tests.world import World
from trunkline.config import database
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.bench.frame import Benchmark, measure
from trunkline.interfaces.cli.bench.registry import BENCHMARKS
from trunkline.interfaces.cli.door import REFUSED
from trunkline.kernel.text import Text
from trunkline.security.audit import acting
from trunkline.security.types import Actor

KEYS = [
    "name",
    "amount",
    "seconds",
    "rate",
    "floor_seconds",
    "ratio",
    "peak_memory_mb",
    "runs",
    "details",
]


@pytest.fixture
def owned_db(committed_db: World, cluster: Cluster) -> None:
    """The owner may make its plain tables for the floor here, as in a database of its own."""
    cluster.run(f"GRANT CREATE ON DATABASE {connection.settings_dict['NAME']} TO {database.OWNER}")


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.name)
def test_a_benchmark_prints_one_object(owned_db: None, actor: Actor, benchmark: Benchmark) -> None:
    with acting(actor):
        before = snapshot()
    arguments = ["bench", benchmark.name, f"--{benchmark.unit}", "20", "--runs", "2", "--json"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, f"{done.output} {done.exception!r}"
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert (found["name"], found["amount"], len(found["runs"])) == (benchmark.name, 20, 2)
    assert found["seconds"] > 0 < found["floor_seconds"]
    assert found["peak_memory_mb"] > 1
    with acting(actor):
        assert snapshot() == before


def test_the_orders_bench_tells_the_rows_the_slip_and_the_small_order(owned_db: None) -> None:
    done = CliRunner().invoke(cli, ["bench", "orders", "--lines", "300", "--runs", "1", "--json"])
    assert done.exit_code == 0, f"{done.output} {done.exception!r}"
    details = json.loads(done.stdout)["details"]
    timed = ("setup_seconds", "copy_without_foreign_keys_seconds", "slip_seconds", "few_seconds")
    assert all(details[name] > 0 for name in timed)
    assert details["few"] == 300
    rows = {key.removeprefix("rows "): count for key, count in details.items() if key.startswith("rows ")}
    assert {table for table, count in rows.items() if count == 300} == {
        "party_account",
        "subscriptions_line",
        "subscriptions_linenumber",
        "subscriptions_lineowner",
        "subscriptions_lineoffering",
        "subscriptions_terminal",
        "ordering_orderitem",
    }
    # Each inserted row, and five updates a line: number, reservation, card, member, order line.
    assert rows["security_auditchange"] >= 300 * (7 + 5)
    assert details["rows"] == sum(rows.values())


def test_an_order_is_no_longer_than_a_members_sheet(owned_db: None, actor: Actor) -> None:
    with acting(actor):
        before = snapshot()
    done = CliRunner(env={"TRUNKLINE_LANGUAGE": "en"}).invoke(cli, ["bench", "orders", "--lines", "50001"])
    assert done.exit_code == REFUSED
    assert "50,000" in done.stderr or "50000" in done.stderr
    with acting(actor):
        assert snapshot() == before


def test_without_an_owner_that_may_serve_the_orders_bench_says_so(
    owned_db: None, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting(actor):
        before = snapshot()
    serving = connection.settings_dict
    for name in ("USER", "PASSWORD"):
        monkeypatch.setitem(connections["owner"].settings_dict, name, serving[name])
    done = CliRunner(env={"TRUNKLINE_LANGUAGE": "en"}).invoke(cli, ["bench", "orders", "--lines", "20"])
    assert done.exit_code == REFUSED, f"{done.output} {done.exception!r}"
    assert serving["USER"] in done.stderr
    with acting(actor):
        assert snapshot() == before


def test_for_people_it_is_a_table(committed_db: World) -> None:
    done = CliRunner(env={"TRUNKLINE_LANGUAGE": "en"}).invoke(
        cli, ["bench", "rating", "--records", "20", "--runs", "1"]
    )
    assert done.exit_code == 0, done.output
    assert "Peak memory" in done.stdout


def test_the_median_counts_and_the_floor_is_measured_in_the_same_runs(tmp_path: Path) -> None:
    calls: list[str] = []
    seen: list[Path] = []

    def prepare(amount: int, workdir: Path) -> tuple[Callable[[], None], Callable[[], None], dict[str, int]]:
        seen.append(workdir)
        assert workdir.is_dir()
        return lambda: calls.append("work"), lambda: calls.append("floor"), {"amount": amount}

    found = measure(Benchmark("toy", Text("", ""), "things", 1, prepare), 7, tmp_path, runs=3)
    assert calls == ["floor", "work"] * 3
    assert found.seconds == sorted(found.runs)[1]
    assert found.details == {"amount": 7}
    assert not seen[0].exists()


def test_details_may_be_measured_once_the_runs_are_over(tmp_path: Path) -> None:
    calls: list[str] = []

    def prepare(
        amount: int, workdir: Path
    ) -> tuple[Callable[[], None], Callable[[], None], Callable[[], dict[str, int]]]:
        return lambda: calls.append("work"), lambda: calls.append("floor"), lambda: {"calls": len(calls)}

    found = measure(Benchmark("toy", Text("", ""), "things", 1, prepare), 7, tmp_path, runs=2)
    assert found.details == {"calls": 4}
