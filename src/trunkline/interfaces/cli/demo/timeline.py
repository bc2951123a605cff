"""The demo's months as a list of moments: everything is done in the order in which it would have happened."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock_time
from functools import partial

from trunkline.kernel.periods import SHANGHAI

Action = Callable[[datetime], None]


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A wall-clock time of Asia/Shanghai."""
    return datetime.combine(day, clock_time(hour, minute), SHANGHAI)


@dataclass
class Timeline:
    """Actions with their instants. `seconds` tells, by phase, how long they took to load."""

    told: Callable[[str, int, int], None] = lambda phase, done, total: None
    steps: list[tuple[datetime, int, str, Action]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, at: datetime, phase: str, action: Action) -> None:
        """Do `action` at `at`; actions of one instant go in the order they were added."""
        self.steps.append((at, len(self.steps), phase, action))

    def run(self) -> None:
        """Do everything that was added, in order of time."""
        ordered = sorted(self.steps, key=lambda step: step[:2])
        for done, (at, _, phase, action) in enumerate(ordered):
            self.told(phase, done, len(ordered))
            self.timed(phase, partial(action, at))

    def timed(self, phase: str, action: Callable[[], None]) -> None:
        """Do something now and count it to a phase."""
        started = time.perf_counter()
        action()
        self.seconds[phase] += time.perf_counter() - started
