"""Issuing bills: any number of accounts in a handful of statements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from trunkline.billing.composition import ComposedBill, compose
from trunkline.billing.operations.holding import spend_deposits
from trunkline.billing.operations.loyalty import earn_points_of_bills
from trunkline.billing.queries import billed_accounts
from trunkline.billing.types import BillDraft, BillsIssued, BillState
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.queries import customer_deposits, locked_premium_balances
from trunkline.ledger.types import PremiumBalance
from trunkline.security.audit import operation
from trunkline.security.types import Actor

BILLED_ALREADY = Refusal(
    "bill.issued_already",
    "",
    Text("账户{subject}该月已出账", "Account {subject} has its bill for this month already"),
)

BILL_COLUMNS = (
    "id",
    "branch_id",
    "organization_id",
    "account_id",
    "number",
    "month",
    "state",
    "issued_at",
    "due_on",
    "total",
    "tax_total",
    "from_deposit",
    "paid",
    "operation_id",
)
LINE_COLUMNS = (
    "bill_id",
    "branch_id",
    "ordinal",
    "line_id",
    "number",
    "kind",
    "code",
    "title_zh",
    "title_en",
    "price_version_id",
    "price_reference",
    "quantity",
    "unit",
    "allowance_used",
    "unit_price",
    "amount",
    "tax_class",
    "tax_rate",
    "explanation",
)

Billed = tuple[int, BillDraft, ComposedBill]


def _told(drafts: Sequence[BillDraft]) -> dict[str, object]:
    """What the audit row keeps of drafts: what they become stands in bills that name the operation."""
    billed = [draft for draft in drafts if draft.billed]
    total = sum([charge.amount for draft in billed for charge in draft.charges], ZERO)
    return {"accounts": len(drafts), "bills": len(billed), "total": total}


@operation("bill.issue", kept={"drafts": _told})
def issue_bills(*, month: Month, drafts: Sequence[BillDraft], actor: Actor, at: datetime) -> BillsIssued:
    """Issue the bills of a month with their lines and ledger entries, and release and use premium deposits.

    All or none: `Refused` when an account has its bill already (``bill.issued_already``), or a bill would be
    negative. Money held for an account meets its new bill at once. Carries out P2-09, P2-10, P2-12.
    """
    accounts = [draft.account_id for draft in drafts]
    raise_if_any(BILLED_ALREADY.about(str(n)) for n in sorted(billed_accounts(month, accounts)))
    deposits: dict[int, dict[str, PremiumBalance]] = {}
    for (account, number), balance in locked_premium_balances(accounts).items():
        deposits.setdefault(account, {})[number] = balance
    composed = [compose(draft, deposits.get(draft.account_id, {}), month, at) for draft in drafts]
    pairs = [(draft, bill) for draft, bill in zip(drafts, composed, strict=True) if draft.billed]
    operation_id, ids = _new_ids(len(pairs))
    bills = [(key, draft, bill) for key, (draft, bill) in zip(ids, pairs, strict=True)]
    insert_rows("billing_bill", BILL_COLUMNS, bill_rows(bills, month, at, operation_id))
    insert_rows("billing_billline", LINE_COLUMNS, line_rows(bills))
    post_entries(entries=[entry for bill in composed for entry in bill.entries], actor=actor, at=at)
    holding = customer_deposits(
        draft.account_id for _, draft, bill in bills if bill.total > bill.from_deposit
    )
    if holding:
        spend_deposits(holding, actor=actor, at=at)
    earn_points_of_bills([key for key, _, bill in bills if bill.state is BillState.PAID], actor=actor, at=at)
    return BillsIssued(len(bills), sum([bill.total for _, _, bill in bills], ZERO))


def _new_ids(count: int) -> tuple[UUID, list[int]]:
    """The present operation, and ids for `count` bills."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('trunkline.operation')::uuid, ARRAY(SELECT "
            "nextval(pg_get_serial_sequence('billing_bill', 'id')) FROM generate_series(1, %s))",
            [count],
        )
        operation_id, ids = cursor.fetchone()
    return operation_id, ids


def bill_rows(
    bills: Sequence[Billed], month: Month, at: datetime, operation_id: UUID
) -> Iterator[tuple[Any, ...]]:
    """Rows for BILL_COLUMNS."""
    today = local_date(at)
    for key, draft, bill in bills:
        yield (
            key,
            draft.branch_id,
            draft.organization_id,
            draft.account_id,
            bill.number,
            month.first_day,
            bill.state.value,
            at,
            today + timedelta(days=draft.payment_days),
            bill.total,
            bill.tax_total,
            bill.from_deposit,
            ZERO,
            operation_id,
        )


def line_rows(bills: Sequence[Billed]) -> Iterator[tuple[Any, ...]]:
    """Rows for LINE_COLUMNS."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for key, draft, _ in bills:
        for ordinal, charge in enumerate(draft.charges, 1):
            yield (
                key,
                draft.branch_id,
                ordinal,
                charge.line_id,
                charge.number,
                charge.kind.value,
                charge.code,
                charge.title.zh,
                charge.title.en,
                charge.price_version_id,
                charge.price_reference,
                charge.quantity,
                charge.unit,
                charge.allowance_used,
                charge.unit_price,
                charge.amount,
                charge.tax_class,
                charge.tax_rate,
                encode(charge.explanation),
            )
