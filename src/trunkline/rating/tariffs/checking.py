"""What is wrong with a tariff before anything is rated by it: gaps, overlaps, rows that nothing is charged by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.rating.contradictions import contradictions
from trunkline.rating.tariffs.calendar import TimeClass, band_refusals, day_refusals, every_time_class
from trunkline.rating.tariffs.classes import Named, Use, choices, uses_of
from trunkline.rating.tariffs.compiling import PRICE_AMBIGUOUS
from trunkline.rating.tariffs.destinations import directory_of
from trunkline.rating.tariffs.matching import Criteria, Situation, names
from trunkline.rating.types import (
    DIRECTION_NAMES,
    USAGE_KIND_NAMES,
    Direction,
    Tariffs,
    UsageKind,
)

GAP = Refusal(
    "rating.gap",
    "",
    Text(
        "价格版本 {subject} 有空缺：{what}没有单价",
        "Price version {subject} has a gap: no price for {what}",
    ),
)
UNREACHABLE = Refusal(
    "rating.unreachable",
    "",
    Text(
        "单价 {subject} 永远用不到：别的单价占满了它的范围，或它的时段、目的地没有定义",
        "Price row {subject} is never used: other rows take all it takes, or its band or destination is not defined",
    ),
)
NOTHING_NAMED = Refusal(
    "rating.nothing_named",
    "",
    Text("{table} 指向不存在的 {subject}", "{table} names {subject}, which is not there"),
)
UNPRICED = Refusal(
    "rating.unpriced",
    "",
    Text("价格版本 {subject} 没有{what}的单价", "Price version {subject} has no price at all for {what}"),
)

#: Every value of a criterion.
_ANY = object()
_CRITERIA = tuple(field.name for field in fields(Situation))
_CRITERION_NAMES = {
    "zone": Text("漫游区域 {value}", "zone {value}"),
    "service": Text("业务代码 {value}", "service {value}"),
    "network": Text("对端网络 {value}", "network {value}"),
    "destination": Text("目的地 {value}", "destination {value}"),
}
_DAY = Text("日期类型 {value}", "day {value}")
_BAND = Text("时段 {value}", "band {value}")
_OTHER = Text("其他", "any other")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TariffCheck:
    """`faults` keep a tariff from being published; `notes` are kinds of usage that a version does not price."""

    faults: tuple[Refusal, ...]
    notes: tuple[Refusal, ...]


def checked(tariffs: Tariffs) -> TariffCheck:
    """Everything that is wrong with a tariff, over all days and times, and what it leaves out altogether.

    A gap is usage of a kind and direction that a version prices in part.
    """
    unsound = (
        *contradictions(tariffs),
        *band_refusals(tariffs.bands.to_pylist()),
        *day_refusals(tariffs.days.to_pylist()),
        *_unsound_prefixes(tariffs),
    )
    if unsound:
        return TariffCheck(unsound, ())
    rows = sorted(tariffs.prices.to_pylist(), key=lambda row: (row["price_version_id"], row["price_row_id"]))
    return TariffCheck((*_dangling(tariffs), *_of_rows(rows, tariffs)), tuple(_unpriced(rows)))


def _unsound_prefixes(tariffs: Tariffs) -> tuple[Refusal, ...]:
    try:
        directory_of(tariffs.destinations, ())
    except Refused as refused:
        return refused.refusals
    return ()


def _dangling(tariffs: Tariffs) -> Iterator[Refusal]:
    """Tables that name price rows, versions and caps which are not there."""
    rows = tariffs.prices.to_pylist()
    drawn = {(row["price_version_id"], row["allowance_kind"]) for row in rows}
    capped = {(row["price_version_id"], row["cap"]) for row in rows if row["cap"] is not None}
    kinds = {kind for _, kind in drawn}
    caps = {(row["price_version_id"], row["cap"]) for row in tariffs.caps.to_pylist()}
    named = (
        (
            "tiers",
            ("price_row_id",),
            set(tariffs.tiers["price_row_id"].to_pylist()) - {row["price_row_id"] for row in rows},
        ),
        ("prices", ("price_version_id", "cap"), capped - caps),
        ("caps", ("price_version_id", "cap"), caps - capped),
        (
            "allowances",
            ("price_version_id", "allowance_kind"),
            {(row["price_version_id"], row["allowance_kind"]) for row in tariffs.allowances.to_pylist()}
            - drawn,
        ),
        ("pools", ("allowance_kind",), set(tariffs.pools["allowance_kind"].to_pylist()) - kinds),
        ("carried", ("allowance_kind",), set(tariffs.carried["allowance_kind"].to_pylist()) - kinds),
    )
    for table, columns, missing in named:
        for key in sorted(missing):
            values = key if isinstance(key, tuple) else (key,)
            subject = ", ".join(f"{name}={value}" for name, value in zip(columns, values, strict=True))
            yield NOTHING_NAMED.about(subject, table=table)


def _of_rows(rows: Sequence[Row], tariffs: Tariffs) -> Iterator[Refusal]:
    """Gaps, overlaps and unreachable rows; versions of one shape are looked at once."""
    criteria = [Criteria.of(row) for row in rows]
    times = every_time_class(
        tariffs.bands,
        by_day=bool(names(criteria, "day_kind")),
        by_band=bool(names(criteria, "band")),
    )
    leads = set(tariffs.destinations["destination"].to_pylist())
    by_version: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_version[row["price_version_id"]].append(place)
    shapes: dict[tuple[Criteria, ...], _Shape] = {}
    for version, places in by_version.items():
        shape = tuple(criteria[place] for place in places)
        if shape not in shapes:
            shapes[shape] = _shape_of(shape, times, leads)
        yield from shapes[shape].refusals(version, [rows[place]["price_row_id"] for place in places])


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is wrong with price versions of one shape, rows by their place in it."""

    gaps: tuple[Text, ...]
    rivals: tuple[tuple[int, int], ...]
    unreachable: tuple[int, ...]

    def refusals(self, version: int, row_ids: Sequence[int]) -> Iterator[Refusal]:
        for what in self.gaps:
            yield GAP.about(str(version), what=what)
        for one, other in self.rivals:
            yield PRICE_AMBIGUOUS.about(str(row_ids[one]), other=str(row_ids[other]))
        for place in self.unreachable:
            yield UNREACHABLE.about(str(row_ids[place]))


