"""Signatures, seals and the register of originals."""

from __future__ import annotations

from datetime import date, datetime

from trunkline.agreements import queries
from trunkline.agreements.models import Agreement, Original, Signature
from trunkline.agreements.operations.shared import locked, move
from trunkline.agreements.rules.signing import (
    effective_date,
    holder_refusals,
    original_refusals,
    signature_refusals,
    term_end,
)
from trunkline.agreements.rules.terms import event_refusals, state_refusals
from trunkline.agreements.types import (
    ON_PAPER,
    AgreementEvent,
    AgreementState,
    Side,
    SignatureView,
    SignerRole,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.security.audit import operation
from trunkline.security.types import Actor

_SIGNS = {Side.CUSTOMER: AgreementEvent.CUSTOMER_SIGNS, Side.OPERATOR: AgreementEvent.OPERATOR_SIGNS}

ORIGINAL_UNKNOWN = Refusal(
    "original.unknown", "P2-28", Text("第{subject}份原件未登记", "Original {subject} is not registered")
)


@operation("agreement.sign")
def sign_agreement(
    *,
    agreement_id: int,
    side: Side,
    signer_name: str,
    signer_role: SignerRole,
    power_of_attorney: str = "",
    signed_on: date,
    sealed_on: date,
    actor: Actor,
    at: datetime,
) -> AgreementState:
    """Record one side's signature and seal on the printed agreement (P2-29); returns its state.

    With the second side's it takes effect: on the later of both sides' signature and seal dates, until the day
    before the same date `term_years` later (P2-27).
    """
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), _SIGNS[side]))
    made = SignatureView(side, None, signer_name, signer_role, power_of_attorney, signed_on, sealed_on)
    before = [signature for signature in queries.signatures(agreement_id) if signature.attachment is None]
    since = local_date(row.drafted_at)
    raise_if_any(signature_refusals(made, before=before, since=since, today=local_date(at)))
    _record_signature(row, made, None, at)
    effective = effective_date([*before, made])
    if effective is not None:
        row.effective_on = effective
        row.ends_on = term_end(effective, row.term_years)
    return move(row, _SIGNS[side])


@operation("agreement.sign_attachment")
def sign_attachment(
    *,
    agreement_id: int,
    attachment: int,
    side: Side,
    signer_name: str,
    signer_role: SignerRole = SignerRole.HANDLER,
    power_of_attorney: str = "",
    signed_on: date,
    sealed_on: date,
    actor: Actor,
    at: datetime,
) -> None:
    """Record one side's signature and seal on attachment number `attachment` (P2-31).

    Once both sides have signed, its members may be connected as soon as the agreement is in force.
    """
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), ON_PAPER))
    paper = queries.attachment(agreement_id, attachment)
    made = SignatureView(side, attachment, signer_name, signer_role, power_of_attorney, signed_on, sealed_on)
    before = [
        signature for signature in queries.signatures(agreement_id) if signature.attachment == attachment
    ]
    since = local_date(paper.made_at)
    raise_if_any(signature_refusals(made, before=before, since=since, today=local_date(at)))
    _record_signature(row, made, paper.id, at)


@operation("agreement.register_original")
def register_original(
    *, agreement_id: int, ordinal: int, side: Side, holder: str, place: str, actor: Actor, at: datetime
) -> None:
    """Enter one of the six originals, three a side, in the register (P2-28)."""
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), ON_PAPER))
    raise_if_any(original_refusals(ordinal, side, holder, place, queries.originals(agreement_id)))
    Original.objects.create(
        agreement=row,
        branch_id=row.branch_id,
        ordinal=ordinal,
        side=side,
        holder=holder,
        place=place,
        registered_at=at,
    )


@operation("agreement.move_original")
def move_original(
    *, agreement_id: int, ordinal: int, holder: str, place: str, actor: Actor, at: datetime
) -> None:
    """Enter a new holder and place of a registered original (P2-28)."""
    row = locked(agreement_id)
    raise_if_any(holder_refusals(holder, place))
    if not Original.objects.filter(agreement=row, ordinal=ordinal).update(holder=holder, place=place):
        raise Refused(ORIGINAL_UNKNOWN.about(str(ordinal)))


def _record_signature(row: Agreement, made: SignatureView, attachment_id: int | None, at: datetime) -> None:
    Signature.objects.create(
        agreement=row,
        branch_id=row.branch_id,
        attachment_id=attachment_id,
        side=made.side,
        signer_name=made.signer_name,
        signer_role=made.signer_role,
        power_of_attorney=made.power_of_attorney,
        signed_on=made.signed_on,
        sealed_on=made.sealed_on,
        recorded_at=at,
    )
