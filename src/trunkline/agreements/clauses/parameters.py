"""Parameters: what is filled into a clause or a business kind is a field with bounds, not text (P2-03, P2-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

#: Characters of a value that is text.
LONGEST_VALUE = 200
#: What is filled in: yuan, a count, a count of months, or words.
Value = Decimal | int | str


class ClauseParameterKind(StrEnum):
    """What a value is: yuan, a whole number, text, one of several words, or a number of months."""

    AMOUNT = "amount"
    WHOLE = "whole"
    TEXT = "text"
    CHOICE = "choice"
    MONTHS = "months"


PARAMETER_KIND_NAMES = {
    ClauseParameterKind.AMOUNT: Text("金额（元）", "Amount (yuan)"),
    ClauseParameterKind.WHOLE: Text("整数", "Whole number"),
    ClauseParameterKind.TEXT: Text("文字", "Text"),
    ClauseParameterKind.CHOICE: Text("选项", "Choice"),
    ClauseParameterKind.MONTHS: Text("月数", "Months"),
}
_NUMBERS = (ClauseParameterKind.AMOUNT, ClauseParameterKind.WHOLE, ClauseParameterKind.MONTHS)


NO_UNIT = Text("", "")


@dataclass(frozen=True, slots=True)
class ClauseParameter:
    """A field to fill in. `lower` and `upper` bound a number; `default` is written as a person would write it."""

    name: str
    kind: ClauseParameterKind
    title: Text
    unit: Text = NO_UNIT
    default: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    choices: tuple[str, ...] = ()
    required: bool = True

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in _NUMBERS


VALUE_MISSING = Refusal(
    "agreement.value_missing", "P2-08", Text("须填写“{title}”", "“{title_en}” has to be filled in")
)
VALUE_UNDECLARED = Refusal(
    "agreement.value_undeclared",
    "P2-08",
    Text("没有这个参数：{subject}", "There is no such parameter: {subject}"),
)
VALUE_WRONG = Refusal(
    "agreement.value_wrong",
    "P2-08",
    Text("“{title}”应为{kind}", "“{title_en}” must be: {kind_en}"),
)
VALUE_OUT_OF_BOUNDS = Refusal(
    "agreement.value_out_of_bounds",
    "P2-08",
    Text("“{title}”须在{lower}至{upper}之间", "“{title_en}” must lie between {lower_en} and {upper_en}"),
)


def read(parameter: ClauseParameter, text: str) -> Value | None:
    """The value that a person wrote; None for nothing. What is no number of its kind stays as written."""
    text = text.strip()
    if not text:
        return None
    try:
        if parameter.kind is ClauseParameterKind.AMOUNT:
            return Decimal(text)
        return int(text) if parameter.numeric else text
    except (InvalidOperation, ValueError):
        return text


def read_all(parameters: Iterable[ClauseParameter], texts: Mapping[str, Any]) -> dict[str, Value]:
    """The values of `parameters` among `texts`, by name; those that are empty are left out."""
    found = {p.name: read(p, str(texts.get(p.name) or "")) for p in parameters}
    return {name: value for name, value in found.items() if value is not None}


def written(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as they are kept: text by name, which `read_all` makes values of again."""
    return {name: str(value) for name, value in sorted(values.items())}


def defaults(parameters: Iterable[ClauseParameter]) -> dict[str, Value]:
    """What stands in the fields before anybody has written."""
    fields = tuple(parameters)
    return read_all(fields, {field.name: field.default for field in fields})


def value_refusals(
    parameters: Iterable[ClauseParameter], values: Mapping[str, Value], clause: str = "P2-08"
) -> tuple[Refusal, ...]:
    """Every reason against `values`: what is missing, undeclared, of another kind or out of bounds."""
    found: list[Refusal] = []
    declared = {parameter.name: parameter for parameter in parameters}
    for name, parameter in declared.items():
        value = values.get(name)
        if value is None or value == "":
            found += [VALUE_MISSING.about(name, **_titles(parameter))] if parameter.required else []
        else:
            found += _against(parameter, value)
    found += [VALUE_UNDECLARED.about(name) for name in values if name not in declared]
    return tuple(Refusal(r.code, clause, r.text, r.subject) for r in found)


def _against(parameter: ClauseParameter, value: Value) -> Iterable[Refusal]:
    titles = _titles(parameter)
    if not _of_its_kind(parameter, value):
        kind = PARAMETER_KIND_NAMES[parameter.kind]
        options = "、".join(parameter.choices)
        zh, en = (options, options.replace("、", ", ")) if options else (kind.zh, kind.en)
        yield VALUE_WRONG.about(parameter.name, **titles, kind=zh, kind_en=en)
    elif isinstance(value, Decimal | int) and not _within(parameter, value):
        unit = parameter.unit
        lower, upper = ("…" if bound is None else str(bound) for bound in (parameter.lower, parameter.upper))
        yield VALUE_OUT_OF_BOUNDS.about(
            parameter.name,
            **titles,
            lower=lower,
            upper=f"{upper}{unit.zh}",
            lower_en=lower,
            upper_en=f"{upper} {unit.en}".strip(),
        )


def _of_its_kind(parameter: ClauseParameter, value: Value) -> bool:
    if parameter.kind is ClauseParameterKind.AMOUNT:
        return isinstance(value, Decimal) and value.is_finite() and _whole_fen(value)
    if parameter.numeric:
        return isinstance(value, int)
    if parameter.kind is ClauseParameterKind.CHOICE:
        return value in parameter.choices
    return isinstance(value, str) and len(value) <= LONGEST_VALUE


def _whole_fen(amount: Decimal) -> bool:
    # Without rounding: an amount of forty digits cannot be rounded to the fen.
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -2


def _within(parameter: ClauseParameter, value: Decimal | int) -> bool:
    above = parameter.lower is None or value >= parameter.lower
    return above and (parameter.upper is None or value <= parameter.upper)


def _titles(parameter: ClauseParameter) -> dict[str, str]:
    return {"title": parameter.title.zh, "title_en": parameter.title.en}


def in_words(value: Value) -> str:
    """A value as it is printed: an amount with its thousands and fen, anything else as it is."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
