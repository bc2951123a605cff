"""What a service item asks for beyond papers: declared once, for the form, the API's schema and the checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text


class FieldKind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MONEY = "money"
    INTEGER = "integer"
    DATE = "date"
    MONTH = "month"
    FLAG = "flag"
    NUMBER = "number"
    EMAIL = "email"


Choices = Sequence[tuple[str, Text]]

FIELD_MISSING = Refusal("order.field_missing", "", Text("须填写：{field}", "Needed: {field_en}"))
FIELD_UNKNOWN = Refusal(
    "order.field_unknown", "", Text("本业务没有此项内容：{subject}", "This item has no such field: {subject}")
)
FIELD_MALFORMED = Refusal(
    "order.field_malformed", "", Text("填写不正确：{field}", "Not well written: {field_en}")
)
FIELD_OUT_OF_RANGE = Refusal(
    "order.field_out_of_range",
    "",
    Text("{field}：应在{least}至{most}之间", "{field_en}: must be from {least} to {most}"),
)
_LONGEST = {FieldKind.LONG_TEXT: 2000, FieldKind.TEXT: 200}
_PATTERNS = {
    FieldKind.NUMBER: re.compile(r"[0-9]{3,20}"),
    FieldKind.EMAIL: re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    FieldKind.MONTH: re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    FieldKind.INTEGER: re.compile(r"-?[0-9]{1,9}"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `choices` may be a function, for those that are data. `clause` says who asks for it.

    `least` and `most` bound whole numbers; `unit` is what they count.
    """

    name: str
    label: Text
    kind: FieldKind = FieldKind.TEXT
    choices: Choices | Callable[[], Choices] = ()
    required: bool = True
    clause: str = ""
    help: Text | None = None
    least: int | None = None
    most: int | None = None
    unit: Text | None = None

    def options(self) -> Choices:
        """The choices as they are now."""
        return self.choices() if callable(self.choices) else self.choices

    def words_of(self, value: str) -> str:
        """A kept value as people read it."""
        if self.kind is FieldKind.FLAG:
            return "是"
        return next((words.zh for code, words in self.options() if code == value), value)


@dataclass(frozen=True, slots=True)
class Records:
    """Fields asked for again and again: the sites of a VPN, the members of a group. Their values are flat, under
    names such as ``sites.2.bandwidth``, which `flattened` makes of nested ones.

    `distinct` names the fields in which no two records may agree; `singular` is what one record is called.
    """

    name: str
    label: Text
    singular: Text
    fields: tuple[Field, ...]
    least: int = 1
    most: int = 2_000
    distinct: tuple[str, ...] = ()

    def pattern_of(self, field: str) -> str:
        """The names of one field in any record, as a regular expression."""
        return rf"{re.escape(self.name)}\.[1-9][0-9]{{0,5}}\.{field}"

    def ordinals(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """The ordinals of the records among flat `values`."""
        pattern = re.compile(self.pattern_of(r"\w+"))
        return tuple(sorted({int(name.split(".")[-2]) for name in values if pattern.fullmatch(name)}))

    def asked(self, values: Mapping[str, Any]) -> tuple[Field, ...]:
        """The fields of every record there is, and of as many as there must be at least."""
        there = self.ordinals(values)[: self.most]
        wanted = sorted({*there, *range(1, self.least + 1)}) if len(there) < self.least else there
        return tuple(
            prefixed(field, f"{self.name}.{n}.", self.singular.format(n=n))
            for n in wanted
            for field in self.fields
        )

    def values_of(self, ordinal: int, values: Mapping[str, str]) -> dict[str, str]:
        """The values of one record, under the names of its fields."""
        names = {field.name: f"{self.name}.{ordinal}.{field.name}" for field in self.fields}
        return {name: values[flat] for name, flat in names.items() if flat in values}


def prefixed(field: Field, prefix: str, whose: Text) -> Field:
    """The field as asked of one end or one record: its words say whose it is."""
    label = Text(f"{whose.zh}：{field.label.zh}", f"{whose.en}: {field.label.en}")
    return replace(field, name=prefix + field.name, label=label)


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under flat names: ``{"sites": [{"site": …}]}`` is ``sites.1.site``."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            flat |= flattened({str(n): one for n, one in enumerate(value, 1)}, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def cleaned(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """The values as they are kept: text without outer blanks, flags as ``yes``; what is empty is left out."""
    flags = {field.name for field in fields if field.kind is FieldKind.FLAG}
    kept = {}
    for name, value in values.items():
        text = "yes" if value is True else "" if value in (None, False) else str(value).strip()
        if name in flags:
            text = "" if text.lower() in {"", "false", "no", "0"} else "yes"
        if text:
            kept[name] = text
    return kept


def well_written(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, str]:
    """Those of cleaned `values` that rules may rely on: known and of the right form."""
    return {
        field.name: values[field.name]
        for field in fields
        if field.name in values and _well_written(field, values[field.name])
    }


def field_refusals(
    fields: Iterable[Field], values: Mapping[str, str], subject: str = ""
) -> tuple[Refusal, ...]:
    """Everything missing, malformed or unknown among cleaned `values`; `subject` is the line they belong to."""
    fields = tuple(fields)
    known = {field.name for field in fields}
    found = [FIELD_UNKNOWN.about(name) for name in sorted(set(values) - known)]
    for field in fields:
        if field.name not in values:
            template = FIELD_MISSING if field.required else None
        elif not _well_formed(field, values[field.name]):
            template = FIELD_MALFORMED
        else:
            template = None if _in_range(field, values[field.name]) else FIELD_OUT_OF_RANGE
        if template is not None:
            text = template.text.format(
                field=field.label.zh, field_en=field.label.en, least=field.least, most=field.most
            )
            found.append(Refusal(template.code, field.clause, text, subject or field.name))
    return tuple(found)


def _well_written(field: Field, value: str) -> bool:
    return _well_formed(field, value) and _in_range(field, value)


def _in_range(field: Field, value: str) -> bool:
    if field.kind is not FieldKind.INTEGER:
        return True
    number = int(value)
    return (field.least is None or number >= field.least) and (field.most is None or number <= field.most)


def _well_formed(field: Field, value: str) -> bool:
    if len(value) > _LONGEST.get(field.kind, 120):
        return False
    if field.kind is FieldKind.CHOICE:
        return value in {code for code, _ in field.options()}
    if field.kind is FieldKind.MONEY:
        return _is_money(value)
    if field.kind is FieldKind.DATE:
        return _is_date(value)
    pattern = _PATTERNS.get(field.kind)
    return pattern is None or pattern.fullmatch(value) is not None


def _is_money(value: str) -> bool:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0 and amount == amount.quantize(Decimal("0.01"))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
