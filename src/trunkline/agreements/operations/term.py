"""The end of an agreement's term: in sight, renewed or over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from trunkline.agreements.models import Agreement
from trunkline.agreements.operations.shared import locked, move
from trunkline.agreements.queries import holder_of
from trunkline.agreements.rules.signing import renewed_end
from trunkline.agreements.rules.terms import event_refusals
from trunkline.agreements.types import AGREEMENT_LIFE, END_IN_SIGHT_DAYS, AgreementEvent, AgreementState
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.numbering.operations import release_numbers
from trunkline.security.audit import operation
from trunkline.security.types import Actor

NOT_OVER = Refusal(
    "agreement.not_over",
    "P2-27",
    Text("协议有效期至{until}，未到期不能终止", "The term runs until {until}: it cannot be ended before"),
)


@operation("agreement.mark_expiring")
def mark_expiring(*, actor: Actor, at: datetime) -> int:
    """Mark the agreements that end within 60 days, for review before renewal (P2-27). Returns how many."""
    return Agreement.objects.filter(
        state__in=AGREEMENT_LIFE.sources(AgreementEvent.NEAR_END),
        ends_on__lte=local_date(at) + timedelta(days=END_IN_SIGHT_DAYS),
    ).update(state=AGREEMENT_LIFE.target(AgreementEvent.NEAR_END))


@operation("agreement.renew")
def renew_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> date:
    """Extend an agreement by one year after its review (P2-27, Q-09); returns its new last day."""
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), AgreementEvent.RENEW))
    ends_on = renewed_end(cast(date, row.ends_on))
    row.ends_on = ends_on
    move(row, AgreementEvent.RENEW)
    return ends_on


@operation("agreement.end")
def end_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """End an agreement whose term is over and that is not renewed; numbers still reserved for it are given back."""
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), AgreementEvent.END))
    if row.ends_on is not None and local_date(at) <= row.ends_on:
        raise Refused(NOT_OVER.filled(until=row.ends_on.isoformat()))
    move(row, AgreementEvent.END)
    release_numbers(holder=holder_of(agreement_id), actor=actor, at=at)
