"""What a tariff may say, case by case: whom a price takes, when, how much, and up to where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.rating_data import OCTOBER, Row, allowance, call, line, price, table, tariffs, usage_file
from trunkline.kernel.refusals import Refused
from trunkline.rating.rater import rate
from trunkline.rating.types import LINES

#: Monday, 12 October 2026, noon by Asia/Shanghai.
NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IDLE = [
    {"band": "idle", "starts": 21 * 3600, "ends": 86_400},
    {"band": "idle", "starts": 0, "ends": 7 * 3600},
]


def rated(
    folder: Path,
    usage: Sequence[Row],
    prices: Sequence[Row],
    *,
    lines: Sequence[Row] = (),
    **tariff: Sequence[Mapping[str, Any]],
) -> list[Row]:
    """The rated parts in the order of events; the totals are their sums."""
    arguments = (
        [usage_file(folder / "usage.parquet", usage)],
        table(lines or [line()], LINES),
        tariffs(prices=prices, **tariff),
    )
    out = folder / "rated.parquet"
    by_record = rate(*arguments, month=OCTOBER, workdir=folder / "work", rated_out=out)
    assert rate(*arguments, month=OCTOBER, workdir=folder / "work").totals.equals(by_record.totals)
    return sorted(pq.read_table(out).to_pylist(), key=lambda row: (row["started_at"], row["record_id"]))


def charges(parts: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Record, price row and charge."""
    return [(part["record_id"], part["price_row_id"], part["charge"]) for part in parts]


@pytest.mark.parametrize(
    ("party", "row"),
    [
        ("18600000002", 2),
        ("601", 2),
        ("18600000003", 3),
        ("18512345678", 3),
        ("13900000000", 1),
        ("602", 1),
        (None, 1),
    ],
)
def test_a_price_goes_by_where_the_other_party_is(tmp_path: Path, party: str | None, row: int) -> None:
    lines = [
        line(group_id=7),
        line(line_id=2, line_number="18600000002", group_id=7),
        line(line_id=3, line_number="18600000003", group_id=8),
    ]
    prices = [
        price(price_row_id=1),
        price(price_row_id=2, network="group", price=0),
        price(price_row_id=3, network="on_net", price=500),
    ]
    parts = rated(
        tmp_path,
        [call("a", NOON, other_party=party)],
        prices,
        lines=lines,
        short_numbers=[{"group_id": 7, "short_number": "601"}, {"group_id": 8, "short_number": "602"}],
        destinations=[{"prefix": "185", "destination": "mobile", "on_net": True}],
    )
    assert [part["price_row_id"] for part in parts] == [row]


@pytest.mark.parametrize(
    ("party", "row"),
    [
        ("0085212345678", 3),
        ("00852", 3),
        ("0085", 2),
        ("008529", 3),
        ("0085290001", 1),
        ("0044123", 2),
        ("0755", 1),
        ("00x52", 1),
    ],
)
def test_the_longest_prefix_tells_the_destination(tmp_path: Path, party: str, row: int) -> None:
    prices = [
        price(price_row_id=1),
        price(price_row_id=2, destination="abroad"),
        price(price_row_id=3, destination="hk"),
    ]
    destinations = [
        {"prefix": "00", "destination": "abroad", "on_net": False},
        {"prefix": "00852", "destination": "hk", "on_net": False},
        {"prefix": "008529000", "destination": "unpriced", "on_net": False},
    ]
    parts = rated(tmp_path, [call("a", NOON, other_party=party)], prices, destinations=destinations)
    assert [part["price_row_id"] for part in parts] == [row]


@pytest.mark.parametrize(
    ("day", "row"),
    [(date(2026, 10, 12), 1), (date(2026, 10, 17), 2), (date(2026, 10, 10), 1), (date(2026, 10, 1), 3)],
)
def test_weekends_and_holidays_are_those_of_the_state(tmp_path: Path, day: date, row: int) -> None:
    prices = [
        price(price_row_id=1),
        price(price_row_id=2, day_kind="weekend"),
        price(price_row_id=3, day_kind="holiday"),
    ]
    days = [
        {"day": date(2026, 10, 1), "day_kind": "holiday"},
        {"day": date(2026, 10, 10), "day_kind": "workday"},
    ]
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    assert [part["price_row_id"] for part in rated(tmp_path, [call("a", at)], prices, days=days)] == [row]


