"""Reads of organisations and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.models import Account, Contact, Handler, Organization
from trunkline.party.types import (
    AccountView,
    ContactRole,
    ContactView,
    CustomerClass,
    HandlerView,
    IdentityStatus,
    Industry,
    NeedLevel,
    OrganizationView,
    PaymentMethod,
    Segment,
    ServiceGrade,
)

UNKNOWN_ORGANIZATION = Refusal(
    "organization.unknown", "", Text("没有这个集团客户：{subject}", "No such organisation: {subject}")
)
UNKNOWN_HANDLER = Refusal(
    "handler.unknown", "S01-R1", Text("没有这个经办人：{subject}", "No such handler: {subject}")
)
UNKNOWN_ACCOUNT = Refusal(
    "account.unknown", "", Text("没有这个账户：{subject}", "No such account: {subject}")
)


def _organization(row: Organization) -> OrganizationView:
    return OrganizationView(
        id=row.pk,
        branch_id=row.branch_id,
        code=row.code,
        name=row.name,
        uscc=row.uscc or "",
        customer_class=CustomerClass(row.customer_class),
        segment=Segment(row.segment),
        industry=Industry(row.industry),
        need_level=NeedLevel(row.need_level),
        identity_status=IdentityStatus(row.identity_status),
        identity_due_on=row.identity_due_on,
        address=row.address,
        legal_representative=row.legal_representative,
        account_manager_id=row.account_manager_id,
        grade=ServiceGrade(row.grade),
        blacklisted=row.blacklisted_at is not None,
    )


def _handler(row: Handler) -> HandlerView:
    return HandlerView(
        row.pk,
        row.organization_id,
        row.name,
        row.phone,
        row.email,
        row.postal_address,
        row.postcode,
        row.id_number,
    )


def _account(row: Account) -> AccountView:
    return AccountView(
        id=row.pk,
        code=row.code,
        organization_id=row.organization_id,
        branch_id=row.branch_id,
        title=row.title,
        payment_method=PaymentMethod(row.payment_method),
        isolated=row.isolated,
        billing_address=row.billing_address,
        payment_days=row.payment_days,
    )


def organization(organization_id: int) -> OrganizationView:
    """One organisation; `Refused` (``organization.unknown``) when there is none in the actor's branches."""
    row = Organization.objects.filter(pk=organization_id).first()
    if row is None:
        raise Refused(UNKNOWN_ORGANIZATION.about(str(organization_id)))
    return _organization(row)


def organizations(ids: Iterable[int]) -> dict[int, OrganizationView]:
    """Organisations by id; unknown ids are left out."""
    return {row.pk: _organization(row) for row in Organization.objects.filter(pk__in=set(ids))}


def organization_by_code(code: str) -> OrganizationView | None:
    """The organisation with this customer code or unified social credit code, in full, or None."""
    code = code.strip()
    row = Organization.objects.filter(Q(code__iexact=code) | Q(uscc=code.upper())).first() if code else None
    return _organization(row) if row else None


def find_organizations(text: str = "", limit: int = 50) -> tuple[OrganizationView, ...]:
    """Organisations whose name, pinyin initials, unified social credit code or code holds `text`, by pinyin."""
    rows = Organization.objects.order_by("name_pinyin", "id")
    text = text.strip()
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(name_pinyin__icontains=text.lower())
            | Q(uscc__icontains=text.upper())
            | Q(code__iexact=text)
        )
    return tuple(_organization(row) for row in rows[:limit])


def incomplete_identities(on: date | None = None) -> tuple[OrganizationView, ...]:
    """Provisional customers, the most urgent first; with `on`, only those overdue on that day (S01-E1)."""
    rows = Organization.objects.filter(identity_status=IdentityStatus.PROVISIONAL).order_by("identity_due_on")
    if on is not None:
        rows = rows.filter(identity_due_on__lt=on)
    return tuple(_organization(row) for row in rows)


def handlers(organization_id: int) -> tuple[HandlerView, ...]:
    """Registered handlers of an organisation, the newest first."""
    return tuple(
        _handler(row) for row in Handler.objects.filter(organization_id=organization_id).order_by("-id")
    )


def handler(handler_id: int) -> HandlerView:
    """One handler; `Refused` (``handler.unknown``) when there is none."""
    row = Handler.objects.filter(pk=handler_id).first()
    if row is None:
        raise Refused(UNKNOWN_HANDLER.about(str(handler_id)))
    return _handler(row)


def contacts(organization_id: int) -> tuple[ContactView, ...]:
    """Contact persons of an organisation."""
    return tuple(
        ContactView(row.pk, row.name, ContactRole(row.role), row.title, row.phone, row.email)
        for row in Contact.objects.filter(organization_id=organization_id).order_by("id")
    )


def accounts(organization_id: int) -> tuple[AccountView, ...]:
    """Billing accounts of an organisation."""
    return tuple(
        _account(row) for row in Account.objects.filter(organization_id=organization_id).order_by("id")
    )


def account(account_id: int) -> AccountView:
    """One billing account; `Refused` (``account.unknown``) when there is none."""
    row = Account.objects.filter(pk=account_id).first()
    if row is None:
        raise Refused(UNKNOWN_ACCOUNT.about(str(account_id)))
    return _account(row)


def accounts_by_id(ids: Iterable[int]) -> dict[int, AccountView]:
    """Billing accounts by id; unknown ids are left out."""
    return {row.pk: _account(row) for row in Account.objects.filter(pk__in=set(ids))}
