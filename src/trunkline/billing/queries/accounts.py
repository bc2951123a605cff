"""Reads of what accounts hold and owe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Q, Sum

from trunkline.billing.models import Bill
from trunkline.billing.types import (
    FREE_PURPOSES,
    HELD_PURPOSES,
    AccountBalance,
    BillState,
    MonthTotals,
    PaymentPurpose,
    Remainder,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.ledger.queries import balances
from trunkline.ledger.types import GeneralAccount
from trunkline.party.types import PaymentMethod


def remainders(
    account_ids: Iterable[int], purposes: Iterable[PaymentPurpose] = HELD_PURPOSES
) -> tuple[Remainder, ...]:
    """What payments of these purposes have left that accounts hold, the oldest payment first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT y.id, y.account_id, y.branch_id, y.purpose, y.method, y.receipt_number, y.amount "
            "- coalesce((SELECT sum(a.amount) FROM billing_paymentallocation a WHERE a.payment_id = y.id), 0) "
            "- coalesce((SELECT sum(d.amount) FROM billing_depositdraw d WHERE d.payment_id = y.id), 0) AS remainder "
            "FROM billing_payment y WHERE y.account_id = ANY(%s) AND y.purpose = ANY(%s)) held "
            "WHERE remainder > 0 ORDER BY id",
            [list(account_ids), list(purposes)],
        )
        return tuple(
            Remainder(key, account, branch, PaymentPurpose(purpose), PaymentMethod(method), receipt, left)
            for key, account, branch, purpose, method, receipt, left in cursor.fetchall()
        )


def free_deposits(account_ids: Iterable[int]) -> dict[int, Decimal]:
    """Money held for accounts that can be given back or moved, in yuan: not credit for points.

    Accounts without any are left out.
    """
    found: dict[int, Decimal] = {}
    for remainder in remainders(account_ids, FREE_PURPOSES):
        found[remainder.account_id] = found.get(remainder.account_id, ZERO) + remainder.left
    return found


def account_balance(account_id: int) -> AccountBalance:
    """What an account owes and what is held for it, from the ledger."""
    found = balances([account_id])[account_id]
    return AccountBalance(
        receivable=found.get(GeneralAccount.RECEIVABLE, ZERO),
        customer_deposit=found.get(GeneralAccount.CUSTOMER_DEPOSIT, ZERO),
        premium_unreleased=found.get(GeneralAccount.PREMIUM_UNRELEASED, ZERO),
        premium_released=found.get(GeneralAccount.PREMIUM_RELEASED, ZERO),
    )


def arrears(organization_ids: Iterable[int], on: date) -> dict[int, Decimal]:
    """What each organisation owes on bills that fell due before `on`; every one asked for stands in the answer."""
    wanted = set(organization_ids)
    rows = (
        Bill.objects.filter(organization_id__in=wanted, state=BillState.OPEN, due_on__lt=on)
        .values_list("organization_id")
        .annotate(owed=Sum(F("total") - F("from_deposit") - F("paid")))
        .order_by()
    )
    return dict.fromkeys(wanted, ZERO) | dict(rows)


def debts_of_accounts(account_ids: Iterable[int], on: date) -> dict[int, tuple[Decimal, Decimal]]:
    """By account: what fell due before `on`, and all that is owed on issued bills; (0, 0) where nothing is."""
    wanted = set(account_ids)
    open_sum = Sum(F("total") - F("from_deposit") - F("paid"))
    rows = (
        Bill.objects.filter(account_id__in=wanted, state=BillState.OPEN)
        .values_list("account_id")
        .annotate(
            overdue=Sum(F("total") - F("from_deposit") - F("paid"), filter=Q(due_on__lt=on), default=ZERO),
            owed=open_sum,
        )
        .order_by()
    )
    return dict.fromkeys(wanted, (ZERO, ZERO)) | {account: (overdue, owed) for account, overdue, owed in rows}


def owed_by_organization(organization_id: int) -> Decimal:
    """What an organisation owes on its open bills, due or not, in yuan."""
    rows = Bill.objects.filter(organization_id=organization_id, state=BillState.OPEN)
    return rows.aggregate(owed=Sum(F("total") - F("from_deposit") - F("paid")))["owed"] or ZERO


def arrears_by_organization(on: date) -> dict[int, Decimal]:
    """The same for every organisation that owes something."""
    rows = (
        Bill.objects.filter(state=BillState.OPEN, due_on__lt=on)
        .values_list("organization_id")
        .annotate(owed=Sum(F("total") - F("from_deposit") - F("paid")))
        .order_by()
    )
    return dict(rows)


def month_totals(count: int) -> tuple[MonthTotals, ...]:
    """The last `count` months that were billed, the oldest first: what was billed, and what of it is settled."""
    rows = (
        Bill.objects.values("month")
        .annotate(bills=Count("id"), billed=Sum("total"), settled=Sum(F("paid") + F("from_deposit")))
        .order_by("-month")[:count]
    )
    found = [MonthTotals(Month.of(r["month"]), r["bills"], r["billed"], r["settled"]) for r in rows]
    return tuple(reversed(found))
