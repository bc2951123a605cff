"""Agreements by the clauses of 篇2, with the worked examples of the domain model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codes import imei, resident_id
from trunkline.agreements.rules.members import (
    MemberFacts,
    at_row,
    first_month_mode,
    lookup_key,
    member_problems,
    resolved,
)
from trunkline.agreements.rules.signing import (
    attachment_digest,
    effective_date,
    original_refusals,
    renewed_end,
    signature_refusals,
    term_end,
)
from trunkline.agreements.rules.terms import (
    TermsFacts,
    event_refusals,
    release_schedule,
    terms_refusals,
    unsupported_features,
)
from trunkline.agreements.types import (
    AgreementEvent,
    AgreementState,
    AgreementTerms,
    BusinessKind,
    MemberRow,
    OriginalView,
    PremiumTerms,
    Side,
    SignatureView,
    SignerRole,
)
from trunkline.catalog.types import (
    FirstMonthMode,
    OfferingKind,
    OfferingView,
    PaymentMode,
    TerminalModelView,
)
from trunkline.numbering.types import GradeView, NumberKind, NumberState, NumberView

BRANCH = 7


def plan(code: str, technology: str, features: tuple[str, ...] = ()) -> OfferingView:
    return OfferingView(
        1,
        code,
        f"{code}元套餐",
        f"{code} plan",
        OfferingKind.PLAN,
        PaymentMode.POSTPAID,
        technology,
        features,
    )


def number(value: str, **changes: Any) -> NumberView:
    return replace(NumberView(1, value, NumberKind.MOBILE, "", NumberState.IDLE, BRANCH, None), **changes)


PLAN_3G = plan("3G-66", "3g", ("video_call", "mms"))
PLAN_2G = plan("2G-20", "2g")
FULL = TerminalModelView(1, "WP-S7", "沃派 S7", ("video_call", "mms", "wlan"))
POOR = TerminalModelView(2, "WP-E2", "沃派 E2", ("wlan", "mms"))
TERMINALS = {"WP-S7": FULL, "WP-E2": POOR}
ORDINARY, PREMIUM = "18655100001", "18655108888"
INVENTORY = {ORDINARY: number(ORDINARY), PREMIUM: number(PREMIUM, grade="AAAA")}


# Premium deposits


@pytest.mark.parametrize(
    ("prepayment", "months", "schedule"),
    [
        ("12000.00", 12, ["1000.00"] * 12),
        ("10000.00", 12, ["833.33"] * 11 + ["833.37"]),
        ("100.00", 1, ["100.00"]),
        ("0.05", 3, ["0.01", "0.01", "0.03"]),
        ("2400.00", 24, ["100.00"] * 24),
    ],
)
def test_deposits_are_released_by_equal_months_and_the_last_takes_the_rest(
    prepayment: str, months: int, schedule: list[str]
) -> None:
    assert [str(amount) for amount in release_schedule(Decimal(prepayment), months)] == schedule


@given(st.integers(1, 10**12), st.integers(1, 120))
def test_releases_always_add_up_to_the_deposit(fen: int, months: int) -> None:
    prepayment = Decimal(fen).scaleb(-2)
    schedule = release_schedule(prepayment, months)
    assert sum(schedule) == prepayment
    assert len(schedule) == months
    assert all(amount >= 0 and amount == amount.quantize(Decimal("0.01")) for amount in schedule)


# Dates


def signature(side: Side, signed: str, sealed: str | None = None, **changes: Any) -> SignatureView:
    made = SignatureView(
        side,
        None,
        "何守正",
        SignerRole.LEGAL_REPRESENTATIVE,
        "",
        date.fromisoformat(signed),
        date.fromisoformat(sealed or signed),
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("customer", "operator", "effective"),
    [
        (("2012-03-01", "2012-03-01"), ("2012-03-05", "2012-03-05"), "2012-03-05"),
        (("2012-03-05", "2012-03-05"), ("2012-03-01", "2012-03-01"), "2012-03-05"),
        (("2012-03-01", "2012-03-09"), ("2012-03-05", "2012-03-05"), "2012-03-09"),
        (("2012-03-01", "2012-03-01"), ("2012-03-05", "2012-03-02"), "2012-03-05"),
        (("2012-03-01", "2012-03-01"), ("2012-03-01", "2012-03-01"), "2012-03-01"),
    ],
)
def test_an_agreement_takes_effect_on_the_latest_signature_or_seal(
    customer: tuple[str, str], operator: tuple[str, str], effective: str
) -> None:
    both = [signature(Side.CUSTOMER, *customer), signature(Side.OPERATOR, *operator)]
    assert effective_date(both) == date.fromisoformat(effective)
    assert effective_date(both[:1]) is None
    assert effective_date([]) is None


@pytest.mark.parametrize(
    ("first_day", "years", "last_day"),
    [
        ("2012-03-05", 2, "2014-03-04"),
        ("2012-01-01", 1, "2012-12-31"),
        ("2012-02-29", 2, "2014-02-28"),
        ("2012-02-29", 4, "2016-02-28"),
        ("2011-03-01", 1, "2012-02-29"),
    ],
)
def test_a_term_ends_the_day_before_its_anniversary(first_day: str, years: int, last_day: str) -> None:
    assert term_end(date.fromisoformat(first_day), years) == date.fromisoformat(last_day)


def test_a_renewal_adds_one_year() -> None:
    assert renewed_end(date(2014, 3, 4)) == date(2015, 3, 4)
    assert renewed_end(date(2014, 2, 28)) == date(2015, 2, 28)


# Signatures and originals

SINCE, TODAY = date(2012, 2, 20), date(2012, 3, 10)
REPRESENTATIVE = SignerRole.AUTHORISED_REPRESENTATIVE


@pytest.mark.parametrize(
    ("made", "before", "codes"),
    [
        (signature(Side.CUSTOMER, "2012-03-01"), [], []),
        (signature(Side.CUSTOMER, "2012-02-20", "2012-03-10"), [], []),
        (signature(Side.CUSTOMER, "2012-03-01"), [signature(Side.OPERATOR, "2012-03-01")], []),
        (
            signature(Side.CUSTOMER, "2012-03-01", signer_role=REPRESENTATIVE),
            [],
            ["signature.power_of_attorney_missing"],
        ),
        (
            signature(Side.CUSTOMER, "2012-03-01", signer_role=REPRESENTATIVE, power_of_attorney="  "),
            [],
            ["signature.power_of_attorney_missing"],
        ),
        (
            signature(Side.CUSTOMER, "2012-03-01", signer_role=REPRESENTATIVE, power_of_attorney="授2012-3"),
            [],
            [],
        ),
        (signature(Side.CUSTOMER, "2012-02-19", "2012-03-01"), [], ["signature.dated_too_early"]),
        (signature(Side.CUSTOMER, "2012-03-01", "2012-02-19"), [], ["signature.dated_too_early"]),
        (signature(Side.CUSTOMER, "2012-03-11", "2012-03-01"), [], ["signature.dated_in_future"]),
        (signature(Side.CUSTOMER, "2012-03-01", "2012-03-11"), [], ["signature.dated_in_future"]),
        (
            signature(Side.CUSTOMER, "2012-03-02"),
            [signature(Side.CUSTOMER, "2012-03-01")],
            ["signature.side_twice"],
        ),
        (
            signature(Side.OPERATOR, "2012-03-01", signer_role=SignerRole.HANDLER),
            [],
            ["signature.not_a_representative"],
        ),
        (signature(Side.OPERATOR, "2012-03-01", signer_role=SignerRole.HANDLER, attachment=1), [], []),
        (signature(Side.OPERATOR, "2012-03-01", signer_name=" "), [], ["signature.signer_missing"]),
        (
            signature(Side.CUSTOMER, "2012-02-01", "2012-04-01", signer_name="", signer_role=REPRESENTATIVE),
            [signature(Side.CUSTOMER, "2012-03-01")],
            [
                "signature.side_twice",
                "signature.signer_missing",
                "signature.power_of_attorney_missing",
                "signature.dated_too_early",
                "signature.dated_in_future",
            ],
        ),
    ],
)
def test_signatures_need_the_right_signer_papers_and_dates(
    made: SignatureView, before: list[SignatureView], codes: list[str]
) -> None:
    found = signature_refusals(made, before=before, since=SINCE, today=TODAY)
    assert [refusal.code for refusal in found] == codes
    assert all(refusal.clause.startswith("P2-") for refusal in found)


def originals(*sides: Side) -> list[OriginalView]:
    return [OriginalView(i, side, "x", "y", datetime.now(UTC)) for i, side in enumerate(sides, start=1)]


A, B = Side.CUSTOMER, Side.OPERATOR


@pytest.mark.parametrize(
    ("ordinal", "side", "registered", "codes"),
    [
        (1, A, [], []),
        (6, B, [A, A, A, B, B], []),
        (2, A, [A, B], ["original.registered_twice"]),
        (4, A, [A, A, A], ["original.side_has_three"]),
        (4, B, [A, A, A], []),
        (7, A, [A, A, A, B, B, B], ["original.beyond_six", "original.side_has_three"]),
        (0, B, [], ["original.beyond_six"]),
    ],
)
def test_there_are_six_originals_three_a_side(
    ordinal: int, side: Side, registered: list[Side], codes: list[str]
) -> None:
    found = original_refusals(ordinal, side, "档案室", "三楼", originals(*registered))
    assert [(refusal.code, refusal.clause) for refusal in found] == [(code, "P2-28") for code in codes]


def test_an_original_needs_a_holder_and_a_place() -> None:
    assert [r.code for r in original_refusals(1, A, "", "三楼", [])] == ["original.holder_missing"]
    assert [r.code for r in original_refusals(1, A, "档案室", " ", [])] == ["original.holder_missing"]


@pytest.mark.parametrize("state", list(AgreementState))
def test_an_agreement_is_signed_only_when_printed(state: AgreementState) -> None:
    allowed = {
        AgreementEvent.CUSTOMER_SIGNS: {AgreementState.PRINTED, AgreementState.SIGNED_BY_OPERATOR},
        AgreementEvent.OPERATOR_SIGNS: {AgreementState.PRINTED, AgreementState.SIGNED_BY_CUSTOMER},
    }
    for event, states in allowed.items():
        assert bool(event_refusals(state, event)) is (state not in states)


def test_the_hash_of_an_attachment_changes_with_its_agreement_and_every_field() -> None:
    member = (1, "张三", "11010519491231002X", ORDINARY, "3G-66", "half", "WP-S7", imei(1))
    made = {attachment_digest("HF-2026-000001", [member]), attachment_digest("HF-2026-000002", [member])}
    for index in range(len(member)):
        made.add(attachment_digest("HF-2026-000001", [(*member[:index], None, *member[index + 1 :])]))
    made.add(attachment_digest("HF-2026-000001", [member, member]))
    assert len(made) == 2 + len(member) + 1


# Terms

TERMS = AgreementTerms(
    organization_id=1,
    business_kind=BusinessKind.STANDARD_PLAN,
    business_terms="",
    plan_code="3G-66",
    first_month_mode="half",
    term_years=2,
)
GOOD_PREMIUM = PremiumTerms(PREMIUM, "AAAA", Decimal("12000.00"), 12, Decimal("189.00"))


def facts(code: str = "3G-66", **changes: Any) -> TermsFacts:
    known: Mapping[str, OfferingView] = {"3G-66": PLAN_3G, "2G-20": PLAN_2G}
    grades = {"AAAA": GradeView("AAAA", "四连号", Decimal(12000), 12, Decimal(189), r"(\d)\1{3}$", 1)}
    return replace(TermsFacts(BRANCH, known.get(code), True, TERMINALS, INVENTORY, grades=grades), **changes)


def premium(**changes: Any) -> dict[str, Any]:
    return {"premiums": (replace(GOOD_PREMIUM, **changes),)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"first_month_mode": None}, [("agreement.first_month_missing", "P2-04")]),
        ({"first_month_mode": ""}, [("agreement.first_month_missing", "P2-04")]),
        ({"first_month_mode": "all"}, [("agreement.first_month_unknown", "P2-04")]),
        ({"plan_code": "2G-20", "first_month_mode": None}, []),
        ({"plan_code": "2G-20"}, []),
        ({"plan_code": "9G"}, [("agreement.plan_unknown", "P2-03")]),
        ({"minimum_members": 50}, []),
        ({"minimum_members": 49}, [("agreement.minimum_members_too_low", "P2-01")]),
        ({"term_years": 0}, [("agreement.term_out_of_range", "P2-27")]),
        ({"term_years": 11}, [("agreement.term_out_of_range", "P2-27")]),
        ({"data_cap_gb": None}, []),
        ({"data_cap_gb": 0}, [("agreement.data_cap_out_of_range", "P2-14")]),
        ({"business_kind": BusinessKind.BYOD}, []),
        ({"terminal_model": "WP-S7"}, []),
        ({"terminal_model": "X"}, [("agreement.terminal_unknown", "P2-17")]),
        ({"terminal_model": "WP-E2"}, [("agreement.feature_unconfirmed", "P2-17")]),
        ({"terminal_model": "WP-E2", "unsupported_features": ("video_call",)}, []),
        (
            {"terminal_model": "WP-S7", "unsupported_features": ("video_call",)},
            [("agreement.feature_not_unsupported", "P2-17")],
        ),
        ({"unsupported_features": ("video_call",)}, [("agreement.feature_not_unsupported", "P2-17")]),
        (premium(), []),
        (premium(number=ORDINARY), [("agreement.premium_ordinary", "P2-02")]),
        (premium(grade="AAA"), [("agreement.premium_grade_wrong", "P2-02")]),
        (premium(number="18600000000"), [("number.unknown", "")]),
        (premium(prepayment=Decimal(0)), [("agreement.premium_amount_wrong", "P2-02")]),
        (premium(prepayment=Decimal("100.001")), [("agreement.premium_amount_wrong", "P2-02")]),
        (premium(prepayment=Decimal("1e20")), [("agreement.premium_amount_wrong", "P2-02")]),
        (premium(prepayment=Decimal("NaN")), [("agreement.premium_amount_wrong", "P2-02")]),
        (premium(minimum_monthly=Decimal(-1)), [("agreement.premium_amount_wrong", "P2-02")]),
        (premium(months=0), [("agreement.premium_months_wrong", "P2-09")]),
        (premium(months=121), [("agreement.premium_months_wrong", "P2-09")]),
        (premium(prepayment=Decimal("0.11"), months=12), [("agreement.premium_months_wrong", "P2-09")]),
        (premium(prepayment=Decimal("11999.99")), [("agreement.premium_below_grade", "REG-25")]),
        (premium(months=11), [("agreement.premium_below_grade", "REG-25")]),
        (premium(minimum_monthly=Decimal("188.99")), [("agreement.premium_below_grade", "REG-25")]),
        (premium(prepayment=Decimal("1.00"), months=10, approval="皖通集〔2026〕8号"), []),
        (premium(months=11, approval=" "), [("agreement.premium_below_grade", "REG-25")]),
        ({"premiums": (GOOD_PREMIUM, GOOD_PREMIUM)}, [("agreement.premium_twice", "P2-02")]),
    ],
)
def test_terms_are_refused_by_their_clause(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    terms = replace(TERMS, **changes)
    found = terms_refusals(terms, facts(terms.plan_code))
    assert [(refusal.code, refusal.clause) for refusal in found] == expected
    assert all("{" not in refusal.text.zh + refusal.text.en for refusal in found)


def test_terms_need_a_plan_that_has_a_price_and_is_a_plan() -> None:
    assert [r.code for r in terms_refusals(TERMS, facts(priced=False))] == ["agreement.plan_unpriced"]
    add_on = replace(PLAN_3G, kind=OfferingKind.ADD_ON)
    assert [r.code for r in terms_refusals(TERMS, facts(plan=add_on))] == ["agreement.plan_unknown"]


def test_a_premium_number_held_by_this_agreement_already_is_no_obstacle() -> None:
    taken = {PREMIUM: number(PREMIUM, grade="AAAA", state=NumberState.RESERVED)}
    terms = replace(TERMS, premiums=(GOOD_PREMIUM,))
    assert [r.code for r in terms_refusals(terms, facts(inventory=taken))] == ["number.taken"]
    assert terms_refusals(terms, facts(inventory=taken, held={PREMIUM})) == ()


def test_a_terminal_lacks_what_the_plan_has_and_it_has_not() -> None:
    assert unsupported_features(PLAN_3G, FULL) == ()
    assert unsupported_features(PLAN_3G, POOR) == ("video_call",)
    assert unsupported_features(PLAN_2G, POOR) == ()


# Member rows

PERSON = resident_id("340102", "19850301", 12)
OTHER = resident_id("340102", "19900505", 33)
GOOD_ROW = MemberRow(1, "张三", PERSON, ORDINARY, "3G-66", "套餐减半", "WP-S7", imei(1))
MEMBER_FACTS = MemberFacts(
    branch_id=BRANCH,
    inventory={
        **INVENTORY,
        "18655100002": number("18655100002"),
        "18655100003": number("18655100003", state=NumberState.IN_USE),
        "18655100004": number(
            "18655100004", state=NumberState.FROZEN, frozen_until=datetime(2026, 12, 1, tzinfo=UTC)
        ),
        "18655100005": number("18655100005", state=NumberState.RESERVED),
        "18655300006": number("18655300006", branch_id=BRANCH + 1),
        "4006123456": number("4006123456", kind=NumberKind.SERVICE_400),
    },
    held=frozenset(),
    committed=frozenset(),
    staying={},
    staying_imeis=frozenset(),
    plans={lookup_key(name): p for p in (PLAN_3G, PLAN_2G) for name in (p.code, p.name, p.name_en)},
    terminals={lookup_key(name): t for t in (FULL, POOR) for name in (t.code, t.name)},
    live_lines={},
    waiting={},
)


def problems(row: MemberRow, **changes: Any) -> list[tuple[str, str]]:
    found = member_problems([row], replace(MEMBER_FACTS, **changes), {})
    assert all(refusal.subject == str(row.row) for refusals in found.values() for refusal in refusals)
    return [(refusal.code, refusal.clause) for refusal in found.get(row.row, [])]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"wanted_number": ""}, []),
        ({"terminal_model": "", "imei": ""}, []),
        ({"terminal_model": ""}, []),
        ({"name": ""}, [("member.name_missing", "REG-13")]),
        ({"name": "12345"}, [("member.name_wrong", "REG-13")]),
        ({"name": "张" * 41}, [("member.name_wrong", "REG-13")]),
        ({"name": "买买提·艾力"}, []),
        ({"name": "𠮷田"}, []),
        ({"id_number": ""}, [("member.id_missing", "REG-13")]),
        (
            {"id_number": PERSON[:-1] + ("1" if PERSON[-1] != "1" else "2")},
            [("person.id_invalid", "REG-13")],
        ),
        ({"id_number": "11010519491331002X"}, [("person.id_invalid", "REG-13")]),
        ({"wanted_number": "18600000000"}, [("number.unknown", "")]),
        ({"wanted_number": "18655100003"}, [("number.taken", "")]),
        ({"wanted_number": "18655100004"}, [("number.taken", "REG-11")]),
        ({"wanted_number": "18655100005"}, [("number.taken", "")]),
        ({"wanted_number": "18655300006"}, [("number.other_stock", "")]),
        ({"wanted_number": "4006123456"}, [("member.number_not_mobile", "REG-21")]),
        ({"wanted_number": PREMIUM}, [("member.premium_without_commitment", "P2-02")]),
        ({"plan_code": ""}, [("member.plan_missing", "P2-03")]),
        ({"plan_code": "5G-1"}, [("member.plan_unknown", "P2-03")]),
        ({"plan_code": "3g-66元套餐"}, []),
        ({"first_month_mode": ""}, [("member.first_month_missing", "P2-04")]),
        ({"first_month_mode": "半价"}, [("member.first_month_unknown", "P2-04")]),
        ({"plan_code": "2G-20", "first_month_mode": ""}, []),
        ({"plan_code": "2G-20"}, []),
        ({"terminal_model": "沃派S7"}, []),
        ({"terminal_model": "诺基亚"}, [("member.terminal_unknown", "P2-17")]),
        ({"imei": "352099001761480"}, [("member.imei_wrong", "REG-24")]),
        ({"imei": "35209900176148"}, [("member.imei_wrong", "REG-24")]),
        ({"imei": "35209900176148A"}, [("member.imei_wrong", "REG-24")]),
        ({"imei": "352099001761481"}, []),
    ],
)
def test_a_row_is_refused_by_its_clause(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(replace(GOOD_ROW, **changes)) == expected


def test_a_row_names_all_its_problems_at_once() -> None:
    row = MemberRow(4, "", "1", "18600000000", "x", "", "y", "z")
    assert [code for code, _ in problems(row)] == [
        "member.name_missing",
        "person.id_invalid",
        "number.unknown",
        "member.plan_unknown",
        "member.first_month_missing",
        "member.terminal_unknown",
        "member.imei_wrong",
    ]


def test_a_field_that_could_not_be_read_is_not_called_missing_as_well() -> None:
    row = replace(GOOD_ROW, id_number="", imei="")
    assert member_problems([row], MEMBER_FACTS, {1: {"id_number", "imei"}}) == {}


def test_a_premium_number_with_a_commitment_is_accepted() -> None:
    row = replace(GOOD_ROW, wanted_number=PREMIUM)
    assert problems(row, committed={PREMIUM}, held={PREMIUM}) == []


def test_a_number_reserved_for_this_agreement_is_accepted() -> None:
    row = replace(GOOD_ROW, wanted_number="18655100005")
    assert problems(row, held={"18655100005"}) == []


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (GOOD_ROW, ["member.twice_in_sheet", "member.imei_twice_in_sheet"]),
        (replace(GOOD_ROW, imei=""), ["member.twice_in_sheet"]),
        (replace(GOOD_ROW, id_number=OTHER, imei=""), ["member.number_twice_in_sheet"]),
        (
            replace(GOOD_ROW, id_number=OTHER, wanted_number="18655100002"),
            ["member.imei_twice_in_sheet"],
        ),
        (replace(GOOD_ROW, wanted_number="18655100002", imei=""), []),
        (replace(GOOD_ROW, wanted_number="", imei=""), []),
    ],
)
def test_rows_are_compared_with_each_other(second: MemberRow, code: list[str]) -> None:
    found = member_problems([GOOD_ROW, replace(second, row=2)], MEMBER_FACTS, {})
    assert 1 not in found
    assert [refusal.code for refusal in found.get(2, [])] == code
    assert all("1" in refusal.text.zh for refusal in found.get(2, []))


def test_the_same_person_twice_without_a_wanted_number_is_a_duplicate() -> None:
    blank = replace(GOOD_ROW, wanted_number="", imei="")
    found = member_problems([blank, replace(blank, row=2)], MEMBER_FACTS, {})
    assert [(r.code, r.clause) for r in found[2]] == [("member.twice_in_sheet", "S01-A1")]


def test_rows_without_an_identity_number_are_not_called_duplicates_of_each_other() -> None:
    blank = replace(GOOD_ROW, id_number="", wanted_number="", imei="")
    found = member_problems([blank, replace(blank, row=2)], MEMBER_FACTS, {})
    assert [r.code for r in found[2]] == ["member.id_missing"]


@pytest.mark.parametrize(
    ("live", "waiting", "rows", "refused"),
    [
        (0, 0, 5, []),
        (0, 0, 6, [6]),
        (4, 0, 1, []),
        (4, 0, 2, [2]),
        (5, 0, 1, [1]),
        (3, 1, 1, []),
        (3, 1, 3, [2, 3]),
        (2, 3, 1, [1]),
    ],
)
def test_a_person_has_five_lines_over_the_operator_and_this_sheet(
    live: int, waiting: int, rows: int, refused: list[int]
) -> None:
    numbers = [f"1865510{n:04d}" for n in range(100, 110)]
    sheet = [
        replace(GOOD_ROW, row=n, wanted_number=numbers[n], imei="", terminal_model="")
        for n in range(1, rows + 1)
    ]
    known = replace(
        MEMBER_FACTS,
        inventory={n: number(n) for n in numbers},
        live_lines={PERSON: live},
        waiting={PERSON: waiting},
    )
    found = member_problems(sheet, known, {})
    assert sorted(found) == refused
    assert {(r.code, r.clause) for refusals in found.values() for r in refusals} <= {
        ("member.too_many_lines", "REG-14")
    }


@pytest.mark.parametrize(
    ("wanted", "person", "expected"),
    [
        ("", PERSON, ["member.already"]),
        ("18655100003", PERSON, ["member.already"]),
        ("18655100002", PERSON, []),
        ("18655100003", OTHER, ["member.number_of_member"]),
        ("", OTHER, []),
    ],
)
def test_members_that_are_there_already_are_known(wanted: str, person: str, expected: list[str]) -> None:
    row = replace(GOOD_ROW, wanted_number=wanted, id_number=person)
    assert [code for code, _ in problems(row, staying={"18655100003": PERSON})] == expected


def test_a_terminal_of_another_member_is_refused() -> None:
    assert problems(GOOD_ROW, staying_imeis={imei(1)}) == [("member.imei_taken", "REG-24")]


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("套餐包外资费（免月租）", FirstMonthMode.OUT_OF_PLAN),
        ("套餐包外资费(免月租)", FirstMonthMode.OUT_OF_PLAN),
        ("套餐包外资费", FirstMonthMode.OUT_OF_PLAN),
        ("免月租", FirstMonthMode.OUT_OF_PLAN),
        ("全月套餐", FirstMonthMode.FULL_MONTH),
        (" 全月 套餐 ", FirstMonthMode.FULL_MONTH),
        ("套餐减半", FirstMonthMode.HALF),
        ("Half plan", FirstMonthMode.HALF),
        ("HALF", FirstMonthMode.HALF),
        ("out_of_plan", FirstMonthMode.OUT_OF_PLAN),
        ("", None),
        ("减半", None),
    ],
)
def test_the_three_modes_are_known_by_their_names(written: str, mode: FirstMonthMode | None) -> None:
    assert first_month_mode(written) is mode


def test_names_are_turned_into_codes() -> None:
    row = resolved(
        replace(GOOD_ROW, plan_code="3G-66元套餐", terminal_model="沃派 s7", first_month_mode="套餐减半"),
        MEMBER_FACTS,
    )
    assert (row.plan_code, row.terminal_model, row.first_month_mode) == ("3G-66", "WP-S7", "half")
    unknown = replace(GOOD_ROW, plan_code="x", terminal_model="y", first_month_mode="z")
    assert resolved(unknown, MEMBER_FACTS) == unknown


def test_a_problem_in_a_sentence_names_row_and_person() -> None:
    row = replace(GOOD_ROW, row=17, imei="1")
    (problem,) = member_problems([row], MEMBER_FACTS, {})[17]
    sentence = at_row(problem, row)
    assert sentence.text.zh.startswith("第17行（张三）：")
    assert sentence.text.en.startswith("Row 17 (张三): ")
    assert (sentence.code, sentence.clause, sentence.subject) == ("member.imei_wrong", "REG-24", "17")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_in_a_row_gives_words_and_not_an_error(text: str, other: str) -> None:
    row = MemberRow(1, text, other, text, other, text, other, text)
    for refusal in member_problems([row], MEMBER_FACTS, {}).get(1, []):
        assert at_row(refusal, row).text.zh
