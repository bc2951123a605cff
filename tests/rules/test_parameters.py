"""Parameters of rules: what may be written, by tables."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import trunkline
from trunkline.catalog.parameters import (
    Form,
    Parameter,
    decimal_number,
    rising_numbers,
    setting_refusals,
    switch,
    whole_number,
)
from trunkline.counter.parameters import PARAMETERS
from trunkline.kernel.text import Text

TODAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("form", "written", "value"),
    [
        (whole_number(1, 100), "1", 1),
        (whole_number(1, 100), "100", 100),
        (decimal_number(Decimal(0), Decimal(1)), "0.003", Decimal("0.003")),
        (switch(), "on", True),
        (switch(), "off", False),
        (rising_numbers(1, 100), "50,80,100", (50, 80, 100)),
        (rising_numbers(1, 100), "-", ()),
    ],
)
def test_what_is_written_is_read_and_written_again(form: Form[Any], written: str, value: object) -> None:
    assert form.read(written) == value
    assert form.write(value) == written


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (whole_number(1, 100), "0"),
        (whole_number(1, 100), "101"),
        (whole_number(1, 100), "5.5"),
        (whole_number(1, 100), ""),
        (decimal_number(Decimal(0), Decimal(1)), "NaN"),
        (decimal_number(Decimal(0), Decimal(1)), "Infinity"),
        (decimal_number(Decimal(0), Decimal(1)), "1.01"),
        (decimal_number(Decimal(0), Decimal(1)), "一"),
        (switch(), "yes"),
        (rising_numbers(1, 100), "80,50"),
        (rising_numbers(1, 100), "50,50"),
        (rising_numbers(1, 100), "50,,80"),
        (rising_numbers(1, 100), "50,101"),
    ],
)
def test_what_is_no_such_value_cannot_be_read(form: Form[Any], written: str) -> None:
    with pytest.raises(ValueError, match=r"\S|^$"):
        form.read(written)


@pytest.mark.parametrize(
    ("written", "reference", "day", "codes"),
    [
        ("5", "通知1号", TODAY, []),
        ("5", "通知1号", date(2026, 10, 11), ["parameter.backdated"]),
        ("5", " ", TODAY, ["parameter.no_reference"]),
        (
            "11",
            "",
            date(2020, 1, 1),
            ["parameter.unreadable", "parameter.no_reference", "parameter.backdated"],
        ),
    ],
)
def test_every_reason_against_a_setting_is_named(
    written: str, reference: str, day: date, codes: list[str]
) -> None:
    one = Parameter("test.one", "P2-14", Text("甲", "One"), whole_number(1, 10), default=3)
    found = setting_refusals(one, written, reference, day, TODAY)
    assert [refusal.code for refusal in found] == codes
    assert all("{" not in refusal.text.zh for refusal in found)


def test_every_declared_parameter_can_be_tuned_and_its_default_is_a_value() -> None:
    declared = {}
    for module in pkgutil.walk_packages(trunkline.__path__, "trunkline."):
        if ".rules" in module.name or module.name.endswith(".settings_of_rules"):
            found = vars(importlib.import_module(module.name)).values()
            declared.update({each.code: each for each in found if isinstance(each, Parameter)})
    assert {each.code for each in PARAMETERS} == declared.keys()
    assert len(PARAMETERS) == len(declared) > 0
    for each in PARAMETERS:
        assert each.read(each.written(each.default)) == each.default
        assert each.clause
