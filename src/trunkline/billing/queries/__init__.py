"""Reads of bills and payments."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from trunkline.billing import rules
from trunkline.billing.models import Bill, BillCopy, BillLine, Payment
from trunkline.billing.queries.accounts import (
    account_balance,
    arrears,
    arrears_by_organization,
    debts_of_accounts,
    free_deposits,
    month_totals,
    owed_by_organization,
    remainders,
)
from trunkline.billing.queries.prepayments import (
    prepayments_falling_due,
    prepayments_held,
    prepayments_to_refund,
)
from trunkline.billing.types import (
    BillLineView,
    BillState,
    BillView,
    ChargeKind,
    PaymentPurpose,
    PaymentView,
    TaxLine,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ledger.queries import posted, receivable_after
from trunkline.party.queries import find_organizations
from trunkline.party.types import PaymentMethod

__all__ = [
    "UNKNOWN_BILL",
    "UNKNOWN_PAYMENT",
    "account_balance",
    "arrears",
    "arrears_by_organization",
    "bill",
    "bill_lines",
    "bill_of_number",
    "bill_totals",
    "billed_accounts",
    "bills_by_id",
    "bills_of_account",
    "bills_of_accounts",
    "bills_of_line_alone",
    "bills_of_organization",
    "copied_in",
    "debts_of_accounts",
    "find_bills",
    "free_deposits",
    "last_bills",
    "last_payment_methods",
    "met_at_once",
    "month_totals",
    "owed_after",
    "owed_by_organization",
    "payment",
    "payments_of_bill",
    "payments_of_organization",
    "prepayments_falling_due",
    "prepayments_held",
    "prepayments_to_refund",
    "remainders",
    "rents_charged",
    "tax_lines",
    "waivers_given",
]

UNKNOWN_BILL = Refusal("bill.unknown", "", Text("没有这张账单：{subject}", "No such bill: {subject}"))
UNKNOWN_PAYMENT = Refusal(
    "payment.unknown", "", Text("没有这笔收款：{subject}", "No such payment: {subject}")
)


def _bill(row: Bill) -> BillView:
    return BillView(
        id=row.pk,
        number=row.number,
        account_id=row.account_id,
        organization_id=row.organization_id,
        branch_id=row.branch_id,
        month=Month.of(row.month),
        state=BillState(row.state),
        issued_at=row.issued_at,
        due_on=row.due_on,
        total=row.total,
        tax_total=row.tax_total,
        from_deposit=row.from_deposit,
        cash_due=row.total - row.from_deposit,
        paid=row.paid,
    )


def bills_of_organization(
    organization_id: int, *, state: BillState | None = None, limit: int = 500, offset: int = 0
) -> tuple[BillView, ...]:
    """Bills of an organisation, the newest month first, then by account."""
    rows = Bill.objects.filter(organization_id=organization_id).order_by("-month", "account_id")
    if state is not None:
        rows = rows.filter(state=state)
    return tuple(_bill(row) for row in rows[offset : offset + limit])


def bills_of_account(account_id: int, *, limit: int = 60) -> tuple[BillView, ...]:
    """Bills of an account, the newest first."""
    return tuple(_bill(row) for row in Bill.objects.filter(account_id=account_id).order_by("-month")[:limit])


def bills_of_line_alone(account_id: int, line_id: int, *, limit: int = 60) -> tuple[BillView, ...]:
    """Bills of an account that charge this one line and nothing else, the newest first."""
    others = BillLine.objects.filter(bill__account_id=account_id).exclude(line_id=line_id).values("bill_id")
    rows = Bill.objects.filter(account_id=account_id).exclude(pk__in=others)
    return tuple(_bill(row) for row in rows.order_by("-month")[:limit])


def _found(month: Month | None, state: BillState | None, text: str) -> QuerySet[Bill]:
    rows = Bill.objects.all()
    if month is not None:
        rows = rows.filter(month=month.first_day)
    if state is not None:
        rows = rows.filter(state=state)
    text = text.strip()
    if text:
        customers = [found.id for found in find_organizations(text)]
        rows = rows.filter(Q(number__icontains=text) | Q(organization_id__in=customers))
    return rows


def find_bills(
    month: Month | None = None,
    state: BillState | None = None,
    text: str = "",
    limit: int = 100,
    offset: int = 0,
) -> tuple[BillView, ...]:
    """Bills by month, state, and part of their number or of what names their organisation; newest month first."""
    rows = _found(month, state, text).order_by("-month", "id")
    return tuple(_bill(row) for row in rows[offset : offset + limit])


def bill_totals(month: Month) -> tuple[int, Decimal, Decimal]:
    """Of a month: the number of bills, their sum, and what is still owed of it in cash."""
    found = Bill.objects.filter(month=month.first_day).aggregate(
        bills=Count("id"), billed=Sum("total"), owed=Sum(F("total") - F("from_deposit") - F("paid"))
    )
    return found["bills"], found["billed"] or ZERO, found["owed"] or ZERO


def bill(bill_id: int) -> BillView:
    """One bill; `Refused` (``bill.unknown``) when there is none in the actor's branches."""
    row = Bill.objects.filter(pk=bill_id).first()
    if row is None:
        raise Refused(UNKNOWN_BILL.about(str(bill_id)))
    return _bill(row)


