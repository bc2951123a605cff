"""Reading the file of `trunkline agreement simulate` (docs/formats/simulation.md): YAML in which amounts are exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import yaml

from trunkline.agreements.rules.breach import DAILY_RATE, BreachClaim, overdue_penalty
from trunkline.agreements.rules.fair_use import GIGABYTE, DataSession
from trunkline.agreements.rules.terms import release_schedule
from trunkline.billing.simulation import Scenario, ScenarioBreach, ScenarioNumber
from trunkline.kernel.money import FEN, ZERO
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text

T = TypeVar("T")
MEGABYTE = 1024**2

NOT_YAML = Refusal(
    "scenario.not_yaml", "", Text("文件不是正确的 YAML：{subject}", "The file is no valid YAML: {subject}")
)
MISSING = Refusal("scenario.missing", "", Text("缺少 {subject}", "{subject} is missing"))
UNKNOWN = Refusal("scenario.unknown", "", Text("不认识的内容：{subject}", "Not known: {subject}"))
WRONG = Refusal("scenario.wrong", "", Text("{subject} 须为{kind}", "{subject} must be {kind_en}"))
UNBALANCED = Refusal(
    "scenario.releases_unbalanced",
    "P2-09",
    Text("{subject}：各月解冻额之和不等于预存款", "{subject}: the releases do not add up to the deposit"),
)


class _ExactLoader(yaml.SafeLoader):
    """Safe YAML; a number with a point is a `Decimal` of its digits."""


def _exact(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _exact)

_KINDS = {
    Decimal: Text("金额（元，至多两位小数）", "an amount in yuan with at most two decimals"),
    int: Text("整数", "a whole number"),
    date: Text("日期（2012-03-01）", "a day such as 2012-03-01"),
    datetime: Text("时间（2012-03-10T12:00:00+08:00）", "a time such as 2012-03-10T12:00:00+08:00"),
    Month: Text("月份（2012-03）", "a month such as 2012-03"),
    str: Text("号码", "a number of 3 to 20 digits"),
    dict: Text("一组“名称：值”", "a mapping"),
    list: Text("列表", "a list"),
    bool: Text("true 或 false", "true or false"),
}


class _Part:
    """A mapping of the file with its place; what is wrong is collected, and what was not asked for is named."""

    def __init__(self, values: Any, place: str, faults: list[Refusal]) -> None:
        self.faults, self.place = faults, place
        self.values: dict[str, Any] = {}
        if isinstance(values, dict):
            self.values = {str(name): value for name, value in values.items()}
        else:
            self._wrong(place, dict)
        self.left = set(self.values)

    def get(self, name: str, kind: type[T], default: T | None = None) -> T | None:
        """One value; `default` where it is not there, a fault where that is None."""
        self.left.discard(name)
        place = f"{self.place}{name}"
        if name not in self.values:
            if default is None:
                self.faults.append(MISSING.about(place))
            return default
        found = _read(self.values[name], kind)
        if found is None:
            self._wrong(place, kind)
        return found

    def part(self, name: str) -> _Part:
        """A mapping within; an empty one where it is not there."""
        self.left.discard(name)
        return _Part(self.values.get(name, {}), f"{self.place}{name}.", self.faults)

    def parts(self, name: str) -> list[_Part]:
        """The mappings of a list within."""
        found = self.get(name, list, [])
        return [_Part(one, f"{self.place}{name}[{n}].", self.faults) for n, one in enumerate(found or [])]

    def named(self, name: str, kind: type[T]) -> dict[str, T]:
        """All values of a mapping within, by name."""
        within = self.part(name)
        found = {key: within.get(key, kind) for key in within.values}
        return {key: value for key, value in found.items() if value is not None}

    def rest(self) -> None:
        """Nothing else may be there."""
        self.faults += [UNKNOWN.about(f"{self.place}{name}") for name in sorted(self.left)]

    def _wrong(self, place: str, kind: type[Any]) -> None:
        words = _KINDS[kind]
        self.faults.append(WRONG.about(place.rstrip("."), kind=words.zh, kind_en=words.en))


def _read(value: Any, kind: type[T]) -> T | None:
    """A value of the file as what is asked for; None where it is none."""
    try:
        found = _READERS[kind](value)
    except (ValueError, TypeError, InvalidOperation):
        return None
    return found if isinstance(found, kind) else None


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise TypeError
    amount = Decimal(value)
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(FEN):
        raise ValueError
    return amount.quantize(FEN)


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _digits(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and 3 <= len(text) <= 20):
        raise ValueError
    return text


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    Decimal: _amount,
    int: lambda value: None if isinstance(value, bool) else value,
    date: lambda value: None if isinstance(value, datetime) else value,
    datetime: _moment,
    Month: lambda value: Month.parse(str(value)),
    str: _digits,
    dict: lambda value: value,
    list: lambda value: value,
    bool: lambda value: value,
}


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file; `Refused` with everything that is wrong, each with its place."""
    try:
        held = yaml.load(path.read_text(encoding="utf-8"), Loader=_ExactLoader)  # noqa: S506 - a safe loader  # nosec B506
    except (yaml.YAMLError, UnicodeDecodeError, InvalidOperation) as error:
        raise Refused(NOT_YAML.about(str(error).replace("\n", " "))) from error
    faults: list[Refusal] = []
    whole = _Part(held, "", faults)
    made = _scenario(whole, faults)
    whole.rest()
    raise_if_any(faults)
    return made