def _shape_of(shape: Sequence[Criteria], times: Sequence[TimeClass], leads: set[str]) -> _Shape:
    gaps: list[Text] = []
    rivals: set[tuple[int, int]] = set()
    reached: set[int] = set()
    for use in uses_of(shape, Named.by(shape), times):
        open_ones: list[tuple[Any, ...]] = []
        for _, situation, choice in choices(shape, use):
            if situation.destination is not None and situation.destination not in leads:
                continue
            if choice.place is not None:
                reached.add(choice.place)
            elif choice.rivals is not None:
                rivals.add(choice.rivals)
                reached.update(choice.rivals)
            else:
                open_ones.append(tuple(getattr(situation, name) for name in _CRITERIA))
        gaps += [_described(use, each) for each in _merged(open_ones, use)]
    unreachable = set(range(len(shape))) - reached
    return _Shape(tuple(gaps), tuple(sorted(rivals)), tuple(sorted(unreachable)))


def _merged(situations: Sequence[tuple[Any, ...]], use: Use) -> list[tuple[Any, ...]]:
    """Situations that differ in one criterion only, and have all its values, as one of any value."""
    found = list(situations)
    for place, values in enumerate(use.dimensions):
        together: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for each in found:
            together[each[:place] + each[place + 1 :]].append(each)
        found = []
        for rest, members in together.items():
            if len(members) == len(values):
                found.append((*rest[:place], _ANY, *rest[place:]))
            else:
                found += members
    return found


def _described(use: Use, situation: tuple[Any, ...]) -> Text:
    """Usage in words: `语音通话 主叫（漫游区域 其他）`."""
    words = [*_named(use, situation)]
    kind = USAGE_KIND_NAMES[UsageKind(use.kind)]
    direction = DIRECTION_NAMES[Direction(use.direction)]
    zh = f"（{'，'.join(word.zh for word in words)}）" if words else ""
    en = f" ({', '.join(word.en for word in words)})" if words else ""
    return Text(f"{kind.zh} {direction.zh}{zh}", f"{kind.en}, {direction.en.lower()}{en}")


def _named(use: Use, situation: tuple[Any, ...]) -> Iterator[Text]:
    for name, value in zip(_CRITERIA, situation, strict=True):
        if value is _ANY:
            continue
        if isinstance(value, TimeClass):
            if value.day_kind is not None:
                yield _DAY.format(value=value.day_kind)
            if any(time.bands for time in use.times):
                yield _BAND.format(value=", ".join(sorted(value.bands)) or _OTHER)
        else:
            yield _CRITERION_NAMES[name].format(value=_OTHER if value is None else value)


def _unpriced(rows: Sequence[Row]) -> Iterator[Refusal]:
    """The kinds that a version charges in no direction at all."""
    by_version: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        by_version[row["price_version_id"]].add(row["kind"])
    for version, priced in by_version.items():
        for kind in UsageKind:
            if kind not in priced:
                yield UNPRICED.about(str(version), what=USAGE_KIND_NAMES[kind])
