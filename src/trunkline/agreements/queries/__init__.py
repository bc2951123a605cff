"""Reads of agreements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from trunkline.agreements.clauses.parameters import read_all
from trunkline.agreements.clauses.queries import template_version
from trunkline.agreements.models import (
    Agreement,
    Member,
    PremiumCommitment,
    PremiumRelease,
)
from trunkline.agreements.queries.benefits import benefits_of
from trunkline.agreements.queries.papers import (
    UNKNOWN_ATTACHMENT,
    attachment,
    attachments,
    originals,
    reviews,
    signatures,
)
from trunkline.agreements.queries.standing import (
    printable,
    progress,
    renewal,
    renewals_to_review,
    short_of_members,
    terms_to_settle,
)
from trunkline.agreements.rules.business import BUSINESS_FIELDS
from trunkline.agreements.rules.terms import release_schedule, state_refusals
from trunkline.agreements.types import (
    AGREEMENT_LIFE,
    END_IN_SIGHT_DAYS,
    IN_FORCE,
    AgreementEvent,
    AgreementState,
    AgreementTerms,
    AgreementView,
    BindingAgreement,
    BusinessKind,
    MemberView,
    PremiumSchedule,
    PremiumTerms,
    Restriction,
    Side,
)
from trunkline.catalog import queries as catalog
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import find_organizations

__all__ = [
    "ALL_CONNECTED",
    "ATTACHMENT_UNSIGNED",
    "NO_ATTACHMENT",
    "UNKNOWN_AGREEMENT",
    "UNKNOWN_ATTACHMENT",
    "agreement",
    "agreements_by_id",
    "agreements_of",
    "attachment",
    "attachments",
    "benefits_of",
    "binding_agreements",
    "connectable_members",
    "count_connectable",
    "end_in_sight",
    "find_agreements",
    "holder_of",
    "lines_of_agreement",
    "member_of_line",
    "members",
    "members_of_attachment",
    "originals",
    "premium_schedule",
    "premiums",
    "printable",
    "progress",
    "renewal",
    "renewals_to_review",
    "restrictions",
    "reviews",
    "short_of_members",
    "signatures",
    "terms",
    "terms_to_settle",
    "waiting_members",
    "why_not_connectable",
]

UNKNOWN_AGREEMENT = Refusal(
    "agreement.unknown", "", Text("没有这个协议：{subject}", "No such agreement: {subject}")
)
NO_ATTACHMENT = Refusal(
    "agreement.no_attachment",
    "P2-31",
    Text("协议没有子用户号码表附件", "The agreement has no attachment of members"),
)
ATTACHMENT_UNSIGNED = Refusal(
    "attachment.unsigned",
    "P2-31",
    Text(
        "附件{subject}还没有双方经办人签字盖章",
        "Attachment {subject} is not signed and sealed by both sides' handlers",
    ),
)
ALL_CONNECTED = Refusal(
    "agreement.all_connected",
    "",
    Text("已签附件中的成员都已开通", "Every member of the signed attachments is connected"),
)

#: The numbers of an agreement in breach stay bound until it is settled (P2-13, S05-G2).
_BINDING = (*IN_FORCE, AgreementState.BREACHED)
#: A deposit goes on being released after the term, and once a breach is settled, but not as long as the agreement
#: stands in breach (P2-10, P2-21): what is left of it is the customer's to use, since it is never refunded.
_RELEASING = (*IN_FORCE, AgreementState.ENDED, AgreementState.SETTLED)
_LIVE = Q(sheets__superseded_at__isnull=True)


def holder_of(agreement_id: int) -> str:
    """In whose name an agreement's numbers are reserved."""
    return f"agreement:{agreement_id}"


def _agreements(rows: QuerySet[Agreement]) -> tuple[AgreementView, ...]:
    found = list(
        rows.annotate(
            members=Count("sheets__members", filter=_LIVE),
            connected=Count("sheets__members__line_id", filter=_LIVE),
        )
    )
    codes = {offering.id: offering.code for offering in catalog.offerings()} if found else {}
    return tuple(
        AgreementView(
            id=row.pk,
            number=row.number,
            organization_id=row.organization_id,
            branch_id=row.branch_id,
            state=AgreementState(row.state),
            business_kind=BusinessKind(row.business_kind),
            plan_code=codes[row.offering_id],
            first_month_mode=row.first_month_mode,
            term_years=row.term_years,
            minimum_members=row.minimum_members,
            data_cap_gb=row.data_cap_gb,
            effective_on=row.effective_on,
            ends_on=row.ends_on,
            members=row.members,
            connected=row.connected,
        )
        for row in found
    )


def agreement(agreement_id: int) -> AgreementView:
    """One agreement; `Refused` (``agreement.unknown``) when there is none in the actor's branches."""
    found = _agreements(Agreement.objects.filter(pk=agreement_id))
    if not found:
        raise Refused(UNKNOWN_AGREEMENT.about(str(agreement_id)))
    return found[0]


