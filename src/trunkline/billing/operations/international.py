"""国际业务预付款 (S08-F): taken when roaming is opened, a deposit when it is closed, given back within two months."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from trunkline.billing.models import InternationalPrepayment
from trunkline.billing.operations.settling import Money, record_payments, sums
from trunkline.billing.types import (
    PREPAYMENT_LIFE,
    NewPrepayment,
    PaymentPurpose,
    PaymentView,
    PrepaymentEvent,
    PrepaymentState,
)
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date, months_later
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.queries import UNKNOWN_ACCOUNT, accounts_by_id
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: 延期时间不超过注销国际漫游业务之日起两个月 (S08-G2).
REFUND_MONTHS = 2
NOT_DUE = Refusal(
    "international.not_due",
    "S08-G2",
    Text(
        "国际业务预付款{subject}尚不可退还", "The international prepayment {subject} cannot be refunded yet"
    ),
)
_COLUMNS = (
    *("branch_id", "organization_id", "account_id", "line_id", "payment_id", "number"),
    *("service", "amount", "state"),
)


@operation("payment.international", kept={"prepayments": sums})
def take_international_prepayments(
    *, prepayments: Sequence[NewPrepayment], method: PaymentMethod, actor: Actor, at: datetime
) -> tuple[PaymentView, ...]:
    """Take prepayments of international services, a liability of their numbers (S08-F).

    A handful of statements whatever their number; the payments come in the order given. `Refused`: an unknown
    account.
    """
    holders = accounts_by_id(each.account_id for each in prepayments)
    unknown = {each.account_id for each in prepayments} - holders.keys()
    raise_if_any(UNKNOWN_ACCOUNT.about(str(key)) for key in sorted(unknown))
    owned = [(each, holders[each.account_id]) for each in prepayments]
    taken = record_payments(
        [
            Money(
                branch_id=holder.branch_id,
                organization_id=holder.organization_id,
                account_id=holder.id,
                amount=each.amount,
                method=method,
                reference="S08-F",
                subject=each.number,
                purpose=PaymentPurpose.INTERNATIONAL,
            )
            for each, holder in owned
        ],
        actor=actor,
        at=at,
    )
    insert_rows(
        InternationalPrepayment._meta.db_table,
        _COLUMNS,
        (
            (
                *(holder.branch_id, holder.organization_id, holder.id, each.line_id, payment.id, each.number),
                *(each.service, payment.amount, PrepaymentState.HELD.value),
            )
            for payment, (each, holder) in zip(taken, owned, strict=True)
        ),
    )
    entries = [
        _entry(
            *("international_prepayment", payment.receipt_number, holder.branch_id, at),
            f"国际业务预付款 {payment.subject} {payment.receipt_number}",
            NewPosting(GeneralAccount.CASH, payment.amount),
            NewPosting(
                GeneralAccount.INTERNATIONAL_PREPAYMENT, -payment.amount, payment.account_id, payment.subject
            ),
        )
        for payment, (_, holder) in zip(taken, owned, strict=True)
    ]
    post_entries(entries=entries, actor=actor, at=at)
    return tuple(taken)


def _entry(
    source: str, source_id: str, branch_id: int, at: datetime, narration: str, *legs: NewPosting
) -> NewEntry:
    return NewEntry(source, source_id, branch_id, at, narration, legs)


def refund_days(closed_on: date, settlement_days: int) -> tuple[date, date]:
    """When a prepayment can be refunded after settlement abroad, and the last day for it (S08-G2)."""
    due_on = months_later(closed_on, REFUND_MONTHS)
    return min(closed_on + timedelta(days=settlement_days), due_on), due_on


@operation("payment.international_convert")
def convert_prepayments(
    *, line_ids: Collection[int], service: str, settlement_days: int, actor: Actor, at: datetime
) -> int:
    """Turn what is held for a service that is being closed into deposits of its numbers (S08-G2); how many.

    They cannot be used for bills and are refunded after `settlement_days`, within two months.
    """
    requested = PREPAYMENT_LIFE.after(PrepaymentState.HELD, PrepaymentEvent.CANCEL)
    assert requested is not None  # noqa: S101 - the table says so  # nosec B101
    closed_on = local_date(at)
    refundable_on, due_on = refund_days(closed_on, settlement_days)
    rows = _moved(
        PrepaymentState.HELD,
        requested,
        "line_id = ANY(%(lines)s) AND service = %(service)s",
        {
            "lines": list(line_ids),
            "service": service,
            "closed_on": closed_on,
            "refundable_on": refundable_on,
            "due_on": due_on,
        },
        "closed_on = %(closed_on)s, refundable_on = %(refundable_on)s, due_on = %(due_on)s",
    )
    entries = [
        _entry(
            *("international_convert", str(id_), branch, at, f"国际业务预付款转预存款 {number}"),
            NewPosting(GeneralAccount.INTERNATIONAL_PREPAYMENT, amount, account, number),
            NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, -amount, account, number),
        )
        for id_, branch, account, number, amount in rows
    ]
    post_entries(entries=entries, actor=actor, at=at)
    _moved(
        requested,
        PREPAYMENT_LIFE.target(PrepaymentEvent.CONVERT),
        "id = ANY(%(ids)s)",
        {"ids": [row[0] for row in rows]},
    )
    return len(rows)


@operation("payment.international_due")
def mark_prepayments_due(*, actor: Actor, at: datetime) -> int:
    """Mark those of which settlement abroad is through by the day as to be refunded (S08-G2); how many."""
    return len(
        _moved(
            PrepaymentState.CONVERTED,
            PREPAYMENT_LIFE.target(PrepaymentEvent.FALL_DUE),
            "refundable_on <= %(today)s",
            {"today": local_date(at)},
        )
    )


@operation("payment.international_refund")
def refund_prepayments(*, ids: Collection[int], actor: Actor, at: datetime) -> int:
    """Give prepayments back the way they were paid (S05-G4, S08-G2); how many.

    `Refused` names each that is not to be refunded yet or has been (``international.not_due``).
    """
    mark_prepayments_due(actor=actor, at=at)
    rows = _moved(
        PrepaymentState.REFUND_DUE,
        PREPAYMENT_LIFE.target(PrepaymentEvent.REFUND),
        "id = ANY(%(ids)s)",
        {"ids": list(ids), "staff": actor.staff_id, "at": at},
        "refunded_at = %(at)s, refunded_by_id = %(staff)s",
    )
    missing = sorted(set(ids) - {row[0] for row in rows})
    if missing:
        raise Refused(NOT_DUE.about(str(id_)) for id_ in missing)
    entries = [
        _entry(
            *("international_refund", str(id_), branch, at, f"退国际业务预付款 {number}"),
            NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, amount, account, number),
            NewPosting(GeneralAccount.CASH, -amount),
        )
        for id_, branch, account, number, amount in rows
    ]
    post_entries(entries=entries, actor=actor, at=at)
    return len(rows)


def _moved(
    source: PrepaymentState,
    target: PrepaymentState,
    which: str,
    parameters: dict[str, Any],
    also: str = "",
) -> list[tuple[int, int, int, str, Decimal]]:
    """Move prepayments from a state to another; (id, branch, account, number, yuan) of those that were in it."""
    sets = f"state = %(target)s{', ' if also else ''}{also}"
    statement = (
        f"UPDATE billing_internationalprepayment SET {sets} "  # nosec B608 - words of this module
        f"WHERE state = %(source)s AND {which} RETURNING id, branch_id, account_id, number, amount"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | {"source": source.value, "target": target.value})
        return sorted(cursor.fetchall())
