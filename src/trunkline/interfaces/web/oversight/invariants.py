"""The invariants of every context, looked for now."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps

from trunkline.kernel.checks import Check


@dataclass(frozen=True, slots=True)
class CheckResult:
    """An invariant and the places where it is broken."""

    check: Check
    context: str
    places: Sequence[str]


def run_checks() -> tuple[CheckResult, ...]:
    """Look for every invariant that a context declares, in the order of the contexts."""
    results: list[CheckResult] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.checks"
        if not config.name.startswith("trunkline.") or importlib.util.find_spec(name) is None:
            continue
        declared: tuple[Check, ...] = importlib.import_module(name).CHECKS
        results += [CheckResult(check, config.label, check.find()) for check in declared]
    return tuple(results)
