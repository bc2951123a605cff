"""Every benchmark there is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from trunkline.interfaces.cli.bench.frame import Benchmark, Prepared
from trunkline.kernel.text import Text


def _rating(records: int, workdir: Path) -> Prepared:
    from trunkline.rating.bench import rating_benchmark

    return rating_benchmark(records, workdir)


def _bills(lines: int, workdir: Path) -> AbstractContextManager[Prepared]:
    from trunkline.billing.bench import bills_benchmark

    return bills_benchmark(lines, workdir)


def _orders(lines: int, workdir: Path) -> AbstractContextManager[Prepared]:
    from trunkline.counter.bench import orders_benchmark

    return orders_benchmark(lines, workdir)


def _clerks(orders: int, workdir: Path) -> AbstractContextManager[Prepared]:
    from trunkline.interfaces.cli.bench.clerks import clerks_benchmark

    return clerks_benchmark(orders, workdir)


def _numbers(count: int, workdir: Path) -> AbstractContextManager[Prepared]:
    from trunkline.numbering.bench import numbers_benchmark

    return numbers_benchmark(count, workdir)


def _contention(workers: int, workdir: Path, *, numbers: int) -> AbstractContextManager[Prepared]:
    from trunkline.interfaces.cli.bench.contention import contention_benchmark

    return contention_benchmark(workers, workdir, numbers=numbers)


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        "rating",
        Text("一个月话单批价", "Rate a month of usage records"),
        unit="records",
        default=1_000_000,
        prepare=_rating,
    ),
    Benchmark(
        "bills",
        Text("一个月出账（全部回滚）", "Issue a month of bills (rolled back)"),
        unit="lines",
        default=5_000,
        prepare=_bills,
        needs_database=True,
    ),
    Benchmark(
        "orders",
        Text(
            "一张订单开通一个单位的成员（全部回滚）",
            "Connect an organisation's members in one order (rolled back)",
        ),
        unit="lines",
        default=50_000,
        prepare=_orders,
        needs_database=True,
    ),
    Benchmark(
        "clerks",
        Text(
            "20个营业员同时经HTTP受理单张订单（自建数据库）",
            "Single orders by 20 concurrent clerks over HTTP (in a database of its own)",
        ),
        unit="orders",
        default=2_000,
        prepare=_clerks,
    ),
    Benchmark(
        "numbers",
        Text(
            "按样式、尾号、等级查号（自建号码表）",
            "Search numbers by pattern, ending and grade (in a table of its own)",
        ),
        unit="numbers",
        default=10_000_000,
        prepare=_numbers,
        needs_database=True,
    ),
    Benchmark(
        "contention",
        Text(
            "许多营业员同时争抢少量号码（自建数据库）",
            "Many clerks fight for a few numbers at once (in a database of its own)",
        ),
        unit="workers",
        default=1_000,
        prepare=_contention,
        also=("numbers", 100),
    ),
)
