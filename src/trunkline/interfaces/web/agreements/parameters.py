"""Declared parameters as fields of a form (P2-03, P2-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language

from trunkline.agreements.clauses.parameters import ClauseParameter, ClauseParameterKind, Value
from trunkline.interfaces.web.fields import MoneyField


def parameter_fields(
    parameters: Iterable[ClauseParameter],
    prefix: str,
    choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> dict[str, forms.Field]:
    """A field for each parameter, named `prefix` and the parameter; `choices` offers values for some, by name."""
    return {f"{prefix}{p.name}": _field(p, (choices or {}).get(p.name)) for p in parameters}


def entered(cleaned: Mapping[str, Any], prefix: str) -> dict[str, Value]:
    """The values that were entered in the fields with `prefix`, by parameter; empty ones are left out."""
    return {
        name.removeprefix(prefix): value
        for name, value in cleaned.items()
        if name.startswith(prefix) and value is not None and value != ""
    }


def _field(parameter: ClauseParameter, choices: Sequence[tuple[str, str]] | None) -> forms.Field:
    language = get_language() or "zh-hans"
    unit = parameter.unit.in_language(language)
    label = parameter.title.in_language(language)
    said: dict[str, Any] = {
        "label": f"{label}（{unit}）" if unit else label,
        "required": parameter.required,
        "initial": parameter.default,
    }
    if choices is not None or parameter.kind is ClauseParameterKind.CHOICE:
        offered = choices if choices is not None else [(choice, choice) for choice in parameter.choices]
        return forms.ChoiceField(choices=[("", "—"), *offered], **said)
    if parameter.kind is ClauseParameterKind.AMOUNT:
        return MoneyField(minimum="", **said)
    if parameter.numeric:
        return forms.IntegerField(**said)
    return forms.CharField(max_length=200, **said)
