"""What a line is judged on, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trunkline.agreements.types import BindingAgreement
from trunkline.catalog.types import OfferingView
from trunkline.numbering.types import NumberView
from trunkline.subscriptions.types import LineView


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known about one line when an item is judged.

    `overdue` fell due unpaid on its account, `owed` is all that stands on issued bills, `deposit` the money held that can
    be given back;
    `values` are the answers given for this line.
    """

    line: LineView
    plan: OfferingView | None
    overdue: Decimal
    owed: Decimal
    deposit: Decimal
    agreement: BindingAgreement | None
    premium: bool
    number: NumberView | None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinesFacts:
    """The lines chosen, and what the item loads beyond them (`more`)."""

    lines: tuple[LineFacts, ...]
    unknown: tuple[int, ...]
    more: Any = None
