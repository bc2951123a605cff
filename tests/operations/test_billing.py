"""Issuing bills on a real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines import accounts, connect
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing import queries
from trunkline.billing.checks import CHECKS
from trunkline.billing.models import Bill
from trunkline.billing.operations import issue_bills, take_advance_payments, take_payment
from trunkline.billing.types import (
    AdvancePayment,
    BillDraft,
    BillState,
    ChargeKind,
    ChargeLine,
    DueRelease,
    TaxLine,
)
from trunkline.catalog.types import TaxClass
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ledger import queries as ledger
from trunkline.ledger.checks import CHECKS as LEDGER_CHECKS
from trunkline.ledger.operations import post_entries
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting, PremiumBalance
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting, operation
from trunkline.security.models import AuditOperation
from trunkline.security.types import Actor

OCTOBER = Month(2026, 10)
ISSUED = datetime(2026, 11, 1, 1, tzinfo=UTC)
NUMBER = "18655108888"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in (*CHECKS, *LEDGER_CHECKS) for place in check.find()]


def charge(
    amount: str,
    tax_class: TaxClass = TaxClass.BASIC_TELECOM,
    *,
    line_id: int | None = None,
    number: str = NUMBER,
) -> ChargeLine:
    rate = {"basic_telecom": "0.09", "value_added_telecom": "0.06", "goods": "0.13"}[tax_class.value]
    return ChargeLine(
        line_id=line_id,
        number=number,
        kind=ChargeKind.ONE_OFF,
        code="fee",
        title=Text("服务费\t\\", "Fee"),
        price_version_id=None,
        price_reference="备〔2026〕1号",
        quantity=1,
        unit="item",
        allowance_used=0,
        unit_price=Decimal(amount),
        amount=Decimal(amount),
        tax_class=tax_class.value,
        tax_rate=Decimal(rate),
        explanation={"formula_zh": f"{amount}元", "rounding": "exact", "n": 1},
    )


def draft(
    world: World, account: int, *charges: ChargeLine, branch: str = "HF", releases: Sequence[DueRelease] = ()
) -> BillDraft:
    return BillDraft(
        account, world.organizations[branch][0], world.branches[branch], 20, charges, tuple(releases)
    )


def deposit(
    world: World, account: int, amount: str, actor: Actor, *, number: str = NUMBER, source_id: str = "d"
) -> None:
    legs = (
        NewPosting(GeneralAccount.CASH, Decimal(amount)),
        NewPosting(GeneralAccount.PREMIUM_UNRELEASED, -Decimal(amount), account, number),
    )
    entry = NewEntry("test_deposit", source_id, world.branches["HF"], ISSUED, "预存", legs)
    post_entries(entries=[entry], actor=actor, at=ISSUED)


def test_a_bill_says_what_it_is_made_of(world: World, actor: Actor, at: datetime) -> None:
    (line,) = connect(world, actor, at, 1)
    charges = (
        charge("46.00", line_id=line.line_id),
        charge("1.06", TaxClass.VALUE_ADDED_TELECOM),
        charge("0.00"),
    )
    issued = issue_bills(
        month=OCTOBER, drafts=[draft(world, line.account_id, *charges)], actor=actor, at=ISSUED
    )
    check_deferred()
    assert (issued.bills, issued.amount) == (1, Decimal("47.06"))
    (bill,) = queries.bills_of_organization(world.organizations["HF"][0])
    assert bill == queries.bill(bill.id) == queries.bills_of_account(line.account_id)[0]
    assert (bill.month, bill.state, bill.due_on) == (OCTOBER, BillState.OPEN, date(2026, 11, 21))
    assert (bill.total, bill.tax_total, bill.cash_due, bill.paid) == (
        Decimal("47.06"),
        Decimal("3.86"),
        Decimal("47.06"),
        ZERO,
    )
    assert bill.branch_id == world.branches["HF"]
    lines = queries.bill_lines(bill.id)
    assert [(v.ordinal, v.amount, v.line_id) for v in lines] == [
        (1, Decimal("46.00"), line.line_id),
        (2, Decimal("1.06"), None),
        (3, ZERO, None),
    ]
    assert lines[0].title == Text("服务费\t\\", "Fee")
    assert lines[0].explanation == charges[0].explanation
    assert queries.tax_lines(bill.id) == (
        TaxLine(Decimal("0.0600"), Decimal("1.00"), Decimal("0.06"), Decimal("1.06")),
        TaxLine(Decimal("0.0900"), Decimal("42.20"), Decimal("3.80"), Decimal("46.00")),
    )
    assert queries.account_balance(line.account_id).receivable == Decimal("47.06")
    trial = ledger.trial_balance()
    assert (trial[GeneralAccount.REVENUE_BASIC], trial[GeneralAccount.REVENUE_VALUE_ADDED]) == (
        Decimal("-42.20"),
        Decimal("-1.00"),
    )
    assert broken() == []


def test_a_bill_of_zero_is_issued_and_paid(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    issue_bills(month=OCTOBER, drafts=[draft(world, account, charge("0.00"))], actor=actor, at=ISSUED)
    check_deferred()
    (bill,) = queries.find_bills(OCTOBER)
    assert (bill.state, bill.total) == (BillState.PAID, ZERO)
    assert ledger.postings(account) == ()
    assert broken() == []


def test_a_month_is_billed_once_an_account_and_nothing_changes_the_second_time(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = accounts(world, actor, at, 2)
    issue_bills(month=OCTOBER, drafts=[draft(world, first, charge("5.00"))], actor=actor, at=ISSUED)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        issue_bills(
            month=OCTOBER,
            drafts=[draft(world, n, charge("5.00")) for n in (second, first)],
            actor=actor,
            at=ISSUED,
        )
    assert codes(refused) == ["bill.issued_already"]
    assert snapshot() == before


def test_a_negative_bill_is_refused_and_nothing_changes(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        issue_bills(month=OCTOBER, drafts=[draft(world, account, charge("-5.00"))], actor=actor, at=ISSUED)
    assert codes(refused) == ["billing.negative_bill"]
    assert snapshot() == before


def test_a_bill_belongs_to_its_organisations_branch(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    (hefei,), (wuhu,) = (accounts(world, actor, at, 1, branch=b) for b in ("HF", "WH"))
    drafts = [draft(world, hefei, charge("5.00")), draft(world, wuhu, charge("6.00"), branch="WH")]
    issue_bills(month=OCTOBER, drafts=drafts, actor=actor, at=ISSUED)
    for branch, total in (("HF", "5.00"), ("WH", "6.00")):
        with acting(make_actor(role="clerk", branch=branch)):
            assert [bill.total for bill in queries.find_bills(OCTOBER)] == [Decimal(total)]
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM billing_billline")
                assert cursor.fetchone() == (1,)


def test_the_worked_example_of_a_premium_deposit_runs_through_the_ledger(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "12000.00", actor)
    table = []
    for n, bill in enumerate(("1250.00", "600.00", "1300.00")):
        due = DueRelease(NUMBER, Decimal(1000) * (11 - n))
        month = OCTOBER.next(n)
        issue_bills(
            month=month,
            drafts=[draft(world, account, charge(bill), releases=[due])],
            actor=actor,
            at=month.end,
        )
        check_deferred()
        (view,) = queries.find_bills(month)
        balance = ledger.premium_balances([account])[account, NUMBER]
        table.append((view.from_deposit, view.cash_due, balance.released, view.state))
    assert table == [
        (Decimal(1000), Decimal(250), ZERO, BillState.OPEN),
        (Decimal(600), ZERO, Decimal(400), BillState.PAID),
        (Decimal(1300), ZERO, Decimal(100), BillState.PAID),
    ]
    balance = queries.account_balance(account)
    assert (balance.premium_unreleased, balance.premium_released, balance.receivable) == (
        Decimal(9000),
        Decimal(100),
        Decimal(250),
    )
    assert broken() == []


def test_a_release_alone_makes_no_bill(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "300.00", actor)
    alone = replace(draft(world, account, releases=[DueRelease(NUMBER, Decimal("200.00"))]), billed=False)
    assert issue_bills(month=OCTOBER, drafts=[alone], actor=actor, at=ISSUED).bills == 0
    assert ledger.premium_balances([account]) == {
        (account, NUMBER): PremiumBalance(Decimal(200), Decimal(100))
    }
    assert queries.find_bills() == ()


def test_money_held_for_an_account_meets_its_new_bill(world: World, actor: Actor, at: datetime) -> None:
    organization = world.organizations["HF"][0]
    (account,) = accounts(world, actor, at, 1)
    for amount in ("30.00", "100.00"):
        take_payment(
            organization_id=organization,
            account_id=account,
            amount=Decimal(amount),
            method=PaymentMethod.CASH,
            actor=actor,
            at=at,
        )
    issue_bills(month=OCTOBER, drafts=[draft(world, account, charge("110.00"))], actor=actor, at=ISSUED)
    check_deferred()
    (bill,) = queries.find_bills(OCTOBER)
    assert (bill.state, bill.paid) == (BillState.PAID, Decimal("110.00"))
    assert [p.allocations for p in queries.payments_of_bill(bill.id)] == [
        ((bill.id, Decimal("30.00")),),
        ((bill.id, Decimal("80.00")),),
    ]
    balance = queries.account_balance(account)
    assert (balance.customer_deposit, balance.receivable) == (Decimal("20.00"), ZERO)
    assert broken() == []


def test_hundreds_of_bills_take_as_many_statements_as_one(
    all_staged: None, world: World, actor: Actor, at: datetime
) -> None:
    def statements(month: Month, account_ids: Sequence[int]) -> int:
        drafts = [
            draft(world, n, charge("9.00"), charge("3.00", TaxClass.VALUE_ADDED_TELECOM)) for n in account_ids
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            issue_bills(month=month, drafts=drafts, actor=actor, at=ISSUED)
        return len(captured)

    few, many = accounts(world, actor, at, 1), accounts(world, actor, at, 300)
    assert statements(OCTOBER, few) == statements(OCTOBER.next(), many)
    check_deferred()
    assert queries.bill_totals(OCTOBER.next()) == (300, Decimal("3600.00"), Decimal("3600.00"))
    assert broken() == []


def test_money_held_for_hundreds_meets_their_bills_in_as_many_statements_as_for_one(
    all_staged: None, world: World, actor: Actor, at: datetime
) -> None:
    def statements(month: Month, account_ids: Sequence[int]) -> int:
        for _ in range(2):
            take_advance_payments(
                organization_id=world.organizations["HF"][0],
                advances=[AdvancePayment(account, Decimal("7.00")) for account in account_ids],
                method=PaymentMethod.CASH,
                actor=actor,
                at=at,
            )
        drafts = [draft(world, account, charge("9.00")) for account in account_ids]
        with CaptureQueriesContext(connection) as captured:
            issue_bills(month=month, drafts=drafts, actor=actor, at=ISSUED)
        return len(captured)

    few, many = accounts(world, actor, at, 1), accounts(world, actor, at, 300)
    assert statements(OCTOBER, few) == statements(OCTOBER, many)
    check_deferred()
    assert {queries.account_balance(account).customer_deposit for account in (*few, *many)} == {
        Decimal("5.00")
    }
    (bill,) = queries.bills_of_account(many[-1])
    assert bill.state is BillState.PAID
    assert [payment.allocations for payment in queries.payments_of_bill(bill.id)] == [
        ((bill.id, Decimal("7.00")),),
        ((bill.id, Decimal("2.00")),),
    ]
    assert broken() == []


def test_the_audit_row_of_bills_says_how_many_and_how_much_and_not_each_draft(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second, alone = accounts(world, actor, at, 3)
    drafts = [
        draft(world, first, charge("5.00"), charge("1.50")),
        draft(world, second, charge("3.00")),
        replace(draft(world, alone, releases=[DueRelease(NUMBER, ZERO)]), billed=False),
    ]
    issue_bills(month=OCTOBER, drafts=drafts, actor=actor, at=ISSUED)
    issuing = AuditOperation.objects.get(verb="bill.issue")
    assert issuing.arguments == {
        "month": {"year": 2026, "number": 10},
        "drafts": {"accounts": 3, "bills": 2, "total": "9.50"},
    }
    posting = AuditOperation.objects.get(verb="ledger.post")
    assert posting.parent_id == issuing.pk
    assert posting.arguments == {"entries": {"count": 2, "sources": ["bill"], "debits": "9.50"}}
    assert set(Bill.objects.values_list("operation_id", flat=True)) == {issuing.pk}


def test_a_bill_names_its_operation_and_what_it_says_never_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    issue_bills(month=OCTOBER, drafts=[draft(world, account, charge("5.00"))], actor=actor, at=ISSUED)
    assert AuditOperation.objects.filter(verb="bill.issue", pk=Bill.objects.get().operation_id).exists()
    for statement in (
        "UPDATE billing_bill SET total = total + 1",
        "UPDATE billing_bill SET due_on = due_on + 1",
        "UPDATE billing_billline SET amount = 0",
        _line("bill_id"),
        _bill("branch_id, organization_id, account_id", total=5),
        _bill("branch_id, organization_id, 999999", total=0),
        _bill("branch_id, organization_id + 1, account_id", total=0),
        _bill(f"{world.branches['WH']}, organization_id, account_id", total=0),
        _bill("branch_id, organization_id, account_id", total=0, operation="gen_random_uuid()"),
        f"{_bill('branch_id, organization_id, account_id', total=5)}; {_line('-1')}",
        f"{_bill('branch_id, organization_id, account_id', total=0)}; {_line('-1', line='999999')}",
        f"{_bill('branch_id, organization_id, account_id', total=0)}; {_line('-1', price='999999')}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write(statement=statement, actor=actor, at=at)
    assert broken() == []


def _line(bill: str, *, line: str = "line_id", price: str = "price_version_id") -> str:
    """One more line of 0.00 like that of the only bill."""
    same = (
        "number, kind, code, title_zh, title_en, price_reference, quantity, unit, allowance_used, unit_price, "
        "tax_class, tax_rate, explanation"
    )
    return (
        f"INSERT INTO billing_billline (bill_id, branch_id, ordinal, amount, line_id, price_version_id, {same}) "
        f"SELECT {bill}, branch_id, 99, 0, {line}, {price}, {same} FROM billing_billline LIMIT 1"
    )


def _bill(owner: str, *, total: int, operation: str = "current_setting('trunkline.operation')::uuid") -> str:
    """One more bill like the only one."""
    return (
        "INSERT INTO billing_bill (id, branch_id, organization_id, account_id, number, month, state, issued_at, due_on, "
        f"total, tax_total, from_deposit, paid, operation_id) SELECT -1, {owner}, 'X', '2026-09-01', "
        f"'{'open' if total else 'paid'}', issued_at, due_on, {total}, 0, 0, 0, {operation} FROM billing_bill LIMIT 1"
    )


@operation("bill.issue")
def write(*, statement: str, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        for part in statement.split("; "):
            cursor.execute(part)
    check_deferred()


def test_bills_are_found_by_month_state_number_and_organisation(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = accounts(world, actor, at, 2)
    issue_bills(
        month=OCTOBER,
        drafts=[draft(world, first, charge("5.00")), draft(world, second, charge("0.00"))],
        actor=actor,
        at=ISSUED,
    )
    assert [b.account_id for b in queries.find_bills(OCTOBER, BillState.OPEN)] == [first]
    assert [b.account_id for b in queries.find_bills(text=f"{second:08d}")] == [second]
    assert len(queries.find_bills(text="示范银行")) == 2
    assert queries.find_bills(OCTOBER.next()) == ()
    assert queries.billed_accounts(OCTOBER) == {first, second}
    assert queries.billed_accounts(OCTOBER, [first]) == {first}
    with pytest.raises(Refused) as refused:
        queries.bill(0)
    assert codes(refused) == ["bill.unknown"]


def test_arrears_are_what_is_overdue(world: World, actor: Actor, at: datetime) -> None:
    large, small = world.organizations["HF"]
    (account,) = accounts(world, actor, at, 1)
    issue_bills(month=OCTOBER, drafts=[draft(world, account, charge("5.00"))], actor=actor, at=ISSUED)
    due = date(2026, 11, 21)
    assert queries.arrears([large, small], due) == {large: ZERO, small: ZERO}
    assert queries.arrears([large, small], due + timedelta(days=1)) == {large: Decimal("5.00"), small: ZERO}


money = st.decimals(min_value=0, max_value=3000, places=2)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), st.lists(st.tuples(money, st.sampled_from(list(TaxClass)), st.booleans()), max_size=4), money),
        st.tuples(st.just("pay"), st.decimals(min_value="0.01", max_value=4000, places=2), st.booleans()),
        st.tuples(st.just("deposit"), st.decimals(min_value="0.01", max_value=4000, places=2), st.booleans()),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_any_sequence_of_bills_payments_and_deposits_keeps_the_ledger_right(
    world: World, actor: Actor, moves: list[tuple[str, object, object]]
) -> None:
    """The trial balance is zero, what an account owes is what its bills say, and no deposit falls below zero."""
    with transaction.atomic():
        at = ISSUED
        (account,) = accounts(world, actor, at, 1)
        taken = deposited = ZERO
        for n, (what, first, second) in enumerate(moves):
            if what == "bill":
                charges = [charge(str(a), c, number=NUMBER if own else "") for a, c, own in first]  # type: ignore[attr-defined]
                due = DueRelease(NUMBER, second)  # type: ignore[arg-type]
                issue_bills(
                    month=OCTOBER.next(n),
                    drafts=[draft(world, account, *charges, releases=[due])],
                    actor=actor,
                    at=at,
                )
            elif what == "deposit":
                deposit(world, account, str(first), actor, source_id=f"d{n}")
                deposited += first  # type: ignore[operator]
            else:
                named = account if second else None
                try:
                    take_payment(
                        organization_id=world.organizations["HF"][0],
                        account_id=named,
                        amount=first,
                        method=PaymentMethod.CASH,
                        actor=actor,
                        at=at,
                    )  # type: ignore[arg-type]
                    taken += first  # type: ignore[operator]
                except Refused as refused:
                    assert refused.refusals[0].code in {"payment.more_than_owed", "payment.nothing_owed"}
        check_deferred()
        assert broken() == []
        bills = queries.bills_of_account(account)
        balance = queries.account_balance(account)
        assert sum(ledger.trial_balance().values()) == ZERO
        assert balance.receivable == sum((b.total - b.from_deposit - b.paid for b in bills), ZERO)
        assert balance.customer_deposit == taken - sum((b.paid for b in bills), ZERO)
        assert (
            balance.premium_unreleased + balance.premium_released + sum((b.from_deposit for b in bills), ZERO)
            == deposited
        )
        assert min(balance.premium_unreleased, balance.premium_released, balance.customer_deposit) >= 0
        transaction.set_rollback(True)
