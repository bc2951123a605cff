"""The end of a term: what its review decides (P2-27, Q-09), and members joined against those promised (P2-01)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.agreements.clauses.types import RenewalRule, TemplateSettings
from trunkline.agreements.rules.progress import JoinedLine, progress_of
from trunkline.agreements.rules.renewal import (
    RenewalFacts,
    RenewalStanding,
    end_refusals,
    renewal_refusals,
    renewal_view,
)
from trunkline.agreements.rules.reviewing import review_refusals
from trunkline.agreements.types import AgreementState, ReviewDecision, ReviewSubject, ReviewView

S, D = RenewalStanding, ReviewDecision
END = date(2028, 3, 4)


def review(
    decision: ReviewDecision, number: int = 1, subject: ReviewSubject = ReviewSubject.RENEWAL
) -> ReviewView:
    return ReviewView(subject, number, decision, "", "0" * 64, 1, datetime(2028, 2, 1, tzinfo=UTC))


def facts(
    *decisions: ReviewDecision, renewals: int = 0, repeats: bool = True,
    rule: RenewalRule = RenewalRule.AFTER_REVIEW, state: AgreementState = AgreementState.EXPIRING,
) -> RenewalFacts:  # fmt: skip
    return RenewalFacts(
        state, END, renewals, TemplateSettings(renewal=rule, renewal_repeats=repeats),
        tuple(review(decision, renewals + 1) for decision in decisions),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("decisions", "standing", "renewal", "end"),
    [
        ((), S.NOT_REVIEWED, ["renewal.not_reviewed"], ["renewal.end_not_decided"]),
        ((D.RECOMMEND,), S.RECOMMENDED, ["renewal.not_reviewed"], ["renewal.end_not_decided"]),
        ((D.RECOMMEND, D.APPROVE), S.TO_RENEW, [], ["renewal.end_not_decided"]),
        ((D.OBJECT,), S.OBJECTED, ["renewal.objected"], ["renewal.end_not_decided"]),
        ((D.OBJECT, D.APPROVE), S.TO_END, ["renewal.objected"], []),
        ((D.OBJECT, D.RETURN), S.NOT_REVIEWED, ["renewal.not_reviewed"], ["renewal.end_not_decided"]),
        ((D.OBJECT, D.RETURN, D.RECOMMEND, D.APPROVE), S.TO_RENEW, [], ["renewal.end_not_decided"]),
    ],
)
def test_a_term_is_extended_or_ended_as_its_review_decided(
    decisions: tuple[ReviewDecision, ...], standing: RenewalStanding, renewal: list[str], end: list[str]
) -> None:
    found = facts(*decisions)
    assert found.standing is standing
    assert [r.code for r in renewal_refusals(found)] == renewal
    assert [r.code for r in end_refusals(found)] == end
    assert {r.clause for r in (*renewal_refusals(found), *end_refusals(found))} <= {"P2-27"}


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (facts(rule=RenewalRule.UNLESS_OBJECTED), []),
        (facts(D.RECOMMEND, rule=RenewalRule.UNLESS_OBJECTED), []),
        (facts(D.OBJECT, rule=RenewalRule.UNLESS_OBJECTED), ["renewal.objected"]),
        (facts(D.RECOMMEND, D.APPROVE, renewals=1), []),
        (facts(D.RECOMMEND, D.APPROVE, renewals=1, repeats=False), ["renewal.once_only"]),
        (facts(D.RECOMMEND, D.APPROVE, state=AgreementState.EFFECTIVE), ["agreement.wrong_state"]),
    ],
)
def test_the_template_says_whether_it_renews_unasked_and_again(found: RenewalFacts, codes: list[str]) -> None:
    assert [r.code for r in renewal_refusals(found)] == codes


def test_a_term_that_cannot_be_renewed_again_ends_without_an_objection() -> None:
    assert end_refusals(facts(renewals=1, repeats=False)) == ()


def test_reviews_of_an_earlier_renewal_do_not_count() -> None:
    old = facts(D.RECOMMEND, D.APPROVE)
    later = RenewalFacts(old.state, END, 1, old.settings, old.reviews)
    assert later.standing is S.NOT_REVIEWED
    of_terms = (review(D.APPROVE, subject=ReviewSubject.TERMS),)
    assert RenewalFacts(old.state, END, 0, old.settings, of_terms).standing is S.NOT_REVIEWED


def test_what_the_renewal_would_be() -> None:
    view = renewal_view(7, facts(), date(2028, 3, 1))
    assert (view.ends_on, view.new_end, view.days_left, view.overdue) == (END, date(2029, 3, 4), 3, False)
    assert renewal_view(7, facts(), date(2028, 3, 5)).overdue


@pytest.mark.parametrize(
    ("decision", "note", "reviewer", "codes"),
    [
        (D.APPROVE, "", 2, []),
        (D.APPROVE, "", 1, ["review.four_eyes"]),
        (D.RETURN, "", 2, ["review.reason_missing"]),
        (D.OBJECT, " ", 1, ["review.four_eyes", "review.reason_missing"]),
        (D.RECOMMEND, "", 2, []),
    ],
)
def test_a_review_is_made_by_another_and_a_no_has_its_reason(
    decision: ReviewDecision, note: str, reviewer: int, codes: list[str]
) -> None:
    assert [r.code for r in review_refusals(decision, note, reviewer=reviewer, not_by={1})] == codes


def line(day: str, *, ended: bool = False, stopped: bool = False) -> JoinedLine:
    return JoinedLine(date.fromisoformat(day), ended, stopped)


def test_members_are_counted_by_the_month_they_joined_in() -> None:
    lines = [
        line("2026-03-05"),
        line("2026-03-31", stopped=True),
        line("2026-05-01", ended=True),
        line("2028-03-05"),
    ]
    found = progress_of(
        50, lines, effective_on=date(2026, 3, 5), ends_on=END, today=date(2026, 6, 2), warning_days=90
    )  # fmt: skip
    # One that joined after the last day does not count for the promise (P2-01).
    assert (found.joined, found.active, found.stopped, found.ended, found.short) == (3, 1, 1, 1, 47)
    assert [(str(m.month), m.joined, m.total) for m in found.months] == [
        ("2026-03", 2, 2),
        ("2026-04", 0, 2),
        ("2026-05", 1, 3),
        ("2026-06", 0, 3),
    ]


@pytest.mark.parametrize(
    ("today", "joined", "warn"),
    [
        ("2027-12-04", 49, False),
        ("2027-12-05", 49, True),
        ("2027-12-05", 50, False),
        ("2028-03-04", 49, True),
        ("2028-03-05", 49, False),
    ],
)
def test_a_shortfall_is_told_from_the_template_s_days_before_the_end(
    today: str, joined: int, warn: bool
) -> None:
    found = progress_of(
        50, [line("2026-03-05")] * joined, effective_on=date(2026, 3, 5), ends_on=END,
        today=date.fromisoformat(today), warning_days=90,
    )  # fmt: skip
    assert found.warn is warn


def test_before_it_takes_effect_nothing_is_counted() -> None:
    found = progress_of(50, [], effective_on=None, ends_on=None, today=END, warning_days=90)
    assert (found.months, found.days_left, found.warn, found.short) == ((), None, False, 50)


@given(
    st.lists(st.dates(date(2026, 3, 5), date(2028, 3, 4)), max_size=60),
    st.dates(date(2026, 3, 5), date(2028, 12, 31)),
)
def test_months_follow_each_other_and_add_up_to_all_that_joined(days: list[date], today: date) -> None:
    lines = [JoinedLine(day, False, False) for day in days]
    found = progress_of(50, lines, effective_on=date(2026, 3, 5), ends_on=END, today=today, warning_days=90)
    assert sum(m.joined for m in found.months) == found.months[-1].total == found.joined == len(days)
    assert all(
        b.month == a.month.next() and b.total >= a.total
        for a, b in zip(found.months, found.months[1:], strict=False)
    )
