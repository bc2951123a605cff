"""靓号预存款 month by month: what was released, used and carried over, and what the plan still has to come (P2-09).

Pure: postings, bills and the release plan in, a table out. What the deposit holds always adds up: un-released,
released and not used, used, and offset against a breach are what was received (P2-10, P2-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trunkline.billing.rules import due_release, release_amount
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class DepositEvent:
    """What one ledger entry did with a number's deposit, in yuan: `unreleased` and `released` are what it added."""

    month: Month
    unreleased: Decimal
    released: Decimal


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What an agreement releases of a number's deposit, from the month of entry on."""

    number: str
    releases: tuple[Decimal, ...]
    entered: Month

    @property
    def last(self) -> Month:
        """The month of the last release."""
        return self.entered.next(len(self.releases) - 1)


@dataclass(frozen=True, slots=True)
class DepositMonth:
    """A number's month in yuan. `available` is what was carried over and what is released; `used` of it met the
    `bill` (None where there is none), the rest of which is `cash_due`. A `planned` month is still to come: what
    its bill will use is not known.
    """

    month: Month
    received: Decimal
    released: Decimal
    available: Decimal
    bill: Decimal | None
    used: Decimal
    offset: Decimal
    carried_over: Decimal
    unreleased: Decimal
    planned: bool

    @property
    def cash_due(self) -> Decimal | None:
        return None if self.bill is None else self.bill - self.used


@dataclass(slots=True)
class _Sums:
    received: Decimal = ZERO
    released: Decimal = ZERO
    used: Decimal = ZERO
    offset: Decimal = ZERO

    def add(self, event: DepositEvent) -> None:
        if event.released > 0:
            self.released += event.released
        elif event.released < 0:
            self.used -= event.released
        elif event.unreleased > 0:
            self.received += event.unreleased
        else:
            self.offset -= event.unreleased


@dataclass(slots=True)
class _Running:
    carried_over: Decimal = ZERO
    unreleased: Decimal = ZERO
    rows: list[DepositMonth] = field(default_factory=list)

    def go(self, month: Month, sums: _Sums, bill: Decimal | None, *, planned: bool) -> None:
        available = self.carried_over + sums.released
        self.carried_over = available - sums.used
        self.unreleased += sums.received - sums.released - sums.offset
        self.rows.append(
            DepositMonth(
                month=month,
                received=sums.received,
                released=sums.released,
                available=available,
                bill=bill,
                used=sums.used,
                offset=sums.offset,
                carried_over=self.carried_over,
                unreleased=self.unreleased,
                planned=planned,
            )
        )


def deposit_months(
    events: Iterable[DepositEvent], bills: Mapping[Month, Decimal], plan: ReleasePlan | None
) -> tuple[DepositMonth, ...]:
    """Every month of a number's deposit, from its first to the last that was billed or is planned.

    `bills` are yuan by month, of this number alone. Without a `plan` (an agreement in breach releases no more,
    P2-21) nothing is to come.
    """
    by_month: dict[Month, _Sums] = {}
    for event in events:
        by_month.setdefault(event.month, _Sums()).add(event)
    running = _Running()
    for month in _span({*by_month, *bills}):
        running.go(month, by_month.get(month, _Sums()), bills.get(month), planned=False)
    for month, amount in _to_come(plan, running):
        running.go(month, _Sums(released=amount), None, planned=True)
    return tuple(running.rows)


def _span(months: Iterable[Month]) -> Iterator[Month]:
    """Every month from the first of `months` to the last."""
    found: Sequence[Month] = sorted(months)
    month = found[0] if found else None
    while month is not None and month <= found[-1]:
        yield month
        month = month.next()


def _to_come(plan: ReleasePlan | None, running: _Running) -> Iterator[tuple[Month, Decimal]]:
    """The planned releases after the last month there is; a deposit that has not come releases nothing."""
    if plan is None or not plan.releases or not running.rows:
        return
    month = max(running.rows[-1].month.next(), plan.entered)
    while month <= plan.last:
        due = due_release(plan.number, plan.releases, plan.entered, month)
        yield month, release_amount(due, running.unreleased) if due else ZERO
        month = month.next()
