"""A customer's proof of who he is, kept as a service record (X-R2, S24-3, S30-A1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trunkline.ordering.models import Verification
from trunkline.ordering.types import VerificationKind
from trunkline.security.audit import operation
from trunkline.security.types import Actor, Channel


@dataclass(frozen=True, slots=True)
class VerificationView:
    """One proof: for which organisation and line, by what means, where, and whether it passed."""

    id: int
    organization_id: int
    line_id: int | None
    kind: VerificationKind
    channel: Channel
    passed: bool
    checked_at: datetime
    staff_id: int


def verification(verification_id: int) -> VerificationView | None:
    """A proof by id, or None."""
    row = Verification.objects.filter(pk=verification_id).first()
    if row is None:
        return None
    return VerificationView(
        row.pk,
        row.organization_id,
        row.line_id,
        VerificationKind(row.kind),
        Channel(row.channel),
        row.passed,
        row.checked_at,
        row.staff_id,
    )


def failures_since(line_id: int, since: datetime) -> int:
    """How often proving who he is has failed for a line after `since`, by whatever means and channel (X-R2)."""
    return Verification.objects.filter(line_id=line_id, passed=False, checked_at__gt=since).count()


@operation("verification.record")
def record_verification(
    *,
    organization_id: int,
    branch_id: int,
    line_id: int | None,
    kind: VerificationKind,
    passed: bool,
    actor: Actor,
    at: datetime,
) -> int:
    """Keep that a check was made and how it went; returns its id."""
    row = Verification.objects.create(
        organization_id=organization_id,
        branch_id=branch_id,
        line_id=line_id,
        kind=kind,
        channel=actor.channel,
        staff_id=actor.staff_id,
        passed=passed,
        checked_at=at,
    )
    return row.pk
