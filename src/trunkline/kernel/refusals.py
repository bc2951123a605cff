"""A refusal is a value: a code, the clause of the standard it rests on, and words in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trunkline.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against.

    `code` is stable and dotted (``number.taken``); `clause` is the id of the rule (``S01-G2``; empty where the
    reason is technical); `subject` names what it is about (a number, a row, a paper), empty for the whole.
    """

    code: str
    clause: str
    text: Text
    subject: str = ""

    def about(self, subject: str, **values: object) -> Refusal:
        """The same refusal for one subject, with `{names}` in its words filled in."""
        return Refusal(self.code, self.clause, self.text.format(subject=subject, **values), subject)

    def filled(self, **values: object) -> Refusal:
        """The same refusal with `{names}` in its words filled in."""
        return Refusal(self.code, self.clause, self.text.format(**values), self.subject)


class Refused(Exception):
    """An operation could not go on. Holds every reason; nothing has been changed."""

    def __init__(self, refusals: Iterable[Refusal] | Refusal) -> None:
        self.refusals: tuple[Refusal, ...] = (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
        if not self.refusals:
            raise ValueError("Refused needs at least one refusal")
        super().__init__("; ".join(f"{r.code} [{r.clause}] {r.text.zh}" for r in self.refusals))


def raise_if_any(refusals: Iterable[Refusal]) -> None:
    """Raise `Refused` with all of `refusals`, or do nothing when there are none."""
    collected = tuple(refusals)
    if collected:
        raise Refused(collected)
