"""State machines are tables of (from, event, to), used by code, tests and the rulebook alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=str)
Event = TypeVar("Event", bound=str)


@dataclass(frozen=True)
class Transitions(Generic[State, Event]):
    """A state machine. Each (from, event) leads to exactly one state."""

    rows: tuple[tuple[State, Event, State], ...]

    def __post_init__(self) -> None:
        pairs = [(source, event) for source, event, _ in self.rows]
        if len(set(pairs)) != len(pairs):
            raise ValueError("a state and an event lead to two states")

    def after(self, state: State, event: Event) -> State | None:
        """The state that `event` leads to from `state`, or None when it is not allowed there."""
        return next((to for source, what, to in self.rows if (source, what) == (state, event)), None)

    def sources(self, event: Event) -> tuple[State, ...]:
        """The states in which `event` is allowed: the WHERE of a conditional UPDATE."""
        return tuple(source for source, what, _ in self.rows if what == event)

    def target(self, event: Event) -> State:
        """The one state that `event` leads to; ValueError when it leads to several."""
        targets = {to for _, what, to in self.rows if what == event}
        if len(targets) != 1:
            raise ValueError(f"{event} leads to {sorted(targets)}")
        return targets.pop()

    def states(self) -> Iterable[State]:
        """Every state that occurs, in order of first mention."""
        return dict.fromkeys(state for source, _, to in self.rows for state in (source, to))