def agreements_of(organization_id: int) -> tuple[AgreementView, ...]:
    """The agreements of an organisation, the newest first."""
    return _agreements(Agreement.objects.filter(organization_id=organization_id).order_by("-id"))


def agreements_by_id(ids: Iterable[int]) -> tuple[AgreementView, ...]:
    """Agreements by id, those that end first before the others."""
    return _agreements(Agreement.objects.filter(pk__in=list(ids)).order_by("ends_on", "id"))


def find_agreements(text: str = "", limit: int = 50) -> tuple[AgreementView, ...]:
    """Agreements whose number holds `text`, or whose organisation is found by it; the newest first."""
    rows = Agreement.objects.order_by("-id")
    text = text.strip()
    if text:
        organizations = [found.id for found in find_organizations(text, limit=limit)]
        rows = rows.filter(Q(number__icontains=text) | Q(organization_id__in=organizations))
    newest = rows.values_list("pk", flat=True)[:limit]
    return _agreements(Agreement.objects.filter(pk__in=list(newest)).order_by("-id"))


def terms(agreement_id: int) -> AgreementTerms:
    """What is agreed, as last drafted or revised."""
    row = Agreement.objects.filter(pk=agreement_id).first()
    if row is None:
        raise Refused(UNKNOWN_AGREEMENT.about(str(agreement_id)))
    return AgreementTerms(
        organization_id=row.organization_id,
        business_kind=BusinessKind(row.business_kind),
        business_terms=row.business_terms,
        plan_code=catalog.offering(row.offering_id).code,
        first_month_mode=row.first_month_mode,
        term_years=row.term_years,
        minimum_members=row.minimum_members,
        data_cap_gb=row.data_cap_gb,
        terminal_model=row.terminal_model,
        unsupported_features=tuple(row.unsupported_features),
        premiums=premiums(agreement_id),
        business_values=read_all(BUSINESS_FIELDS[BusinessKind(row.business_kind)], row.business_values),
        template_id=row.template_id,
        clause_values=read_all(template_version(row.template_id).parameters, row.clause_values)
        if row.template_id
        else {},
    )


def _commitments() -> QuerySet[PremiumCommitment]:
    """Commitments of the revision that counts."""
    return PremiumCommitment.objects.filter(revision=F("agreement__revision"))


def premiums(agreement_id: int) -> tuple[PremiumTerms, ...]:
    """The premium numbers of an agreement (P2-02)."""
    rows = _commitments().filter(agreement_id=agreement_id).prefetch_related("releases").order_by("number")
    return tuple(
        PremiumTerms(
            r.number,
            r.grade,
            r.prepayment,
            r.months,
            r.minimum_monthly,
            _own_releases(r, sorted(r.releases.all(), key=lambda release: release.ordinal)),
            r.approval,
        )
        for r in rows
    )


def _own_releases(row: PremiumCommitment, releases: list[PremiumRelease]) -> tuple[Decimal, ...]:
    """The releases where they are not alike, which is what is meant where none are agreed."""
    amounts = tuple(release.amount for release in releases)
    return () if amounts == release_schedule(row.prepayment, row.months) else amounts


def premium_schedule(numbers: Iterable[str]) -> dict[str, PremiumSchedule]:
    """How the deposits of premium numbers are released, by number, under the newest agreement that took effect.

    Numbers without a commitment are left out, and those of an agreement in breach, which releases no more.
    """
    rows = (
        _commitments()
        .filter(number__in=set(numbers), agreement__effective_on__isnull=False)
        .order_by("agreement__effective_on", "id")
        .values_list("id", "number", "agreement_id", "agreement__effective_on", "agreement__state")
    )
    newest = {number: row for row in rows for number in [row[1]]}
    releases: dict[int, list[PremiumRelease]] = {}
    wanted = [row[0] for row in newest.values() if row[4] in _RELEASING]
    for release in PremiumRelease.objects.filter(commitment_id__in=wanted).order_by("ordinal"):
        releases.setdefault(release.commitment_id, []).append(release)
    return {
        number: PremiumSchedule(number, agreement_id, tuple(r.amount for r in releases[pk]), effective_on)
        for number, (pk, _, agreement_id, effective_on, _) in newest.items()
        if pk in releases and isinstance(effective_on, date)
    }


def _members(rows: QuerySet[Member]) -> tuple[MemberView, ...]:
    return tuple(
        MemberView(*row)
        for row in rows.order_by("sheet__version", "row").values_list(
            "id",
            "row",
            "name",
            "id_number",
            "number",
            "plan_code",
            "first_month_mode",
            "terminal_model",
            "imei",
            "line_id",
        )
    )


def _live_members(agreement_id: int) -> QuerySet[Member]:
    return Member.objects.filter(sheet__agreement_id=agreement_id, sheet__superseded_at__isnull=True)


def members(agreement_id: int, *, without_attachment: int | None = None) -> tuple[MemberView, ...]:
    """The members of an agreement, by attachment and row; without those of the attachment of that ordinal."""
    rows = _live_members(agreement_id)
    if without_attachment is not None:
        rows = rows.exclude(sheet__attachment__ordinal=without_attachment)
    return _members(rows)


