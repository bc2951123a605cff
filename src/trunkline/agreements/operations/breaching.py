"""An agreement that its customer breaks, and that is settled (P2-20 … P2-22)."""

from __future__ import annotations

from datetime import datetime

from trunkline.agreements.operations.shared import locked, move
from trunkline.agreements.types import AgreementEvent
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("agreement.breach")
def breach_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """Put an agreement in force into breach: its numbers stay bound, its deposits are released no more (P2-21)."""
    move(locked(agreement_id), AgreementEvent.BREACH)


@operation("agreement.settle")
def settle_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """Settle an agreement in breach, once everything that was claimed is met (P2-22)."""
    move(locked(agreement_id), AgreementEvent.SETTLE)
