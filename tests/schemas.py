"""What is wrong with a value by the schemas of the API's document (JSON Schema 2020-12, as OpenAPI 3.1 takes it)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_FORMATS = FormatChecker(("date",))


@_FORMATS.checks("date-time", ValueError)
def _moment_with_offset(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def problems(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """What is wrong, with the place of it; empty when the value conforms."""
    whole = {**schema, "components": document.get("components", {})}
    validator = Draft202012Validator(whole, format_checker=_FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def resolved(reference: str, document: Mapping[str, Any]) -> Any:
    """What a local reference leads to; `referencing` refuses one that leads nowhere."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    return Registry().with_resource("", resource).resolver().lookup(reference).contents