def members_of_attachment(agreement_id: int, ordinal: int) -> tuple[MemberView, ...]:
    """The members that an attachment lists, by row, also when it has been replaced."""
    return _members(
        Member.objects.filter(
            sheet__attachment__agreement_id=agreement_id, sheet__attachment__ordinal=ordinal
        )
    )


def member_of_line(line_id: int) -> MemberView | None:
    """The member that a line was connected for, or None."""
    found = _members(Member.objects.filter(line_id=line_id))
    return found[0] if found else None


def waiting_members(id_numbers: Iterable[str], *, without_attachment: int | None = None) -> dict[str, int]:
    """How many accepted, not yet connected members each person is, in the visible branches (REG-14)."""
    rows = Member.objects.filter(
        id_number__in=set(id_numbers), line_id__isnull=True, sheet__superseded_at__isnull=True
    ).exclude(sheet__agreement__state__in=[AgreementState.ENDED, AgreementState.SETTLED])
    if without_attachment is not None:
        rows = rows.exclude(sheet__attachment__id=without_attachment)
    return dict(rows.values("id_number").annotate(count=Count("id")).values_list("id_number", "count"))


def lines_of_agreement(agreement_id: int) -> tuple[int, ...]:
    """Ids of the lines that were connected under an agreement."""
    rows = Member.objects.filter(sheet__agreement_id=agreement_id, line_id__isnull=False)
    return tuple(rows.values_list("line_id", flat=True))


def binding_agreements(line_ids: Iterable[int]) -> dict[int, BindingAgreement]:
    """The agreement in whose term each line stands (P2-13, X-G2); lines without one are left out."""
    rows = Member.objects.filter(line_id__in=set(line_ids), sheet__agreement__state__in=_BINDING).values_list(
        "line_id",
        "sheet__agreement_id",
        "sheet__agreement__number",
        "sheet__agreement__business_kind",
        "sheet__agreement__ends_on",
        "sheet__agreement__restrictions",
    )
    return {
        line: BindingAgreement(
            agreement, number, BusinessKind(kind), ends_on, frozenset(map(Restriction, names))
        )
        for line, agreement, number, kind, ends_on, names in rows
        if line is not None
    }


def restrictions(line_ids: Iterable[int]) -> dict[int, frozenset[Restriction]]:
    """What lines may not do during their agreement's term (P2-13); lines without restrictions are left out."""
    rows = Member.objects.filter(line_id__in=set(line_ids), sheet__agreement__state__in=_BINDING).values_list(
        "line_id", "sheet__agreement__restrictions"
    )
    return {line: frozenset(map(Restriction, names)) for line, names in rows if line and names}


def data_caps(line_ids: Iterable[int]) -> dict[int, int | None]:
    """The data cap in GB that the agreement of each line names, None where it names none (P2-14).

    Lines that stand in no agreement's term are left out: what their plan says counts for them.
    """
    rows = Member.objects.filter(line_id__in=set(line_ids), sheet__agreement__state__in=_BINDING)
    return {line: cap for line, cap in rows.values_list("line_id", "sheet__agreement__data_cap_gb") if line}


def _connectable(rows: QuerySet[Member]) -> QuerySet[Member]:
    return (
        rows.filter(
            sheet__agreement__state__in=IN_FORCE, sheet__superseded_at__isnull=True, line_id__isnull=True
        )
        .annotate(signed=Count("sheet__attachment__signatures"))
        .filter(signed=len(Side))
    )


def connectable_members(agreement_id: int) -> tuple[MemberView, ...]:
    """Members that may be connected: agreement in force, attachment signed by both, not yet connected (P2-31)."""
    return _members(_connectable(_live_members(agreement_id)))


def count_connectable(member_ids: Iterable[int]) -> int:
    """How many of these members may be connected, whatever their agreements."""
    return _connectable(Member.objects.filter(pk__in=list(member_ids))).count()


def why_not_connectable(agreement_id: int) -> tuple[Refusal, ...]:
    """Why not one member can be connected; empty when at least one can."""
    view = agreement(agreement_id)
    found = list(state_refusals(view.state, IN_FORCE))
    made = attachments(agreement_id)
    if not made:
        found.append(NO_ATTACHMENT)
    signed = [a for a in made if a.signed_by == frozenset(Side)]
    waiting = [a for a in made if a not in signed]
    if any(a.connected < a.members for a in signed):
        return tuple(found)
    found.extend(ATTACHMENT_UNSIGNED.about(str(a.ordinal)) for a in waiting)
    if made and not waiting:
        found.append(ALL_CONNECTED)
    return tuple(found)


def end_in_sight(on: date) -> bool:
    """Whether an agreement in force that is not marked yet ends soon (P2-27)."""
    return Agreement.objects.filter(
        state__in=AGREEMENT_LIFE.sources(AgreementEvent.NEAR_END),
        ends_on__lte=on + timedelta(days=END_IN_SIGHT_DAYS),
    ).exists()
