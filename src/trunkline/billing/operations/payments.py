"""Taking money: payments of bills, and money in advance for accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from trunkline.billing.models import Bill, Payment
from trunkline.billing.operations.settling import (
    Money,
    Settlement,
    meeting_open_bills,
    settle,
    still_owed,
    sums,
)
from trunkline.billing.queries import UNKNOWN_BILL
from trunkline.billing.queries import payment as payment_view
from trunkline.billing.rules import (
    BILL_OF_ANOTHER,
    BILL_PAID,
    MORE_THAN_OWED,
    NOTHING_OWED,
    allocate,
    payment_refusals,
)
from trunkline.billing.types import AdvancePayment, BillState, PaymentView
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.party.queries import UNKNOWN_ACCOUNT, accounts_by_id, organization
from trunkline.party.types import AccountView, PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

KEY_REUSED = Refusal(
    "payment.key_reused",
    "",
    Text("同一请求号已用于另一笔收款", "The idempotency key was used for another payment"),
)
ACCOUNT_OF_ANOTHER = Refusal(
    "payment.account_of_another",
    "P2-12",
    Text("账户{subject}不属于该客户", "Account {subject} is not this organisation's"),
)

#: First key of the advisory locks by idempotency key.
_KEY_LOCK = 42


@operation("payment.take")
def take_payment(
    *,
    organization_id: int,
    account_id: int | None = None,
    bill_ids: Sequence[int] = (),
    amount: Decimal,
    method: PaymentMethod,
    reference: str = "",
    idempotency_key: str = "",
    actor: Actor,
    at: datetime,
) -> PaymentView:
    """Take money for an organisation's bills: the chosen ones, or all open ones, the oldest first.

    Without a named account the money must not exceed what is owed; with one, the rest meets the account's other
    open bills and is then held for it. The same `idempotency_key` gives the same payment again. `Refused`, and
    nothing is taken: amount not positive or finer than the fen, more than owed, nothing owed, a bill that is
    paid or another organisation's, a key used for something else.
    """
    customer = organization(organization_id)
    raise_if_any(payment_refusals(amount))
    if idempotency_key:
        earlier = _payment_of_key(customer.branch_id, idempotency_key)
        if earlier is not None:
            if (earlier.organization_id, earlier.account_id, earlier.amount) != (
                organization_id,
                account_id,
                amount,
            ):
                raise Refused(KEY_REUSED)
            return payment_view(earlier.pk)
    if account_id is not None:
        _accounts_of(organization_id, [account_id])
    bills = _locked_bills(organization_id, account_id, bill_ids)
    met, left = allocate(amount, [(bill.pk, still_owed(bill)) for bill in bills])
    if left and account_id is None:
        owed = amount - left
        raise Refused(MORE_THAN_OWED.filled(amount=amount, owed=owed) if owed else NOTHING_OWED)
    money = Money(
        customer.branch_id, organization_id, account_id, amount, method, reference, key=idempotency_key
    )
    by_id = {bill.pk: bill for bill in bills}
    settlement = Settlement(money, [(by_id[key], part) for key, part in met], left)
    (taken,) = settle([settlement], actor=actor, at=at)
    return taken


@operation("payment.advance", kept={"advances": sums})
def take_advance_payments(
    *,
    organization_id: int,
    advances: Sequence[AdvancePayment],
    method: PaymentMethod,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[PaymentView, ...]:
    """Take a sum for each of an organisation's accounts, a payment and a receipt each (S01-G2).

    A handful of statements whatever their number; the payments come in the order of the sums. A sum meets the
    open bills of its account, the oldest first, and the rest is held for it. `Refused` with every reason, and none
    is taken: an amount not positive or finer than the fen, an account unknown or another organisation's.
    """
    customer = organization(organization_id)
    owners = _accounts_of(organization_id, [advance.account_id for advance in advances])
    raise_if_any(
        refusal.about(owners[advance.account_id].code)
        for advance in advances
        for refusal in payment_refusals(advance.amount)
    )
    spread = meeting_open_bills([(each.account_id, each.amount) for each in advances])
    settlements = [
        Settlement(
            Money(customer.branch_id, organization_id, each.account_id, each.amount, method, reference),
            met,
            left,
        )
        for each, (met, left) in zip(advances, spread, strict=True)
    ]
    return settle(settlements, actor=actor, at=at)


def _payment_of_key(branch_id: int, key: str) -> Payment | None:
    """The payment that has an idempotency key; a second request with it waits here for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_KEY_LOCK, f"{branch_id}:{key}"])
    return Payment.objects.filter(branch_id=branch_id, idempotency_key=key).first()


def _accounts_of(organization_id: int, account_ids: Iterable[int]) -> dict[int, AccountView]:
    """Accounts by id; `Refused` when one is unknown or another organisation's."""
    wanted = set(account_ids)
    found = accounts_by_id(wanted)
    raise_if_any(UNKNOWN_ACCOUNT.about(str(key)) for key in sorted(wanted - found.keys()))
    raise_if_any(
        ACCOUNT_OF_ANOTHER.about(account.code)
        for _, account in sorted(found.items())
        if account.organization_id != organization_id
    )
    return found


def _locked_bills(organization_id: int, account_id: int | None, bill_ids: Sequence[int]) -> list[Bill]:
    """The bills that money may meet, in the order in which it does, locked in the order of ids.

    The chosen bills come first, then (with a named account) that account's other open ones.
    """
    chosen = set(bill_ids)
    scope = Q(organization_id=organization_id, state=BillState.OPEN)
    if account_id is not None:
        scope &= Q(account_id=account_id)
    if chosen and account_id is None:
        scope = Q(pk__in=[])
    rows = list(Bill.objects.select_for_update().filter(scope | Q(pk__in=chosen)).order_by("id"))
    found = {bill.pk: bill for bill in rows}
    refusals = [UNKNOWN_BILL.about(str(key)) for key in sorted(chosen - set(found))]
    for key in sorted(chosen & set(found)):
        bill = found[key]
        of_another = bill.organization_id != organization_id or account_id not in (None, bill.account_id)
        if of_another:
            refusals.append(BILL_OF_ANOTHER.about(bill.number))
        elif bill.state == BillState.PAID:
            refusals.append(BILL_PAID.about(bill.number))
    raise_if_any(refusals)
    return sorted(rows, key=lambda bill: (bill.pk not in chosen, bill.month, bill.pk))