def _scenario(whole: _Part, faults: list[Refusal]) -> Scenario:
    agreement, span = whole.part("agreement"), whole.part("months")
    signed = agreement.part("signed")
    sides = [signed.get(side, date) or date.min for side in ("customer", "operator")]
    years = agreement.get("term_years", int) or 1
    renewals = agreement.get("renewals", int, 1) or 0
    cap = agreement.get("data_cap_gb", int, 0)
    first, last = (span.get(end, Month) for end in ("from", "to"))
    numbers = tuple(_number(part) for part in whole.parts("numbers"))
    bills = {
        (number, month): amount
        for number in whole.part("bills").values
        for month, amount in _bills(whole, number, faults)
    }
    sessions = {
        number: tuple(_session(part) for part in whole.part("sessions").parts(number))
        for number in whole.part("sessions").values
    }
    breaches = tuple(_breach(part) for part in whole.parts("breaches"))
    for part in (agreement, span, signed):
        part.rest()
    known = {one.number for one in numbers}
    named = {*(key for key, _ in bills), *sessions, *(broken.claim.number for broken in breaches)}
    faults += [UNKNOWN.about(number) for number in sorted(named - known - {""})]
    return Scenario(
        effective_on=max(sides),
        term_years=years,
        numbers=numbers,
        months=_months(first, last),
        renewals=renewals,
        bills=bills,
        breaches=breaches,
        data_cap=cap * GIGABYTE if cap else None,
        sessions=sessions,
    )


def _months(first: Month | None, last: Month | None) -> tuple[Month, ...]:
    found = []
    while first is not None and last is not None and first <= last:
        found.append(first)
        first = first.next()
    return tuple(found)


def _bills(whole: _Part, number: str, faults: list[Refusal]) -> list[tuple[Month, Decimal]]:
    found = []
    for name, amount in whole.part("bills").named(number, Decimal).items():
        month = _read(name, Month)
        if month is None:
            faults.append(
                WRONG.about(f"bills.{number}.{name}", kind=_KINDS[Month].zh, kind_en=_KINDS[Month].en)
            )
        else:
            found.append((month, amount))
    return found


def _number(part: _Part) -> ScenarioNumber:
    number, entered = part.get("number", str) or "", part.get("entered", Month) or Month(2000, 1)
    deposit = part.get("deposit", Decimal, ZERO) or ZERO
    listed = [_read(one, Decimal) for one in part.get("releases", list, []) or []]
    months = part.get("months", int, 1 if not deposit or listed else None) or 1
    part.rest()
    if not deposit:
        return ScenarioNumber(number, entered)
    releases = tuple(one or ZERO for one in listed) or release_schedule(deposit, max(months, 1))
    if sum(releases, ZERO) != deposit:
        part.faults.append(UNBALANCED.about(number))
    return ScenarioNumber(number, entered, releases)


def _session(part: _Part) -> DataSession:
    ended, volume = part.get("ended", datetime), part.get("mb", int)
    part.rest()
    return DataSession(ended or datetime.min.replace(tzinfo=SHANGHAI), (volume or 0) * MEGABYTE)


def _breach(part: _Part) -> ScenarioBreach:
    on, number = part.get("date", date) or date.min, part.get("number", str) or ""
    overdue = part.part("overdue")
    penalty = part.get("penalty", Decimal, ZERO) or ZERO
    if overdue.values:
        owed, days = overdue.get("owed", Decimal) or ZERO, overdue.get("days", int) or 0
        rate = overdue.values.get("rate", DAILY_RATE)
        overdue.left.discard("rate")
        overdue.rest()
        penalty += overdue_penalty(owed, max(days, 0), daily_rate=Decimal(rate))
    sums = {name: part.get(name, Decimal, ZERO) or ZERO for name in ("benefits", "handset", "losses")}
    settled = part.get("settled", bool, True)
    part.rest()
    claim = BreachClaim(number, penalty, sums["benefits"], sums["handset"], sums["losses"])
    return ScenarioBreach(on, claim, bool(settled))
