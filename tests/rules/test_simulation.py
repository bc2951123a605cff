"""An agreement run by the rules alone: the worked examples of domain 2.2, and what holds for any agreement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.agreements.rules.breach import BreachClaim, overdue_penalty, settlement
from trunkline.agreements.rules.fair_use import GIGABYTE, DataSession, cap_month, shares_passed
from trunkline.agreements.rules.terms import release_schedule
from trunkline.agreements.types import AgreementState
from trunkline.billing.simulation import Scenario, ScenarioBreach, ScenarioNumber, simulate
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refused

NUMBER, OTHER = "18655108888", "18655106666"
MARCH = Month(2012, 3)
MB = 1024**2


def yuan(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def months(count: int, first: Month = MARCH) -> tuple[Month, ...]:
    return tuple(first.next(n) for n in range(count))


def scenario(**changes: object) -> Scenario:
    numbers = (ScenarioNumber(NUMBER, MARCH, release_schedule(Decimal("12000.00"), 12)),)
    return Scenario(**{"effective_on": date(2012, 3, 5), "term_years": 2, "numbers": numbers,
                       "months": months(4)} | changes)  # type: ignore[arg-type]  # fmt: skip


def test_the_premium_prepayment_of_the_worked_example() -> None:
    claim = BreachClaim(NUMBER, overdue_penalty=Decimal("50.00"), benefits=Decimal("9500.00"))
    bills = dict(
        zip(((NUMBER, month) for month in months(3)), yuan("1250.00", "600.00", "1300.00"), strict=True)
    )
    run = simulate(scenario(bills=bills, breaches=(ScenarioBreach(date(2012, 6, 10), claim),)))
    found = [
        (
            one.released,
            one.available,
            one.bill,
            one.from_deposit,
            one.cash_due,
            one.carry_over,
            one.unreleased,
        )
        for month in run
        for one in month.numbers
    ]
    assert found == [
        yuan("1000.00", "1000.00", "1250.00", "1000.00", "250.00", "0.00", "11000.00"),
        yuan("1000.00", "1000.00", "600.00", "600.00", "0.00", "400.00", "10000.00"),
        yuan("1000.00", "1400.00", "1300.00", "1300.00", "0.00", "100.00", "9000.00"),
        yuan("0.00", "100.00", "0.00", "0.00", "0.00", "100.00", "0.00"),
    ]
    (settled,) = run[3].numbers[0].breaches
    assert (settled.claim.total, settled.offset, settled.top_up) == yuan("9550.00", "9000.00", "550.00")
    assert [month.state for month in run] == [*[AgreementState.EFFECTIVE] * 3, AgreementState.SETTLED]


def test_a_release_that_does_not_divide_leaves_the_rest_to_the_last_month() -> None:
    assert release_schedule(Decimal("10000.00"), 12) == yuan(*["833.33"] * 11, "833.37")


def test_a_claim_never_touches_what_was_released_or_another_numbers_deposit() -> None:
    numbers = tuple(ScenarioNumber(one, MARCH, yuan("100.00", "100.00", "100.00")) for one in (NUMBER, OTHER))
    claim = BreachClaim(NUMBER, losses=Decimal("1000.00"))
    run = simulate(scenario(numbers=numbers, breaches=(ScenarioBreach(date(2012, 4, 2), claim),)))
    broken, other = run[1].numbers
    assert (broken.carry_over, broken.unreleased, broken.breaches[0].offset) == yuan(
        "100.00", "0.00", "200.00"
    )
    assert (other.carry_over, other.unreleased, other.breaches) == (*yuan("200.00", "100.00"), ())


def test_what_was_released_is_still_used_after_the_term() -> None:
    run = simulate(
        scenario(
            term_years=1,
            renewals=0,
            numbers=(ScenarioNumber(NUMBER, MARCH, yuan("500.00")),),
            months=months(14),
            bills={(NUMBER, MARCH.next(13)): Decimal("80.00")},
        )
    )
    assert run[-1].state is AgreementState.ENDED
    assert (run[-1].numbers[0].from_deposit, run[-1].numbers[0].carry_over) == yuan("80.00", "420.00")


@pytest.mark.parametrize(
    ("month", "state", "ends_on"),
    [
        (Month(2012, 2), AgreementState.PRINTED, date(2014, 3, 4)),
        (Month(2012, 3), AgreementState.EFFECTIVE, date(2014, 3, 4)),
        (Month(2013, 12), AgreementState.EFFECTIVE, date(2014, 3, 4)),
        (Month(2014, 1), AgreementState.EXPIRING, date(2014, 3, 4)),
        (Month(2014, 3), AgreementState.RENEWED, date(2015, 3, 4)),
        (Month(2015, 1), AgreementState.EXPIRING, date(2015, 3, 4)),
        (Month(2015, 3), AgreementState.ENDED, date(2015, 3, 4)),
    ],
)
def test_the_term_of_the_worked_example(month: Month, state: AgreementState, ends_on: date) -> None:
    (found,) = simulate(scenario(months=(month,)))
    assert (found.state, found.ends_on) == (state, ends_on)


@pytest.mark.parametrize("day", [date(2012, 3, 4), date(2015, 3, 5)])
def test_a_breach_outside_the_term_is_refused(day: date) -> None:
    with pytest.raises(Refused) as refused:
        simulate(scenario(breaches=(ScenarioBreach(day, BreachClaim(NUMBER)),)))
    assert [(r.code, r.clause, r.subject) for r in refused.value.refusals] == [
        ("simulation.not_in_force", "P2-20", day.isoformat())
    ]


@pytest.mark.parametrize(
    ("owed", "days", "capped", "penalty"),
    [
        ("1000.00", 10, True, "30.00"),
        ("1000.00", 0, True, "0.00"),
        ("0.55", 1, True, "0.00"),
        ("1000.00", 400, True, "1000.00"),
        ("1000.00", 400, False, "1200.00"),
    ],
)
def test_the_overdue_penalty_is_simple_and_no_more_than_is_owed(
    owed: str, days: int, capped: bool, penalty: str
) -> None:
    assert overdue_penalty(Decimal(owed), days, capped=capped) == Decimal(penalty)


def test_the_cap_of_the_worked_example_bars_at_the_sessions_end_until_the_next_month() -> None:
    noon = datetime(2012, 3, 10, 12, tzinfo=SHANGHAI)
    used, session = 5_900 * GIGABYTE // 1_000, 400 * GIGABYTE // 1_000
    first = cap_month([DataSession(noon, used)], 6 * GIGABYTE, MARCH)
    assert (first.above, first.barred_at, first.reopens_at) == (0, None, None)
    later = noon + timedelta(hours=1)
    both = cap_month([DataSession(later, session), DataSession(noon, used)], 6 * GIGABYTE, MARCH)
    assert (both.used, both.above) == (used + session, used + session - 6 * GIGABYTE)
    assert both.barred_at == later
    assert both.reopens_at == datetime(2012, 4, 1, tzinfo=SHANGHAI)
    assert cap_month([DataSession(later, session)], 6 * GIGABYTE, MARCH.next()).used == 0


def test_a_month_that_just_reaches_its_cap_is_barred() -> None:
    end = datetime(2012, 3, 31, 23, 59, 59, tzinfo=SHANGHAI)
    reached = cap_month([DataSession(end, 6 * GIGABYTE)], 6 * GIGABYTE, MARCH)
    assert (reached.above, reached.barred_at) == (0, end)
    assert cap_month([DataSession(end, 6 * GIGABYTE)], None, MARCH).barred_at is None
    after = DataSession(end + timedelta(seconds=1), 6 * GIGABYTE)
    assert cap_month([after], 6 * GIGABYTE, MARCH).used == 0


def test_each_share_of_the_cap_is_told_once() -> None:
    shares = (100, 50, 80)
    assert shares_passed(0, 49 * MB, 100 * MB, shares) == ()
    assert shares_passed(49 * MB, 80 * MB, 100 * MB, shares) == (50, 80)
    assert shares_passed(80 * MB, 120 * MB, 100 * MB, shares) == (100,)
    assert shares_passed(120 * MB, 130 * MB, 100 * MB, shares) == ()


AMOUNTS = st.integers(0, 5_000_00).map(lambda fen: Decimal(fen) / 100)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    numbers = tuple(
        ScenarioNumber(
            number,
            MARCH.next(draw(st.integers(0, 3))),
            release_schedule(draw(AMOUNTS) + 1, draw(st.integers(1, 24))),
        )
        for number in (NUMBER, OTHER)
    )
    span = months(draw(st.integers(1, 30)))
    bills = draw(st.dictionaries(st.tuples(st.sampled_from((NUMBER, OTHER)), st.sampled_from(span)), AMOUNTS))
    breaches = draw(
        st.lists(
            st.builds(
                ScenarioBreach,
                st.integers(0, 700).map(lambda days: date(2012, 3, 5) + timedelta(days=days)),
                st.builds(BreachClaim, st.sampled_from((NUMBER, OTHER)), AMOUNTS, AMOUNTS),
            ),
            max_size=3,
        )
    )
    return scenario(numbers=numbers, months=span, bills=bills, breaches=tuple(breaches))


@given(scenarios())
def test_deposits_always_add_up_to_the_fen(made: Scenario) -> None:
    run = simulate(made)
    for one in made.numbers:
        total, released, offset, used = sum(one.releases), Decimal(0), Decimal(0), Decimal(0)
        before = total
        for found in (number for month in run for number in month.numbers if number.number == one.number):
            released += found.released
            used += found.from_deposit
            now_offset = sum((breach.offset for breach in found.breaches), Decimal(0))
            offset += now_offset
            assert now_offset <= before
            assert total == released + found.unreleased + offset
            assert found.carry_over == released - used
            assert found.bill == found.from_deposit + found.cash_due
            assert min(found.carry_over, found.unreleased, found.cash_due) >= 0
            assert found.cash_due == 0 or found.carry_over == 0
            before = found.unreleased


@given(AMOUNTS, AMOUNTS)
def test_an_offset_never_exceeds_what_is_not_released_and_the_rest_is_one_sum(
    claimed: Decimal, unreleased: Decimal
) -> None:
    settled = settlement(BreachClaim(NUMBER, losses=claimed), unreleased)
    assert settled.offset <= unreleased
    assert settled.offset + settled.top_up == claimed
