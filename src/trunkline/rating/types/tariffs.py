"""Tariffs as data: the Arrow shape of each of their tables, described for people in ``docs/formats/tariffs.md``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

from trunkline.rating.types.shapes import shape_of


class Rounding(StrEnum):
    """How a quantity becomes whole charging units; `NEAREST` takes the upper unit from one half on."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


class Network(StrEnum):
    """Where the other party is: in the line's own group (集团内), on this network (网内), elsewhere (网外)."""

    GROUP = "group"
    ON_NET = "on_net"
    OFF_NET = "off_net"


class DayKind(StrEnum):
    """工作日, 周末, 法定节假日; a weekend that the state makes a workday is one."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


#: What one unit of usage costs: `unit` in the base unit of the kind (60 = a minute), `price` for each unit.
#: A criterion that is null takes everything; of several rows that fit the most specific one counts, ON_NET includes
#: GROUP. `minimum` units are counted of any record that has a quantity. Of each record the first `first_units` cost
#: `first_price` together, whether used or not. `allowance_kind` names the allowance that may pay for it, counted in
#: whole units of this row, `cap` what is capped together by the month.
PRICES = shape_of(
    ("price_row_id", pa.int64()),
    ("price_version_id", pa.int64()),
    ("kind", pa.string()),
    ("direction", pa.string()),
    ("unit", pa.int64()),
    ("rounding", pa.string()),
    ("price", pa.int64()),
    optional=(
        ("zone", pa.string()),
        ("service", pa.string()),
        ("network", pa.string()),
        ("destination", pa.string()),
        ("day_kind", pa.string()),
        ("band", pa.string()),
        ("minimum", pa.int64()),
        ("first_units", pa.int64()),
        ("first_price", pa.int64()),
        ("allowance_kind", pa.string()),
        ("cap", pa.string()),
    ),
)

#: What a price version includes each month: `amount` in units of the price rows that name the allowance.
#: `whole` is what a halved amount is rounded up to, in the same units: 1024 where kilobytes are sold by the MB,
#: 1 when null.
ALLOWANCES = shape_of(
    ("price_version_id", pa.int64()),
    ("allowance_kind", pa.string()),
    ("amount", pa.int64()),
    optional=(("whole", pa.int64()),),
)

#: What a line brings into the month of an allowance of the month before.
CARRIED = shape_of(("line_id", pa.int64()), ("allowance_kind", pa.string()), ("amount", pa.int64()))

#: What lines of one pool share in the month, used when a line's own allowance of the kind is used up.
POOLS = shape_of(("pool_id", pa.int64()), ("allowance_kind", pa.string()), ("amount", pa.int64()))

#: From the unit after `above` on, counted over the month by line, a price row charges `price`.
TIERS = shape_of(("price_row_id", pa.int64()), ("above", pa.int64()), ("price", pa.int64()))

#: What the rows of a price version that name the cap charge a line at most in a month: charging stops after `units`
#: and at `amount`; null is without limit.
CAPS = shape_of(
    ("price_version_id", pa.int64()),
    ("cap", pa.string()),
    optional=(("units", pa.int64()), ("amount", pa.int64())),
)

#: The destination of numbers that begin with a prefix, the longest one counts; `on_net` where they are of this network.
DESTINATIONS = shape_of(("prefix", pa.string()), ("destination", pa.string()), ("on_net", pa.bool_()))

#: A time band: from `starts` until `ends`, seconds of the day by Asia/Shanghai, whole minutes. Several rows add up.
BANDS = shape_of(("band", pa.string()), ("starts", pa.int64()), ("ends", pa.int64()))

#: The kind of days that are not what their weekday says.
DAYS = shape_of(("day", pa.date32()), ("day_kind", pa.string()))

#: Short numbers by which members of a group call each other.
SHORT_NUMBERS = shape_of(("group_id", pa.int64()), ("short_number", pa.string()))


#: The shape of each table of a tariff by its name.
TARIFF_SHAPES = {
    "prices": PRICES,
    "allowances": ALLOWANCES,
    "carried": CARRIED,
    "pools": POOLS,
    "tiers": TIERS,
    "caps": CAPS,
    "destinations": DESTINATIONS,
    "bands": BANDS,
    "days": DAYS,
    "short_numbers": SHORT_NUMBERS,
}


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All that usage is rated by, besides the lines; each table in its shape (`TARIFF_SHAPES`)."""

    prices: pa.Table = field(default_factory=PRICES.empty_table)
    allowances: pa.Table = field(default_factory=ALLOWANCES.empty_table)
    carried: pa.Table = field(default_factory=CARRIED.empty_table)
    pools: pa.Table = field(default_factory=POOLS.empty_table)
    tiers: pa.Table = field(default_factory=TIERS.empty_table)
    caps: pa.Table = field(default_factory=CAPS.empty_table)
    destinations: pa.Table = field(default_factory=DESTINATIONS.empty_table)
    bands: pa.Table = field(default_factory=BANDS.empty_table)
    days: pa.Table = field(default_factory=DAYS.empty_table)
    short_numbers: pa.Table = field(default_factory=SHORT_NUMBERS.empty_table)
