"""What the verbs on agreements share: the lock, the state, the numbers held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from trunkline.agreements import queries
from trunkline.agreements.models import Agreement
from trunkline.agreements.rules.terms import event_refusals
from trunkline.agreements.types import AGREEMENT_LIFE, AgreementEvent, AgreementState
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.operations import release_numbers, reserve_numbers
from trunkline.security.types import Actor

PURPOSE = "agreement"
#: How long an agreement's numbers are reserved: from the sheet to the day its members are connected.
HELD_DAYS = 180


def locked(agreement_id: int) -> Agreement:
    """An agreement's row under lock; `Refused` (``agreement.unknown``) when there is none."""
    row = Agreement.objects.select_for_update().filter(pk=agreement_id).first()
    if row is None:
        raise Refused(queries.UNKNOWN_AGREEMENT.about(str(agreement_id)))
    return row


def move(row: Agreement, event: AgreementEvent) -> AgreementState:
    """Save a locked agreement in the state that `event` leads to."""
    state = AgreementState(row.state)
    raise_if_any(event_refusals(state, event))
    after = AGREEMENT_LIFE.after(state, event)
    row.state = after or state
    row.save()
    return AgreementState(row.state)


def reserve(row: Agreement, numbers: Sequence[str], actor: Actor, at: datetime) -> None:
    """Reserve numbers for an agreement, all or none; those that the counter keeps for its organisation too."""
    if numbers:
        reserve_numbers(
            numbers=numbers,
            purpose=PURPOSE,
            holder=queries.holder_of(row.pk),
            expires_at=at + timedelta(days=HELD_DAYS),
            customer=customer_holder(row.organization_id),
            actor=actor,
            at=at,
        )


def release(row: Agreement, numbers: Iterable[str], actor: Actor, at: datetime) -> None:
    """Give back numbers that an agreement holds."""
    given_back = sorted(numbers)
    if given_back:
        release_numbers(holder=queries.holder_of(row.pk), numbers=given_back, actor=actor, at=at)
