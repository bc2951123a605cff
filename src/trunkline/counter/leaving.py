"""What ending a line and porting its number away have in common: all is settled first, then nothing is left (S05)."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.billing.operations import refund_deposits
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard
from trunkline.counter.lines import ids_of
from trunkline.kernel.money import ZERO
from trunkline.kernel.text import Text
from trunkline.ledger.points.operations import forfeit_points
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, LineGuard, Origin
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import terminate_lines
from trunkline.subscriptions.types import ROAMING_SERVICES


def refund_method(clause: str) -> Field:
    """How the balance is given back."""
    return Field(
        "refund_method",
        Text("余额退还方式", "How the balance is refunded"),
        FieldKind.CHOICE,
        tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
        required=False,
        clause=clause,
    )


def roaming_closed(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """S05-G4: international roaming is closed first."""
    return guard(
        "roaming_closed",
        clause,
        Text(
            "号码{number}须先关闭国际漫游业务，预付款方可退还",
            "International roaming of {number} must be closed before its prepayment is refunded",
        ),
        lambda _, one: bool({*ROAMING_SERVICES} & {*one.line.services}),
        origin=origin,
    )


def refund_arranged(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """S05-G5: what the account still holds is given back in a way that is said."""
    return guard(
        "refund_arranged",
        clause,
        Text(
            "号码{number}账户尚有余额{amount}元，须选择退还方式",
            "The account of {number} holds {amount} yuan: say how it is refunded",
        ),
        lambda around, one: one.deposit > ZERO and "refund_method" not in around.request.details,
        origin=origin,
        amount=lambda one: one.deposit,
    )


def end_lines(
    around: Circumstances, chosen: Sequence[LineFacts], actor: Actor, *, source: str, reason: str
) -> None:
    """Void the points that are left, give the balances back and end the lines. Numbers are the caller's."""
    # What the plan calls 作废 is gone: nobody could redeem it from a line that has ended.
    forfeit_points(
        line_ids=ids_of(chosen), source=source, source_id=around.at.isoformat(), actor=actor, at=around.at
    )
    details = around.request.details
    refundable = {one.line.account_id: one.deposit for one in chosen if one.deposit > ZERO}
    if refundable:
        refund_deposits(
            organization_id=around.organization.id,
            amounts=refundable,
            method=PaymentMethod(details["refund_method"]),
            reason="S05-G5",
            reference=reason,
            actor=actor,
            at=around.at,
        )
    terminate_lines(line_ids=ids_of(chosen), actor=actor, at=around.at)
