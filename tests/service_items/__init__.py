"""Cases of the service items: for each item what it does when accepted, and what brings each of its guards up.

A module of `cases` has `CASES`; `all_cases` puts them together for the tests that run them and for the one that
finds what is missing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from tests.service_items.scene import Scene, apply_for
from trunkline.ordering.types import OrderRequest
from trunkline.subscriptions.types import LineView

Prepare = Callable[[Scene], None]
Shows = Callable[[Scene, list[LineView]], None]


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of some items.

    `ready` makes the scene fit for the item at all; `accepted` looks at scene and lines after it; `refused` holds,
    by item and guard, what brings the guard up; `applied` makes the application where it is not on the scene's
    lines.
    """

    ready: dict[str, Prepare] = field(default_factory=dict)
    accepted: dict[str, Shows] = field(default_factory=dict)
    refused: dict[tuple[str, str], Prepare] = field(default_factory=dict)
    applied: dict[str, Callable[[Scene], OrderRequest]] = field(default_factory=dict)

    def shows(self, item_code: str) -> Callable[[Shows], Shows]:
        """Keep the decorated function as what the item shows when it is accepted."""

        def keep(function: Shows) -> Shows:
            self.accepted[item_code] = function
            return function

        return keep

    def prepare(self, scene: Scene, item_code: str) -> None:
        """Bring the scene into the state the item starts from."""
        self.ready.get(item_code, lambda _: None)(scene)

    def application(self, scene: Scene, item_code: str) -> OrderRequest:
        """The application of the case."""
        made = self.applied.get(item_code)
        return made(scene) if made else apply_for(scene, item_code)


@cache
def all_cases() -> Cases:
    """The cases of every module together."""
    from tests.service_items import cases as package

    whole = Cases()
    for found in pkgutil.iter_modules(package.__path__):
        cases: Cases = importlib.import_module(f"{package.__name__}.{found.name}").CASES
        whole.ready.update(cases.ready)
        whole.accepted.update(cases.accepted)
        whole.refused.update(cases.refused)
        whole.applied.update(cases.applied)
    return whole
