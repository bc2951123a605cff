"""Who is logged in at the portal (X-R2): opened on a proof, seen, renewed, ended. The secret is handed in hashed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from trunkline.ordering.models import PortalSession
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@dataclass(frozen=True, slots=True)
class SessionView:
    """An open session. `proved_at` is when the service password was given last."""

    id: int
    branch_id: int
    line_id: int
    organization_id: int
    handler_id: int | None
    proof_id: int
    organization_proof_id: int | None
    proved_at: datetime
    opened_at: datetime
    last_seen_at: datetime


def open_session_of(digest: str) -> SessionView | None:
    """The session of a secret's digest that has not been ended, or None."""
    row = PortalSession.objects.select_related("proof").filter(digest=digest, ended_at__isnull=True).first()
    if row is None:
        return None
    return SessionView(
        row.pk,
        row.branch_id,
        row.line_id,
        row.organization_id,
        row.handler_id,
        row.proof_id,
        row.organization_proof_id,
        row.proof.checked_at,
        row.opened_at,
        row.last_seen_at,
    )


@operation("portal.open", kept={"digest": lambda _: None})
def open_session(
    *,
    digest: str,
    branch_id: int,
    line_id: int,
    organization_id: int,
    handler_id: int | None,
    proof_id: int,
    organization_proof_id: int | None,
    actor: Actor,
    at: datetime,
) -> int:
    """Let the user of a line in, or a handler for his organisation; returns the session's id."""
    row = PortalSession.objects.create(
        digest=digest,
        branch_id=branch_id,
        line_id=line_id,
        organization_id=organization_id,
        handler_id=handler_id,
        proof_id=proof_id,
        organization_proof_id=organization_proof_id,
        opened_at=at,
        last_seen_at=at,
    )
    return row.pk


@operation("portal.see")
def see_session(*, session_id: int, actor: Actor, at: datetime) -> None:
    """Keep that the customer is still there."""
    PortalSession.objects.filter(pk=session_id, ended_at__isnull=True).update(last_seen_at=at)


@operation("portal.renew")
def renew_session(
    *, session_id: int, proof_id: int, organization_proof_id: int | None, actor: Actor, at: datetime
) -> None:
    """Go on with a fresh proof: one does not hold for as long as a session may last."""
    PortalSession.objects.filter(pk=session_id, ended_at__isnull=True).update(
        proof_id=proof_id, organization_proof_id=organization_proof_id, last_seen_at=at
    )


@operation("portal.end")
def end_sessions(*, line_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """End all sessions that were opened by these lines' passwords: the passwords are others now (S24)."""
    PortalSession.objects.filter(line_id__in=line_ids, ended_at__isnull=True).update(ended_at=at)


@operation("portal.end")
def end_session(*, session_id: int, actor: Actor, at: datetime) -> None:
    """The customer leaves."""
    PortalSession.objects.filter(pk=session_id, ended_at__isnull=True).update(ended_at=at)
