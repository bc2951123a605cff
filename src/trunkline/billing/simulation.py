"""What an agreement comes to month by month, by the rules that the counter and the bills follow, without a database.

Signing and term (P2-27, P2-29), premium deposits (P2-09, P2-10, P2-12), the fair-use cap (P2-14, P2-15) and breach
(P2-20 … P2-22) are those of `agreements.rules` and `billing.rules`; nothing is decided here but their order in a month:
what was broken in it is settled first, then the deposit is released, then the bill is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from trunkline.agreements.rules.breach import BreachClaim, BreachSettlement, settlement
from trunkline.agreements.rules.fair_use import CapMonth, DataSession, cap_month
from trunkline.agreements.rules.signing import renewed_end, term_end
from trunkline.agreements.types import AGREEMENT_LIFE, END_IN_SIGHT_DAYS, AgreementEvent, AgreementState
from trunkline.billing.rules import apply_deposit, due_release, release_amount
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

NOT_IN_FORCE = Refusal(
    "simulation.not_in_force",
    "P2-20",
    Text("{subject}：该日协议不在有效期内，不能违约", "{subject}: the agreement is not in force that day"),
)


@dataclass(frozen=True, slots=True)
class ScenarioNumber:
    """A number of the agreement from its month of entry; `releases` are its deposit's, one a month, in yuan."""

    number: str
    entered: Month
    releases: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioBreach:
    """A breach on a day, with what is claimed for one number; it is settled the same day if `settled`."""

    on: date
    claim: BreachClaim
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """An agreement and what happens to it. Bills are in yuan by number and month, the cap in bytes a line and month.

    `renewals` is how often the term is extended by one year (P2-27, Q-09).
    """

    effective_on: date
    term_years: int
    numbers: tuple[ScenarioNumber, ...]
    months: tuple[Month, ...]
    renewals: int = 1
    bills: Mapping[tuple[str, Month], Decimal] = field(default_factory=dict)
    breaches: tuple[ScenarioBreach, ...] = ()
    data_cap: int | None = None
    sessions: Mapping[str, tuple[DataSession, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberMonth:
    """A number's month in yuan. `available` includes what was carried over; `cap` is None without data sessions.

    Always: the deposit = what was released so far + `unreleased` + what was offset so far.
    """

    number: str
    released: Decimal
    available: Decimal
    bill: Decimal
    from_deposit: Decimal
    cash_due: Decimal
    carry_over: Decimal
    unreleased: Decimal
    breaches: tuple[BreachSettlement, ...]
    cap: CapMonth | None


@dataclass(frozen=True, slots=True)
class SimulatedMonth:
    """A month of the agreement: its state and its last day at the end of the month, and each number's month."""

    month: Month
    state: AgreementState
    ends_on: date
    numbers: tuple[NumberMonth, ...]


@dataclass(slots=True)
class _Deposit:
    """What is held for a number."""

    unreleased: Decimal
    released: Decimal = ZERO


def simulate(scenario: Scenario) -> tuple[SimulatedMonth, ...]:
    """Every month of `scenario.months`, in order. `Refused` where a breach lies outside the term."""
    deposits = {one.number: _Deposit(sum(one.releases, ZERO)) for one in scenario.numbers}
    _require_in_force(scenario)
    return tuple(
        SimulatedMonth(
            month,
            *_state_at(scenario, month.last_day),
            tuple(
                _number_month(scenario, one, deposits[one.number], month)
                for one in scenario.numbers
                if one.entered <= month
            ),
        )
        for month in sorted(scenario.months)
    )


def _number_month(scenario: Scenario, one: ScenarioNumber, held: _Deposit, month: Month) -> NumberMonth:
    breaches = tuple(_settled(scenario, one, held, month))
    due = due_release(one.number, one.releases, one.entered, month)
    released = release_amount(due, held.unreleased) if due and not breaches else ZERO
    held.unreleased -= released
    held.released += released
    available, bill = held.released, scenario.bills.get((one.number, month), ZERO)
    used = apply_deposit(bill, available)
    held.released -= used
    sessions = scenario.sessions.get(one.number)
    return NumberMonth(
        number=one.number,
        released=released,
        available=available,
        bill=bill,
        from_deposit=used,
        cash_due=bill - used,
        carry_over=held.released,
        unreleased=held.unreleased,
        breaches=breaches,
        cap=cap_month(sessions, scenario.data_cap, month) if sessions is not None else None,
    )


def _settled(
    scenario: Scenario, one: ScenarioNumber, held: _Deposit, month: Month
) -> Iterable[BreachSettlement]:
    """Offset what is claimed for this number in a month from its own un-released deposit (P2-21)."""
    for breach in sorted(scenario.breaches, key=lambda broken: broken.on):
        if breach.claim.number == one.number and Month.of(breach.on) == month:
            settled = settlement(breach.claim, held.unreleased)
            held.unreleased -= settled.offset
            yield settled


def _term(scenario: Scenario) -> Sequence[date]:
    """The last days of the term and of each renewal."""
    ends = [term_end(scenario.effective_on, scenario.term_years)]
    for _ in range(scenario.renewals):
        ends.append(renewed_end(ends[-1]))
    return ends


def _require_in_force(scenario: Scenario) -> None:
    last = _term(scenario)[-1]
    wrong = [breach for breach in scenario.breaches if not scenario.effective_on <= breach.on <= last]
    if wrong:
        raise Refused(NOT_IN_FORCE.about(breach.on.isoformat()) for breach in wrong)


def _state_at(scenario: Scenario, day: date) -> tuple[AgreementState, date]:
    """The agreement's state at the end of a day by its life table, and the last day of its term then."""
    if day < scenario.effective_on:
        return AgreementState.PRINTED, _term(scenario)[0]
    state, ends_on = AgreementState.EFFECTIVE, _term(scenario)[0]
    for on, event, ends in sorted(_events(scenario), key=lambda one: one[0]):
        after = AGREEMENT_LIFE.after(state, event)
        if on <= day and after is not None:
            state, ends_on = after, ends or ends_on
    return state, ends_on


def _events(scenario: Scenario) -> Iterable[tuple[date, AgreementEvent, date | None]]:
    """What happens to the agreement, and on which day; a renewal with the last day it brings."""
    ends = _term(scenario)
    for place, last in enumerate(ends):
        yield last - timedelta(days=END_IN_SIGHT_DAYS), AgreementEvent.NEAR_END, None
        over = last + timedelta(days=1)
        if place + 1 < len(ends):
            yield over, AgreementEvent.RENEW, ends[place + 1]
        else:
            yield over, AgreementEvent.END, None
    for breach in scenario.breaches:
        yield breach.on, AgreementEvent.BREACH, None
        if breach.settled:
            yield breach.on, AgreementEvent.SETTLE, None
