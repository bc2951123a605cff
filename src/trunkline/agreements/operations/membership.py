"""Accepting sheets of members, and tying members to their lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Max

from trunkline.agreements import queries
from trunkline.agreements.members import check_members, refusals_of, replaceable_attachment
from trunkline.agreements.models import Agreement, Attachment, Member, MemberSheet
from trunkline.agreements.operations.shared import HELD_DAYS, PURPOSE, locked, release, reserve
from trunkline.agreements.rules.signing import attachment_digest
from trunkline.agreements.rules.terms import state_refusals
from trunkline.agreements.types import OPEN, AgreementState, MemberRow
from trunkline.kernel.bulk import insert_rows, update_rows
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.numbering import queries as numbering
from trunkline.numbering.operations import reserve_idle
from trunkline.security.audit import operation
from trunkline.security.types import Actor

NOT_LINKABLE = Refusal(
    "member.not_linkable",
    "P2-31",
    Text(
        "成员不存在、已开通，或其附件未由双方签署",
        "A member is unknown, connected already, or on an attachment that is not signed by both sides",
    ),
)

_MEMBER_COLUMNS = (
    "row",
    "name",
    "id_number",
    "number",
    "plan_code",
    "first_month_mode",
    "terminal_model",
    "imei",
)


@operation("agreement.accept_members")
def accept_members(*, agreement_id: int, content: bytes, actor: Actor, at: datetime) -> int:
    """Accept a 子用户号码表 (.xlsx) and make an attachment of it; returns the sheet's version.

    Wanted numbers are reserved, rows without one get idle ordinary numbers of the branch. It takes the place of
    the attachment that nobody has signed, whose numbers are given back; signed attachments stay. `Refused` names
    the rows that cannot be accepted (S01-A1, P2-02, P2-04, P2-31, REG-13, REG-14); then nothing is changed.
    """
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), OPEN))
    check = check_members(agreement_id=agreement_id, content=content, at=at)
    raise_if_any(refusals_of(check))
    rows = [checked.member for checked in check.rows]
    committed = {premium.number for premium in queries.premiums(agreement_id)}
    _supersede(row, keep=committed.union(member.wanted_number for member in rows), actor=actor, at=at)
    numbers = _numbers_for(row, rows, actor, at)
    last = MemberSheet.objects.filter(agreement=row).aggregate(last=Max("version"))["last"] or 0
    sheet = MemberSheet.objects.create(
        agreement=row,
        branch_id=row.branch_id,
        version=last + 1,
        sha256=check.sha256,
        uploaded_by_id=actor.staff_id,
        uploaded_at=at,
    )
    fields = [
        (
            m.row,
            m.name,
            m.id_number,
            number,
            m.plan_code,
            m.first_month_mode or None,
            m.terminal_model,
            m.imei,
        )
        for m, number in zip(rows, numbers, strict=True)
    ]
    insert_rows(
        Member._meta.db_table,
        [*_MEMBER_COLUMNS, "sheet_id", "branch_id"],
        ((*member, sheet.pk, row.branch_id) for member in fields),
    )
    last = Attachment.objects.filter(agreement=row).aggregate(last=Max("ordinal"))["last"] or 0
    Attachment.objects.create(
        agreement=row,
        branch_id=row.branch_id,
        ordinal=last + 1,
        sheet=sheet,
        sha256=attachment_digest(row.number, fields),
        made_at=at,
    )
    return sheet.version


@operation("agreement.link_members")
def link_members(*, pairs: Sequence[tuple[int, int]], actor: Actor, at: datetime) -> None:
    """Tie members to the lines that were connected for them: (member id, line id), one statement for all.

    `Refused` (``member.not_linkable``) unless every member is unconnected, in force and on a signed attachment.
    """
    ids = [member for member, _ in pairs]
    agreements = Member.objects.filter(pk__in=ids).values_list("sheet__agreement_id", flat=True).distinct()
    list(Agreement.objects.select_for_update().filter(pk__in=list(agreements)).order_by("id"))
    if len(set(ids)) != len(pairs) or queries.count_connectable(ids) != len(pairs):
        raise Refused(NOT_LINKABLE)
    update_rows(Member._meta.db_table, "id", ["line_id"], pairs)


def _supersede(row: Agreement, *, keep: Collection[str], actor: Actor, at: datetime) -> None:
    """Put the unsigned attachment's sheet out of force and give its numbers back, but for those to `keep`."""
    replaced = replaceable_attachment(row.pk)
    if replaced is None:
        return
    holder = queries.holder_of(row.pk)
    held = {reservation.number for reservation in numbering.open_reservations(holder)}
    numbers = {member.number for member in queries.members_of_attachment(row.pk, replaced.ordinal)}
    MemberSheet.objects.filter(attachment__id=replaced.id).update(superseded_at=at)
    release(row, (numbers & held).difference(keep), actor, at)


def _numbers_for(row: Agreement, rows: Sequence[MemberRow], actor: Actor, at: datetime) -> list[str]:
    """A number for each row: the wanted one, else the next idle ordinary one; all reserved for the agreement."""
    holder = queries.holder_of(row.pk)
    held = {reservation.number for reservation in numbering.open_reservations(holder)}
    wanted = [member.wanted_number for member in rows if member.wanted_number]
    reserve(row, [number for number in wanted if number not in held], actor, at)
    blanks = len(rows) - len(wanted)
    given: Sequence[str] = ()
    if blanks:
        given = reserve_idle(
            count=blanks,
            stock_id=row.branch_id,
            purpose=PURPOSE,
            holder=holder,
            expires_at=at + timedelta(days=HELD_DAYS),
            actor=actor,
            at=at,
        )
    remaining = iter(given)
    return [member.wanted_number or next(remaining) for member in rows]
