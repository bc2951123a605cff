"""JSON schemas: of answers from their classes, of applications from the service items."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

from trunkline.interfaces.api.applications import LONGEST_NUMBER, LONGEST_REFERENCE
from trunkline.interfaces.api.bodies import LARGEST_ID
from trunkline.interfaces.api.files import MOST_LINES
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import ServiceItem, Variant
from trunkline.ordering.types import Change, Completion

Schema = dict[str, Any]
MONEY = r"^[0-9]+(\.[0-9]{1,2})?$"
STRING: Schema = {"type": "string"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
_PLAIN: dict[Any, Schema] = {
    str: STRING,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    Any: {},
}
#: Values that JSON shows otherwise than their class has them (`ordering.pictures`).
_PICTURES: dict[Any, tuple[str, str, tuple[str, ...]]] = {
    Refusal: (
        "Error",
        "One reason against: `clause` is the rule it rests on, empty where the reason is technical.",
        ("code", "clause", "zh", "en", "subject"),
    ),
    Change: ("Change", "A value before and after.", ("zh", "en", "before", "after")),
    Text: ("Text", "The same words in Chinese and in English.", ("zh", "en")),
}


def reference_to(name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


class Components:
    """The schemas by name, each made when it is first asked for."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of a type: a reference for classes, the thing itself for the rest."""
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in _PICTURES:
            name, description, keys = _PICTURES[kind]
            self.schemas.setdefault(name, closed(dict.fromkeys(keys, STRING), keys, description))
            return reference_to(name)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return self._one_of(arguments)
        if origin in (tuple, list):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"type": "string", "enum": [member.value for member in kind]}
        return self._class(kind)

    def _one_of(self, kinds: tuple[Any, ...]) -> Schema:
        made = [self.of(kind) for kind in kinds if kind is not type(None)]
        if type(None) in kinds:
            made.append({"type": "null"})
        return {"anyOf": made}

    def _class(self, kind: Any) -> Schema:
        name = cast(str, kind.__name__)
        if name not in self.schemas:
            self.schemas[name] = {}  # a class may hold itself
            hints = get_type_hints(kind)
            required = (
                tuple(field.name for field in fields(kind) if field.default is MISSING)
                if is_dataclass(kind)
                else tuple(hints)
            )
            assert is_dataclass(kind) or is_typeddict(kind)  # noqa: S101 - nothing else is an answer
            made = {key: self.of(hint) for key, hint in hints.items()}
            self.schemas[name] = closed(made, required, " ".join((kind.__doc__ or "").split()))
        return reference_to(name)


def closed(properties: Mapping[str, Schema], required: tuple[str, ...], description: str = "") -> Schema:
    """An object with these properties and no others."""
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        made["required"] = list(required)
    if description:
        made["description"] = description
    return made


def field_schema(field: Field) -> Schema:
    """How one declared field is written. Choices that are data (products) are not listed: they change."""
    made: Schema = {"title": field.label.en, "x-title-zh": field.label.zh, **_KINDS[field.kind]}
    if field.kind is FieldKind.CHOICE and not callable(field.choices):
        made["enum"] = [code for code, _ in field.choices]
        made["x-choices"] = {code: {"zh": text.zh, "en": text.en} for code, text in field.choices}
    if field.clause:
        made["x-clause"] = field.clause
    return made


_KINDS: dict[FieldKind, Schema] = {
    FieldKind.TEXT: {"type": "string", "maxLength": 200},
    FieldKind.LONG_TEXT: {"type": "string", "maxLength": 2000},
    FieldKind.CHOICE: {"type": "string", "maxLength": 120},
    FieldKind.MONEY: {"type": "string", "pattern": MONEY, "maxLength": 120},
    FieldKind.INTEGER: {"type": "string", "pattern": "^-?[0-9]{1,9}$"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.MONTH: {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    FieldKind.FLAG: {"type": "boolean"},
    FieldKind.NUMBER: {"type": "string", "pattern": "^[0-9]{3,20}$"},
    FieldKind.EMAIL: {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "maxLength": 120},
}


def _answers(asked: tuple[Field, ...]) -> Schema:
    required = tuple(field.name for field in asked if field.required)
    return closed({field.name: field_schema(field) for field in asked}, required)


def _details(item: ServiceItem[Any, Any], components: Components) -> Schema:
    """The answers an item asks for once: one schema, or one for each of its variants."""
    if not item.variants:
        return _answers(item.fields)
    names = {code: f"Details_{item.code}_{code}" for code in item.all_variants()}
    for code, variant in item.all_variants().items():
        components.schemas[names[code]] = _answers_of_variant(item, code, variant)
    mapping = {code: reference_to(name)["$ref"] for code, name in names.items()}
    return {
        "oneOf": [reference_to(name) for name in names.values()],
        "discriminator": {"propertyName": item.chosen_by, "mapping": mapping},
    }


def _answers_of_variant(item: ServiceItem[Any, Any], code: str, variant: Variant) -> Schema:
    made = _answers((*item.fields, *variant.asked({})))
    made["properties"][item.chosen_by] = {"const": code}
    if variant.records:
        made["patternProperties"] = {
            f"^{variant.records.pattern_of(field.name)}$": field_schema(field)
            for field in variant.records.fields
        }
    return made


def application_name(item: ServiceItem[Any, Any]) -> str:
    """``Apply_number_change``."""
    return f"Apply_{item.code}"


def application_schema(item: ServiceItem[Any, Any], components: Components) -> Schema:
    """What an application for one item holds, with the guards that may speak against it."""
    kinds = {kind for paper in item.papers for kind in (paper.kind, paper.alternative) if kind}
    paper = closed(
        {
            "kind": {"type": "string", "enum": sorted(kinds)},
            "reference": {"type": "string", "maxLength": LONGEST_REFERENCE},
            **{key: {"type": "boolean"} for key in ("original_seen", "sealed", "copy_kept")},
        },
        ("kind", "reference"),
    )
    line = closed(
        {
            "line": ID,
            "number": {"type": "string", "maxLength": LONGEST_NUMBER},
            "values": _answers(item.line_fields),
        },
        ("values",) if any(field.required for field in item.line_fields) else (),
    )
    line["oneOf"] = [{"required": ["line"]}, {"required": ["number"]}]
    properties: dict[str, Schema] = {
        "item": {"const": item.code},
        "organization": {"anyOf": [ID, STRING], "description": "Its id, customer code or USCC."},
        "handler": ID,
        "agreement": ID,
        "papers": {"type": "array", "items": paper},
        "details": _details(item, components),
        "lines": {"type": "array", "items": line, "maxItems": MOST_LINES},
        "completion": components.of(Completion),
        "verification": ID,
    }
    needs_details = any(field.required for field in item.fields)
    made = closed(properties, ("item", "organization", *(("details",) if needs_details else ())))
    declared = item.as_dict()
    return made | {
        "title": f"{item.title.zh} {item.title.en}",
        "x-clause": item.clause,
        "x-channels": declared["channels"],
        "x-papers": declared["papers"],
        "x-guards": declared["guards"],
        "x-file-columns": ["number", *(field.name for field in item.line_fields)],
    }