def test_each_minute_of_a_call_is_charged_by_the_band_it_begins_in(tmp_path: Path) -> None:
    evening = NOON.replace(hour=12, minute=58, second=30)
    prices = [price(price_row_id=1), price(price_row_id=2, band="idle", price=700)]
    parts = rated(tmp_path, [call("a", evening, 241)], prices, bands=IDLE)
    # Minutes begin at 20:58:30, 20:59:30, 21:00:30, 21:01:30 and 21:02:30.
    assert [(p["part"], p["price_row_id"], p["units"], p["quantity"], p["charge"]) for p in parts] == [
        (0, 1, 2, 120, 3000),
        (1, 2, 3, 121, 2100),
    ]


def test_a_call_over_midnight_at_the_end_of_the_month_belongs_to_the_month_it_began_in(
    tmp_path: Path,
) -> None:
    last = OCTOBER.end - timedelta(seconds=30)
    prices = [price(price_row_id=1, price=100), price(price_row_id=2, day_kind="weekend", price=10)]
    parts = rated(tmp_path, [call("a", last, 120)], prices)
    # Saturday 31 October goes over into Sunday 1 November.
    assert charges(parts) == [("a", 2, 20)]


def test_a_session_is_divided_evenly_over_its_duration(tmp_path: Path) -> None:
    evening = NOON.replace(hour=12, minute=45)
    prices = [
        price(price_row_id=1, kind="data", unit=1024, price=3, allowance_kind=None),
        price(price_row_id=2, kind="data", unit=1024, price=1, band="idle", allowance_kind=None),
    ]
    usage = [call("a", evening, 4000 * 1024, kind="data", duration=3600)]
    parts = rated(tmp_path, usage, prices, bands=IDLE)
    assert [(p["price_row_id"], p["units"], p["quantity"]) for p in parts] == [
        (1, 1000, 1000 * 1024),
        (2, 3000, 3000 * 1024),
    ]


def test_a_session_without_a_duration_is_charged_by_its_beginning(tmp_path: Path) -> None:
    evening = NOON.replace(hour=12, minute=45)
    prices = [
        price(price_row_id=1, kind="data", unit=1024, allowance_kind=None),
        price(price_row_id=2, kind="data", unit=1024, band="idle", allowance_kind=None),
    ]
    parts = rated(tmp_path, [call("a", evening, 4096, kind="data")], prices, bands=IDLE)
    assert [(p["price_row_id"], p["units"]) for p in parts] == [(1, 4)]


@pytest.mark.parametrize(("seconds", "units"), [(0, 0), (1, 3), (180, 3), (181, 4)])
def test_a_minimum_is_counted_of_any_record_that_has_a_quantity(
    tmp_path: Path, seconds: int, units: int
) -> None:
    parts = rated(tmp_path, [call("a", NOON, seconds)], [price(minimum=3)])
    assert [part["units"] for part in parts] == [units]


@pytest.mark.parametrize(("seconds", "charge"), [(0, 0), (1, 2200), (180, 2200), (181, 3300), (300, 4400)])
def test_the_first_block_costs_its_price_whole(tmp_path: Path, seconds: int, charge: int) -> None:
    prices = [price(price=1100, first_units=3, first_price=2200, allowance_kind=None)]
    assert charges(rated(tmp_path, [call("a", NOON, seconds)], prices)) == [("a", 100, charge)]


def test_tiers_are_counted_over_the_month_and_a_record_may_meet_their_edge(tmp_path: Path) -> None:
    usage = [call("a", NOON, 240), call("b", NOON + MINUTE, 240), call("c", NOON + 2 * MINUTE, 240)]
    tiers = [
        {"price_row_id": 100, "above": 6, "price": 1000},
        {"price_row_id": 100, "above": 9, "price": 500},
    ]
    parts = rated(tmp_path, usage, [price()], tiers=tiers)
    assert charges(parts) == [("a", 100, 6000), ("b", 100, 2 * 1500 + 2 * 1000), ("c", 100, 1000 + 3 * 500)]


def test_what_an_allowance_pays_for_is_in_no_tier(tmp_path: Path) -> None:
    tiers = [{"price_row_id": 100, "above": 1, "price": 1000}]
    parts = rated(tmp_path, [call("a", NOON, 240)], [price()], tiers=tiers, allowances=[allowance(2)])
    assert [(p["allowance_units"], p["charge"]) for p in parts] == [(2, 1500 + 1000)]


def test_a_cap_of_money_stops_at_the_amount(tmp_path: Path) -> None:
    prices = [price(cap="a"), price(price_row_id=101, direction="mt", price=1000, cap="a")]
    usage = [call("a", NOON), call("b", NOON + MINUTE, direction="mt"), call("c", NOON + 2 * MINUTE)]
    caps = [{"price_version_id": 1, "cap": "a", "units": None, "amount": 2000}]
    parts = rated(tmp_path, usage, prices, caps=caps)
    assert [(p["record_id"], p["charge"], p["relief"]) for p in parts] == [
        ("a", 1500, 0),
        ("b", 500, 500),
        ("c", 0, 1500),
    ]


