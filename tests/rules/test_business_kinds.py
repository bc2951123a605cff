"""业务种类: the fields of the six kinds and what a breach takes back of them (P2-03, P2-20)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.agreements.clauses.parameters import read_all, written
from trunkline.agreements.rules.business import (
    BUSINESS_FIELDS,
    GroupService,
    HandsetOffer,
    business_of,
    business_refusals,
    business_words,
    clawed_back,
    line_benefit,
    months_run,
)
from trunkline.agreements.types import AgreementTerms, BusinessKind, ClawBack

K = BusinessKind
DISCOUNT = {
    "handset_model": "WP-S7", "handset_price": Decimal("1299.00"), "subsidy": Decimal("800.00"),
    "prepayment": Decimal("600.00"), "monthly_return": Decimal("25.00"), "months": 24,
}  # fmt: skip
FREE = {
    "handset_model": "WP-E2", "handset_price": Decimal("699.00"), "prepayment": Decimal("1200.00"),
    "monthly_return": Decimal("50.00"), "months": 24,
}  # fmt: skip
CREDIT = {
    "handset_model": "WP-S7", "handset_price": Decimal("1299.00"), "credit": Decimal("480.00"),
    "monthly_return": Decimal("20.00"), "months": 24,
}  # fmt: skip
SERVICE = {"service": "集团彩铃", "monthly_fee": Decimal("5.00")}
VALUES: dict[BusinessKind, dict[str, Any]] = {
    K.STANDARD_PLAN: {}, K.BYOD: {}, K.PREPAY_DISCOUNT_HANDSET: DISCOUNT, K.PREPAY_FREE_HANDSET: FREE,
    K.BUY_HANDSET_GET_CREDIT: CREDIT, K.GROUP_VAS: SERVICE,
}  # fmt: skip


def terms(kind: BusinessKind, values: dict[str, Any], **more: Any) -> AgreementTerms:
    return AgreementTerms(1, kind, "", "3G-66", "half", 2, business_values=values, **more)


def reasons(agreed: AgreementTerms) -> list[tuple[str, str]]:
    return [(r.code, r.clause) for r in business_refusals(agreed, ("WP-S7", "WP-E2"))]


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_is_agreed_with_its_own_fields_and_kept_as_text(kind: BusinessKind) -> None:
    assert reasons(terms(kind, VALUES[kind])) == []
    assert set(VALUES[kind]) == {field.name for field in BUSINESS_FIELDS[kind]}
    assert read_all(BUSINESS_FIELDS[kind], written(VALUES[kind])) == VALUES[kind]


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        (K.STANDARD_PLAN, {"subsidy": Decimal(1)}, "agreement.value_undeclared"),
        (K.BYOD, {"months": 12}, "agreement.value_undeclared"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": None}, "agreement.value_missing"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": "八百"}, "agreement.value_wrong"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": Decimal("800.001")}, "agreement.value_wrong"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": Decimal("1e40")}, "agreement.value_out_of_bounds"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": Decimal("-1.00")}, "agreement.value_out_of_bounds"),
        (K.PREPAY_DISCOUNT_HANDSET, {"subsidy": Decimal("1299.01")}, "agreement.subsidy_above_price"),
        (K.PREPAY_DISCOUNT_HANDSET, {"monthly_return": Decimal("25.01")}, "agreement.returns_do_not_add_up"),
        (K.PREPAY_FREE_HANDSET, {"months": 0}, "agreement.value_out_of_bounds"),
        (K.PREPAY_FREE_HANDSET, {"months": 25, "prepayment": Decimal("1250.00")}, "agreement.returns_beyond_term"),
        (K.PREPAY_FREE_HANDSET, {"handset_model": "X"}, "agreement.handset_unknown"),
        (K.BUY_HANDSET_GET_CREDIT, {"credit": Decimal("480.01")}, "agreement.returns_do_not_add_up"),
        (K.GROUP_VAS, {"service": ""}, "agreement.value_missing"),
        (K.GROUP_VAS, {"service": "彩" * 201}, "agreement.value_wrong"),
        (K.GROUP_VAS, {"monthly_fee": Decimal(0)}, "agreement.value_out_of_bounds"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_kind_is_refused_by_p2_03(
    kind: BusinessKind, changes: dict[str, Any], code: str
) -> None:
    assert reasons(terms(kind, {**VALUES[kind], **changes})) == [(code, "P2-03")]


def test_the_handset_is_the_terminal_whose_features_were_confirmed() -> None:
    other = terms(K.PREPAY_FREE_HANDSET, FREE, terminal_model="WP-S7")
    assert reasons(other) == [("agreement.another_terminal", "P2-17")]
    assert reasons(terms(K.PREPAY_FREE_HANDSET, FREE, terminal_model="WP-E2")) == []


def test_values_become_the_details_of_their_kind() -> None:
    assert business_of(K.BYOD, {}) is None
    assert business_of(K.PREPAY_FREE_HANDSET, {}) is None
    free = business_of(K.PREPAY_FREE_HANDSET, FREE)
    assert isinstance(free, HandsetOffer)
    assert (free.subsidy, free.credit, free.prepayment) == (Decimal("699.00"), 0, Decimal("1200.00"))
    credit = business_of(K.BUY_HANDSET_GET_CREDIT, CREDIT)
    assert isinstance(credit, HandsetOffer)
    assert (credit.subsidy, credit.credit, credit.prepayment) == (0, Decimal("480.00"), 0)
    assert business_of(K.GROUP_VAS, SERVICE) == GroupService("集团彩铃", Decimal("5.00"))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (K.STANDARD_PLAN, None),
        (
            K.PREPAY_DISCOUNT_HANDSET,
            "终端沃派 S7价格1,299.00元，乙方补贴800.00元，甲方实付499.00元；预存话费600.00元，分24个月每月返还25.00元。",
        ),
        (
            K.PREPAY_FREE_HANDSET,
            "预存话费1,200.00元，分24个月每月返还50.00元；赠送终端沃派 S7，价格699.00元由乙方补贴。",
        ),
        (
            K.BUY_HANDSET_GET_CREDIT,
            "甲方以1,299.00元购终端沃派 S7，乙方赠送话费480.00元，分24个月每月到账20.00元。",
        ),
        (K.GROUP_VAS, "集团彩铃，每月5.00元。"),
    ],
)
def test_the_fields_stand_in_the_agreement_as_words(kind: BusinessKind, words: str | None) -> None:
    told = business_words(kind, VALUES[kind], "沃派 S7")
    assert (told.zh if told else None) == words


@pytest.mark.parametrize(
    ("since", "on", "run"),
    [
        ("2026-03-05", "2026-03-05", 0),
        ("2026-03-05", "2026-04-04", 0),
        ("2026-03-05", "2026-04-05", 1),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-03-05", "2028-03-05", 24),
        ("2026-03-05", "2026-01-01", 0),
    ],
)
def test_months_run_are_whole_ones(since: str, on: str, run: int) -> None:
    assert months_run(date.fromisoformat(since), date.fromisoformat(on)) == run


@pytest.mark.parametrize(
    ("kind", "on", "claw_back", "taken"),
    [
        # The whole subsidy, however long the term has run (P2-20).
        (K.PREPAY_DISCOUNT_HANDSET, "2026-03-05", ClawBack.WHOLE, "800.00"),
        (K.PREPAY_DISCOUNT_HANDSET, "2028-03-04", ClawBack.WHOLE, "800.00"),
        # By the months not yet run, down to the fen: 800 × 23/24 = 766.666…
        (K.PREPAY_DISCOUNT_HANDSET, "2026-04-05", ClawBack.PRO_RATA, "766.66"),
        (K.PREPAY_DISCOUNT_HANDSET, "2028-03-05", ClawBack.PRO_RATA, "0.00"),
        (K.PREPAY_FREE_HANDSET, "2026-09-05", ClawBack.WHOLE, "699.00"),
        # Of the credit only what has come: six months of twenty yuan.
        (K.BUY_HANDSET_GET_CREDIT, "2026-09-05", ClawBack.WHOLE, "120.00"),
        (K.BUY_HANDSET_GET_CREDIT, "2026-09-05", ClawBack.PRO_RATA, "90.00"),
    ],
)
def test_a_breach_takes_back_what_was_given(
    kind: BusinessKind, on: str, claw_back: ClawBack, taken: str
) -> None:
    offer = business_of(kind, VALUES[kind])
    assert isinstance(offer, HandsetOffer)
    benefit = line_benefit(
        offer, kind=kind, member_id=1, line_id=2, number="18655100001", since=date(2026, 3, 5),
        on=date.fromisoformat(on), return_penalty=Decimal(300), claw_back=claw_back,
    )  # fmt: skip
    assert clawed_back(benefit) == Decimal(taken)
    assert benefit.return_penalty == (300 if benefit.months_run < 24 else 0)


@given(
    subsidy=st.decimals(0, 5000, places=2),
    days=st.integers(0, 1000),
    months=st.integers(1, 60),
)
def test_pro_rata_never_takes_more_than_the_whole_nor_rises_with_time(
    subsidy: Decimal, days: int, months: int
) -> None:
    offer = HandsetOffer("X", subsidy, subsidy, Decimal(0), Decimal(0), Decimal(0), months)

    def taken(after: int, claw_back: ClawBack) -> Decimal:
        on = date.fromordinal(date(2026, 3, 5).toordinal() + after)
        return clawed_back(
            line_benefit(
                offer, kind=K.PREPAY_FREE_HANDSET, member_id=1, line_id=1, number="1", since=date(2026, 3, 5),
                on=on, claw_back=claw_back,
            )
        )  # fmt: skip

    part = taken(days, ClawBack.PRO_RATA)
    assert 0 <= taken(days + 31, ClawBack.PRO_RATA) <= part <= taken(days, ClawBack.WHOLE) == subsidy
