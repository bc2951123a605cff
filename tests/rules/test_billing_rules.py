"""The pure rules of bills: the month of entry, usage, tax, deposits, payments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.billing import rules
from trunkline.billing.charges import Tariff, line_charges, unit_code, unit_name, usage_charges
from trunkline.billing.composition import compose
from trunkline.billing.types import (
    BillDraft,
    BillState,
    ChargeKind,
    ChargeLine,
    DueRelease,
    LineMonth,
    Rounding,
    Stretch,
    UsageTotal,
)
from trunkline.catalog.types import (
    AllowanceDetails,
    FirstMonthMode,
    PriceVersionView,
    ResumeMonthCharge,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ledger.types import GeneralAccount, PremiumBalance

OCTOBER = Month(2026, 10)
AT = datetime(2026, 11, 1, tzinfo=UTC)
RATES = {TaxClass.BASIC_TELECOM: Decimal("0.09"), TaxClass.VALUE_ADDED_TELECOM: Decimal("0.06")}
NUMBER = "18655108888"


def version(
    fee: str = "46.00", *, resume: ResumeMonthCharge = ResumeMonthCharge.FULL_MONTH, number: int = 1
) -> PriceVersionView:
    """The plan of domain 2.2: 46 yuan, 50 minutes, 150 MB, 5 MMS."""
    basic, added = TaxClass.BASIC_TELECOM, TaxClass.VALUE_ADDED_TELECOM
    return PriceVersionView(
        id=10 + number,
        offering_id=1,
        offering_code="3G-46",
        offering_name="3G基本套餐46元",
        number=number,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        reference="备〔2026〕46号",
        monthly_fee=Decimal(fee),
        tax_class=basic,
        resume_month_charge=resume,
        data_cap_gb=6,
        allowances=(
            AllowanceDetails("voice_minutes", 50),
            AllowanceDetails("data_kb", 150 * 1024),
            AllowanceDetails("mms", 5),
        ),
        usage_prices=(
            UsagePriceDetails("voice", "mo", "local", 60, "up", 2500, "voice_minutes", basic, 101),
            UsagePriceDetails("mms", "mo", "local", 1, "up", 9000, "mms", added, 102),
            UsagePriceDetails("data", "mo", "local", 1024, "up", 3, "data_kb", added, 103),
            UsagePriceDetails("voice", "mt", "local", 60, "up", 0, None, basic, 104),
        ),
    )


def stretch(
    price: PriceVersionView | None,
    mode: FirstMonthMode | None = None,
    *,
    start: datetime = OCTOBER.start,
    end: datetime = OCTOBER.end,
) -> Stretch:
    return Stretch(NUMBER, 7, Text("3G基本套餐46元", "3G Basic 46"), price, mode, start, end)


def charged(
    mode: FirstMonthMode | None, *usage: UsageTotal, price: PriceVersionView | None = None
) -> list[ChargeLine]:
    price = price or version()
    return line_charges(LineMonth(5, (stretch(price, mode),)), usage, Tariff.of([price], RATES, OCTOBER))


@pytest.mark.parametrize(
    ("fee", "mode", "amount", "rule", "rounding"),
    [
        ("46.00", FirstMonthMode.OUT_OF_PLAN, "0.00", "P2-05", Rounding.EXACT),
        ("46.00", FirstMonthMode.FULL_MONTH, "46.00", "P2-06", Rounding.EXACT),
        ("46.00", FirstMonthMode.HALF, "23.00", "P2-07", Rounding.EXACT),
        ("45.99", FirstMonthMode.HALF, "22.99", "P2-07", Rounding.DOWN),
        ("46.00", None, "46.00", "", Rounding.EXACT),
    ],
)
def test_the_plan_fee_of_the_month_of_entry_follows_the_mode(
    fee: str, mode: FirstMonthMode | None, amount: str, rule: str, rounding: Rounding
) -> None:
    (line,) = charged(mode, price=version(fee))
    assert (line.amount, line.unit_price, line.quantity, line.unit) == (
        Decimal(amount),
        Decimal(fee),
        1,
        "month",
    )
    assert (line.explanation["rule"], line.explanation["rounding"]) == (rule, rounding)
    assert line.explanation["price_version"] == 1
    assert line.explanation["valid_from"] == "2026-01-01"
    assert amount in line.explanation["formula_zh"]
    assert amount in line.explanation["formula_en"]


def test_a_fee_of_zero_says_why() -> None:
    (line,) = charged(FirstMonthMode.OUT_OF_PLAN)
    assert "免收月租费" in line.explanation["note_zh"]
    assert "No rent" in line.explanation["note_en"]


@pytest.mark.parametrize(
    ("mode", "minutes", "kilobytes", "messages", "rule"),
    [
        (None, 50, 150 * 1024, 5, ""),
        (FirstMonthMode.FULL_MONTH, 50, 150 * 1024, 5, "P2-06"),
        (FirstMonthMode.HALF, 25, 75 * 1024, 3, "P2-07"),
        (FirstMonthMode.OUT_OF_PLAN, 0, 0, 0, "P2-05"),
    ],
)
def test_the_explanation_shows_the_allowance_of_the_mode(
    mode: FirstMonthMode | None, minutes: int, kilobytes: int, messages: int, rule: str
) -> None:
    lines = charged(mode, UsageTotal(101, 1, 60, 1, 0, 1, 2500), UsageTotal(102, 1, 1, 1, 0, 1, 9000),
                    UsageTotal(103, 1, 1024, 1, 0, 1, 3))  # fmt: skip
    given_amounts = [line.explanation["allowance"]["given"] for line in lines[1:]]
    assert given_amounts == [minutes, messages, kilobytes]
    assert {line.explanation["rule"] for line in lines[1:]} == {rule}


def test_usage_is_rounded_half_up_once_on_its_sum() -> None:
    lines = charged(None, UsageTotal(103, 40, 2_000_000, 155_550, 153_600, 1_950, 5_850))
    assert lines[1].amount == Decimal("0.59")
    assert lines[1].unit_price == Decimal("0.0003")
    assert (lines[1].quantity, lines[1].unit, lines[1].allowance_used) == (155_550, "KB", 153_600)
    explanation = lines[1].explanation
    assert explanation["records"] == 40
    assert explanation["rounding"] == "half_up"
    assert explanation["charge_ten_thousandths"] == 5_850
    assert explanation["allowance"] == {"kind": "data_kb", "given": 153_600, "used": 153_600, "left": 0}
    assert "1950KB × 0.0003元 = 0.59元" in explanation["formula_zh"]


@pytest.mark.parametrize(
    ("charge", "amount"),
    [(0, "0.00"), (49, "0.00"), (50, "0.01"), (149, "0.01"), (150, "0.02"), (12_345_678, "1234.57")],
)
def test_half_a_fen_of_usage_goes_up(charge: int, amount: str) -> None:
    assert rules.usage_amount(charge) == Decimal(amount)


def test_free_usage_is_shown_at_zero() -> None:
    lines = charged(None, UsageTotal(104, 3, 200, 5, 0, 5, 0))
    assert (lines[1].code, lines[1].amount, lines[1].quantity) == ("voice.mt.local", ZERO, 5)
    assert "allowance" not in lines[1].explanation


def test_what_one_price_row_uses_of_an_allowance_is_not_left_for_another() -> None:
    shared = version()
    row = UsagePriceDetails(
        "voice", "mo", "province", 60, "up", 3000, "voice_minutes", TaxClass.BASIC_TELECOM, 105
    )
    shared = PriceVersionView(
        **{f: getattr(shared, f) for f in shared.__slots__} | {"usage_prices": (*shared.usage_prices, row)}
    )
    lines = charged(
        None, UsageTotal(101, 2, 60, 20, 20, 0, 0), UsageTotal(105, 2, 60, 10, 10, 0, 0), price=shared
    )
    assert [line.explanation["allowance"]["left"] for line in lines[1:]] == [20, 20]
    assert lines[2].title.zh == "province主叫通话费"


def test_a_line_that_ends_in_the_month_pays_it_whole_and_says_so() -> None:
    ended = stretch(version(), end=datetime(2026, 10, 9, tzinfo=UTC))
    (line,) = line_charges(LineMonth(5, (ended,)), (), Tariff.of([version()], RATES, OCTOBER))
    assert line.amount == Decimal("46.00")
    assert "整月" in line.explanation["note_zh"]


def test_a_line_with_several_plans_in_the_month_pays_one_fee_that_of_the_last() -> None:
    middle = datetime(2026, 10, 16, tzinfo=UTC)
    old, new = version("286.00", number=1), version("66.00", number=2)
    line = LineMonth(5, (stretch(old, end=middle), stretch(new, start=middle)))
    charges = line_charges(line, (), Tariff.of([old, new], RATES, OCTOBER))
    assert [c.amount for c in charges] == [Decimal("66.00")]
    assert "最后一段" in charges[0].explanation["note_zh"]


def test_the_month_of_a_resumption_is_charged_by_day_only_where_the_price_says_so() -> None:
    for resume, amount in ((ResumeMonthCharge.DAILY, "22.26"), (ResumeMonthCharge.FULL_MONTH, "46.00")):
        price = version(resume=resume)
        line = LineMonth(5, (stretch(price),), resumed_on=date(2026, 10, 17))
        (charge,) = line_charges(line, (), Tariff.of([price], RATES, OCTOBER))
        assert charge.amount == Decimal(amount)
    assert rules.fee_by_days(Decimal("46.00"), 15, 31).rule == "S06-E2"


@pytest.mark.parametrize(("days", "length"), [(32, 31), (-1, 30), (3, 27), (3, 32)])
def test_days_that_no_month_has_are_a_mistake(days: int, length: int) -> None:
    with pytest.raises(ValueError, match="days"):
        rules.fee_by_days(Decimal("46.00"), days, length)


def test_a_month_without_price_or_tax_rate_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        line_charges(LineMonth(5, (stretch(None),)), (), Tariff.of([], RATES, OCTOBER))
    assert [r.code for r in refused.value.refusals] == ["billing.price_missing"]
    with pytest.raises(Refused) as refused:
        line_charges(LineMonth(5, (stretch(version()),)), (), Tariff.of([version()], {}, OCTOBER))
    assert [r.code for r in refused.value.refusals] == ["billing.tax_rate_missing"]


def test_late_usage_names_the_month_it_belongs_to() -> None:
    line = LineMonth(5, (stretch(version()),))
    (charge,) = usage_charges(
        line,
        [UsageTotal(101, 1, 61, 2, 0, 2, 5000)],
        Tariff.of([version()], RATES, OCTOBER),
        late_for=OCTOBER,
    )
    assert charge.amount == Decimal("0.50")
    assert charge.explanation["late_for"] == "2026-10"
    assert "2026-10" in charge.title.zh


@pytest.mark.parametrize(
    ("kind", "unit", "code", "words"),
    [("voice", 60, "minute", "分钟"), ("voice", 6, "6s", "6秒"), ("data", 1048576, "MB", "MB"),
     ("data", 10, "10B", "10字节"), ("fax", 3, "3", "3")],
)  # fmt: skip
def test_units_have_words(kind: str, unit: int, code: str, words: str) -> None:
    assert unit_code(kind, unit) == code
    assert unit_name(kind, unit).zh == words


# Tax


def charge(amount: str, rate: str, tax_class: TaxClass, number: str = NUMBER) -> ChargeLine:
    return ChargeLine(
        5, number, ChargeKind.ONE_OFF, "x", Text("x", "x"), None, "ref", 1, "item", 0, Decimal(amount), Decimal(amount),
        tax_class.value, Decimal(rate), {},
    )  # fmt: skip


def test_tax_is_taken_once_from_the_sum_of_a_rate() -> None:
    lines = rules.tax_lines([(Decimal("0.09"), Decimal("0.05"))] * 3 + [(Decimal("0.06"), Decimal("10.60"))])
    assert [(t.rate, t.net, t.tax, t.gross) for t in lines] == [
        (Decimal("0.06"), Decimal("10.00"), Decimal("0.60"), Decimal("10.60")),
        (Decimal("0.09"), Decimal("0.14"), Decimal("0.01"), Decimal("0.15")),
    ]


amounts = st.decimals(min_value=0, max_value=99999, places=2)
charges_of_a_bill = st.lists(
    st.tuples(amounts, st.sampled_from(["0.06", "0.09", "0.13"]), st.sampled_from(list(TaxClass))),
    max_size=12,
)


@given(charges_of_a_bill)
def test_net_and_tax_are_gross_for_each_rate_and_for_the_bill(
    rows: list[tuple[Decimal, str, TaxClass]],
) -> None:
    charges = [charge(str(amount), rate, tax_class) for amount, rate, tax_class in rows]
    lines = rules.tax_lines((c.tax_rate, c.amount) for c in charges)
    assert all(line.net + line.tax == line.gross for line in lines)
    assert sum((line.gross for line in lines), ZERO) == sum((c.amount for c in charges), ZERO)
    for line in lines:
        assert abs(
            Fraction(line.tax) - Fraction(line.gross) * Fraction(line.rate) / (1 + Fraction(line.rate))
        ) <= Fraction(1, 200)
    nets = rules.net_by_class(charges, lines)
    assert sum(nets.values(), ZERO) == sum((line.net for line in lines), ZERO)


# Deposits


RELEASES = tuple([Decimal("1000.00")] * 12)


def test_the_worked_example_of_a_premium_deposit() -> None:
    """Domain 2.2: 12,000.00 in 12 releases; month 4 is the breach before its release."""
    unreleased, released = Decimal("12000.00"), ZERO
    table = []
    for month, bill in enumerate((Decimal(1250), Decimal(600), Decimal(1300)), 1):
        due = rules.due_release(NUMBER, RELEASES, OCTOBER, OCTOBER.next(month - 1))
        assert due is not None
        release = rules.release_amount(due, unreleased)
        unreleased -= release
        released += release
        used = rules.apply_deposit(bill, released)
        released -= used
        table.append((int(release), int(used), int(bill - used), int(released)))
    assert table == [(1000, 1000, 250, 0), (1000, 600, 0, 400), (1000, 1300, 0, 100)]
    assert (unreleased, released) == (Decimal("9000.00"), Decimal("100.00"))
    overdue_penalty, claw_back = Decimal(50), Decimal(9500)
    assert overdue_penalty + claw_back - min(unreleased, overdue_penalty + claw_back) == Decimal(550)


def test_nothing_is_released_before_the_month_of_entry_or_without_a_deposit() -> None:
    assert rules.due_release(NUMBER, RELEASES, OCTOBER, OCTOBER.next(-1)) is None
    due = rules.due_release(NUMBER, RELEASES, OCTOBER, OCTOBER)
    assert due is not None
    assert rules.release_amount(due, ZERO) == ZERO


def test_a_deposit_that_came_late_catches_up() -> None:
    due = rules.due_release(NUMBER, RELEASES, OCTOBER, OCTOBER.next(2))
    assert due is not None
    assert rules.release_amount(due, Decimal("12000.00")) == Decimal("3000.00")


def test_after_the_last_release_nothing_is_left_unreleased() -> None:
    odd = (*[Decimal("833.33")] * 11, Decimal("833.37"))
    due = rules.due_release(NUMBER, odd, OCTOBER, OCTOBER.next(11))
    assert due == DueRelease(NUMBER, ZERO)
    assert rules.release_amount(due, Decimal("833.37")) == Decimal("833.37")


@given(
    st.lists(st.decimals(min_value=0, max_value=3000, places=2), min_size=1, max_size=24),
    st.lists(st.decimals(min_value=0, max_value=5000, places=2), max_size=30),
    st.integers(0, 5),
)
def test_deposits_always_add_up_to_the_fen(releases: list[Decimal], bills: list[Decimal], late: int) -> None:
    deposit = sum(releases, ZERO)
    unreleased = released = spent = ZERO
    for month, bill in enumerate(bills):
        if month == late:
            unreleased += deposit
        due = rules.due_release(NUMBER, releases, OCTOBER, OCTOBER.next(month))
        assert due is not None
        release = rules.release_amount(due, unreleased)
        unreleased, released = unreleased - release, released + release
        used = rules.apply_deposit(bill, released)
        released, spent = released - used, spent + used
        assert min(unreleased, released, bill - used) >= 0
        if month >= late:
            assert unreleased + released + spent == deposit
            assert unreleased == sum(releases[month + 1 :], ZERO)


def test_a_deposit_meets_only_its_own_numbers_charges() -> None:
    draft = BillDraft(
        7,
        1,
        2,
        20,
        (
            charge("80.00", "0.09", TaxClass.BASIC_TELECOM),
            charge("30.00", "0.09", TaxClass.BASIC_TELECOM, "18600000001"),
        ),
    )
    bill = compose(draft, {NUMBER: PremiumBalance(ZERO, Decimal("100.00"))}, OCTOBER, AT)
    assert (bill.total, bill.from_deposit, bill.state) == (
        Decimal("110.00"),
        Decimal("80.00"),
        BillState.OPEN,
    )


@given(charges_of_a_bill, st.decimals(min_value=0, max_value=9999, places=2))
def test_a_composed_bill_posts_entries_that_balance(
    rows: list[tuple[Decimal, str, TaxClass]], held: Decimal
) -> None:
    charges = tuple(charge(str(amount), rate, tax_class) for amount, rate, tax_class in rows)
    draft = BillDraft(7, 1, 2, 20, charges, (DueRelease(NUMBER, Decimal("10.00")),))
    bill = compose(draft, {NUMBER: PremiumBalance(held, ZERO)}, OCTOBER, AT)
    assert all(sum((p.amount for p in entry.postings), ZERO) == 0 for entry in bill.entries)
    assert all(p.amount for entry in bill.entries for p in entry.postings)
    receivable = sum(
        (
            p.amount
            for e in bill.entries
            for p in e.postings
            if p.general_account is GeneralAccount.RECEIVABLE
        ),
        ZERO,
    )
    assert receivable == bill.total - bill.from_deposit
    assert bill.from_deposit <= max(ZERO, held - Decimal("10.00"))


def test_a_bill_of_zero_is_paid_and_posts_nothing() -> None:
    bill = compose(BillDraft(7, 1, 2, 20, (charge("0.00", "0.09", TaxClass.BASIC_TELECOM),)), {}, OCTOBER, AT)
    assert (bill.total, bill.state, bill.entries) == (ZERO, BillState.PAID, ())


def test_a_negative_bill_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        compose(BillDraft(7, 1, 2, 20, (charge("-1.00", "0.09", TaxClass.BASIC_TELECOM),)), {}, OCTOBER, AT)
    assert [r.code for r in refused.value.refusals] == ["billing.negative_bill"]


# Payments


@pytest.mark.parametrize(
    ("amount", "codes"),
    [("0", ["payment.not_positive"]), ("-5", ["payment.not_positive"]), ("NaN", ["payment.not_positive"]),
     ("Infinity", ["payment.not_positive"]), ("1.001", ["payment.parts_of_a_fen"]), ("1.10", []), ("1.100", [])],
)  # fmt: skip
def test_an_amount_is_positive_and_whole_fen(amount: str, codes: list[str]) -> None:
    assert [r.code for r in rules.payment_refusals(Decimal(amount))] == codes


@given(st.decimals(min_value="0.01", max_value=99999, places=2), st.lists(amounts, max_size=10))
def test_money_is_spread_in_order_and_none_is_lost(amount: Decimal, owed: list[Decimal]) -> None:
    met, left = rules.allocate(amount, list(enumerate(owed)))
    assert sum((part for _, part in met), ZERO) + left == amount
    assert all(0 < part <= owed[key] for key, part in met)
    assert left == max(ZERO, amount - sum(owed, ZERO))
    assert all(part == owed[key] for key, part in met[:-1])