def bill_of_number(number: str) -> BillView | None:
    """The bill of a number, None when there is none in the actor's branches."""
    row = Bill.objects.filter(number=number.strip()).first()
    return _bill(row) if row is not None else None


def bills_by_id(ids: Iterable[int]) -> dict[int, BillView]:
    """Bills by id; unknown ids are left out."""
    return {row.pk: _bill(row) for row in Bill.objects.filter(pk__in=set(ids))}


#: The sources of the entries of payments.
_ENTERED_AS = {purpose: str(purpose) for purpose in PaymentPurpose} | {
    PaymentPurpose.BILLS: "payment",
    PaymentPurpose.INTERNATIONAL: "international_prepayment",
}


def owed_after(taken: PaymentView) -> Decimal:
    """What an organisation owed on its bills once a payment was taken, whatever it was billed and paid since."""
    billed = Bill.objects.filter(organization_id=taken.organization_id).order_by().values_list("account_id")
    accounts = [account for (account,) in billed.distinct()]
    return receivable_after(_ENTERED_AS[taken.purpose], taken.receipt_number, accounts)


def met_at_once(taken: PaymentView) -> tuple[tuple[BillView, Decimal], ...]:
    """The bills that a payment met when it was taken, with the yuan: not those that met later what it had left."""
    bills = bills_by_id(bill_id for bill_id, _ in taken.allocations)
    later = posted("deposit_use", (f"{taken.receipt_number}:{bill.number}" for bill in bills.values()))
    return tuple(
        (bills[bill_id], amount)
        for bill_id, amount in taken.allocations
        if f"{taken.receipt_number}:{bills[bill_id].number}" not in later
    )


def billed_accounts(month: Month, among: Iterable[int] | None = None) -> frozenset[int]:
    """The accounts that have their bill for a month, all of them or those `among` some."""
    if among is None:
        rows = Bill.objects.filter(month=month.first_day)
        return frozenset(rows.values_list("account_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM billing_bill WHERE month = %s AND account_id = ANY(%s)",
            [month.first_day, list(among)],
        )
        return frozenset(account for (account,) in cursor.fetchall())


def rents_charged(wanted: Iterable[tuple[int, int, Month]]) -> dict[tuple[int, Month], Decimal]:
    """What bills charged lines for their plans: of (account, line, month), by line and month."""
    asked = list(wanted)
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.line_id, b.month, l.amount FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) "
            "AS w(account_id, line_id, month) JOIN billing_bill b USING (account_id, month) "
            "JOIN billing_billline l ON l.bill_id = b.id AND l.line_id = w.line_id AND l.kind = 'recurring'",
            [
                [account for account, _, _ in asked],
                [line for _, line, _ in asked],
                [month.first_day for _, _, month in asked],
            ],
        )
        return {(line, Month.of(day)): amount for line, day, amount in cursor.fetchall()}


def waivers_given(line_ids: Iterable[int]) -> dict[tuple[int, str], tuple[Decimal, int]]:
    """By line and month of the rent (YYYY-MM): the yuan that bills gave back of it, and on how many (REG-04)."""
    rows = BillLine.objects.filter(kind=ChargeKind.CREDIT, line_id__in=set(line_ids))
    found: dict[tuple[int, str], tuple[Decimal, int]] = {}
    for line_id, explanation, amount in rows.values_list("line_id", "explanation", "amount"):
        key = (line_id, explanation["rent_month"])
        before, times = found.get(key, (ZERO, 0))
        found[key] = (before - amount, times + 1)
    return found


