"""A tariff as look-up tables: every piece of usage gets a class by small numbers, each plan a price row by class.

    row_no = first row of the price version + place of the row      (by shape of the version and class)

Price versions that name the same criteria have one shape, so that two thousand plans of a few make a small table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.tariffs.calendar import Calendar, calendar_of
from trunkline.rating.tariffs.classes import Named, Use, choices, uses_of
from trunkline.rating.tariffs.matching import Criteria, names
from trunkline.rating.types import Rounding, Tariffs

PRICE_AMBIGUOUS = Refusal(
    "rating.price_ambiguous",
    "",
    Text(
        "单价 {subject} 与 {other} 适用于同一用量，且都不更具体",
        "Price rows {subject} and {other} fit the same usage and neither is more specific",
    ),
)

#: The numbers of the ways to round.
ROUNDING_NO = {Rounding.UP: 0, Rounding.DOWN: 1, Rounding.NEAREST: 2}


def _shape(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


_TEXT, _INT, _LONG = pa.string(), pa.int32(), pa.int64()
#: What is told apart of a kind and direction. `timed` where a moment later the price may be another.
USES = _shape(
    kind=_TEXT,
    direction=_TEXT,
    base=_INT,
    zone_step=_INT,
    service_step=_INT,
    network_step=_INT,
    destination_step=_INT,
    time_step=_INT,
)
ZONES = _shape(zone=_TEXT, zone_no=_INT)
SERVICES = _shape(service=_TEXT, service_no=_INT)
VERSIONS = _shape(price_version_id=_LONG, version_no=_INT, choice_base=_INT, row_base=_INT)
CHOICES = _shape(choice_no=_INT, place=_INT)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The look-up tables of a tariff in a month; `rows` are the price rows in the order of their numbers."""

    uses: pa.Table
    zones: pa.Table
    services: pa.Table
    destinations: tuple[str, ...]
    versions: pa.Table
    choices: pa.Table
    rows: tuple[Mapping[str, Any], ...]
    calendar: Calendar
    by_network: bool
    by_destination: bool
    by_time: bool
    by_service: bool


def compiled(tariffs: Tariffs, month: Month) -> Compiled:
    """Makes a tariff ready for a month. Raises Refused, with all reasons, where it contradicts itself."""
    rows = sorted(tariffs.prices.to_pylist(), key=lambda row: (row["price_version_id"], row["price_row_id"]))
    criteria = [Criteria.of(row) for row in rows]
    calendar = calendar_of(
        month,
        tariffs.bands,
        tariffs.days,
        by_day=bool(names(criteria, "day_kind")),
        by_band=bool(names(criteria, "band")),
    )
    named = Named.by(criteria)
    uses = uses_of(criteria, named, calendar.classes)
    versions, chosen = _choices(rows, criteria, uses)
    return Compiled(
        uses=_table(USES, [(use.kind, use.direction, use.base, *use.steps) for use in uses]),
        zones=_numbered(ZONES, named.zones),
        services=_numbered(SERVICES, named.services),
        destinations=named.destinations,
        versions=_table(VERSIONS, versions),
        choices=_table(CHOICES, chosen),
        rows=tuple(rows),
        calendar=calendar,
        by_network=any(len(use.networks) > 1 for use in uses),
        by_destination=any(len(use.destinations) > 1 for use in uses),
        by_time=any(len(use.times) > 1 for use in uses),
        by_service=any(len(use.services) > 1 for use in uses),
    )


def _choices(
    rows: Sequence[Mapping[str, Any]], criteria: Sequence[Criteria], uses: Sequence[Use]
) -> tuple[list[tuple[int, ...]], list[tuple[int, int]]]:
    """The rows of VERSIONS and of CHOICES. Raises Refused where two rows fit and neither is more specific."""
    classes = sum(use.size for use in uses)
    by_version: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_version[row["price_version_id"]].append(place)
    shapes: dict[tuple[Criteria, ...], int] = {}
    versions: list[tuple[int, ...]] = []
    chosen: list[tuple[int, int]] = []
    refusals: list[Refusal] = []
    for number, (version, places) in enumerate(by_version.items()):
        shape = tuple(criteria[place] for place in places)
        if shape not in shapes:
            base = shapes[shape] = len(shapes) * classes
            found = [(no, choice) for use in uses for no, _, choice in choices(shape, use)]
            chosen += [(base + no, choice.place) for no, choice in found if choice.place is not None]
            rivals = sorted({choice.rivals for _, choice in found if choice.rivals is not None})
            refusals += [_ambiguous(rows, places, *pair) for pair in rivals]
        versions.append((version, number, shapes[shape], places[0]))
    raise_if_any(refusals)
    return versions, chosen


def _ambiguous(rows: Sequence[Mapping[str, Any]], places: Sequence[int], one: int, other: int) -> Refusal:
    subject, rival = (str(rows[places[n]]["price_row_id"]) for n in (one, other))
    return PRICE_AMBIGUOUS.about(subject, other=rival)


def _numbered(shape: pa.Schema, names: Sequence[str]) -> pa.Table:
    return _table(shape, [(name, number) for number, name in enumerate(names, start=1)])


def _table(shape: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(shape)
    return pa.table(
        {field.name: pa.array(column, field.type) for field, column in zip(shape, columns, strict=True)},
        shape,
    )
