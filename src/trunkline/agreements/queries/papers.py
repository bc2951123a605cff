"""Reads of an agreement's papers: attachments, signatures, reviews, originals."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from trunkline.agreements.models import Attachment, Original, Review, Signature
from trunkline.agreements.types import (
    AttachmentView,
    OriginalView,
    ReviewDecision,
    ReviewSubject,
    ReviewView,
    Side,
    SignatureView,
    SignerRole,
)
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

UNKNOWN_ATTACHMENT = Refusal(
    "attachment.unknown", "P2-31", Text("协议没有附件{subject}", "The agreement has no attachment {subject}")
)


def attachments(agreement_id: int) -> tuple[AttachmentView, ...]:
    """The attachments of an agreement that have not been replaced, in order."""
    rows = (
        Attachment.objects.filter(agreement_id=agreement_id, sheet__superseded_at__isnull=True)
        .select_related("sheet")
        .annotate(members=Count("sheet__members"), connected=Count("sheet__members__line_id"))
        .order_by("ordinal")
    )
    signed: dict[int, set[Side]] = {}
    for attachment_id, side in Signature.objects.filter(
        agreement_id=agreement_id, attachment__isnull=False
    ).values_list("attachment_id", "side"):
        signed.setdefault(attachment_id or 0, set()).add(Side(side))
    return tuple(
        AttachmentView(
            row.pk,
            row.ordinal,
            row.sheet.version,
            row.sha256,
            row.made_at,
            row.members,
            row.connected,
            frozenset(signed.get(row.pk, ())),
        )
        for row in rows
    )


def attachment(agreement_id: int, ordinal: int) -> AttachmentView:
    """One attachment that has not been replaced; `Refused` (``attachment.unknown``) when there is none."""
    for found in attachments(agreement_id):
        if found.ordinal == ordinal:
            return found
    raise Refused(UNKNOWN_ATTACHMENT.about(str(ordinal)))


def signatures(agreement_id: int) -> tuple[SignatureView, ...]:
    """Signatures on the agreement and on its attachments, in the order recorded."""
    rows = Signature.objects.filter(agreement_id=agreement_id).select_related("attachment").order_by("id")
    return tuple(
        SignatureView(
            side=Side(row.side),
            attachment=row.attachment.ordinal if row.attachment else None,
            signer_name=row.signer_name,
            signer_role=SignerRole(row.signer_role),
            power_of_attorney=row.power_of_attorney,
            signed_on=row.signed_on,
            sealed_on=row.sealed_on,
        )
        for row in rows
    )


def reviews(agreement_id: int) -> tuple[ReviewView, ...]:
    """The reviews of an agreement's terms and of its renewals, in the order recorded."""
    return reviews_of([agreement_id]).get(agreement_id, ())


def reviews_of(agreement_ids: Iterable[int]) -> dict[int, tuple[ReviewView, ...]]:
    """The reviews of agreements, in the order recorded; agreements without any are left out."""
    found: dict[int, list[ReviewView]] = {}
    for row in Review.objects.filter(agreement_id__in=list(agreement_ids)).order_by("id"):
        found.setdefault(row.agreement_id, []).append(
            ReviewView(
                ReviewSubject(row.subject),
                row.revision,
                ReviewDecision(row.decision),
                row.note,
                row.sha256,
                row.reviewed_by_id,
                row.reviewed_at,
            )
        )
    return {agreement: tuple(recorded) for agreement, recorded in found.items()}


def originals(agreement_id: int) -> tuple[OriginalView, ...]:
    """The register of originals (P2-28)."""
    rows = Original.objects.filter(agreement_id=agreement_id).order_by("ordinal")
    return tuple(OriginalView(r.ordinal, Side(r.side), r.holder, r.place, r.registered_at) for r in rows)
