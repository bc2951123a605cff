"""Pure rules of numbers: shapes, ranges, grades, who may reserve, take and freeze."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.types import (
    NUMBER_LIFE,
    NUMBER_STATE_NAMES,
    GradeView,
    NumberEvent,
    NumberKind,
    NumberState,
    NumberView,
    RangeView,
    ReservationView,
)

#: A number that was given up rests at least this long before it is used again (REG-11).
SHORTEST_FREEZE = timedelta(days=90)

UNKNOWN = Refusal("number.unknown", "", Text("号码资源中没有{subject}", "{subject} is not in the inventory"))
OTHER_STOCK = Refusal(
    "number.other_stock",
    "",
    Text("号码{subject}属于其他分公司的号码资源", "{subject} belongs to another branch's stock"),
)
REPEATED = Refusal("number.repeated", "", Text("号码{subject}重复", "{subject} is named more than once"))
TAKEN = Refusal(
    "number.taken",
    "",
    Text("号码{subject}已不可选：{state}", "{subject} cannot be chosen any more: {state_en}"),
)
IN_OTHER_HANDS = Refusal(
    "number.taken",
    "",
    Text("号码{subject}此刻正由他人办理", "{subject} is being dealt with by somebody else at this moment"),
)
TAKEN_FROZEN = Refusal(
    "number.taken",
    "REG-11",
    Text("号码{subject}在冻结期内，{until}期满", "{subject} is frozen until {until}"),
)
TAKEN_PORTED = Refusal(
    "number.taken",
    "REG-17",
    Text("号码{subject}已携出至其他运营商", "{subject} has been ported out to another operator"),
)
NOT_HELD = Refusal(
    "number.not_held",
    "",
    Text("号码{subject}没有为{holder}预占", "{subject} is not reserved for {holder}"),
)
LEASE_OVER = Refusal(
    "number.lease_over",
    "",
    Text("号码{subject}的预占已于{until}到期", "The reservation of {subject} ran out on {until}"),
)
LEASE_IN_THE_PAST = Refusal(
    "number.lease_in_the_past",
    "",
    Text("预占的到期时间须晚于办理时间", "A reservation must run out later than it begins"),
)
NOT_IN_USE = Refusal(
    "number.not_in_use",
    "REG-11",
    Text("号码{subject}不是在用号码：{state}", "{subject} is not in use: {state_en}"),
)
FREEZE_TOO_SHORT = Refusal(
    "number.freeze_too_short",
    "REG-11",
    Text("号码须冻结满{days}日", "A number must be frozen for at least {days} days"),
)
STOCK_EXHAUSTED = Refusal(
    "number.stock_exhausted",
    "",
    Text(
        "普通号码不足：需要{wanted}个，可用{found}个",
        "Too few ordinary numbers: {wanted} wanted, {found} free",
    ),
)
MALFORMED = Refusal(
    "number.malformed", "REG-21", Text("号码格式不对：{subject}", "{subject} is not a number of this kind")
)
NOT_OURS = Refusal(
    "number.not_ours",
    "REG-21",
    Text("号码{subject}不在本企业现行号段内", "{subject} lies in no number range of ours in force"),
)
STOCKED_ALREADY = Refusal(
    "number.stocked_already", "", Text("号码{subject}已在号码资源中", "{subject} is in the inventory already")
)
NOT_AWAY = Refusal(
    "number.not_away",
    "REG-17",
    Text(
        "号码{subject}不是本企业号段内的已携出号码", "{subject} is no number of our ranges that has left us"
    ),
)
WITH_US = Refusal(
    "number.with_us",
    "REG-17",
    Text("号码{subject}在本企业，不能携入", "{subject} is with us already and cannot be ported in"),
)
PORT_CODE_MALFORMED = Refusal(
    "number.port_code_malformed",
    "REG-17",
    Text("授权码为4至8位数字", "An authorisation code is 4 to 8 digits"),
)
PERIOD_EMPTY = Refusal(
    "number.range_period_empty",
    "REG-21",
    Text("号段的失效日须晚于生效日", "A range must end after it begins"),
)
PREFIX_MALFORMED = Refusal(
    "number.range_malformed",
    "REG-21",
    Text("号段须为1至8位数字：{subject}", "A range is 1 to 8 digits: {subject}"),
)
GRADE_PATTERN_WRONG = Refusal(
    "grade.pattern_wrong",
    "REG-25",
    Text("靓号规则不是正确的表达式：{subject}", "The grade's pattern is no valid expression: {subject}"),
)
GRADE_COMMITMENT_WRONG = Refusal(
    "grade.commitment_wrong",
    "REG-25",
    Text(
        "靓号等级的预存、最低消费不得为负，在网月数须大于零",
        "A grade's prepayment and monthly minimum may not be negative, and its months must be more than zero",
    ),
)
GRADE_DEFINED = Refusal(
    "grade.defined_already",
    "REG-25",
    Text("靓号等级代码或次序已被使用：{subject}", "The grade's code or rank is used already: {subject}"),
)

_SHAPES = {
    NumberKind.MOBILE: re.compile(r"1\d{10}(\d\d)?", re.ASCII),
    NumberKind.FIXED: re.compile(r"0\d{9,11}", re.ASCII),
    NumberKind.SERVICE_400: re.compile(r"400\d{7}", re.ASCII),
    NumberKind.SHORT: re.compile(r"[1-9]\d{2,5}", re.ASCII),
}
_LONGEST_PATTERN = 120
_PORT_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)


def grade_of(number: str, grades: Iterable[GradeView]) -> str:
    """The code of the first grade by rank whose pattern is found in `number`, or "" for an ordinary number."""
    for grade in sorted(grades, key=lambda g: g.rank):
        if re.search(grade.pattern, number):
            return grade.code
    return ""


def grade_refusals(grade: GradeView, defined: Iterable[GradeView]) -> tuple[Refusal, ...]:
    """Why `grade` cannot be added to those `defined` (REG-25)."""
    found: list[Refusal] = []
    try:
        re.compile(grade.pattern)
        usable = 0 < len(grade.pattern) <= _LONGEST_PATTERN
    except re.error:
        usable = False
    if not usable:
        found.append(GRADE_PATTERN_WRONG.about(grade.pattern))
    if grade.prepayment < 0 or grade.minimum_monthly < 0 or grade.months < 1:
        found.append(GRADE_COMMITMENT_WRONG)
    if not grade.code or any(grade.code == d.code or grade.rank == d.rank for d in defined):
        found.append(GRADE_DEFINED.about(grade.code))
    return tuple(found)


def range_refusals(prefix: str, valid_from: date, valid_to: date | None) -> tuple[Refusal, ...]:
    """Why a number range cannot be defined (REG-21)."""
    found: list[Refusal] = []
    if not re.fullmatch(r"[0-9]{1,8}", prefix):
        found.append(PREFIX_MALFORMED.about(prefix))
    if valid_to is not None and valid_to <= valid_from:
        found.append(PERIOD_EMPTY)
    return tuple(found)


def repeated(numbers: Sequence[str]) -> tuple[Refusal, ...]:
    """A refusal for each number that stands in `numbers` more than once."""
    if len(set(numbers)) == len(numbers):
        return ()
    return tuple(REPEATED.about(number) for number, count in Counter(numbers).items() if count > 1)


def stock_refusals(
    numbers: Sequence[str], kind: NumberKind, ranges: Iterable[RangeView], on: date
) -> tuple[Refusal, ...]:
    """Why numbers cannot be taken into the inventory on a day: shape, range in force (REG-21), repetition."""
    prefixes = _prefixes(ranges, kind, on)
    found = list(repeated(numbers))
    for number in numbers:
        if not _SHAPES[kind].fullmatch(number):
            found.append(MALFORMED.about(number))
        elif not number.startswith(prefixes):
            found.append(NOT_OURS.about(number))
    return tuple(found)


def _not_idle(number: NumberView) -> Refusal:
    if number.state is NumberState.FROZEN and number.frozen_until is not None:
        return TAKEN_FROZEN.about(number.number, until=local_date(number.frozen_until).isoformat())
    if number.state is NumberState.PORTED_OUT:
        return TAKEN_PORTED.about(number.number)
    words = NUMBER_STATE_NAMES[number.state]
    return TAKEN.about(number.number, state=words.zh, state_en=words.en)


def lease_refusals(expires_at: datetime, at: datetime) -> tuple[Refusal, ...]:
    """A reservation is a lease: it must run out in the future."""
    return () if expires_at > at else (LEASE_IN_THE_PAST,)


def reserve_refusals(
    numbers: Sequence[str],
    inventory: Mapping[str, NumberView],
    branch_ids: Collection[int],
    leased: Collection[str] = (),
) -> tuple[Refusal, ...]:
    """Why `numbers` cannot be reserved by someone of `branch_ids`, a refusal for each that cannot.

    Those `leased` are kept for the same customer already, who may have them.
    """
    found = list(repeated(numbers))
    for number in dict.fromkeys(numbers):
        view = inventory.get(number)
        if view is None:
            found.append(UNKNOWN.about(number))
        elif view.branch_id not in branch_ids:
            found.append(OTHER_STOCK.about(number))
        elif number not in leased and NUMBER_LIFE.after(view.state, NumberEvent.RESERVE) is None:
            found.append(_not_idle(view))
    return tuple(found)


def holding_refusals(
    numbers: Sequence[str],
    inventory: Mapping[str, NumberView],
    leases: Mapping[str, ReservationView],
    holder: str,
) -> tuple[Refusal, ...]:
    """Why `holder` does not hold `numbers`: unknown, repeated, or reserved for nobody or someone else."""
    found = list(repeated(numbers))
    for number in dict.fromkeys(numbers):
        lease = leases.get(number)
        if number not in inventory:
            found.append(UNKNOWN.about(number))
        elif lease is None or lease.holder != holder:
            found.append(NOT_HELD.about(number, holder=holder))
    return tuple(found)


def assign_refusals(
    numbers: Sequence[str],
    inventory: Mapping[str, NumberView],
    leases: Mapping[str, ReservationView],
    holder: str,
    at: datetime,
) -> tuple[Refusal, ...]:
    """Why `holder` cannot take `numbers` into use: not held by it, or held no longer."""
    ours = [leases[n] for n in dict.fromkeys(numbers) if n in leases and leases[n].holder == holder]
    over = [
        LEASE_OVER.about(lease.number, until=local_date(lease.expires_at).isoformat())
        for lease in ours
        if lease.expires_at <= at
    ]
    return (*holding_refusals(numbers, inventory, leases, holder), *over)


def in_ranges(number: str, ranges: Iterable[RangeView], on: date) -> bool:
    """Whether a mobile number lies in a range of ours in force (REG-21)."""
    return number.startswith(_prefixes(ranges, NumberKind.MOBILE, on))


def port_out_refusals(
    numbers: Sequence[str], inventory: Mapping[str, NumberView], branch_ids: Collection[int]
) -> tuple[Refusal, ...]:
    """Why numbers cannot go to another operator: not in use, or another branch's (REG-17)."""
    found = list(repeated(numbers))
    for number in dict.fromkeys(numbers):
        view = inventory.get(number)
        if view is None:
            found.append(UNKNOWN.about(number))
        elif view.branch_id not in branch_ids:
            found.append(OTHER_STOCK.about(number))
        elif NUMBER_LIFE.after(view.state, NumberEvent.PORT_OUT) is None:
            words = NUMBER_STATE_NAMES[view.state]
            found.append(NOT_IN_USE.about(number, state=words.zh, state_en=words.en))
    return tuple(found)


