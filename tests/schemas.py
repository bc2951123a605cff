"""A reader of JSON schemas for tests: as much of the language as the API's document uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def problems(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], at: str = "$") -> list[str]:
    """What is wrong with a value, with the place of it; empty when it conforms."""
    if "$ref" in schema:
        return problems(value, resolved(schema["$ref"], document), document, at)
    found = _alternatives(value, schema, document, at)
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    kind = schema.get("type")
    if kind is None:
        return [*found, *(_object(value, schema, document, at) if isinstance(value, dict) else [])]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [*found, f"{at}: {value!r} is no {kind}"]
    inner = {"object": _object, "array": _array, "string": _string, "integer": _integer}.get(kind)
    return [*found, *(inner(value, schema, document, at) if inner else [])]


def resolved(reference: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a local reference leads to; KeyError when it leads nowhere."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]


def _alternatives(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], at: str) -> list[str]:
    found = []
    for word in ("anyOf", "oneOf"):
        if word in schema:
            answers = [problems(value, one, document, at) for one in schema[word]]
            passing = sum(not answer for answer in answers)
            if passing == 0 or (word == "oneOf" and passing > 1):
                found.append(f"{at}: {passing} of {word} pass")
    return found


def _object(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], at: str) -> list[str]:
    declared = schema.get("properties", {})
    found = [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    other = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in declared:
            found += problems(item, declared[name], document, f"{at}.{name}")
        elif other is False:
            found.append(f"{at}: {name} is unknown")
        elif isinstance(other, dict):
            found += problems(item, other, document, f"{at}.{name}")
    return found


def _array(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], at: str) -> list[str]:
    found = [f"{at}: too many"] if len(value) > schema.get("maxItems", len(value)) else []
    items = schema.get("items", {})
    return found + [p for i, item in enumerate(value) for p in problems(item, items, document, f"{at}[{i}]")]


def _string(value: str, schema: Mapping[str, Any], _: Mapping[str, Any], at: str) -> list[str]:
    found = [f"{at}: too long"] if len(value) > schema.get("maxLength", len(value)) else []
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not match {schema['pattern']}")
    try:
        if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
            found.append(f"{at}: {value!r} has no offset")
        if schema.get("format") == "date":
            date.fromisoformat(value)
    except ValueError:
        found.append(f"{at}: {value!r} is no {schema['format']}")
    return found


def _integer(value: int, schema: Mapping[str, Any], _: Mapping[str, Any], at: str) -> list[str]:
    fits = schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return [] if fits else [f"{at}: {value} is out of range"]