def bills_of_accounts(account_ids: Iterable[int], month: Month) -> dict[int, BillView]:
    """The bills of a month by account; accounts without one are left out."""
    rows = Bill.objects.filter(account_id__in=set(account_ids), month=month.first_day)
    return {row.account_id: _bill(row) for row in rows}


def last_bills(account_ids: Iterable[int], count: int = 3) -> dict[int, tuple[BillView, ...]]:
    """The last bills of accounts, the newest first; accounts without any are left out."""
    wanted = set(account_ids)
    since = Bill.objects.filter(account_id__in=wanted).order_by("-month").values_list("month", flat=True)
    months = list(since.distinct()[:count])
    found: dict[int, list[BillView]] = {}
    for row in Bill.objects.filter(account_id__in=wanted, month__in=months).order_by("account_id", "-month"):
        found.setdefault(row.account_id, []).append(_bill(row))
    return {account: tuple(bills) for account, bills in found.items()}


def copied_in(bill_ids: Iterable[int], month: Month) -> frozenset[int]:
    """Those of some bills of which a copy went out in a calendar month (S21)."""
    rows = BillCopy.objects.filter(bill_id__in=set(bill_ids), made_at__gte=month.start, made_at__lt=month.end)
    return frozenset(rows.values_list("bill_id", flat=True))


def bill_lines(bill_id: int) -> tuple[BillLineView, ...]:
    """The lines of a bill in their order, each with its explanation."""
    return tuple(
        BillLineView(
            id=row.pk,
            ordinal=row.ordinal,
            line_id=row.line_id,
            number=row.number,
            kind=ChargeKind(row.kind),
            code=row.code,
            title=Text(row.title_zh, row.title_en),
            price_version_id=row.price_version_id,
            price_reference=row.price_reference,
            quantity=row.quantity,
            unit=row.unit,
            allowance_used=row.allowance_used,
            unit_price=row.unit_price,
            amount=row.amount,
            tax_rate=row.tax_rate,
            explanation=row.explanation,
        )
        for row in BillLine.objects.filter(bill_id=bill_id).order_by("ordinal")
    )


def tax_lines(bill_id: int) -> tuple[TaxLine, ...]:
    """Net, tax and gross of a bill by rate; they sum to its total."""
    rows = BillLine.objects.filter(bill_id=bill_id).values_list("tax_rate", "amount")
    return rules.tax_lines(rows)


def _payments(rows: QuerySet[Payment]) -> tuple[PaymentView, ...]:
    return tuple(
        PaymentView(
            id=row.pk,
            receipt_number=row.receipt_number,
            account_id=row.account_id,
            organization_id=row.organization_id,
            purpose=PaymentPurpose(row.purpose),
            subject=row.subject,
            method=PaymentMethod(row.method),
            amount=row.amount,
            reference=row.reference,
            taken_at=row.taken_at,
            taken_by_id=row.taken_by_id,
            allocations=tuple(
                (part.bill_id, part.amount) for part in sorted(row.allocations.all(), key=lambda a: a.pk)
            ),
        )
        for row in rows.prefetch_related("allocations")
    )


def payments_of_organization(organization_id: int, *, limit: int = 200) -> tuple[PaymentView, ...]:
    """Payments of an organisation, the newest first."""
    return _payments(Payment.objects.filter(organization_id=organization_id).order_by("-id")[:limit])


def payments_of_bill(bill_id: int) -> tuple[PaymentView, ...]:
    """The payments that met a bill, the oldest first."""
    return _payments(Payment.objects.filter(allocations__bill_id=bill_id).order_by("id"))


def payment(payment_id: int) -> PaymentView:
    """One payment; `Refused` (``payment.unknown``) when there is none."""
    found = _payments(Payment.objects.filter(pk=payment_id))
    if not found:
        raise Refused(UNKNOWN_PAYMENT.about(str(payment_id)))
    return found[0]


def last_payment_methods(account_ids: Iterable[int]) -> dict[int, PaymentMethod]:
    """How money last came in for accounts, by account; those nothing came in for are left out (S13-G2)."""
    rows = (
        Payment.objects.filter(account_id__in=set(account_ids))
        .exclude(purpose=PaymentPurpose.POINTS_CREDIT)
        .order_by("account_id", "-taken_at", "-id")
        .distinct("account_id")
        .values_list("account_id", "method")
    )
    return {account: PaymentMethod(method) for account, method in rows if account is not None}