def return_refusals(
    number: str, view: NumberView | None, branch_ids: Collection[int], *, ours: bool
) -> tuple[Refusal, ...]:
    """Why a number cannot be taken back: it is of no range of ours, or has not left us (REG-17)."""
    if view is None:
        return (UNKNOWN.about(number),)
    if view.branch_id not in branch_ids:
        return (OTHER_STOCK.about(number),)
    away = NUMBER_LIFE.after(view.state, NumberEvent.TAKE_BACK) is not None
    return () if ours and away else (NOT_AWAY.about(number),)


def port_in_refusals(number: str, code: str, view: NumberView | None, *, ours: bool) -> tuple[Refusal, ...]:
    """Why a number cannot come in: malformed, with us already, or of our ranges and never gone (REG-17)."""
    found: list[Refusal] = []
    if not _SHAPES[NumberKind.MOBILE].fullmatch(number):
        found.append(MALFORMED.about(number))
    elif (view is not None and NUMBER_LIFE.after(view.state, NumberEvent.PORT_IN) is None) or (
        view is None and ours
    ):
        found.append(WITH_US.about(number))
    if not _PORT_CODE.fullmatch(code):
        found.append(PORT_CODE_MALFORMED)
    return tuple(found)


def _prefixes(ranges: Iterable[RangeView], kind: NumberKind, on: date) -> tuple[str, ...]:
    return tuple(
        r.prefix
        for r in ranges
        if r.kind == kind and r.valid_from <= on and (r.valid_to is None or on < r.valid_to)
    )


def freeze_refusals(
    numbers: Sequence[str],
    inventory: Mapping[str, NumberView],
    branch_ids: Collection[int],
    until: datetime,
    at: datetime,
) -> tuple[Refusal, ...]:
    """Why `numbers` cannot be frozen `until` then: not in use, another branch's, or too short (REG-11)."""
    found = list(repeated(numbers))
    if until < at + SHORTEST_FREEZE:
        found.append(FREEZE_TOO_SHORT.filled(days=SHORTEST_FREEZE.days))
    for number in dict.fromkeys(numbers):
        view = inventory.get(number)
        if view is None:
            found.append(UNKNOWN.about(number))
        elif view.branch_id not in branch_ids:
            found.append(OTHER_STOCK.about(number))
        elif NUMBER_LIFE.after(view.state, NumberEvent.FREEZE) is None:
            words = NUMBER_STATE_NAMES[view.state]
            found.append(NOT_IN_USE.about(number, state=words.zh, state_en=words.en))
    return tuple(found)
