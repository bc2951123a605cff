"""A tariff is looked at before it is published: gaps, overlaps and rows that nothing is charged by are named."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.rating_data import Row, allowance, price, tariffs
from trunkline.kernel.refusals import Refusal
from trunkline.rating.tariffs.checking import checked
from trunkline.rating.types import UsageKind

IDLE = [{"band": "idle", "starts": 0, "ends": 25_200}]
ABROAD = [{"prefix": "00", "destination": "far", "on_net": False}]


def codes(faults: Iterable[Refusal]) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("rating."), fault.subject) for fault in faults]


def faults_of(*rows: Row, **tables: list[Row]) -> tuple[Refusal, ...]:
    return checked(tariffs(prices=rows, **tables)).faults


def test_a_tariff_that_prices_everything_once_has_no_faults() -> None:
    rows = [
        price(price_row_id=1, zone=None),
        price(price_row_id=2, zone="roaming"),
        price(price_row_id=3, zone=None, network="group"),
        price(price_row_id=4, zone="roaming", network="group"),
        price(price_row_id=5, zone=None, kind="data", unit=1024, allowance_kind=None),
        price(price_row_id=6, zone=None, kind="data", band="idle", unit=1024, allowance_kind=None),
    ]
    assert faults_of(*rows, bands=IDLE, allowances=[allowance(10)]) == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([price(zone="roaming")], ["语音通话 主叫（漫游区域 其他）"]),
        ([price(zone=None, network="on_net")], ["语音通话 主叫（对端网络 off_net）"]),
        ([price(zone=None, band="idle")], ["语音通话 主叫（时段 其他）"]),
        (
            [price(zone=None, day_kind="holiday"), price(zone=None, day_kind="workday", price_row_id=101)],
            ["语音通话 主叫（日期类型 weekend）"],
        ),
        (
            [price(zone="roaming"), price(zone="local", destination="far", price_row_id=101)],
            [
                "语音通话 主叫（漫游区域 其他）",
                "语音通话 主叫（漫游区域 local，目的地 其他）",
            ],
        ),
    ],
)
def test_a_gap_is_named_by_what_has_no_price(rows: list[Row], words: list[str]) -> None:
    found = faults_of(*rows, bands=IDLE, destinations=ABROAD)
    gaps = [fault.text.zh for fault in found if fault.code == "rating.gap"]
    assert sorted(gaps) == sorted(f"价格版本 1 有空缺：{what}没有单价" for what in words)


def test_an_overlap_names_both_rows() -> None:
    rows = [
        price(price_row_id=1, zone=None),
        price(price_row_id=2, zone=None, network="group"),
        price(price_row_id=3, zone=None, band="idle"),
    ]
    found = faults_of(*rows, bands=IDLE)
    assert codes(found) == [("price_ambiguous", "2")]
    assert "3" in found[0].text.zh


@pytest.mark.parametrize(
    "row",
    [
        price(price_row_id=9, zone=None, band="dawn"),
        price(price_row_id=9, zone=None, destination="moon"),
    ],
)
def test_a_row_whose_band_or_destination_is_not_there_is_never_used(row: Row) -> None:
    found = faults_of(price(price_row_id=1, zone=None), row, bands=IDLE, destinations=ABROAD)
    assert codes(found) == [("unreachable", "9")]


def test_a_row_that_others_leave_nothing_to_is_never_used() -> None:
    rows = [
        price(price_row_id=1, zone=None),
        price(price_row_id=2, zone=None, network="on_net"),
        price(price_row_id=3, zone=None, network="off_net"),
    ]
    assert codes(faults_of(*rows)) == [("unreachable", "1")]


def test_what_tables_name_has_to_be_there() -> None:
    found = faults_of(
        price(zone=None, cap="data"),
        tiers=[{"price_row_id": 7, "above": 1, "price": 1}],
        caps=[{"price_version_id": 1, "cap": "voice", "units": 1, "amount": None}],
        allowances=[allowance(1, allowance_kind="messages")],
        pools=[{"pool_id": 1, "allowance_kind": "messages", "amount": 1}],
        carried=[{"line_id": 1, "allowance_kind": "messages", "amount": 1}],
    )
    assert codes(found) == [
        ("nothing_named", "price_row_id=7"),
        ("nothing_named", "price_version_id=1, cap=data"),
        ("nothing_named", "price_version_id=1, cap=voice"),
        ("nothing_named", "price_version_id=1, allowance_kind=messages"),
        ("nothing_named", "allowance_kind=messages"),
        ("nothing_named", "allowance_kind=messages"),
    ]


def test_what_is_unsound_is_named_before_anything_else() -> None:
    found = faults_of(
        price(unit=0, zone="roaming"),
        bands=[{"band": "idle", "starts": 61, "ends": 60}],
        destinations=[{"prefix": "x", "destination": "far", "on_net": False}],
    )
    assert codes(found) == [("price_unsound", "100"), ("band_unsound", "idle"), ("prefix_unsound", "x")]


def test_kinds_without_any_price_are_notes() -> None:
    found = checked(tariffs(prices=[price(zone=None)]))
    assert codes(found.notes) == [("unpriced", "1")] * (len(UsageKind) - 1)
    assert found.faults == ()


def test_plans_of_one_shape_are_each_named() -> None:
    rows = [price(price_row_id=n, price_version_id=n, zone="roaming") for n in (1, 2, 3)]
    assert codes(faults_of(*rows)) == [("gap", "1"), ("gap", "2"), ("gap", "3")]