def test_a_cap_of_units_leaves_free_what_is_above(tmp_path: Path) -> None:
    caps = [{"price_version_id": 1, "cap": "a", "units": 3, "amount": None}]
    parts = rated(tmp_path, [call("a", NOON, 300)], [price(cap="a")], caps=caps, allowances=[allowance(1)])
    assert [(p["allowance_units"], p["charged_units"], p["capped_units"]) for p in parts] == [(1, 3, 1)]


def test_a_pool_pays_for_what_the_own_allowances_leave_in_the_order_of_all_its_lines(tmp_path: Path) -> None:
    lines = [line(pool_id=5), line(line_id=2, line_number="18600000002", pool_id=5)]
    usage = [
        call("a", NOON, 180),
        call("b", NOON + MINUTE, 180, line_number="18600000002"),
        call("c", NOON + 2 * MINUTE, 180),
    ]
    pools = [{"pool_id": 5, "allowance_kind": "voice_minutes", "amount": 5}]
    parts = rated(tmp_path, usage, [price()], lines=lines, pools=pools, allowances=[allowance(1)])
    assert [(p["record_id"], p["allowance_units"], p["shared_units"], p["charged_units"]) for p in parts] == [
        ("a", 1, 2, 0),
        ("b", 1, 2, 0),
        ("c", 0, 1, 2),
    ]


def test_what_is_carried_over_is_added_to_the_allowance(tmp_path: Path) -> None:
    carried = [{"line_id": 1, "allowance_kind": "voice_minutes", "amount": 2}]
    parts = rated(tmp_path, [call("a", NOON, 300)], [price()], carried=carried, allowances=[allowance(1)])
    assert [(p["allowance_units"], p["charged_units"]) for p in parts] == [(3, 2)]


def test_value_added_services_are_charged_by_piece_and_content_by_what_the_provider_asks(
    tmp_path: Path,
) -> None:
    prices = [
        price(price_row_id=1, kind="vas", service="news", unit=1, price=20_000, allowance_kind=None),
        price(price_row_id=2, kind="content", unit=1, price=1, allowance_kind=None),
    ]
    usage = [
        call("a", NOON, 2, kind="vas", service="news"),
        call("b", NOON + MINUTE, 50_000, kind="content", service="film"),
    ]
    assert charges(rated(tmp_path, usage, prices)) == [("a", 1, 40_000), ("b", 2, 50_000)]


@pytest.mark.parametrize(
    ("tariff", "code", "subject"),
    [
        (
            {"prices": [price(network="group"), price(price_row_id=101, destination="hk")]},
            "rating.price_ambiguous",
            "100",
        ),
        ({"prices": [price(network="abroad")]}, "rating.network_unknown", "100"),
        ({"prices": [price(first_units=3, first_price=1)]}, "rating.block_unsound", "100"),
        ({"prices": [price(first_units=3, allowance_kind=None)]}, "rating.block_unsound", "100"),
        ({"bands": [{"band": "x", "starts": 0, "ends": 90}]}, "rating.band_unsound", "x"),
        ({"bands": [{"band": "x", "starts": 3600, "ends": 60}]}, "rating.band_unsound", "x"),
        ({"days": [{"day": date(2026, 10, 1), "day_kind": "feast"}]}, "rating.day_unsound", "2026-10-01"),
        ({"destinations": [{"prefix": "+86", "destination": "x", "on_net": False}]}, "rating.prefix_unsound", "+86"),
        ({"destinations": [{"prefix": "1", "destination": x, "on_net": False} for x in "ab"]}, "rating.prefix_unsound", "1"),
        ({"tiers": [{"price_row_id": 100, "above": 1, "price": -1}]}, "rating.amount_negative", "tiers"),
        ({"pools": [{"pool_id": 1, "allowance_kind": "x", "amount": 1}] * 2}, "rating.row_twice", "pools"),
    ],
)  # fmt: skip
def test_a_tariff_that_contradicts_itself_is_refused(
    tmp_path: Path, tariff: dict[str, Any], code: str, subject: str
) -> None:
    given = {
        "prices": [price()],
        "destinations": [{"prefix": "00", "destination": "hk", "on_net": False}],
    } | tariff
    with pytest.raises(Refused) as refused:
        rate([], table([line()], LINES), tariffs(**given), month=OCTOBER, workdir=tmp_path)
    assert [(r.code, r.subject) for r in refused.value.refusals] == [(code, subject)]
