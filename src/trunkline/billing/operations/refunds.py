"""Giving money back that was held for accounts and has met no bill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from trunkline.billing.models import Refund
from trunkline.billing.operations.holding import draw_free, record_draws
from trunkline.billing.operations.invoices import take_back_invoices
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.queries import organization
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

NOTHING_TO_REFUND = Refusal("refund.nothing", "S13-G2", Text("没有可退的金额", "There is nothing to refund"))

_COLUMNS = (
    *("branch_id", "organization_id", "account_id", "amount", "method", "reason", "reference"),
    *("refunded_at", "refunded_by_id"),
)


@operation("payment.refund")
def refund_deposits(
    *,
    organization_id: int,
    amounts: Mapping[int, Decimal],
    method: PaymentMethod,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """Give money back by account, in yuan; returns the ids of the refunds (S05-G5, S13-G2).

    Only what is held for an account and free can be refunded; premium deposits (P2-10) and credit for points are
    no part of it. An invoice that was issued for money given back is taken back by a red-letter one (S13-G1).
    `Refused`: ``refund.nothing``, ``refund.more_than_held`` for each account.
    """
    if not amounts or any(amount <= ZERO for amount in amounts.values()):
        raise Refused(NOTHING_TO_REFUND)
    drawn = draw_free(amounts)
    owner = organization(organization_id)
    ids = insert_rows(
        Refund._meta.db_table,
        _COLUMNS,
        (
            (owner.branch_id, owner.id, account, amount, method, reason, reference, at, actor.staff_id)
            for account, amount in amounts.items()
        ),
        returning="id",
    )
    refunds = dict(zip(amounts, ids, strict=True))
    record_draws([(source, part, refunds[source.account_id], None) for source, part in drawn])
    post_entries(
        entries=[
            NewEntry(
                source="refund",
                source_id=str(id_),
                branch_id=owner.branch_id,
                at=at,
                narration="退预存款",
                postings=(
                    NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, amount, account),
                    NewPosting(GeneralAccount.CASH, -amount),
                ),
            )
            for id_, (account, amount) in zip(ids, amounts.items(), strict=True)
        ],
        actor=actor,
        at=at,
    )
    take_back_invoices(
        payment_ids={source.payment_id for source, _ in drawn}, reason="退预付款", actor=actor, at=at
    )
    return tuple(ids)
