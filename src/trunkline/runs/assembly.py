"""A month's facts brought together: what every line was on, at which prices, ready for rating and for charges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import pyarrow as pa

from trunkline.billing.charges import Tariff
from trunkline.billing.installed import InstalledMonth
from trunkline.billing.types import LineMonth, Stretch, UsageTotal
from trunkline.catalog.queries import offerings, price_versions_between, tax_rates
from trunkline.catalog.rules import whole_of
from trunkline.catalog.types import FirstMonthMode, PriceVersionView
from trunkline.kernel.periods import Month, start_of_day
from trunkline.kernel.text import Text
from trunkline.rating.types import ALLOWANCES, LINES, PRICES, Tariffs
from trunkline.runs.installed import installed_by_account
from trunkline.subscriptions.queries import plan_periods
from trunkline.subscriptions.types import PlanPeriod

#: The price version of a stretch without any: no usage finds a price there, and it is unrated for that reason.
NO_PRICE = 0


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What a month's bills are made from, besides usage. `lines` and `installed` are by account."""

    month: Month
    lines: Mapping[int, Sequence[LineMonth]]
    tariff: Tariff
    versions: Sequence[PriceVersionView]
    installed: Mapping[int, Sequence[InstalledMonth]] = field(default_factory=dict)

    @property
    def accounts(self) -> frozenset[int]:
        """The accounts with a line or an installed product in the month."""
        return frozenset(self.lines) | self.installed.keys()


def month_facts(month: Month, line_ids: Collection[int] | None = None) -> MonthFacts:
    """Load a month, of all lines or of some: their stretches, the prices, the tax rates of its last day."""
    periods = plan_periods(month, line_ids)
    names = {o.id: Text(o.name, o.name_en) for o in offerings()}
    versions = price_versions_between({p.offering_id for p in periods}, month.first_day, month.last_day)
    priced = _priced_spans(versions)
    lines: dict[int, list[LineMonth]] = {}
    for line_id, stretches in _by_line(periods, priced, names, month):
        # A line is billed to the account it has at the end; so far a line keeps its account.
        lines.setdefault(stretches[-1].account_id, []).append(LineMonth(line_id, stretches))
    tariff = Tariff.of(versions, tax_rates(month.last_day), month)
    installed = installed_by_account(month) if line_ids is None else {}
    return MonthFacts(month, lines, tariff, versions, installed)


def _by_line(
    periods: Iterable[PlanPeriod],
    priced: Mapping[int, Sequence[_Span]],
    names: Mapping[int, Text],
    month: Month,
) -> Iterator[tuple[int, tuple[Stretch, ...]]]:
    """The stretches of each line; `periods` come by line and time."""
    line_id, stretches = 0, list[Stretch]()
    for period in periods:
        if period.line_id != line_id:
            if stretches:
                yield line_id, tuple(stretches)
            line_id, stretches = period.line_id, []
        stretches += _stretches(period, priced.get(period.offering_id, ()), names[period.offering_id], month)
    if stretches:
        yield line_id, tuple(stretches)


@dataclass(frozen=True, slots=True)
class _Span:
    """When a price version is in force, in UTC, half-open."""

    start: datetime
    end: datetime | None
    version: PriceVersionView


def _priced_spans(versions: Iterable[PriceVersionView]) -> dict[int, list[_Span]]:
    spans: dict[int, list[_Span]] = {}
    for v in versions:
        end = start_of_day(v.valid_to) if v.valid_to else None
        spans.setdefault(v.offering_id, []).append(_Span(start_of_day(v.valid_from), end, v))
    return spans


def _stretches(period: PlanPeriod, spans: Sequence[_Span], name: Text, month: Month) -> list[Stretch]:
    """A period cut to the month and to the price versions in force; without a price where there is a gap."""
    start = max(period.active_from, month.start)
    end = min(period.active_to, month.end) if period.active_to else month.end
    mode = None
    if period.first_month_mode and Month.of(period.entered_at) == month:
        mode = FirstMonthMode(period.first_month_mode)
    found: list[Stretch] = []

    def add(version: PriceVersionView | None, since: datetime, until: datetime) -> None:
        if since < until:
            found.append(Stretch(period.number, period.account_id, name, version, mode, since, until))

    for span in spans:
        span_end = min(span.end, end) if span.end else end
        if span_end > start:
            add(None, start, min(span.start, end))
            add(span.version, max(start, span.start), span_end)
            start = max(start, span_end)
    add(None, start, end)
    return found


def line_table(facts: MonthFacts) -> pa.Table:
    """The line periods in the shape rating takes (LINES)."""
    columns: dict[str, list[Any]] = {name: [] for name in LINES.names}
    for lines in facts.lines.values():
        for line in lines:
            for stretch in line.stretches:
                price = stretch.price
                columns["line_id"].append(line.line_id)
                columns["line_number"].append(stretch.number)
                columns["account_id"].append(stretch.account_id)
                columns["price_version_id"].append(price.id if price else NO_PRICE)
                columns["active_from"].append(stretch.active_from)
                columns["active_to"].append(stretch.active_to)
                mode = stretch.first_month_mode
                columns["first_month_mode"].append(mode.value if mode else None)
                columns["group_id"].append(None)
                columns["pool_id"].append(None)
    return pa.table(columns, schema=LINES)


def tariffs_of(versions: Iterable[PriceVersionView]) -> Tariffs:
    """The usage prices and what plans include, as rating takes them."""
    prices = [
        {
            "price_row_id": row.id,
            "price_version_id": version.id,
            "kind": row.kind,
            "direction": row.direction,
            "zone": row.zone,
            "unit": row.unit,
            "rounding": row.rounding,
            "price": row.price,
            "allowance_kind": row.allowance_kind,
        }
        for version in versions
        for row in version.usage_prices
    ]
    allowances = [
        {
            "price_version_id": version.id,
            "allowance_kind": allowance.kind,
            "amount": allowance.amount,
            "whole": whole_of(allowance, version.usage_prices),
        }
        for version in versions
        for allowance in version.allowances
    ]
    return Tariffs(
        prices=pa.Table.from_pylist(prices, schema=PRICES),
        allowances=pa.Table.from_pylist(allowances, schema=ALLOWANCES),
    )


UsageByLine = dict[int, list[UsageTotal]]


def usage_by_line(totals: pa.Table) -> UsageByLine:
    """Rated totals (shape TOTALS) by line, in the order of price rows."""
    names = ("line_id", *(each.name for each in fields(UsageTotal)))
    found: UsageByLine = {}
    for batch in totals.select(list(names)).to_batches():
        for line, *figures in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            found.setdefault(line, []).append(UsageTotal(*figures))
    return found
